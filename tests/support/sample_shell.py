"""A shell that runs the commands of a page of the documentation, with addresses and secrets of a running demo."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.support.samples import run_samples

PROGRAMS = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
"""A ``PATH`` on which the programs of this environment are first."""

_RUN_SECONDS = 400
_EXPECTED = re.compile(r"# (\d{3} [a-z-]+)$", re.MULTILINE)
_PORT = re.compile(r"(127\.0\.0\.1:|--(?:allegro|gidso|rmw|port) )(\d{4,5})\b")
_OF_THE_DEMO = {"8000": "hub", "8001": "allegro", "8002": "gidso", "8003": "rmw", "8004": "receiver"}
_TOKEN = """\
. .trajecthub/sandbox.env
TOKEN=$(curl --silent --fail "$HUB/oauth/token" --data grant_type=client_credentials --data "client_id=$CLIENT_ID" \\
  --data-urlencode "client_secret=$CLIENT_SECRET" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
"""


def free_port() -> int:
    """Return a port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def faults_of_page(page: str, folder: Path, demo: Path) -> list[str]:
    """Run all commands of a page, in one shell and a folder of their own.

    Args:
        page: its path in the repository.
        folder: is made.
        demo: the folder of a running demo.

    Returns:
        Which command failed, and which answers are not those that the page announces after a ``#``.
    """
    folder.mkdir()
    (folder / ".trajecthub").symlink_to(demo)
    ports = _Ports(json.loads((demo / "state.json").read_text()))
    script = "\n".join(ports.shown(each.code) for each in run_samples("sh", page))
    # The receivers in docs/samples take their port from the environment.
    environment = {"PATH": PROGRAMS, "PORT": ports["9000"]}
    code, output = _run(f"set -eo pipefail\n{_TOKEN}{script}", folder, environment)
    if code != 0:
        return [f"{page} ended with exit code {code}: {output[-2000:]}"]
    expected = _EXPECTED.findall(script)
    return [f"{page}: {each} is not among the answers: {output[-2000:]}" for each in expected if each not in output]


def output_of_page(page: str, folder: Path) -> tuple[int, str]:
    """Run all commands of a page that starts a demo itself. Return the exit code and the output."""
    script = "\n".join(each.code for each in run_samples("sh", page))
    return _run(f"set -eo pipefail\n{script}", folder, {"PATH": PROGRAMS, "TRAJECTHUB_DEMO_PORT": "0"})


class _Ports:
    """The ports that take the places of those on a page: of the demo, or free ones."""

    def __init__(self, state: Mapping[str, str]) -> None:
        self._ports = {port: str(state[f"port:{name}"]) for port, name in _OF_THE_DEMO.items()}

    def __getitem__(self, shown: str) -> str:
        return self._ports.setdefault(shown, str(free_port()))

    def shown(self, code: str) -> str:
        return _PORT.sub(lambda found: found[1] + self[found[2]], code)


def _run(script: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit code and the output of a script; what it leaves running is ended."""
    path = folder / "output.txt"
    with path.open("w") as output:
        process = subprocess.Popen(
            ["bash", "-c", script], cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            code = process.wait(_RUN_SECONDS)
        finally:
            # Its group is gone when nothing runs any more.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return code, path.read_text()
