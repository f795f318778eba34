"""The samples of code in the documentation: which there are, and why some are not run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.documents import PAGES, ROOT, relative

LANGUAGES = {"bash", "csharp", "php", "python", "sh", "shell", "ts", "typescript"}
"""Languages whose samples are run, or say why they are not."""

CALLING = "docs/how-to/calling-the-api.md"
RECEIVING = "docs/how-to/receiving-webhooks.md"
SUBSCRIBING = "docs/how-to/subscribing.md"
REHEARSING = "docs/how-to/rehearsing.md"
PROVOKING = "docs/how-to/provoking-errors.md"
AT_THE_SAME_TIME = (
    "README.md",
    CALLING,
    RECEIVING,
    SUBSCRIBING,
    "docs/how-to/connecting-a-partner.md",
    "docs/how-to/going-live.md",
    "docs/how-to/replaying-a-register.md",
    "docs/how-to/verifying-a-partner.md",
    "docs/reference/simulators.md",
    "docs/tutorial/first-referral.md",
)
SHELL_PAGES = (*AT_THE_SAME_TIME, PROVOKING)
RECEIVERS = {"csharp": "receiver.cs", "php": "receiver.php", "python": "receiver.py", "ts": "receiver.ts"}
RUN_BY = {
    **{(page, "sh"): "test_commands_run_as_they_are_written" for page in SHELL_PAGES},
    (REHEARSING, "sh"): "test_a_rehearsal_runs_as_it_is_written",
    (CALLING, "python"): "test_calls_in_python_run_as_they_are_written",
    (SUBSCRIBING, "python"): "test_it_accepts_what_the_hub_signs",
    **{(RECEIVING, language): "test_receivers_on_the_page_are_those_that_are_run" for language in RECEIVERS},
}
"""What runs the samples of a page that are in a language."""

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_REASON = re.compile(r' not-run="([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A block of code of a page.

    Attributes:
        page: its path in the repository.
        line: of its first line of code.
        reason: why it is not run; None when it is.
    """

    page: str
    line: int
    language: str
    reason: str | None
    code: str


def samples_of(page: Path) -> Iterator[Sample]:
    """Yield the samples of a page, in its order."""
    text = page.read_text()
    for found in _FENCE.finditer(text):
        language, info, code = found.groups()
        if language in LANGUAGES:
            reason = _REASON.fullmatch(info)
            yield Sample(
                page=relative(page),
                line=text.count("\n", 0, found.start()) + 2,
                language=language,
                reason=reason[1] if reason else None,
                code=code,
            )


def run_samples(language: str, page: str | None = None) -> list[Sample]:
    """Return the samples of a language that are run, of one page or of all."""
    pages = PAGES if page is None else [ROOT / page]
    found = (each for name in pages for each in samples_of(name))
    return [each for each in found if each.language == language and each.reason is None]
