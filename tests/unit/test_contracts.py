"""Generated files are written by one command, which also notices when one of them is not up to date."""

import shutil
from pathlib import Path

import pytest

from app.cli.contracts import ERROR_PAGES, EVENT_SCHEMAS, generated_files
from tests.support.command_line import run

ROOT = Path(__file__).parents[2]
API = Path("openapi", "hub.v1.json")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a copy of the generated files of the repository."""
    for folder in ("openapi", "docs/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def contracts(root: Path, *options: str) -> tuple[int, str]:
    return run({}, "contracts", f"--root={root}", *options)


def test_the_generated_files_of_the_repository_are_up_to_date() -> None:
    assert contracts(ROOT, "--check") == (0, f"{len(generated_files())} generated files are up to date.")


def test_a_check_names_every_difference_and_writes_nothing(repository: Path) -> None:
    missing, obsolete = (
        EVENT_SCHEMAS / f"{name}.json" for name in ("nl.trajecthub.referrals.closed.v1", "nl.trajecthub.gone.v1")
    )
    (repository / API).write_text("{}")
    (repository / missing).unlink()
    (repository / obsolete).write_text("{}")
    (repository / ERROR_PAGES / "gone.md").write_text("# gone\n")

    code, output = contracts(repository, "--check")

    assert code == 1
    for fault in (
        f"{API} is not up to date",
        f"{missing} is missing",
        f"{obsolete} describes no event",
        f"{ERROR_PAGES / 'gone.md'} describes no error",
    ):
        assert fault in output
    assert (repository / API).read_text() == "{}"
    assert not (repository / missing).exists()
    assert (repository / obsolete).exists()


def test_the_command_writes_what_is_missing_or_different_and_removes_what_is_obsolete(repository: Path) -> None:
    (repository / API).write_text("{}")
    (repository / EVENT_SCHEMAS / "nl.trajecthub.referrals.closed.v1.json").unlink()
    (repository / EVENT_SCHEMAS / "nl.trajecthub.gone.v1.json").write_text("{}")

    shutil.rmtree(repository / "docs")

    assert contracts(repository)[0] == 0

    assert contracts(repository, "--check")[0] == 0
    assert (repository / API).read_text() == (ROOT / API).read_text()


def test_another_folder_is_refused(tmp_path: Path) -> None:
    code, output = contracts(tmp_path)

    assert code == 2
    assert "has no folder openapi/events" in output


@pytest.mark.parametrize(("command", "name"), [("openapi", "hub.v1.json"), ("asyncapi", "asyncapi.v1.json")])
def test_a_document_is_printed_as_it_is_stored(command: str, name: str) -> None:
    printed = run({}, command)

    assert printed == (0, " ".join((ROOT / "openapi" / name).read_text().split()))
