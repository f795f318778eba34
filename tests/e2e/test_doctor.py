"""``trajecthub doctor`` names every fault of an installation with its remedy, changes nothing and shows no secret."""

import asyncio
import re
import socket
import stat
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from sqlalchemy import make_url

from app.cli.findings import Report, State
from app.cli.program import run as run_to_the_end
from app.cli.store_examination import examine_clock, examine_connections
from app.database import Connection, Database, with_own_connection
from app.database.migrations import upgrade_schema
from app.models.diagnosis import ServerState
from app.operations.access.signing_keys import SigningKey, add_signing_key
from app.operations.clock import SystemClock
from app.operations.services import build_services
from app.sandbox.gidso.app import API_KEY
from tests.support.certificate import write_certificate
from tests.support.command_line import run, run_json, write
from tests.support.postgres import PostgresServer
from tests.support.store_trouble import read_only

pytestmark = pytest.mark.slow

KEY, OTHER_KEY = (b64encode(bytes([byte]) * 32).decode() for byte in (1, 2))

Findings = dict[str, tuple[str, str]]


@pytest.fixture
def installation(sandbox: dict[str, str], database_url: str) -> dict[str, str]:
    """Return the environment of a migrated installation without partners, on each store in turn."""
    return sandbox | {"TRAJECTHUB_DATABASE_URL": database_url, "TRAJECTHUB_MASTER_KEY": KEY}


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Return a port at which nobody answers and that nobody else can take."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def examined(environment: dict[str, str], *options: str, code: int) -> Findings:
    findings: list[dict[str, Any]] = run_json(environment, "doctor", *options, code=code)
    return {each["check"]: (each["state"], each["detail"]) for each in findings}


def store_signing_key(tx: Connection) -> None:
    """Store a value that the master key sealed."""
    services = build_services(bytes([1]) * 32, "rotterdam", SystemClock())
    add_signing_key(tx, services, SigningKey("kid-1", b"-----BEGIN PRIVATE KEY-----", {"kid": "kid-1"}))


def become_older(tx: Connection) -> None:
    """Say that the schema is of another version."""
    tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")


def test_nothing_is_wrong_with_a_sound_installation(installation: dict[str, str]) -> None:
    write(installation["TRAJECTHUB_DATABASE_URL"], store_signing_key)

    found = examined(installation, code=0)

    failed = {check for check, (state, _) in found.items() if state == "failed"}
    assert failed == set()
    assert {"settings", "reference data", "database", "schema", "master key"} <= found.keys()
    assert found["master key"] == ("ok", "It opens what is stored.")
    assert found["terms"] == ("ok", "Cases with a term that has passed: 0")
    assert found["partner gidso"] == ("skipped", "not connected")
    assert ("clock" in found) is installation["TRAJECTHUB_DATABASE_URL"].startswith("postgresql")


def test_the_version_and_the_connections_of_the_store_are_shown(installation: dict[str, str]) -> None:
    found = examined(installation | {"TRAJECTHUB_DATABASE_POOL_SIZE": "6"}, "--offline", code=0)

    assert re.match(r"(sqlite 3|postgresql \d+)\.\d+.* answers in \d+ ms", found["database"][1])
    assert found["writing"] == ("ok", "The database takes writes.")
    if "connections" in found:
        state, detail = found["connections"]
        assert state == "ok"
        assert detail.startswith("A process uses up to 8 of the 197 that are allowed: enough for 24 such processes; ")


def test_a_pool_that_the_server_does_not_allow_is_found() -> None:
    report = Report()

    for allowed in (11, 12):
        state = ServerState(is_standby=False, connections_allowed=allowed, connections_open=3)
        examine_connections(state, 10, report)

    assert [each.state for each in report.findings] == [State.FAILED, State.OK]
    assert "lower TRAJECTHUB_DATABASE_POOL_SIZE" in report.findings[0].detail


def test_a_database_that_takes_no_writes_is_found(
    sandbox: dict[str, str], postgres_server: PostgresServer, emptied_postgres_url: str
) -> None:
    async def examine_read_only() -> Findings:
        async with read_only(postgres_server, emptied_postgres_url):
            return await asyncio.to_thread(examined, environment, "--offline", code=1)

    environment = sandbox | {"TRAJECTHUB_DATABASE_URL": emptied_postgres_url}

    state, detail = run_to_the_end(examine_read_only())["writing"]

    assert state == "failed"
    assert detail.startswith("The database takes no writes (ReadOnlySQLTransactionError); ")


