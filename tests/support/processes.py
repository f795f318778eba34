"""Runs Python modules, such as the hub's programs, as separate processes."""

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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["MASTER_KEY", "Program", "free_port", "hub_environment", "running"]

MASTER_KEY = bytes(range(32))
START_SECONDS = 30.0
_ROOT = Path(__file__).parents[2]


@dataclass(kw_only=True)
class Program:
    """A Python module that runs as a separate process.

    Attributes:
        arguments: the module and its arguments.
        environment: variables in addition to those of this process.
        url: the URL that responds when the program is ready; None for a program that does not listen.
        log: the file to which its standard error is appended; None: that of this process.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    log: Path | None = None
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id.

        Raises:
            RuntimeError: the program is not running.
        """
        if self._process is None:
            raise RuntimeError(f"{self.arguments[0]} is not running")
        return self._process.pid

    @property
    def ended_alone(self) -> bool:
        """Whether the program ended although nobody ended it."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Start the program without waiting until it is ready."""
        command, environment = [sys.executable, "-m", *self.arguments], {**os.environ, **self.environment}
        with ExitStack() as opened:
            log = opened.enter_context(self.log.open("ab")) if self.log else None
            self._process = subprocess.Popen(command, cwd=_ROOT, env=environment, stderr=log)

    def wait_until_ready(self) -> None:
        """Wait until the program is ready.

        Raises:
            RuntimeError: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.arguments} did not start")
            time.sleep(0.02)

    def end(self, by: signal.Signals = signal.SIGTERM, within_seconds: float = 15.0) -> int:
        """Send a signal and wait until the process has ended. Return its exit code; 0 when it was not running."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(by)
        return _ended(process, within_seconds)

    def wait(self, within_seconds: float) -> int:
        """Wait until the process has ended, and end it after a while. Return its exit code."""
        process, self._process = self._process, None
        return 0 if process is None else _ended(process, within_seconds)

    def peak_memory(self) -> float:
        """Return the peak memory of the process, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def _is_ready(self) -> bool:
        if self.url is None:
            return True
        try:
            urllib.request.urlopen(self.url, timeout=1).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


def _ended(process: subprocess.Popen[bytes], within_seconds: float) -> int:
    try:
        return process.wait(within_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextmanager
def running(*arguments: str, environment: Mapping[str, str] | None = None, url: str | None = None) -> Iterator[Program]:
    """Run a program for the duration of a block."""
    program = Program(arguments=arguments, environment=environment or {}, url=url)
    program.start()
    try:
        program.wait_until_ready()
        yield program
    finally:
        program.end()


def hub_environment(database_url: str, port: int = 0) -> dict[str, str]:
    """Return the environment of a hub over a database, in sandbox mode so that it may call loopback receivers."""
    return {
        "TRAJECTHUB_MODE": "sandbox",
        "TRAJECTHUB_DATABASE_URL": database_url,
        "TRAJECTHUB_MASTER_KEY": b64encode(MASTER_KEY).decode(),
        "TRAJECTHUB_PORT": str(port),
        "TRAJECTHUB_PUBLIC_URL": f"http://127.0.0.1:{port or 8000}",
        "TRAJECTHUB_LOG_LEVEL": "ERROR",
        "TRAJECTHUB_DRAIN_SECONDS": "0",
    }


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
