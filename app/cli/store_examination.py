"""The examination of the database of an installation; nothing in it is changed."""

import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from app.cli.findings import Report, State, milliseconds_since
from app.database import Database, DatabaseInUse, StoreError, newest_schema
from app.database_address import SqliteFile, read_database_url
from app.domain.codes import System
from app.domain.errors import Unavailable
from app.models.diagnosis import partner_cursors, schema_version, server_time
from app.operations.clock import SystemClock
from app.operations.master_key import MasterKeyRefused, value_opened_by
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
        db = open_database(settings.database_url)
    except DatabaseInUse:
        report.add("database", State.SKIPPED, "A running hub has the file open; stop it to have its contents examined.")
        return {}
    except DatabaseUnusable as error:
        report.add("database", State.FAILED, str(error))
        return {}
    try:
        return await _examine_store(db, settings, report)
    except (Unavailable, StoreError, OSError) as error:
        report.add("database", State.FAILED, fault_of_store(error))
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
    version = await db.read(schema_version)
    report.add("database", State.OK, f"{db.dialect} answers in {milliseconds_since(begun)} ms")
    if db.dialect == "postgresql":
        examine_clock(await db.read(server_time) - SystemClock().now(), report)
    newest = newest_schema()
    _examine_schema(version, newest, report)
    if version != newest:
        return {}
    await _examine_key(db, settings, report)
    await _examine_policy(db, settings, report)
    return await db.read(partner_cursors)


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
        report.add("schema", State.FAILED, fault)
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
