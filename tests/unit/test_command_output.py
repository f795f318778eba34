"""What commands print for people is short enough to read, and says where the rest is."""

import os
import subprocess
import sys

import pytest

from app.cli.tables import MOST_SHOWN, as_text


def test_a_long_list_is_shown_in_part() -> None:
    keys = [f"A{number}" for number in range(MOST_SHOWN + 7)]

    assert as_text(keys[:MOST_SHOWN]) == ", ".join(keys[:MOST_SHOWN])
    assert as_text(keys) == f"{', '.join(keys[:MOST_SHOWN])} … and 7 more: see --json"


@pytest.mark.parametrize(("links", "text"), [(1, "A1 R1"), (2, "A1 R1\nA1 R1")])
def test_objects_are_listed_line_by_line(links: int, text: str) -> None:
    assert as_text([{"caseId": "A1", "referralId": "R1"}] * links) == text


PRINTS_ON = """
import asyncio
import typer
from app.cli.program import run

async def print_on():
    while True:
        typer.echo("line")

typer.run(lambda: run(print_on()))
"""


def test_a_command_whose_output_nobody_reads_any_more_ends_without_a_message() -> None:
    reading, writing = os.pipe()
    with subprocess.Popen([sys.executable, "-c", PRINTS_ON], stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        _, said = process.communicate(timeout=30)

    assert said == b"", said.decode()
    assert process.returncode == 1
