"""Commands behind PgBouncer: what needs one session goes past it, and doctor says what it does not pass on."""

import asyncio

import pytest

from app.database import newest_schema
from tests.support.command_line import run, run_json
from tests.support.postgres import PostgresServer, run_script
from tests.support.store_trouble import end_connections

pytestmark = pytest.mark.slow

LIMITS = {"statement_timeout": "35s", "idle_in_transaction_session_timeout": "10s", "jit": "off"}


@pytest.fixture
def environment(sandbox: dict[str, str], pooler_url: str, emptied_postgres_url: str) -> dict[str, str]:
    """Return the environment of an installation whose URL leads to PgBouncer."""
    return sandbox | {"TRAJECTHUB_DATABASE_URL": pooler_url, "TRAJECTHUB_DATABASE_DIRECT_URL": emptied_postgres_url}


def checks(environment: dict[str, str], code: int) -> dict[str, tuple[str, str]]:
    findings = run_json(environment, "doctor", "--offline", code=code)
    return {each["check"]: (each["state"], each["detail"]) for each in findings}


def test_migrations_go_past_the_pooler(environment: dict[str, str], emptied_postgres_url: str) -> None:
    run_script(emptied_postgres_url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    assert run(environment, "migrate") == (0, "The schema is up to date.")
    assert checks(environment, 1)["schema"] == ("ok", newest_schema())


def test_doctor_names_the_limits_that_a_pooler_does_not_pass_on(
    environment: dict[str, str], postgres_server: PostgresServer, emptied_postgres_url: str
) -> None:
    before = checks(environment, 1)
    for name, value in LIMITS.items():
        postgres_server.execute(f"ALTER ROLE postgres SET {name} = '{value}'")
    asyncio.run(end_connections(postgres_server, emptied_postgres_url))
    after = checks(environment, 0)
    postgres_server.execute("ALTER ROLE postgres RESET ALL")

    assert {name for name, (state, _) in before.items() if state == "failed"} == {"limits"}
    assert "ALTER ROLE … SET statement_timeout = '35s'" in before["limits"][1]
    assert after["limits"][0] == after["direct url"][0] == "ok"
    assert "connections" not in after
