"""The environment of commands."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.sandbox.gidso.app import API_KEY
from tests.support.command_line import run
from tests.support.gidso_env import row


@pytest.fixture
def sandbox(tmp_path: Path, database_folder: Path) -> dict[str, str]:
    """Return the environment variables of a hub in sandbox mode over an empty folder."""
    return {
        "TRAJECTHUB_MODE": "sandbox",
        "TRAJECTHUB_DATABASE_URL": f"sqlite:///{database_folder / 'hub.db'}",
        "TRAJECTHUB_DATA_DIR": str(tmp_path),
        # A logger keeps the stream that it first wrote to, but each command here has its own stream.
        "TRAJECTHUB_LOG_LEVEL": "ERROR",
    }


@pytest.fixture
def migrated(sandbox: dict[str, str]) -> dict[str, str]:
    """Return the environment variables of a hub with a migrated database and no partner."""
    assert run(sandbox, "migrate")[0] == 0
    return sandbox


@pytest.fixture(scope="module")
def gidso() -> Iterator[str]:
    """Return the address of a GIDSO that runs and holds one registration."""
    command = [sys.executable, "-m", "app.cli.main", "simulate", "gidso"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["gidso"]
        httpx.put(f"{url}/_console/aanmeldingen", json=[row(1)], headers={"X-Api-Key": API_KEY}).raise_for_status()
        yield url
        process.terminate()
