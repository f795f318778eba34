"""A sandbox hub for the checks: the demo of ``trajecthub`` on free ports, in a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_READY = "Everything keeps running"
_START_SECONDS = 180
_VARIABLES = {
    "referrer": ("CLIENT_ID", "CLIENT_SECRET"),
    "finance": ("FINANCE_CLIENT_ID", "FINANCE_CLIENT_SECRET"),
    "operator": ("OPERATOR_CLIENT_ID", "OPERATOR_CLIENT_SECRET"),
}


@contextmanager
def sandbox_hub(folder: Path, log: Path) -> Iterator[Mapping[str, str]]:
    """Run the demo over an empty folder for the duration of a block.

    Returns:
        The variables that a check finds in its environment: ``HUB_URL``, and id and secret of each client.

    Raises:
        RuntimeError: the demo did not start; its output is in the log.
    """
    with log.open("w") as output:
        command = [sys.executable, "-m", "app.cli.main", "demo", "--port=0", f"--data={folder}"]
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            _wait_until_started(process, log)
            yield _variables(folder)
        finally:
            process.terminate()
            process.wait()


def _wait_until_started(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while _READY not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The sandbox did not start; see {log}.")
        time.sleep(0.2)


def _variables(folder: Path) -> dict[str, str]:
    kit = json.loads((folder / "sandbox.json").read_text())
    variables = {"HUB_URL": kit["hub"]["url"]}
    for role, (client_id, secret) in _VARIABLES.items():
        client = kit["clients"][role]
        variables |= {client_id: client["clientId"], secret: client["clientSecret"]}
    return variables
