"""The examination of the database of an installation; nothing in it is changed."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.cli.findings import Report, State, milliseconds_since
from app.database import NOTIFYING_CONNECTIONS, SERVER_LIMITS, Database, DatabaseInUse, StoreError, newest_schema
from app.database_address import PostgresServers, SqliteFile, read_database_url, read_postgresql_url
from app.domain.codes import System
from app.domain.errors import Unavailable
from app.models.access.master_key_check import rewrite_master_key_check
from app.models.diagnosis import (
    ServerState,
    database_identity,
    partner_cursors,
    schema_version,
    server_state,
    server_time,
    session_settings,
    store_version,
)
from app.operations.clock import SystemClock
from app.operations.master_key import MasterKeyRefused, value_opened_by
from app.operations.metrics.figures import read_term_figures
from app.operations.policy_version import PolicyChanged, used_policy
from app.operations.schema import DatabaseUnusable, fault_of_schema, fault_of_store, open_database
from app.privacy.policy import PolicyError, load_policy
from app.settings import Settings

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far the clocks of this machine and of the database server may differ: leases and retries depend on them."""

Cursors = Mapping[System, str | None]
"""For each partner the place up to which it was read."""


async def examine_store(settings: Settings, report: Report) -> Cursors:
    """Report what is found about the database. Return for each partner the place up to which it was read."""
    if missing := _missing_file(settings.database_url):
        report.add("database", State.FAILED, f"There is no file {missing}; make it with 'trajecthub migrate'.")
        return {}
    try:
        db = open_database(settings.database_url, settings.connections)
    except DatabaseInUse:
        report.add("database", State.SKIPPED, "A running hub has the file open; stop it to have its contents examined.")
        return {}
    except DatabaseUnusable as error:
        report.add("database", State.FAILED, str(error))
        return {}
    try:
        return await _examine_store(db, settings, report)
    except (Unavailable, StoreError, OSError) as error:
        report.add("database", State.FAILED, fault_of_store(error).english)
        return {}
    finally:
        await db.close()


def _missing_file(url: str) -> Path | None:
    match read_database_url(url):
        case SqliteFile(path) if not path.is_file():
            return path
        case _:
            return None


async def _examine_store(db: Database, settings: Settings, report: Report) -> Cursors:
    begun = time.perf_counter()
    version = await db.read(store_version)
    report.add("database", State.OK, f"{db.dialect} {version} answers in {milliseconds_since(begun)} ms")
    if db.dialect == "postgresql":
        await _examine_server(db, settings, report)
    schema, newest = await db.read(schema_version), newest_schema()
    _examine_schema(schema, newest, report)
    if schema != newest:
        return {}
    await _examine_writing(db, report)
    await _examine_key(db, settings, report)
    await _examine_policy(db, settings, report)
    await _examine_terms(db, report)
    return await db.read(partner_cursors)


async def _examine_server(db: Database, settings: Settings, report: Report) -> None:
    examine_clock(await db.read(server_time) - SystemClock().now(), report)
    examine_limits(await db.read(session_settings, SERVER_LIMITS.keys()), report)
    if settings.database_direct_url is not None:
        await _examine_direct_url(db, settings.database_direct_url, report)
        return
    examine_connections(await db.read(server_state), settings.database_pool_size, report)
    await _examine_every_server(read_postgresql_url(settings.database_url), report)


def examine_limits(found: Mapping[str, str], report: Report) -> None:
    """Report whether the sessions of the hub have its limits, which a pooler in between does not pass on."""
    different = {name: value for name, value in SERVER_LIMITS.items() if found[name] != value}
    if different:
        commands = "; ".join(f"ALTER ROLE … SET {name} = '{value}'" for name, value in different.items())
        detail = f"A pooler is in between: set TRAJECTHUB_DATABASE_DIRECT_URL, and run for the hub's login {commands}."
        report.add("limits", State.FAILED, detail)
    else:
        report.add("limits", State.OK, ", ".join(f"{name} {value}" for name, value in SERVER_LIMITS.items()))


