"""The command line as a person or a program uses it."""

import json
from collections.abc import Mapping
from typing import Any

from typer.testing import CliRunner

from app.cli.main import main


def run(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """Run a command; returns its exit code and what it printed, in one line."""
    result = CliRunner().invoke(main, list(words), env=environment)
    return result.exit_code, " ".join(result.output.split())


def run_json(environment: Mapping[str, str], *words: str, code: int = 0) -> Any:
    """Run a command that prints JSON, and give what it printed."""
    result = CliRunner().invoke(main, [*words, "--json"], env=environment)
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)
