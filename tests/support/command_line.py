"""The command line in the process of the test."""

import json
from collections.abc import Mapping
from typing import Any

from typer.testing import CliRunner

from app.cli.main import main


def run(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """Run a command. Return its exit code and its output in one line."""
    result = CliRunner().invoke(main, list(words), env=environment)
    return result.exit_code, " ".join(result.output.split())


def run_json(environment: Mapping[str, str], *words: str, code: int = 0) -> Any:
    """Run a command that prints JSON. Return the JSON."""
    result = CliRunner().invoke(main, [*words, "--json"], env=environment)
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)
