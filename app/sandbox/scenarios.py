"""Runs one referral per referral path, from the referrer's system to Allegro and back."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from rich.console import Console

from app.domain.codes import IntakeResult, KbrStatus, ReferrerKind, System, TrajectoryResult
from app.domain.local_time import AMSTERDAM, local_date
from app.operations.access.organisations import ReferrerDetails
from app.operations.disclosure.timeline import disclosure_timeline
from app.sandbox.allegro.page import said
from app.sandbox.both_ways import play_both_ways
from app.sandbox.case_generator import DatedFact, counsellor_facts, progress_days, referral_body, referral_document
from app.sandbox.environment import SandboxEnv
from app.sandbox.register import RegisterRow
from app.sandbox.roles import BAILIFF
from app.sandbox.runtime import Document
from app.sandbox.timeline import Timeline
from app.sandbox.wait import retry_until_delivered

_ACTIONS = {
    "bevestiging": "confirms the referral",
    "afspraak": "plans the intake",
    "aanwezigheid": "registers the attendance",
    "intakeresultaat": "registers the result of the intake",
    "plan": "registers that the plan was signed",
    "trajectresultaat": "registers the result of the trajectory",
    "kbr_aanvraag": "registers the status of the application",
}


@dataclass(frozen=True)
class Scenario:
    """A referral by one referral path, with its title, explanation and register row."""

    title: str
    text: str
    row: RegisterRow


async def play_scenarios(env: SandboxEnv, console: Console) -> None:
    """Run every scenario and print the timeline."""
    today = local_date(env.clock.now())
    await play(env, console, demo_scenarios(today))

    def row(number: int, referrer: ReferrerDetails) -> RegisterRow:
        start = today - timedelta(days=60)
        return _row(number, start, (ReferrerKind(str(referrer.kind)), referrer.name, referrer.system))

    await play_both_ways(env, console, row)


async def register_roles(env: SandboxEnv) -> None:
    """Register the organisations for whose clients the roles are, which a replayed register need not have."""
    for scenario in demo_scenarios(local_date(env.clock.now())):
        await env.register_referrer(_referrer(scenario.row))
    await env.register_referrer(
        ReferrerDetails(
            code=BAILIFF.organisation, name="Deurwaarder Zuid", kind=ReferrerKind.DEURWAARDER, system=System.API
        )
    )


async def play(env: SandboxEnv, console: Console, scenarios: Iterable[Scenario]) -> None:
    """Run these scenarios one after the other and print the timeline."""
    timeline = Timeline(console)
    for scenario in scenarios:
        await _play(env, timeline, scenario)


async def _play(env: SandboxEnv, timeline: Timeline, scenario: Scenario) -> None:
    row = scenario.row
    timeline.heading(scenario.title, scenario.text)
    await env.register_referrer(_referrer(row))
    referral_id = await _refer(env, timeline, row)
    position = await _show_disclosures(env, timeline, row, referral_id, 0)
    await _show_counsellor(env, timeline, row)
    by_day: dict[date, list[DatedFact]] = defaultdict(list)
    for dated in counsellor_facts(row):
        by_day[dated.day].append(dated)
    weeks = dict(progress_days(row, env.hub.services.reference.terms))
    for day in sorted({*by_day, *weeks}):
        await env.set_clocks(_utc(day, 9))
        if day in weeks:
            timeline.passed(env.clock.now(), f"{weeks[day]} weeks after the first talk: reports where the case is")
        await retry_until_delivered(env)
        position = await _show_disclosures(env, timeline, row, referral_id, position)
        await env.set_clocks(_utc(day, 17))
        for each in by_day.get(day, ()):
            timeline.action(env.clock.now(), System.ALLEGRO, _counsellor(each.fact), _ACTIONS[each.fact["soort"]])
            await env.partner_console.register([each.fact])
            await retry_until_delivered(env, System.ALLEGRO)
            position = await _show_disclosures(env, timeline, row, referral_id, position)
    await _show_receiving_side(env, timeline, row)


def _referrer(row: RegisterRow) -> ReferrerDetails:
    return ReferrerDetails(code=row.organisation_code, name=row.organisation, kind=row.kind, system=row.system)


async def _refer(env: SandboxEnv, timeline: Timeline, row: RegisterRow) -> UUID:
    await env.set_clocks(_utc(row.received_on, 9))
    timeline.action(env.clock.now(), row.system, row.organisation, "refers a client")
    if row.system is System.API:
        await _refer_over_api(env, row)
    else:
        await env.partner_console.refer(row.system, [referral_document(row)])
    await retry_until_delivered(env, *({row.system} - {System.API}))
    return await env.find(row.organisation_code, row.reference)


async def _refer_over_api(env: SandboxEnv, row: RegisterRow) -> None:
    """Refer over the API, unless an earlier start over the same data did; its key is forgotten after a day."""
    try:
        await env.find(row.organisation_code, row.reference)
    except LookupError:
        await env.refer(row.organisation_code, referral_body(row), f"play-{row.number}")


async def _show_disclosures(
    env: SandboxEnv, timeline: Timeline, row: RegisterRow, referral_id: UUID, position: int
) -> int:
    entries = await env.hub.db.read(disclosure_timeline, env.hub.services, referral_id, position)
    timeline.disclosures(row.organisation, row.system, entries)
    return entries[-1].position if entries else position


async def _show_counsellor(env: SandboxEnv, timeline: Timeline, row: RegisterRow) -> None:
    file = await env.partner_console.file_in_allegro(row.reference)
    timeline.seen_by_counsellor((name, text) for name, text in said(file["verwijzing"]) if text)


async def _show_receiving_side(env: SandboxEnv, timeline: Timeline, row: RegisterRow) -> None:
    if row.system is System.GIDSO:
        lines = await env.partner_console.journal(row.reference)
        timeline.note(f"GIDSO now has {len(lines)} journal lines; the last: {lines[-1]['Tekst']}")
    elif row.system is System.RMW:
        registration = await env.partner_console.registration(row.reference)
        status = registration["statussen"][-1]
        tab = "closed" if registration["tab"]["stand"] == "G" else "open"
        state = f"{status['statuscode']} ({status['toelichting']})"
        timeline.note(f"RMW's referral code is now {state}; its activity tab is {tab}")
    else:
        events = env.receiver.received.get(row.organisation_code, [])
        types = ", ".join(event["type"].removeprefix("nl.trajecthub.") for event in events)
        timeline.note(f"the webhook received {len(events)} signed events: {types}")


def _counsellor(fact: Document) -> str:
    if fact["soort"] == "kbr_aanvraag":
        return "credit bank"
    name = fact["gegevens"].get("trajectbegeleider", {}).get("naam")
    return f"counsellor {name}" if name else "counsellor"


def _utc(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), AMSTERDAM).astimezone(UTC)


def demo_scenarios(today: date) -> list[Scenario]:
    """Return one scenario per route, of people who were referred some months before today."""
    start = today - timedelta(days=120)
    wijkteam = _row(1, start, (ReferrerKind.WIJKTEAM, "Wijkteam Charlois", System.GIDSO), bsn="999990019")
    werk = _row(2, start, (ReferrerKind.WERK_EN_INKOMEN, "Werk & Inkomen Prematching", System.RMW), bsn="999990020")
    welfare = _row(3, start, (ReferrerKind.WELZIJNSORGANISATIE, "DOCK", System.API))
    court = _row(4, start, (ReferrerKind.SCHULDENRECHTER, "Rechtbank Rotterdam, schuldenfunctionaris", System.API))
    return [
        Scenario("GIDSO → Allegro → GIDSO", "A neighbourhood team refers; feedback lands as journal lines.", wijkteam),
        Scenario("RMW → Allegro → RMW", "Work & income refers; the referral code follows, the tab closes.", werk),
        Scenario(
            "API → Allegro → webhook", "A welfare organisation refers by REST; feedback is sent by webhook.", welfare
        ),
        Scenario(
            "The same from the court",
            "The court's debt officer is sent the status at three moments, and no details.",
            court,
        ),
    ]


def _row(number: int, day: date, referrer: tuple[ReferrerKind, str, System], bsn: str | None = None) -> RegisterRow:
    kind, organisation, system = referrer
    names = ("Yara", "Dennis", "Joke", "Piet", "Mona", "Amir", "Rita", "Kees")
    drops_out = system is System.RMW
    return RegisterRow(
        # The day is part of the number, so that the scenarios can run again over the same folder on another day.
        number=f"{day:%y%m%d}{number}",
        received_on=day,
        kind=kind,
        organisation=organisation,
        system=system,
        area="Charlois",
        given_name=names[number - 1],
        family_name="Voorbeeld",
        sex=None,
        birth_date=date(1990, number, 1),
        bsn=bsn,
        three_way_meeting=system is System.GIDSO,
        intake_on=day + timedelta(days=10),
        attended=True,
        intake_result=IntakeResult.ROUTE_TO_KBR,
        # At the first talk where possible; the neighbourhood team's client signs a week later.
        plan_signed_on=day + timedelta(days=17 if system is System.GIDSO else 10),
        decision_on=day + timedelta(days=70),
        trajectory_result=TrajectoryResult.NO_FURTHER_SUPPORT if drops_out else TrajectoryResult.KBR_APPLICATION,
        kbr_status=None if drops_out else KbrStatus.IN_PROGRESS,
    )