def test_each_of_several_servers_is_examined(sandbox: dict[str, str], emptied_postgres_url: str) -> None:
    folder = str(make_url(emptied_postgres_url).query["host"])
    several = make_url(emptied_postgres_url).set(query={"host": f"/nowhere,{folder}"})
    environment = sandbox | {"TRAJECTHUB_DATABASE_URL": several.render_as_string(hide_password=False)}

    found = examined(environment, "--offline", code=1)

    assert found["database"][0] == "ok"
    assert found[f"server {folder}:5432"][1].startswith("the primary, ")
    assert found["server /nowhere:5432"][0] == "failed"


def test_findings_are_shown_as_a_table(installation: dict[str, str]) -> None:
    code, output = run(installation, "doctor", "--offline")

    assert code == 0
    assert all(word in output for word in ("check", "detail", "master key", "Nothing is sealed yet."))


def test_another_master_key_than_that_of_the_stored_data_is_found(installation: dict[str, str]) -> None:
    write(installation["TRAJECTHUB_DATABASE_URL"], store_signing_key)

    found = examined(installation | {"TRAJECTHUB_MASTER_KEY": OTHER_KEY}, code=1)

    state, detail = found["master key"]
    assert state == "failed"
    assert "TRAJECTHUB_MASTER_KEY" in detail


def test_a_database_without_tables_is_to_be_migrated(sandbox: dict[str, str], empty_database_url: str) -> None:
    with_own_connection(empty_database_url, lambda _: None)

    found = examined(sandbox | {"TRAJECTHUB_DATABASE_URL": empty_database_url}, code=1)

    assert found["database"][0] == "ok"
    assert found["schema"] == ("failed", "The database has no tables yet; run 'trajecthub migrate'.")
    assert "master key" not in found


def test_a_schema_of_another_version_is_found(sandbox: dict[str, str], empty_database_url: str) -> None:
    upgrade_schema(empty_database_url)
    write(empty_database_url, become_older)

    state, detail = examined(sandbox | {"TRAJECTHUB_DATABASE_URL": empty_database_url}, code=1)["schema"]

    assert state == "failed"
    assert detail.startswith("The schema is 0000, ")
    assert "'trajecthub migrate'" in detail


def test_a_missing_sqlite_file_is_named_and_not_made(sandbox: dict[str, str], database_folder: Path) -> None:
    state, detail = examined(sandbox, code=1)["database"]

    assert state == "failed"
    assert "'trajecthub migrate'" in detail
    assert list(database_folder.iterdir()) == []


def test_a_file_that_is_no_database_is_found_and_the_other_checks_go_on(
    sandbox: dict[str, str], database_folder: Path, tmp_path: Path
) -> None:
    (database_folder / "hub.db").write_text("These are notes, and no database.\n" * 99)

    found = examined(sandbox, code=1)

    assert found["database"][0] == "failed"
    assert "SQLITE_NOTADB" in found["database"][1]
    assert {"settings", "reference data", "partner gidso"} <= found.keys()
    assert not (tmp_path / "master.key").exists()


def test_a_sqlite_file_that_a_running_hub_has_open_is_left_alone(migrated: dict[str, str]) -> None:
    hub = Database.open(migrated["TRAJECTHUB_DATABASE_URL"])
    in_use = examined(migrated, "--offline", code=0)
    run_to_the_end(hub.close())

    assert in_use["database"][0] == "skipped"
    assert "stop it" in in_use["database"][1]


def test_files_that_anybody_may_read_are_named_with_the_remedy_and_left_alone(
    migrated: dict[str, str], database_folder: Path, tmp_path: Path
) -> None:
    private = tmp_path / "private key.pem"
    environment = migrated | {"TRAJECTHUB_RMW_KEY_FILE": str(private), "TRAJECTHUB_RMW_CERTIFICATE_FILE": str(private)}
    made = write_certificate(tmp_path)
    private.write_bytes(Path(made.certificate).read_bytes() + Path(made.key).read_bytes())
    secret = [*(database_folder / f"hub.db{each}" for each in ("", "-wal", "-shm", ".lock")), tmp_path / "master.key"]
    for each in (*secret, private):
        each.touch()
        each.chmod(0o600)
    sound = examined(environment, "--offline", code=0)["files"]

    for each in (*secret, private):
        # SQLite removes its own two when the examination ends.
        each.touch()
        each.chmod(0o604)
    findings = run_json(environment, "doctor", "--offline", code=1)

    assert sound == ("ok", "Only their owners and groups may read those with data and keys.")
    remedies = [each["detail"].rpartition("; run ")[2] for each in findings if each["check"] == "files"]
    assert remedies == [f"chmod o= {quote(str(each))}" for each in (*secret, private)]
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o604 for each in (*secret, private) if each.is_file())


