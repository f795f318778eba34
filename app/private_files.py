"""Files and folders that are their owner's only, such as databases and keys."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import structlog

__all__ = ["is_open_to_others", "make_folder", "open_file", "protect", "write_file", "write_new_file"]

_FILE, _FOLDER = 0o600, 0o700

log = structlog.get_logger(__name__)


def make_folder(folder: Path) -> None:
    """Make a folder that is its owner's only; one that is there stays as it is."""
    folder.mkdir(_FOLDER, parents=True, exist_ok=True)


def open_file(path: str) -> int:
    """Return the descriptor of a file for reading and writing; a new one is its owner's only."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE)


def write_file(path: Path, content: bytes) -> None:
    """Write a file that is its owner's only, in place of one that is there; nothing is written through a link.

    Raises:
        OSError: it cannot be written, or is a link.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, _FILE), "wb") as opened:
        os.fchmod(opened.fileno(), _FILE)
        opened.write(content)


def write_new_file(path: Path, content: bytes) -> None:
    """Write a file that is its owner's only, unless there is one: another process may have been first."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE)
    except FileExistsError:
        return
    with os.fdopen(file, "wb") as opened:
        opened.write(content)


def is_open_to_others(path: Path) -> bool:
    """Return whether a file is there and anybody on this machine may read or write it.

    What its group may do was decided by somebody: a file that is open by neglect is open to everybody.
    """
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False


def protect(own: Iterable[Path], given: Iterable[Path]) -> None:
    """Make files that are open to others their owner's only, and log which were and which still are.

    Args:
        own: files that the hub made, which is to close them.
        given: files that others look after.
    """
    opened = [each for each in own if is_open_to_others(each)]
    for each in opened:
        # Another account may own it.
        with suppress(OSError):
            each.chmod(_FILE)
    left = [each for each in (*opened, *given) if is_open_to_others(each)]
    if closed := [str(each) for each in opened if each not in left]:
        log.warning("files_closed_to_others", files=closed)
    if left:
        log.warning("files_open_to_others", files=list(map(str, left)))