async def _examine_direct_url(db: Database, url: str, report: Report) -> None:
    async with _opened(read_postgresql_url(url)) as direct:
        try:
            is_same = await direct.read(database_identity) == await db.read(database_identity)
        except (Unavailable, StoreError) as error:
            report.add("direct url", State.FAILED, fault_of_store(error).english)
        else:
            state = State.OK if is_same else State.FAILED
            report.add("direct url", state, f"It leads to {'the same' if is_same else 'another'} database.")


def examine_connections(state: ServerState, pool_size: int, report: Report) -> None:
    """Report how many connections the server allows, compared with what a process of the hub uses."""
    used, allowed = pool_size + NOTIFYING_CONNECTIONS, state.connections_allowed
    if used > allowed:
        remedy = "lower TRAJECTHUB_DATABASE_POOL_SIZE, or raise max_connections"
        report.add("connections", State.FAILED, f"A process uses up to {used}, and {allowed} are allowed: {remedy}.")
    else:
        enough = f"enough for {allowed // used} such processes; {state.connections_open} are open now"
        report.add("connections", State.OK, f"A process uses up to {used} of the {allowed} that are allowed: {enough}.")


async def _examine_every_server(servers: PostgresServers, report: Report) -> None:
    """Report each server of several: the hub uses the primary only, and a fault of another shows at a failover."""
    for place in servers.places if len(servers.places) > 1 else ():
        async with _opened(replace(servers, places=(place,), session=None)) as db:
            try:
                kind = "a standby" if (await db.read(server_state)).is_standby else "the primary"
                report.add(f"server {place}", State.OK, f"{kind}, {await db.read(store_version)}")
            except (Unavailable, StoreError) as error:
                report.add(f"server {place}", State.FAILED, fault_of_store(error).english)


@asynccontextmanager
async def _opened(servers: PostgresServers) -> AsyncIterator[Database]:
    db = Database.at(servers)
    try:
        yield db
    finally:
        await db.close()


async def _examine_writing(db: Database, report: Report) -> None:
    try:
        await db.write_without_notifying(rewrite_master_key_check)
    except (Unavailable, StoreError) as error:
        report.add("writing", State.FAILED, fault_of_store(error).english)
    else:
        report.add("writing", State.OK, "The database takes writes.")


def examine_clock(ahead: timedelta, report: Report) -> None:
    """Report how far the clock of the database server is ahead of that of this machine."""
    seconds = abs(ahead.total_seconds())
    if seconds <= CLOCK_TOLERANCE.total_seconds():
        report.add("clock", State.OK, f"{seconds:.1f} s from the clock of the database server")
    else:
        detail = f"It differs {seconds:.0f} s from that of the database server; set both by a time server (NTP)."
        report.add("clock", State.FAILED, detail)


def _examine_schema(version: str | None, newest: str, report: Report) -> None:
    if fault := fault_of_schema(version, newest):
        report.add("schema", State.FAILED, fault.english)
    else:
        report.add("schema", State.OK, newest)


async def _examine_key(db: Database, settings: Settings, report: Report) -> None:
    try:
        sealed = await db.read(value_opened_by, settings.known_master_key())
    except MasterKeyRefused as error:
        report.add("master key", State.FAILED, str(error))
    else:
        detail = "It opens what is stored." if sealed else "Nothing is sealed yet."
        report.add("master key", State.OK, detail)


async def _examine_policy(db: Database, settings: Settings, report: Report) -> None:
    try:
        policy = load_policy(settings.municipality)
        used = await db.read(used_policy, policy)
    except PolicyError:
        report.add("policy", State.SKIPPED, "It cannot be read.")
    except PolicyChanged as error:
        report.add("policy", State.FAILED, str(error))
    else:
        detail = "is the one that was used before" if used else "is not used yet"
        report.add("policy", State.OK, f"{policy.version} {detail}")


async def _examine_terms(db: Database, report: Report) -> None:
    figures = await db.read(read_term_figures, SystemClock().now())
    since = figures.due_since
    waiting = f"; reports about terms wait for a worker since {since.isoformat(timespec='minutes')}" if since else ""
    report.add("terms", State.OK, f"Cases with a term that has passed: {figures.breached}{waiting}")