def test_a_migration_closes_the_files_of_the_hub(migrated: dict[str, str], database_folder: Path) -> None:
    database = database_folder / "hub.db"
    database.chmod(0o644)

    assert run(migrated, "migrate")[0] == 0
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_a_database_that_cannot_be_reached_is_found_without_its_password(
    sandbox: dict[str, str], closed_port: int
) -> None:
    environment = sandbox | {"TRAJECTHUB_DATABASE_URL": f"postgresql://hub:geheim@127.0.0.1:{closed_port}/hub"}

    state, detail = examined(environment, "--offline", code=1)["database"]

    assert state == "failed"
    assert "TRAJECTHUB_DATABASE_URL" in detail
    assert "geheim" not in detail


def test_a_partner_that_answers_is_shown_with_its_latency(installation: dict[str, str], gidso: str) -> None:
    connected = installation | {"TRAJECTHUB_GIDSO_URL": gidso, "TRAJECTHUB_GIDSO_API_KEY": API_KEY}

    state, detail = examined(connected, code=0)["partner gidso"]

    assert state == "ok"
    assert detail.startswith("answers in ")


@pytest.mark.parametrize("system", ["allegro", "gidso", "rmw"])
def test_a_partner_that_is_down_is_shown_with_the_reason(
    installation: dict[str, str], closed_port: int, system: str
) -> None:
    down = installation | {f"TRAJECTHUB_{system.upper()}_URL": f"http://127.0.0.1:{closed_port}"}

    state, detail = examined(down, code=1)[f"partner {system}"]

    assert state == "failed"
    assert "the connection is refused" in detail


def test_refused_credentials_of_the_hub_are_named_and_not_shown(installation: dict[str, str], gidso: str) -> None:
    secret = "sleutel-4711"
    environment = installation | {"TRAJECTHUB_GIDSO_URL": gidso, "TRAJECTHUB_GIDSO_API_KEY": secret}

    state, detail = examined(environment, code=1)["partner gidso"]

    assert state == "failed"
    assert "credentials" in detail
    assert secret not in detail


def test_offline_no_partner_is_called(installation: dict[str, str], closed_port: int) -> None:
    down = installation | {"TRAJECTHUB_GIDSO_URL": f"http://127.0.0.1:{closed_port}"}

    assert not {check for check in examined(down, "--offline", code=0) if check.startswith("partner")}


def test_a_partner_in_maintenance_is_not_called(installation: dict[str, str], closed_port: int) -> None:
    environment = installation | {
        "TRAJECTHUB_RMW_URL": f"http://127.0.0.1:{closed_port}",
        "TRAJECTHUB_RMW_MAINTENANCE": "00:00-12:00,12:00-00:00",
    }

    assert examined(environment, code=0)["partner rmw"] == ("skipped", "in maintenance, and so not called")


def test_every_fault_in_the_settings_is_named_at_once_with_its_remedy() -> None:
    environment = {
        "TRAJECTHUB_MODE": "production",
        "TRAJECTHUB_PORT": "eight thousand",
        "TRAJECTHUB_PUBLIC_URL": "http://beheer:geheim@hub.example.org",
        "TRAJECTHUB_GIDSO_URL": "https://gidso.example.org",
    }

    found = run_json(environment, "doctor", code=1)

    assert [(each["check"], each["state"], each["detail"].split(" ")[0]) for each in found] == [
        ("settings", "failed", "TRAJECTHUB_PUBLIC_URL:"),
        ("settings", "failed", "TRAJECTHUB_PORT:"),
        ("settings", "failed", "TRAJECTHUB_MASTER_KEY"),
        ("settings", "failed", "TRAJECTHUB_OIN"),
        ("settings", "failed", "TRAJECTHUB_GIDSO_API_KEY"),
    ]
    assert not any("geheim" in each["detail"] or "eight" in each["detail"] for each in found)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TRAJECTHUB_MUNICIPALITY", "atlantis", "TRAJECTHUB_MUNICIPALITY names no set of reference data"),
        ("TRAJECTHUB_WEBHOOK_CA_FILE", "/nonexistent.pem", "TRAJECTHUB_WEBHOOK_CA_FILE is /nonexistent.pem"),
    ],
)
def test_a_setting_that_leads_nowhere_is_found(migrated: dict[str, str], name: str, value: str, told: str) -> None:
    findings = run_json(migrated | {name: value}, "doctor", "--offline", code=1)

    assert [each["detail"] for each in findings if each["state"] == "failed" and told in each["detail"]]


def test_a_clock_that_differs_from_the_servers_is_found() -> None:
    report = Report()

    for seconds in (-60, -5, 0, 5, 60):
        examine_clock(timedelta(seconds=seconds), report)

    assert [each.state for each in report.findings] == [State.FAILED, State.OK, State.OK, State.OK, State.FAILED]
