"""Generated files are written by one command, which also notices when one of them is not up to date."""

import copy
import shutil
from pathlib import Path

import pytest

from app import __version__
from app.cli.changes.contracts import RELEASES, keep_release
from app.cli.contracts import ERROR_PAGES, EVENT_SCHEMAS, contract_documents, generated_files
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
    assert contracts(ROOT, "--check") == (0, f"{len(generated_files(ROOT))} generated files are up to date.")


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


def test_a_release_that_cannot_be_read_is_named_in_one_sentence(repository: Path) -> None:
    folder, said = repository / RELEASES, {}
    for name, content in {"0.1.0-rc1": None, "latest": None, ".cache": None, "9": None, "99": b"no gzip"}.items():
        (folder / name).mkdir()
        if content:
            (folder / name / API.with_suffix(".json.gz").name).write_bytes(content)
        code, said[name] = contracts(repository, "--check")
        shutil.rmtree(folder / name)

        assert code == 2, name

    texts = {name: " ".join(text.replace("│", " ").split()) for name, text in said.items()}
    for name in ("0.1.0-rc1", "latest", ".cache"):
        assert f"its folder {name} has no version as its name, such as 0.1.0; put it right" in texts[name]
    assert "in 9 it has no hub.v1.json" in texts["9"]
    assert "in 99 its hub.v1.json.gz cannot be read" in texts["99"]


def test_a_release_is_kept_once_and_compared_with(repository: Path) -> None:
    kept = repository / RELEASES / __version__
    shutil.rmtree(kept, ignore_errors=True)

    assert contracts(repository, "--release")[0] == 0

    assert contracts(repository, f"--against={kept}") == (0, f"0 changes since {__version__}, 0 of them breaking.")
    assert "is kept already" in contracts(repository, "--release")[1]
    assert "has no hub.v1.json" in contracts(repository, f"--against={repository}")[1]


def test_a_breaking_change_since_a_release_fails_unless_it_was_accepted(tmp_path: Path) -> None:
    documents = copy.deepcopy(dict(contract_documents()))
    documents["hub.v1.json"]["paths"]["/old"] = {"get": {"responses": {}}}
    del documents["hub.v1.json"]["paths"]["/code-lists"]
    kept = keep_release(tmp_path, "0.1.0", documents)

    code, output = contracts(ROOT, f"--against={kept}")

    assert code == 1
    assert "breaking: `GET /old`: is gone" in output
    assert "compatible: `GET /code-lists`: is new: Read all code lists" in output
    assert "2 changes since 0.1.0, 1 of them breaking." in output

    (kept / "accepted.md").write_text("It disclosed a name.\n\n- `GET /old`: is gone\n")

    assert contracts(ROOT, f"--against={kept}")[0] == 0


@pytest.mark.parametrize(("command", "name"), [("openapi", "hub.v1.json"), ("asyncapi", "asyncapi.v1.json")])
def test_a_document_is_printed_as_it_is_stored(command: str, name: str) -> None:
    printed = run({}, command)

    assert printed == (0, " ".join((ROOT / "openapi" / name).read_text().split()))
