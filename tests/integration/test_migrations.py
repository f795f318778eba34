"""Migrations build, from nothing, exactly the schema that the models describe."""

import asyncio
import re
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect

from app.database import Connection, Database, upgrade_schema
from app.models import metadata
from tests.support.postgres import PostgresServer

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


def differences(tx: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(tx), metadata))


def check_constraints(tx: Connection) -> set[tuple[str, str | None]]:
    found = inspect(tx).get_multi_check_constraints()
    return {(table, constraint["name"]) for (_, table), constraints in found.items() for constraint in constraints}


async def test_models_and_schema_agree(database: Database) -> None:
    assert await database.write(differences) == []


async def test_models_and_schema_have_the_same_check_constraints(database: Database) -> None:
    """Alembic neither compares them nor writes those declared inside a column."""
    declared = {
        (table.name, constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }

    assert await database.read(check_constraints) == declared


async def test_upgrade_from_nothing_makes_every_table(empty_database_url: str) -> None:
    await asyncio.to_thread(upgrade_schema, empty_database_url)

    database = Database.open(empty_database_url)
    tables = await database.read(lambda tx: set(inspect(tx).get_table_names()))
    await database.close()

    assert tables == {*metadata.tables, "alembic_version"}


async def test_upgrade_beside_a_running_event_loop_and_twice_changes_nothing(empty_database_url: str) -> None:
    upgrade_schema(empty_database_url)
    upgrade_schema(empty_database_url)

    database = Database.open(empty_database_url)
    assert await database.write(differences) == []
    await database.close()


async def test_processes_that_start_together_migrate_one_after_the_other(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()

    # Alembic's state is global to a process, so each upgrade runs in one of its own.
    program = f"from app.database import upgrade_schema; upgrade_schema({url!r})"
    starting = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=VERSIONS.parents[1]) for _ in range(3)
    ]
    exit_codes = [await process.wait() for process in starting]

    assert exit_codes == [0, 0, 0]
    postgres_server.drop_database(url)


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_file_name_is_dated_and_says_what_changes(path: Path) -> None:
    assert re.fullmatch(r"\d{8}_\d{4}_[a-z0-9_]+", path.stem)
