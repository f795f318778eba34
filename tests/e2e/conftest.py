"""A sandbox for commands."""

from pathlib import Path

import pytest

from tests.support.command_line import run


@pytest.fixture
def sandbox(tmp_path: Path, database_folder: Path) -> dict[str, str]:
    """Return the environment of a sandbox over a fresh folder."""
    return {
        "TRAJECTHUB_MODE": "sandbox",
        "TRAJECTHUB_DATABASE_URL": f"sqlite:///{database_folder / 'hub.db'}",
        "TRAJECTHUB_DATA_DIR": str(tmp_path),
        # A logger keeps the stream that it first wrote to, and each command here has one of its own.
        "TRAJECTHUB_LOG_LEVEL": "ERROR",
    }


@pytest.fixture
def migrated(sandbox: dict[str, str]) -> dict[str, str]:
    """Return the environment of a sandbox with a database and nothing connected."""
    assert run(sandbox, "migrate")[0] == 0
    return sandbox
