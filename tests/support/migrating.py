"""Stores with the schema of an earlier revision."""

from pathlib import Path

import alembic.command
import alembic.config

_MIGRATIONS = Path(__file__).parents[2] / "migrations"


def go_back(url: str, revision: str) -> None:
    """Take a store back to an earlier revision."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    alembic.command.downgrade(config, revision)
