"""``trajecthub demo`` runs its own code only, whatever the folder from which it is started."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

POISON = "import pathlib\npathlib.Path(__file__).with_suffix('.executed').touch()\nraise SystemExit('poisoned')\n"


def demonstrated(folder: Path, *options: str) -> tuple[int, str]:
    """Return the exit code of the demonstration from a folder, and what it reported."""
    command = [str(Path(sys.executable).with_name("trajecthub")), "demo", "--once", *options]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    return ended.returncode, " ".join((ended.stdout + ended.stderr).split())


def test_modules_in_the_working_directory_are_not_executed(tmp_path: Path) -> None:
    for name in ("app", "copy", "org"):
        (tmp_path / f"{name}.py").write_text(POISON)

    code, output = demonstrated(tmp_path)

    assert code == 0, output
    # What people watch has no lines of the log in between.
    assert "security_" not in output
    assert list(tmp_path.glob("*.executed")) == []


def test_simulators_that_do_not_start_report_how_they_ended(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        (tmp_path / "sandbox.json").write_text(json.dumps({"port:allegro": port}))
        code, output = demonstrated(tmp_path, f"--data={tmp_path}")

    assert code == 1
    assert "Address already in use" in output
    assert output.endswith("The simulators ended with exit code 1 before they were ready.")
