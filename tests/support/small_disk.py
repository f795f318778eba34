"""A file system of its own that can be full."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SmallDisk", "mounted_disk"]

_CHUNK = bytes(2**20)


@dataclass(frozen=True)
class SmallDisk:
    """A file system in memory."""

    folder: Path

    @contextmanager
    def filled(self) -> Iterator[None]:
        """Leave no room at all for the duration of a block."""
        ballast = self.folder / "ballast"
        with ballast.open("wb", buffering=0) as file:
            # First in large pieces, then whatever is left.
            for size in (len(_CHUNK), 4096, 1):
                _write_until_full(file.fileno(), size)
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def mounted_disk(megabytes: int) -> Iterator[SmallDisk | None]:
    """Mount a file system of this size for the duration of a block; None where this process may not mount any."""
    with tempfile.TemporaryDirectory(prefix="disk-") as name:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", name]
        if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            yield None
            return
        try:
            yield SmallDisk(Path(name))
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def _write_until_full(file: int, size: int) -> None:
    try:
        while os.write(file, _CHUNK[:size]):
            pass
    except OSError:
        return
