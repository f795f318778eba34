"""A replay of a small register with three simulators, the API, the worker and a webhook receiver."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.domain.codes import IntakeResult, System, TrajectoryResult
from app.models.partners.partner import partner
from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.faults.plan import FaultFrequency, FaultKind, FaultSettings
from app.sandbox.register import RegisterRow, read_register
from app.sandbox.replay import replay
from app.sandbox.replay_report import ReplayReport, report_document
from app.sandbox.runtime import SettableClock
from tests.support.hub import Dump, dump_of
from tests.support.register import cells, write_register

pytestmark = pytest.mark.slow

RECEIVED, INTAKE, PLAN, DECISION = "2019-09-02", "2019-09-16", "2019-09-23", "2019-11-18"
LATE_DECISION = "2020-02-10"

SEEN = {"intake_on": INTAKE, "attended": "yes"}
MISSED = {"intake_on": INTAKE, "attended": "no"}
ROUTED = SEEN | {"intake_result": "route_to_kbr", "plan_signed_on": PLAN}
APPLIED = ROUTED | {"decision_on": DECISION, "trajectory_result": "kbr_application"}

_REFERRERS = {
    "wijkteam": ("Wijkteam Charlois", "gidso"),
    "vraagwijzer": ("Vraagwijzer Noord", "gidso"),
    "jongerenloket": ("Jongerenloket", "gidso"),
    "werk_en_inkomen": ("Werk & Inkomen", "rmw"),
    "exit": ("Team ExIT", "rmw"),
    "prestatie010": ("Prestatie010", "rmw"),
    "statushouders": ("Team Statushouders", "rmw"),
    "welzijnsorganisatie": ("DOCK", "api"),
    "schuldenrechter": ("Rechtbank", "api"),
    "deurwaarder": ("Faircasso", "api"),
}


def of(number: int, kind: str, birth_date: str, *became: dict[str, str], area: str = "Charlois") -> dict[str, str]:
    organisation, system = _REFERRERS[kind]
    row = cells(
        referral_no=str(number),
        received_on=RECEIVED,
        referrer_kind=kind,
        organisation=organisation,
        system=system,
        area=area,
        birth_date=birth_date,
        bsn="" if system == "api" else BSNS[number],
    )
    for each in became:
        row |= each
    return row


BSNS = {
    1: "999990007",
    2: "999990019",
    3: "999990020",
    4: "999990032",
    5: "999990044",
    6: "999990056",
    11: "999990068",
    12: "999990081",
}
REGISTER = (
    of(1, "wijkteam", "1990-01-01", APPLIED, {"kbr_status": "in_progress", "three_way_meeting": "yes"}),
    of(2, "vraagwijzer", "1990-01-01", MISSED, area="Noord"),
    of(3, "jongerenloket", "2000-09-03", SEEN, {"intake_result": "no_support_wanted"}, area="Noord"),
    of(
        4, "werk_en_inkomen", "1980-01-01", ROUTED, {"decision_on": DECISION, "trajectory_result": "no_further_support"}
    ),
    of(5, "exit", "1970-01-01", ROUTED, {"trajectory_result": "payment_arrangement"}),
    of(6, "prestatie010", "1970-01-01", SEEN, {"intake_result": "not_eligible"}),
    of(7, "welzijnsorganisatie", "1960-01-01", APPLIED, {"kbr_status": "received"}),
    of(8, "schuldenrechter", "1960-01-01", APPLIED, {"kbr_status": "rejected"}),
    of(9, "welzijnsorganisatie", "1950-01-01"),
    of(10, "deurwaarder", "1990-01-01", MISSED),
    of(
        11,
        "wijkteam",
        "1990-01-01",
        ROUTED,
        {"intake_result": "budget_management", "decision_on": LATE_DECISION, "trajectory_result": "budget_management"},
    ),
    of(12, "statushouders", "1990-01-01", ROUTED, area="onbekend"),
)

TABLES: dict[str, Any] = {
    "5.1": {
        "wijkteam": 2,
        "vraagwijzer": 1,
        "jongerenloket": 1,
        "werk_en_inkomen": 1,
        "exit": 1,
        "prestatie010": 1,
        "welzijnsorganisatie": 2,
        "schuldenrechter": 1,
        "deurwaarder": 1,
        "statushouders": 1,
    },
    "5.2": {"18-27": 1, "27-35": 5, "35-45": 1, "45-55": 2, "55-65": 2, "65+": 1},
    "5.3": {"missed": 2, "route_to_kbr": 6, "no_support_wanted": 1, "not_eligible": 1, "budget_management": 1},
    "5.4": {
        "wijkteam": {"missed": 0, "referrals": 2},
        "vraagwijzer": {"missed": 1, "referrals": 1},
        "jongerenloket": {"missed": 0, "referrals": 1},
        "werk_en_inkomen": {"missed": 0, "referrals": 1},
        "exit": {"missed": 0, "referrals": 1},
        "prestatie010": {"missed": 0, "referrals": 1},
        "welzijnsorganisatie": {"missed": 0, "referrals": 2},
        "schuldenrechter": {"missed": 0, "referrals": 1},
        "deurwaarder": {"missed": 1, "referrals": 1},
        "statushouders": {"missed": 0, "referrals": 1},
    },
    "5.5": {
        "Charlois": {"missed": 1, "referrals": 9},
        "Noord": {"missed": 1, "referrals": 2},
        "onbekend": {"missed": 0, "referrals": 1},
    },
    "plans_signed": 7,
    "5.6": {"kbr_application": 3, "no_further_support": 1, "payment_arrangement": 1, "budget_management": 1},
    "5.7": {"9-13": 4, "20+": 1, "unknown": 1},
    "5.8": {"in_progress": 1, "received": 1, "rejected": 1},
}

_RECORD_FAULTS = {FaultKind.NEW_CODE, FaultKind.CHANGED_TYPE, FaultKind.HARD_DELETE, FaultKind.NEW_COLUMN}
FAULTS = FaultSettings(
    seed=1,
    self_repairing=True,
    delay_seconds=0.01,
    # There are few registrations, so each fault of a record is made once.
    faults={
        kind: FaultFrequency(next=1) if kind in _RECORD_FAULTS else FaultFrequency(next=2, rate=0.05)
        for kind in FaultKind
    },
)

# The lease of a partner and the time of its last answer are state of the pulls, not of the records.
_PULL_STATE = ("last_success_at", "lease_until", "lease_holder")


@pytest.fixture(params=["sqlite", "postgresql"])
def hub_url(request: pytest.FixtureRequest) -> str | None:
    """Return the URL of the hub's database on PostgreSQL; None for SQLite in the sandbox's folder."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def run(folder: Path, rows: list[RegisterRow], hub_url: str | None) -> tuple[ReplayReport, Dump, dict[str, int]]:
    """Replay the register over a folder. Return the report, all rows, and the numbers of received webhooks."""
    async with running_sandbox(folder, SettableClock(), hub_url) as env:
        report = await replay(rows, env, Console(file=StringIO()))
        return report, await env.hub.db.read(dump_of), webhooks(env)


