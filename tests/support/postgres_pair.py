"""A primary and its synchronous standby, over TLS, to fail over from one to the other."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.certificate import write_certificate
from tests.support.postgres import (
    ServerProcess,
    folder_in_memory,
    initialise,
    installed_binaries,
    own,
    started,
)
from tests.support.processes import free_port

# The standby has what was acknowledged, so that nothing needs to survive on a disk.
_OPTIONS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "ssl": "on",
}


@dataclass(kw_only=True)
class PostgresPair:
    """Two servers of the same database.

    Attributes:
        url: names both, and verifies who they are.
        hosts: of each of them, with its port.
        has_failed_over: the primary was killed, and the standby takes its place.
    """

    url: str
    hosts: tuple[str, ...]
    primary: ServerProcess
    standby: ServerProcess
    has_failed_over: bool = False

    @property
    def active(self) -> ServerProcess:
        """The server that takes writes."""
        return self.standby if self.has_failed_over else self.primary

    def start_again(self) -> None:
        """Start the servers that ended alone, as whoever watches over them does."""
        for each in (self.standby,) if self.has_failed_over else (self.primary, self.standby):
            if each.ended:
                each.start()
                each.wait_until_ready()

    def fail_over(self) -> None:
        """Kill the primary, and promote the standby."""
        self.lose_primary()
        self.promote_standby()

    def lose_primary(self) -> None:
        """Kill the primary: nobody takes writes from here on."""
        self.primary.kill()

    def promote_standby(self) -> None:
        """Let the standby take writes in place of the primary."""
        self.has_failed_over = True
        self.standby.server.execute("SELECT pg_promote()")


def url_of(hosts: Iterable[str], database: str) -> str:
    """Return the URL of a database by some of its hosts, or what is in front of them, without TLS."""
    return f"postgresql://postgres@{','.join(hosts)}/{database}?sslmode=disable"


@contextmanager
def running_pair(within: Path | None = None) -> Iterator[PostgresPair]:
    """Run an empty primary and its standby for the duration of a block; a commit waits for both.

    ``within`` is where their files are; None is in memory, if there is space.
    """
    folder = Path(tempfile.mkdtemp(prefix="pair-", dir=within or folder_in_memory()))
    try:
        with ExitStack() as stack:
            yield _start(stack, folder)
    finally:
        shutil.rmtree(folder)


def _start(stack: ExitStack, folder: Path) -> PostgresPair:
    one, two = folder / "one", folder / "two"
    certificate = write_certificate(folder)
    Path(certificate.key).chmod(0o600)
    one.mkdir()
    own(folder, one, Path(certificate.key))
    binaries = installed_binaries(folder)
    initialise(binaries, one)
    # Copied before its first start, it has only to be followed from there.
    subprocess.run(["cp", "-a", str(one), str(two)], check=True)
    (two / "data" / "standby.signal").touch()
    options = {**_OPTIONS, "ssl_cert_file": certificate.certificate, "ssl_key_file": certificate.key}
    ports = str(free_port()), str(free_port())
    synchronous = {"port": ports[0], "synchronous_standby_names": "*"}
    following = {"port": ports[1], "primary_conninfo": f"host={one} port={ports[0]} user=postgres"}
    primary = stack.enter_context(started(binaries, one, options | synchronous))
    standby = stack.enter_context(started(binaries, two, options | following))
    hosts = tuple(f"127.0.0.1:{port}" for port in ports)
    verified = f"sslmode=verify-full&sslrootcert={certificate.authorities}"
    return PostgresPair(
        url=f"postgresql://postgres@{','.join(hosts)}/postgres?{verified}",
        hosts=hosts,
        primary=primary,
        standby=standby,
    )
