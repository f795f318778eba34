"""Replays a register through the three systems in simulated time and reports the results.

Each day has two halves: in the morning workers refer (in GIDSO, RMW or over the API), in the afternoon counsellors
register that day's facts in Allegro. After each half the hub pulls, looks at its terms, relays and delivers. Days on
which progress is due to be reported are simulated too, also after the last day of the register.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.domain.codes import System
from app.domain.local_time import AMSTERDAM
from app.operations.access.organisations import ReferrerDetails
from app.operations.statistics import city_tables, exchange_counts
from app.sandbox.case_generator import counsellor_facts, progress_days, referral_body, referral_document
from app.sandbox.environment import SandboxEnv
from app.sandbox.register import RegisterRow
from app.sandbox.replay_report import ReplayReport
from app.sandbox.runtime import Document
from app.sandbox.wait import retry_until_delivered

_MORNING, _AFTERNOON = time(9, 30), time(17)


async def replay(rows: Sequence[RegisterRow], env: SandboxEnv, console: Console) -> ReplayReport:
    """Replay a register. Return the report, counted from the hub's own records."""
    started = perf_counter()
    await env.set_clocks(_utc(min(row.received_on for row in rows), _MORNING))
    await _register_organisations(env, rows)
    await _play_days(env, rows, console)
    return ReplayReport(
        tables=await env.hub.db.read(city_tables, env.hub.services),
        exchange=await env.hub.db.read(exchange_counts),
        faults=await env.partner_console.faults_made() if env.makes_faults else None,
        seconds=round(perf_counter() - started, 1),
    )


async def _register_organisations(env: SandboxEnv, rows: Sequence[RegisterRow]) -> None:
    areas: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        areas[row.organisation_code].add(row.area)
    known = {row.organisation_code: row for row in rows}
    for code, row in sorted(known.items()):
        # An organisation with referrals from one area only is in that area.
        area = next(iter(areas[code])) if len(areas[code]) == 1 else None
        await env.register_referrer(
            ReferrerDetails(code=code, name=row.organisation, kind=row.kind, system=row.system, area=area)
        )


async def _play_days(env: SandboxEnv, rows: Sequence[RegisterRow], console: Console) -> None:
    arrivals: dict[date, list[RegisterRow]] = defaultdict(list)
    facts: dict[date, list[Document]] = defaultdict(list)
    for row in rows:
        arrivals[row.received_on].append(row)
        for dated in counsellor_facts(row):
            facts[dated.day].append(dated.fact)
    terms = env.hub.services.reference.terms
    reported = {day for row in rows for day, _ in progress_days(row, terms)}
    days = sorted({*arrivals, *facts, *reported})
    with _progress(console) as progress:
        task = progress.add_task("", total=len(rows))
        for day in days:
            progress.update(task, description=f"{day:%d-%m-%Y}")
            if arrivals[day] or day in reported:
                await _morning(env, day, arrivals[day])
            await _afternoon(env, day, facts[day])
            progress.advance(task, len(arrivals[day]))
    # A last pull everywhere, so that nothing is left unread.
    await retry_until_delivered(env, System.GIDSO, System.RMW, System.ALLEGRO)


async def _morning(env: SandboxEnv, day: date, rows: Sequence[RegisterRow]) -> None:
    await env.set_clocks(_utc(day, _MORNING))
    by_system: Mapping[System, list[RegisterRow]] = {system: [] for system in System}
    for row in rows:
        by_system[row.system].append(row)
    for system in (System.GIDSO, System.RMW):
        await env.partner_console.refer(system, [referral_document(row) for row in by_system[system]])
    posts = [
        env.refer(row.organisation_code, referral_body(row), f"register-{row.number}") for row in by_system[System.API]
    ]
    await asyncio.gather(*posts)
    await retry_until_delivered(env, *(system for system in (System.GIDSO, System.RMW) if by_system[system]))


async def _afternoon(env: SandboxEnv, day: date, facts: Sequence[Document]) -> None:
    if not facts:
        return
    await env.set_clocks(_utc(day, _AFTERNOON))
    await env.partner_console.register(facts)
    await retry_until_delivered(env, System.ALLEGRO)


def _utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)
