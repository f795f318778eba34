"""Plays one referral per route, from the referrer's system to Allegro and back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from rich.console import Console

from app.domain.codes import IntakeResult, KbrStatus, ReferrerKind, System, TrajectoryResult
from app.domain.local_time import AMSTERDAM
from app.operations.access.organisations import ReferrerDetails
from app.operations.disclosure.timeline import disclosure_timeline
from app.sandbox.case_generator import DatedFact, counsellor_facts, referral_body, referral_document
from app.sandbox.environment import World
from app.sandbox.register import Row
from app.sandbox.runtime import Document
from app.sandbox.timeline import Timeline
from app.sandbox.wait import settle

_DEEDS = {
    "bevestiging": "confirms the referral",
    "afspraak": "plans the intake",
    "aanwezigheid": "registers the attendance",
    "intakeresultaat": "registers the result of the intake",
    "plan": "registers that the plan was signed",
    "trajectresultaat": "registers the result of the trajectory",
    "kbr_aanvraag": "registers where the application stands",
}


@dataclass(frozen=True)
class Route:
    """One way of referring: who, from which system, and what becomes of it."""

    title: str
    text: str
    row: Row


async def play(world: World, console: Console) -> None:
    """Play every route and print the timeline."""
    timeline = Timeline(console)
    for route in _routes(world.clock.now().astimezone(AMSTERDAM).date()):
        await _play_route(world, timeline, route)


async def _play_route(world: World, timeline: Timeline, route: Route) -> None:
    row = route.row
    timeline.heading(route.title, route.text)
    await world.register_referrer(
        ReferrerDetails(code=row.organisation_code, name=row.organisation, kind=row.kind, system=row.system)
    )
    referral_id = await _refer(world, timeline, row)
    position = await _tell(world, timeline, row, referral_id, 0)
    by_day: dict[date, list[DatedFact]] = defaultdict(list)
    for dated in counsellor_facts(row):
        by_day[dated.day].append(dated)
    for day, facts in sorted(by_day.items()):
        await world.set_clocks(_moment(day, 17))
        for each in facts:
            timeline.deed(world.clock.now(), System.ALLEGRO, _counsellor(each.fact), _DEEDS[each.fact["soort"]])
            await world.desks.register([each.fact])
            await settle(world, System.ALLEGRO)
            position = await _tell(world, timeline, row, referral_id, position)
    await _show_receiving_side(world, timeline, row)


async def _refer(world: World, timeline: Timeline, row: Row) -> UUID:
    await world.set_clocks(_moment(row.received_on, 9))
    timeline.deed(world.clock.now(), row.system, row.organisation, "refers a client")
    if row.system is System.API:
        await world.refer(row.organisation_code, referral_body(row), f"play-{row.number}")
    else:
        await world.desks.refer(row.system, [referral_document(row)])
    await settle(world, *({row.system} - {System.API}))
    return await world.find(row.organisation_code, row.reference)


async def _tell(world: World, timeline: Timeline, row: Row, referral_id: UUID, position: int) -> int:
    chapters = await world.hub.db.read(disclosure_timeline, world.hub.services, referral_id, position)
    timeline.chapters(row.organisation, row.system, chapters)
    return chapters[-1].position if chapters else position


async def _show_receiving_side(world: World, timeline: Timeline, row: Row) -> None:
    if row.system is System.GIDSO:
        lines = await world.desks.journal(row.reference)
        timeline.note(f"GIDSO now holds {len(lines)} journal lines; the last: {lines[-1]['Tekst']}")
    elif row.system is System.RMW:
        registration = await world.desks.registration(row.reference)
        status, tab = registration["statussen"][-1], registration["tab"]
        timeline.note(f"RMW's referral code is now {status['statuscode']}: {status['toelichting']}; tab {tab['stand']}")
    else:
        events = world.receiver.received.get(row.organisation_code, [])
        types = ", ".join(event["type"].removeprefix("nl.trajecthub.") for event in events)
        timeline.note(f"the webhook received {len(events)} signed events: {types}")


def _counsellor(fact: Document) -> str:
    if fact["soort"] == "kbr_aanvraag":
        return "credit bank"
    name = fact["gegevens"].get("trajectbegeleider", {}).get("naam")
    return f"counsellor {name}" if name else "counsellor"


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), AMSTERDAM).astimezone(UTC)


def _routes(today: date) -> list[Route]:
    start = today - timedelta(days=120)
    wijkteam = _row(1, start, (ReferrerKind.WIJKTEAM, "Wijkteam Charlois", System.GIDSO), bsn="999990019")
    werk = _row(2, start, (ReferrerKind.WERK_EN_INKOMEN, "Werk & Inkomen Prematching", System.RMW), bsn="999990020")
    welfare = _row(3, start, (ReferrerKind.WELZIJNSORGANISATIE, "DOCK", System.API))
    court = _row(4, start, (ReferrerKind.SCHULDENRECHTER, "Rechtbank Rotterdam, schuldenfunctionaris", System.API))
    return [
        Route("GIDSO → Allegro → GIDSO", "A neighbourhood team refers; feedback lands as journal lines.", wijkteam),
        Route("RMW → Allegro → RMW", "Work & income refers; the referral code follows, the tab closes.", werk),
        Route("API → Allegro → webhook", "A welfare organisation refers by REST and is told by webhook.", welfare),
        Route("The same from the court", "The court's debt officer is told only that the client came.", court),
    ]


def _row(number: int, day: date, referrer: tuple[ReferrerKind, str, System], bsn: str | None = None) -> Row:
    kind, organisation, system = referrer
    names = ("Yara", "Dennis", "Joke", "Piet")
    drops_out = system is System.RMW
    return Row(
        # The day is part of the number, so that the play can be given again on the same folder on another day.
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
        plan_signed_on=day + timedelta(days=17),
        decision_on=day + timedelta(days=70),
        trajectory_result=TrajectoryResult.NO_FURTHER_SUPPORT if drops_out else TrajectoryResult.KBR_APPLICATION,
        kbr_status=None if drops_out else KbrStatus.IN_PROGRESS,
    )
