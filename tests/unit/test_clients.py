"""The checks in ``clients/``: how they are read, run and shown."""

from pathlib import Path

from clients.checks import Check, Outcome, Status, outcome, read_checks, run_check
from clients.matrix import PAGE, page, record, recorded

HEAD = "#!/usr/bin/env bash\n# area: Linters\n# tool: A tool\n# document: whole\n# done: lints\n"


def a_check(folder: Path, script: str, seconds: int = 20) -> Check:
    place = folder / "checks" / "a-check"
    place.mkdir(parents=True)
    (place / "check.sh").write_text(f"{HEAD}# seconds: {seconds}\n{script}\n")
    (check,) = read_checks(folder / "checks")
    return check


def test_a_check_that_ends_with_a_result_passes(tmp_path: Path) -> None:
    check = a_check(tmp_path, 'echo "version: 1.2"\necho "result: at $HUB_URL, ${WORK##*/}"')

    came = run_check(check, tmp_path / "build", {"HUB_URL": "http://hub"})

    assert came == Outcome(status=Status.PASSED, version="1.2", result="at http://hub, a-check")


def test_a_check_that_takes_too_long_is_ended_with_everything_that_it_started(tmp_path: Path) -> None:
    check = a_check(tmp_path, '(sleep 60; echo late > "$WORK/late") & sleep 60', seconds=1)

    came = run_check(check, tmp_path / "build", {})

    assert came == Outcome(status=Status.FAILED, version="", result="not done after 1 s")


def test_exit_codes_say_how_a_check_ended() -> None:
    output = "version: 1\nresult: needs a compiler\n"

    assert {code: outcome(code, output, 20).status for code in (0, 1, 77, None)} == {
        0: Status.PASSED,
        1: Status.FAILED,
        77: Status.UNAVAILABLE,
        None: Status.FAILED,
    }
    assert outcome(0, "version: 1\n", 20).status is Status.FAILED


def test_a_result_is_shown_in_the_row_of_its_check(tmp_path: Path) -> None:
    check = a_check(tmp_path, "exit 0")
    came = Outcome(status=Status.PASSED, version="1.2", result="this | that")

    record(check, came)

    assert recorded(check) == came
    row = "| [A tool](../../clients/a-check/check.sh) | 1.2 | whole | lints | this \\| that |"
    assert row in page([check]).splitlines()


def test_the_page_shows_the_recorded_result_of_every_check() -> None:
    assert [check.name for check in read_checks() if recorded(check) is None] == []
    assert PAGE.read_text() == page(read_checks()), "run `python clients/run.py --render`"
