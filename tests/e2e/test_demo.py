"""``trajecthub demo`` runs its own code only, whatever the folder from which it is started."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.sandbox.ports import free_ports, ports_from, urls_at
from app.sandbox.state import SandboxState

pytestmark = pytest.mark.slow

HUB = str(Path(sys.executable).with_name("trajecthub"))
POISON = "import pathlib\npathlib.Path(__file__).with_suffix('.executed').touch()\nraise SystemExit('poisoned')\n"


def demonstrated(folder: Path, *options: str) -> tuple[int, str]:
    """Return the exit code of the demonstration from a folder, and what it reported."""
    command = [HUB, "demo", "--once", "--port=0", *options]
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
    # What follows on time alone is shown as what the hub does.
    assert "8 weeks after the first talk: reports where the case is" in output
    assert "is notified that a term approaches" in output
    # Conversations, each in the forms of its own system.
    for shown in (
        "Wijkteam Charlois: accepts the second time → Allegro shows the counsellor the worker's answer",
        "Werk & Inkomen Prematching: answers it → Allegro shows the counsellor the answer to the question",
        "DOCK: signals that contact is restored → Allegro shows the counsellor the signal",
        "Prematching: takes the client on → Allegro shows the counsellor what became of the onward referral",
    ):
        assert shown in output, output
    # What the referrer wrote for the counsellor, at the counsellor's.
    for part in (
        "Aanleiding:",
        "Motivatie:",
        "Eerder geprobeerd:",
        "Betrokken organisaties:",
        "Brede uitvraag: kenmerk:",
    ):
        assert output.count(part) == 4, part


def test_a_port_that_is_taken_is_named_with_its_remedy_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output = demonstrated(tmp_path, f"--port={port - 3}", "--data=data")

    assert code == 1
    assert re.fullmatch(r"Port \d+, for the .+, is in use: free it, or choose others with --port \(0: .+\)\.", output)
    assert list((tmp_path / "data").glob("hub.db*")) == []


def test_the_ports_follow_that_of_the_hub(tmp_path: Path) -> None:
    assert [*urls_at(ports_from(8000)).items()] == [
        ("hub", "http://127.0.0.1:8000"),
        ("allegro", "http://127.0.0.1:8001"),
        ("gidso", "http://127.0.0.1:8002"),
        ("rmw", "http://127.0.0.1:8003"),
        ("receiver", "http://127.0.0.1:8004"),
    ]
    free = free_ports(SandboxState(tmp_path))
    assert len(set(free.values())) == len(free)
    assert free_ports(SandboxState(tmp_path)) == free


def test_sigterm_while_scenarios_are_played_ends_the_simulators_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    command = [HUB, "demo", "--once", "--port=0", f"--data={data}"]

    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        # The first scenario speaks, so the simulators run.
        process.stdout.readline()
        simulator = urls_at(free_ports(SandboxState(data)))["allegro"]
        process.terminate()
        _, said = process.communicate(timeout=30)

    assert (process.returncode, said) == (128 + signal.SIGTERM, "")
    with pytest.raises(httpx.ConnectError):
        httpx.get(simulator)
