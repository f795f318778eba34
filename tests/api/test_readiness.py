"""Readiness says what is wrong with the database; it promises no more than it asked."""

from dataclasses import replace

import pytest
from httpx import ASGITransport

from app.api.app import create_api
from app.api.state import AppState
from app.operations.readiness import WRITE_SECONDS, Readiness
from tests.api.conftest import PUBLIC_URL, Api

# Ends with the connection.
READ_ONLY = "PRAGMA query_only=ON"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def ready(hub: AppState) -> tuple[int, str]:
    """Return the status of the answer, and what is wrong."""
    async with Api(transport=ASGITransport(create_api(hub)), base_url=PUBLIC_URL) as client:
        response = await client.get("/healthz/ready")
    return response.status_code, response.json().get("detail", "")


async def execute(hub: AppState, statement: str) -> None:
    await hub.db.write(lambda tx: tx.exec_driver_sql(statement))


async def test_a_schema_that_is_not_the_newest_is_not_ready(hub: AppState) -> None:
    newest = await hub.db.read(lambda tx: tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
    await execute(hub, "UPDATE alembic_version SET version_num = '0000'")
    older = await ready(hub)
    await execute(hub, f"UPDATE alembic_version SET version_num = '{newest}'")

    assert older[0] == 503
    assert older[1].startswith("The schema is 0000, and this version of the hub needs ")
    assert "'trajecthub migrate'" in older[1]
    assert await ready(hub) == (200, "")


@ON_SQLITE
async def test_a_store_that_takes_no_writes_is_not_ready(hub: AppState) -> None:
    await execute(hub, READ_ONLY)

    status, detail = await ready(hub)

    assert status == 503
    assert detail.startswith("The database takes no writes (SQLITE_READONLY); ")


@ON_SQLITE
async def test_asking_often_writes_once_a_second(hub: AppState) -> None:
    now = [0.0]
    asked = replace(hub, readiness=Readiness(lambda: now[0]))
    first = await ready(asked)
    await execute(hub, READ_ONLY)
    soon = await ready(asked)
    now[0] += WRITE_SECONDS
    later = await ready(asked)

    assert [first[0], soon[0], later[0]] == [200, 200, 503]
