"""No sample in the documentation escapes being run without a reason."""

import re

from tests.support.samples import LANGUAGES, RUN_BY, run_samples
from tests.support.source_names import ROOT, names_of_tests

WRITTEN = re.compile(r"(?:^|[^-<=\w])> ?([\w./-]+)|--output ([\w./-]+)|(--remote-name)")


def test_every_sample_is_run_or_says_why_not() -> None:
    runnable = {(each.page, each.language) for language in LANGUAGES for each in run_samples(language)}

    assert sorted(runnable - set(RUN_BY)) == []
    assert sorted(set(RUN_BY) - runnable) == []
    assert set(RUN_BY.values()) <= names_of_tests()


def test_commands_to_run_in_the_clone_write_in_the_folder_of_the_demo_only() -> None:
    pages = ("tutorial/first-referral.md", "how-to/provoking-errors.md", "how-to/rehearsing.md")
    shell = {page: re.findall(r"```sh.*?\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL) for page in pages}
    written = {
        "".join(found)
        for blocks in shell.values()
        for block in blocks
        for line in block.splitlines()
        for found in WRITTEN.findall(line.partition("   #")[0])
    }

    assert [each for each in sorted(written) if not each.startswith((".trajecthub/", "/dev/null"))] == []
    assert len(written) > 5
    assert "/.trajecthub/" in (ROOT / ".gitignore").read_text()
