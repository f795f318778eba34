"""What the hub writes for itself is its owner's only, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.private_files import is_open_to_others, make_folder, open_file, protect, write_file, write_new_file
from app.sandbox.state import SandboxState
from app.settings import Settings


@pytest.fixture(autouse=True)
def no_umask() -> Iterator[None]:
    """Let new files have every permission that is asked for."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_made_is_its_owners_only(tmp_path: Path) -> None:
    folder = tmp_path / "parent" / "folder"
    make_folder(folder)
    os.close(open_file(str(folder / "opened")))
    write_file(folder / "written", b"key")
    write_new_file(folder / "new", b"key")
    SandboxState(folder).put("client:dock", "secret")

    assert mode(folder) == 0o700
    assert {each.name: mode(each) for each in folder.iterdir()} == dict.fromkeys(
        ["opened", "written", "new", "state.json"], 0o600
    )


def test_the_folder_and_the_master_key_of_the_sandbox_are_their_owners_only(tmp_path: Path) -> None:
    settings = Settings(mode="sandbox", data_dir=tmp_path / "data")

    settings.master_key_bytes()

    assert (mode(tmp_path / "data"), mode(tmp_path / "data" / "master.key")) == (0o700, 0o600)


def test_a_file_that_is_written_again_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before, and longer")

    write_new_file(path, b"other")
    before, was_open = path.read_bytes(), is_open_to_others(path)
    write_file(path, b"after")

    assert (before, was_open) == (b"before, and longer", True)
    assert (path.read_bytes(), mode(path)) == (b"after", 0o600)


def test_own_files_that_are_open_to_others_are_closed_and_all_are_named(tmp_path: Path) -> None:
    modes = {"readable": 0o644, "writable": 0o602, "of a group": 0o660, "private": 0o600, "given": 0o644}
    for name, each in modes.items():
        (tmp_path / name).touch(each)
    own = [tmp_path / name for name in (*modes, "absent") if name != "given"]

    with capture_logs() as lines:
        protect(own, [tmp_path / "given", tmp_path / "absent"])
        protect(own, [])

    assert {name: mode(tmp_path / name) for name in modes} == modes | {"readable": 0o600, "writable": 0o600}
    assert [(each["event"], each["files"]) for each in lines] == [
        ("files_closed_to_others", [str(tmp_path / "readable"), str(tmp_path / "writable")]),
        ("files_open_to_others", [str(tmp_path / "given")]),
    ]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    somebodys = tmp_path / "somebodys"
    somebodys.write_text("kept")
    (tmp_path / "link").symlink_to(somebodys)

    with pytest.raises(OSError, match="symbolic links"):
        write_file(tmp_path / "link", b"key")

    assert somebodys.read_text() == "kept"
