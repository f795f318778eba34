"""``trajecthub doctor``: examine an installation and say what is wrong with it; nothing is changed or stored."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ValidationError

from app.adapters.common.adapter import Adapter
from app.adapters.engine.registry import connect_partners
from app.bootstrap import pull_policies_of
from app.cli.runtime import run
from app.cli.tables import AsJson, print_items
from app.database import Database, DatabaseInUse, StoreError, newest_schema
from app.database_address import SqliteFile, read_database_url
from app.domain.codes import System
from app.domain.errors import CursorExpired, PartnerError, Unavailable
from app.log import configure_logging
from app.models.diagnosis import partner_cursors, schema_version, server_time
from app.operations.clock import SystemClock
from app.operations.master_key import MasterKeyRefused, value_opened_by
from app.operations.policy_version import PolicyChanged, used_policy
from app.operations.schema import DatabaseUnusable, fault_of_schema, fault_of_store, open_database
from app.privacy.policy import PolicyError, load_policy
from app.reference import load_reference
from app.settings import Settings, faults_of

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far the clocks of this machine and of the database server may differ: leases and retries depend on them."""

Cursors = Mapping[System, str | None]
"""For each partner the place up to which it was read."""

commands = typer.Typer()


class State(StrEnum):
    """What the examination of one thing found."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class CheckResult(BaseModel):
    """What was examined, and what was found: what is wrong and the remedy, or why it was left out."""

    check: str
    state: State
    detail: str


@dataclass
class Report:
    """What was found so far."""

    findings: list[CheckResult] = field(default_factory=list)

    def add(self, check: str, state: State, detail: str) -> None:
        """Add what was found."""
        self.findings.append(CheckResult(check=check, state=state, detail=detail))


@commands.command()
def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Do not call the partner systems.")] = False,
    as_json: AsJson = False,
) -> None:
    """Examine settings, database, master key, policy and partners.

    Says what to do about each fault. Exits with status 1 if something is wrong. Prints no secrets and no personal data.
    """
    findings = examine(offline=offline)
    print_items(findings, ("check", "state", "detail"), as_json=as_json)
    if any(each.state is State.FAILED for each in findings):
        raise typer.Exit(1)


def examine(*, offline: bool) -> list[CheckResult]:
    """Return what is found about the installation that the environment describes."""
    report = Report()
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in faults_of(error):
            report.add("settings", State.FAILED, fault)
    else:
        configure_logging("ERROR", settings.log_format)
        run(_examine(settings, report, offline=offline))
    return report.findings


async def _examine(settings: Settings, report: Report, *, offline: bool) -> None:
    report.add("settings", State.OK, f"{settings.mode} mode")
    with _guarded("reference data", report):
        _examine_city(settings, report)
    cursors: Cursors = {}
    with _guarded("database", report):
        cursors = await _open_store(settings, report)
    if not offline:
        await _examine_partners(settings, cursors, report)


@contextmanager
def _guarded(check: str, report: Report) -> Iterator[None]:
    """Report what a check did not expect as its fault; the other checks go on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # the examination of a broken installation meets any error
        # The name only: a message can hold parts of an address, or data.
        report.add(check, State.FAILED, f"It could not be examined ({type(error).__name__}); report this.")


def _examine_city(settings: Settings, report: Report) -> None:
    try:
        reference, policy = load_reference(settings.municipality), load_policy(settings.municipality)
    except ValueError as error:
        report.add("reference data", State.FAILED, f"{settings.municipality}: {error}")
    else:
        found = f"{settings.municipality}: {len(reference.areas)} areas, policy {policy.version}"
        report.add("reference data", State.OK, found)


async def _open_store(settings: Settings, report: Report) -> Cursors:
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
    report.add("database", State.OK, f"{db.dialect} answers in {_milliseconds(begun)} ms")
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


async def _examine_partners(settings: Settings, cursors: Cursors, report: Report) -> None:
    clock, policies = SystemClock(), pull_policies_of(settings)
    adapters = connect_partners(settings.partners.values(), clock, policies)
    for system in settings.partners:
        if system not in adapters:
            report.add(f"partner {system}", State.SKIPPED, "not connected")
        elif policies[system].in_maintenance(clock.now()):
            report.add(f"partner {system}", State.SKIPPED, "in maintenance, and so not called")
        else:
            with _guarded(f"partner {system}", report):
                report.add(f"partner {system}", *await _reach(adapters[system], cursors.get(system)))
    for adapter in adapters.values():
        await adapter.close()


async def _reach(adapter: Adapter, cursor: str | None) -> tuple[State, str]:
    """Read one page of changes, as the next pull would, and drop it."""
    begun = time.perf_counter()
    try:
        await anext(adapter.source.changes(cursor))
    except CursorExpired:
        return State.OK, f"answers in {_milliseconds(begun)} ms; the next pull reads everything again"
    except PartnerError as error:
        return State.FAILED, f"{error}."
    return State.OK, f"answers in {_milliseconds(begun)} ms"


def _milliseconds(begun: float) -> int:
    return round((time.perf_counter() - begun) * 1000)
