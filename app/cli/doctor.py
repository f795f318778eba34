"""``trajecthub doctor``: examine an installation and say what is wrong with it; nothing is changed or stored."""

import time
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer
from pydantic import ValidationError

from app.adapters.common.adapter import Adapter
from app.adapters.engine.registry import connect_partners
from app.bootstrap import pull_policies_of
from app.cli.findings import CheckResult, Report, State, guarded, milliseconds_since
from app.cli.program import run
from app.cli.store_examination import Cursors, examine_store
from app.cli.tables import AsJson, print_items
from app.domain.errors import CursorExpired, PartnerError
from app.log import configure_logging
from app.operations.clock import SystemClock
from app.privacy.policy import load_policy
from app.private_files import is_open_to_others
from app.reference import load_reference
from app.settings import Settings, faults_of

commands = typer.Typer()


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
    with guarded("reference data", report):
        _examine_city(settings, report)
    with guarded("files", report):
        examine_files((*settings.own_files, *settings.given_secret_files), report)
    cursors: Cursors = {}
    with guarded("database", report):
        cursors = await examine_store(settings, report)
    if not offline:
        await _examine_partners(settings, cursors, report)


def examine_files(paths: Iterable[Path], report: Report) -> None:
    """Report which of the files that are there anybody may read or write."""
    present = [each for each in paths if each.is_file()]
    opened = [each for each in present if is_open_to_others(each)]
    for each in opened:
        detail = f"Everybody on this machine may read or write {each}; run chmod o= {quote(str(each))}"
        report.add("files", State.FAILED, detail)
    if present and not opened:
        report.add("files", State.OK, "Only their owners and groups may read those with data and keys.")


def _examine_city(settings: Settings, report: Report) -> None:
    try:
        reference, policy = load_reference(settings.municipality), load_policy(settings.municipality)
    except ValueError as error:
        report.add("reference data", State.FAILED, f"{settings.municipality}: {error}")
    else:
        found = f"{settings.municipality}: {len(reference.areas)} areas, policy {policy.version}"
        report.add("reference data", State.OK, found)


async def _examine_partners(settings: Settings, cursors: Cursors, report: Report) -> None:
    clock, policies = SystemClock(), pull_policies_of(settings)
    adapters = connect_partners(settings.partners.values(), clock, policies)
    for system in settings.partners:
        if system not in adapters:
            report.add(f"partner {system}", State.SKIPPED, "not connected")
        elif policies[system].in_maintenance(clock.now()):
            report.add(f"partner {system}", State.SKIPPED, "in maintenance, and so not called")
        else:
            with guarded(f"partner {system}", report):
                report.add(f"partner {system}", *await _reach(adapters[system], cursors.get(system)))
    for adapter in adapters.values():
        await adapter.close()


async def _reach(adapter: Adapter, cursor: str | None) -> tuple[State, str]:
    """Read one page of changes, as the next pull would, and drop it."""
    begun = time.perf_counter()
    try:
        await anext(adapter.source.changes(cursor))
    except CursorExpired:
        return State.OK, f"answers in {milliseconds_since(begun)} ms; the next pull reads everything again"
    except PartnerError as error:
        return State.FAILED, f"{error}."
    return State.OK, f"answers in {milliseconds_since(begun)} ms"
