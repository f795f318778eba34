"""``trajecthub shell`` is a Python prompt on an installation, for a person at a terminal only."""

import os
import pty
import subprocess
import sys

import pytest

from tests.support.command_line import run

pytestmark = pytest.mark.slow


def typed(environment: dict[str, str], *lines: str) -> str:
    """Type lines at the prompt, leave, and return what the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "app.cli.main", "shell"]
    variables = {**os.environ, **environment, "TERM": "dumb"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in [*lines, "exit()"]).encode())
        shown = _everything(ours)
    os.close(ours)
    assert process.returncode == 0, shown
    return shown


def _everything(terminal: int) -> str:
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:  # Linux reports the end of a terminal so.
        pass
    return b"".join(parts).decode().replace("\r\n", "\n")


def test_the_prompt_reads_and_writes_the_store(sandbox: dict[str, str], database_url: str) -> None:
    shown = typed(
        sandbox | {"TRAJECTHUB_DATABASE_URL": database_url},
        "from app.operations.access.organisations import page_of_organisations, set_up_institutions",
        "print('before', len(read(page_of_organisations, None, 9)[0]))",
        "write(set_up_institutions, services)",
        "print('after', len(read(page_of_organisations, None, 9)[0]))",
        "import asyncio",
        "print(run(asyncio.sleep(0, 'awaited')), db.dialect, settings.mode)",
    )

    assert "before 0" in shown
    assert "after 5" in shown
    assert f"awaited {database_url.partition(':')[0]} sandbox" in shown


def test_the_banner_says_what_is_there_and_that_nothing_is_logged(migrated: dict[str, str]) -> None:
    shown = typed(migrated)

    assert all(name in shown for name in ("settings, services, db", "read(query", "write(work", "run(coroutine"))
    assert "is not logged anywhere yet" in shown


def test_a_mistake_at_the_prompt_does_not_end_it(migrated: dict[str, str]) -> None:
    shown = typed(migrated, "read(None)", "print('still', 'here')")

    assert "still here" in shown


def test_there_is_no_prompt_without_a_terminal(migrated: dict[str, str]) -> None:
    code, output = run(migrated, "shell")

    assert code == 2
    assert "needs a terminal" in output
