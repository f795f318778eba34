"""The files of testers: whatever is in their folder, it is kept, used, or named with what to do about it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.sandbox.roles import REFERRER, ROLES
from app.sandbox.state import SandboxState
from app.sandbox.tester_files import ENV_FILE, JSON_FILE, DemoSubscription, Kit, UnusableFolder

URLS = dict.fromkeys(("hub", "allegro", "gidso", "rmw", "receiver"), "http://127.0.0.1:1")
SUBSCRIPTIONS = {state: DemoSubscription(id="i", url="u", secret="s") for state in ("active", "pending")}
PEM = f"keys/{REFERRER.client_id}.pem"


def written(folder: Path) -> Kit:
    kit = Kit(folder)
    kit.write(URLS, {role.name: "s" for role in ROLES}, SUBSCRIPTIONS)
    return kit


def test_a_file_of_git_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ".gitignore").write_text("build/\n")
    written(tmp_path / "project")
    written(tmp_path / "new")

    assert (tmp_path / "project" / ".gitignore").read_text() == "build/\n"
    assert (tmp_path / "new" / ".gitignore").read_text() == "*\n"


def test_the_folder_may_have_any_name_in_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "a b'c\"d$(touch run)`touch run`\nnew;touch run"
    written(folder)
    command = ["sh", "-c", '. "$1" && printf %s "$KEY_FILE"', "sh", str(folder / ENV_FILE)]
    sourced = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert sourced.stdout == str(folder / PEM)
    assert not (tmp_path / "run").exists()


def test_secrets_that_were_spoilt_are_made_anew(tmp_path: Path) -> None:
    spoilt: tuple[str, ...] = ("[]", "5", "[" * 100_000, '{"clients": []}', '{"clients": {"referrer": []}}')
    values = ("5", "null", '"\\ud800"', '"a\\nb"')
    spoilt += tuple(f'{{"clients": {{"referrer": {{"clientSecret": {value}}}}}}}' for value in values)
    state = SandboxState(tmp_path / "data")
    for text in spoilt:
        (tmp_path / JSON_FILE).write_text(text)
        assert Kit(tmp_path).secret(REFERRER, state) == state.secret(f"client:{REFERRER.client_id}"), text


def test_a_file_that_cannot_be_used_is_named_with_the_remedy(tmp_path: Path) -> None:
    spoil: dict[str, Callable[[Path], object]] = {
        PEM: lambda path: path.write_text("no key"),
        f"{PEM[:-3]}jwk": Path.mkdir,
        JSON_FILE: Path.mkdir,
        ENV_FILE: Path.mkdir,
    }
    kit = Kit(tmp_path / "keys")
    kit.key(REFERRER)
    for number, (name, make) in enumerate(spoil.items()):
        folder = tmp_path / str(number)
        Kit(folder)
        if not name.endswith("pem"):
            (folder / PEM).write_bytes((kit.folder / PEM).read_bytes())
        make(folder / name)
        with pytest.raises(UnusableFolder, match="move it away"):
            written(folder).key(REFERRER)
    with pytest.raises(UnusableFolder, match="not UTF-8"):
        Kit(tmp_path / "\udcff")


def test_files_of_somebodys_own_are_never_written_over(tmp_path: Path) -> None:
    own = {JSON_FILE: '{"name": "a project"}', ENV_FILE: "export PASSWORD=x\n"}
    for number, (name, text) in enumerate(own.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_text(text)
        (folder / "other").write_text("kept")
        with pytest.raises(UnusableFolder, match="it is no file of the demo"):
            written(folder)
        assert [(folder / each).read_text() for each in (name, "other")] == [text, "kept"]
    written(tmp_path / "demo")
    written(tmp_path / "demo")
