"""A log that cannot be written never stops who writes it, and says later how many lines it lost."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.log_output import open_output


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Return both ends of a pipe, for reading and for writing."""
    reading, writing = os.pipe()
    yield reading, writing
    for each in (reading, writing):
        os.close(each)


def test_a_reader_that_is_gone_a_full_disk_and_a_closed_descriptor_are_no_errors() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    full = os.open("/dev/full", os.O_WRONLY)
    closed = os.dup(full)
    outputs = [open_output(each) for each in (writing, full, closed)]
    os.close(closed)

    written = [output.write("line\n") for output in outputs for _ in range(3)]

    os.close(writing)
    os.close(full)
    assert written == [len("line\n")] * 9


def test_a_pipe_that_nobody_reads_does_not_block_and_the_lost_lines_are_counted(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    output, lines = open_output(writing), 0
    os.set_blocking(reading, False)

    # More than any pipe takes.
    while lines < 40:
        output.write(f"{'x' * 10_000}\n")
        lines += 1
    arrived = os.read(reading, 2**20)
    output.write("after\n")

    torn, lost, after = os.read(reading, 2**20).splitlines()
    whole = arrived.count(b"\n")
    assert torn == b""
    assert json.loads(lost) == {"event": "log_lines_lost", "level": "warning", "lines": lines - whole}
    assert after == b"after"


def test_text_that_has_no_encoding_is_escaped(pipe: tuple[int, int]) -> None:
    reading, writing = pipe

    open_output(writing).write("half \ud83d\n")

    assert os.read(reading, 100) == b"half \\ud83d\n"


LOGGING = """
from app.log import configure_logging
import logging, structlog

configure_logging("INFO", "json")
opened = open("data", "w+b", buffering=0)
structlog.get_logger().error("into_nothing")
logging.getLogger("library").error("into nothing")
assert opened.read() == b"", "a line was written into a file"
"""


def test_a_process_without_standard_streams_logs_into_no_file_of_its_own(tmp_path: Path) -> None:
    script = tmp_path / "logging_script.py"
    script.write_text(LOGGING)
    command = f'exec "{sys.executable}" "{script}" <&- >&- 2>&-'

    ended = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, check=False
    )

    assert ended.returncode == 0
    assert (tmp_path / "data").read_bytes() == b""
