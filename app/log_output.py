"""Where the log is written: a file descriptor that may be closed, full or read by nobody, without ever an error."""

import io
import os
import select
import sys
from typing import TextIO

from pydantic_core import to_json
from typing_extensions import Buffer, override

__all__ = ["occupy_standard_streams", "open_output", "open_standard_error"]

PATIENCE_MILLISECONDS = 100
"""How long a line waits for a reader that is slow; the whole process waits meanwhile."""


def occupy_standard_streams() -> None:
    """Open nothing in place of the standard streams that are closed.

    Otherwise the next file that is opened, such as a database, would get the number of one of them, and whatever is
    written to standard error would end up in it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is used, which is this one.
            os.open(os.devnull, os.O_RDWR)


def open_standard_error() -> TextIO:
    """Return a text stream, as ``open_output`` does, to the standard error of this process.

    Not to what may stand in for it: it is written to by its number, past every buffer.
    """
    return open_output(sys.__stderr__.fileno() if sys.__stderr__ else 2)


def open_output(descriptor: int) -> TextIO:
    """Return a text stream to a descriptor; writing to it never raises, and a line that is lost is counted.

    As soon as lines can be written again, one says how many were lost.
    """
    return io.TextIOWrapper(_Descriptor(descriptor), "utf-8", errors="backslashreplace", write_through=True)  # type: ignore[type-var]


class _Descriptor(io.RawIOBase):
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._lost = 0
        self._is_torn = False

    @override
    def writable(self) -> bool:
        """Return True."""
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        """Write a line, or count it as lost; return its length in any case."""
        line = bytes(data)
        try:
            if self._lost:
                self._put(self._note_of_lost())
                self._lost = 0
            self._put(line)
        except OSError:
            self._lost += 1
        return len(line)

    def _put(self, line: bytes) -> None:
        # So much at once does not block when the reader of a pipe is there.
        view = memoryview(line)
        while view:
            self._await_reader()
            view = view[os.write(self._descriptor, view[: select.PIPE_BUF]) :]
            self._is_torn = bool(view)

    def _await_reader(self) -> None:
        # Nobody waits again for a reader that was waited for in vain.
        if not self._poll.poll(0 if self._lost else PATIENCE_MILLISECONDS):
            raise BlockingIOError

    def _note_of_lost(self) -> bytes:
        start = b"\n" if self._is_torn else b""
        return start + to_json({"event": "log_lines_lost", "level": "warning", "lines": self._lost}) + b"\n"