def webhooks(env: SandboxEnv) -> dict[str, int]:
    return {organisation: len(events) for organisation, events in env.receiver.received.items()}


def without_pull_state(dump: Dump) -> Dump:
    """Return the rows without the state of the pulls."""
    columns = [index for index, name in enumerate(partner.columns.keys()) if name not in _PULL_STATE]
    # Clients and organisations are registered again, and every process reads them again.
    return dump | {"partner": [tuple(row[index] for index in columns) for row in dump["partner"]], "access_version": []}


WEEKS = {
    "werk_en_inkomen": (8,),
    "statushouders": (8,),
    "exit": (8, 13),
    "welzijnsorganisatie": (8, 13),
    "reclassering": (8, 13),
}
"""The weeks after the first talk at which a kind of referrer is informed where a case is."""


def ended_on(row: RegisterRow) -> date | None:
    """Return the day on which a case ended after its first talk; None when it goes on."""
    if row.intake_result in (IntakeResult.NO_SUPPORT_WANTED, IntakeResult.NOT_ELIGIBLE, IntakeResult.UNKNOWN):
        return row.intake_on
    if row.trajectory_result is TrajectoryResult.NO_FURTHER_SUPPORT:
        return row.decision_on or row.plan_signed_on or row.intake_on
    return None


