"""The hub's programs and the receiver, each as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["MASTER_KEY", "Program", "free_port", "hub_environment", "running"]

MASTER_KEY = bytes(range(32))
START_SECONDS = 30.0
_ROOT = Path(__file__).parents[2]


@dataclass
class Program:
    """A Python module that runs as a process.

    Attributes:
        arguments: the module and its arguments.
        url: where it answers when it is ready; None when it answers nothing.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of the process.

        Raises:
            RuntimeError: it does not run.
        """
        if self._process is None:
            raise RuntimeError(f"{self.arguments[0]} does not run")
        return self._process.pid

    def start(self) -> None:
        """Start it; returns at once."""
        command = [sys.executable, "-m", *self.arguments]
        self._process = subprocess.Popen(command, cwd=_ROOT, env={**os.environ, **self.environment})

    def wait_until_ready(self) -> None:
        """Return when it answers.

        Raises:
            RuntimeError: it ended, or gave no answer in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.arguments} did not start")
            time.sleep(0.02)

    def end(self, by: signal.Signals = signal.SIGTERM) -> None:
        """End it by a signal and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(by)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def peak_memory(self) -> float:
        """Return the most memory that it held so far, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def _answers(self) -> bool:
        if self.url is None:
            return True
        try:
            urllib.request.urlopen(self.url, timeout=1).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


@contextmanager
def running(*arguments: str, environment: Mapping[str, str] | None = None, url: str | None = None) -> Iterator[Program]:
    """Run a program for the length of a block."""
    program = Program(arguments, environment or {}, url)
    program.start()
    try:
        program.wait_until_ready()
        yield program
    finally:
        program.end()


def hub_environment(database_url: str, port: int = 0) -> dict[str, str]:
    """Return the settings of a hub over a database, that calls receivers on loopback."""
    return {
        "TRAJECTHUB_MODE": "sandbox",
        "TRAJECTHUB_DATABASE_URL": database_url,
        "TRAJECTHUB_MASTER_KEY": b64encode(MASTER_KEY).decode(),
        "TRAJECTHUB_PORT": str(port),
        "TRAJECTHUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TRAJECTHUB_LOG_LEVEL": "ERROR",
    }


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