def progress_of(row: RegisterRow) -> list[date]:
    """Return the days on which a referrer is to be informed where its case is: those on which it was not over."""
    first_talk, end = row.intake_on if row.attended else None, ended_on(row)
    days = [first_talk + timedelta(weeks=week) for week in WEEKS.get(row.kind, ())] if first_talk else []
    return [day for day in days if end is None or day <= end]


def expected_progress(rows: list[RegisterRow]) -> dict[str, int]:
    counts = Counter({row.kind.value: 0 for row in rows})
    for row in rows:
        counts[row.kind.value] += len(progress_of(row))
    return {kind: count for kind, count in counts.items() if count}


async def test_a_register_comes_out_as_it_went_in_and_a_second_run_changes_nothing(
    tmp_path: Path, hub_url: str | None
) -> None:
    rows = read_register(write_register(tmp_path, *REGISTER))

    report, dump, received = await run(tmp_path / "sandbox", rows, hub_url)
    again, dump_again, received_again = await run(tmp_path / "sandbox", rows, hub_url)

    assert report_document(report)["tables"] == TABLES
    assert (report.tables.referrals, report.exchange.quarantined, report.exchange.undelivered) == (12, 0, 0)
    feedback = report.exchange.feedback
    assert set(feedback) == set(TABLES["5.1"])
    assert "intake_result" not in feedback["schuldenrechter"]
    assert feedback["welzijnsorganisatie"]["intake_result"] == 1
    assert "missed" not in feedback["vraagwijzer"]
    assert feedback["deurwaarder"].keys() == {"received", "confirmed"}
    assert {kind: row["progress"] for kind, row in feedback.items() if "progress" in row} == expected_progress(rows)
    assert expected_progress(rows) == {"werk_en_inkomen": 1, "exit": 2, "welzijnsorganisatie": 2, "statushouders": 1}
    assert set(received) == {"dock", "rechtbank", "faircasso"}
    assert replace(again, seconds=0) == replace(report, seconds=0)
    assert received_again == {}
    assert without_pull_state(dump_again) == without_pull_state(dump)


async def replay_outcome(
    folder: Path, rows: list[RegisterRow], hub_url: str | None, faults: FaultSettings | None = None
) -> tuple[ReplayReport, dict[str, Any]]:
    """Replay the register over a folder. Return the report, and what each receiver received."""
    async with running_sandbox(folder, SettableClock(), hub_url) as env:
        if faults:
            await env.set_faults(faults)
        report = await replay(rows, env, Console(file=StringIO()))
        return report, await received_by_everybody(env, rows)


async def received_by_everybody(env: SandboxEnv, rows: list[RegisterRow]) -> dict[str, Any]:
    """Return what each receiver received, in order of arrival."""
    received: dict[str, Any] = {}
    for row in rows:
        if row.system is System.GIDSO:
            lines = await env.partner_console.journal(row.reference)
            received[row.reference] = [(line["Categorie"], line["Tekst"]) for line in lines]
        elif row.system is System.RMW:
            registration = await env.partner_console.registration(row.reference)
            statuses = [(line["statuscode"], line["toelichting"]) for line in registration["statussen"]]
            received[row.reference] = (statuses, registration["tab"]["stand"])
    for organisation, events in env.receiver.received.items():
        received[organisation] = sorted((event["data"]["referral"]["reference"], event["type"]) for event in events)
    return received


async def test_faults_at_every_partner_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    rows = read_register(write_register(tmp_path, *REGISTER))
    without_faults, received_without_faults = await replay_outcome(tmp_path / "without-faults", rows, None)

    report, received = await replay_outcome(tmp_path / "faults", rows, None, FAULTS)

    lines = {row.reference: received[row.reference][0] for row in rows if row.system is System.RMW}
    assert {reference: [code for code, _ in each].count("VG") for reference, each in lines.items()} == {
        row.reference: len(progress_of(row)) for row in rows if row.system is System.RMW
    }

    faults = report.faults or {}
    assert [(system, kind) for system, made in faults.items() for kind in made if not made[kind]] == []
    assert set(faults["allegro"]) == set(FaultKind)
    assert report_document(report)["tables"] == TABLES
    assert (report.tables, report.exchange) == (without_faults.tables, without_faults.exchange)
    assert (report.exchange.quarantined, report.exchange.undelivered) == (0, 0)
    assert received == received_without_faults
