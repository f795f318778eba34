"""What counsellors register in Allegro of terms: information that is awaited, and terms that end later."""

from datetime import UTC, date, datetime, time, timedelta

from app.domain.clocks import TermClock, clocks_of
from app.domain.codes import ClockState, ExtensionReason
from app.domain.commands import AwaitInformation, Command, ExtendTerm, InformationReceived
from app.domain.fields import Field
from app.domain.ports import PartnerRecord
from app.operations.intake.apply import PageResult
from tests.support.hub import ATTEND, CONCLUDE, SCHEDULE, TODAY, InProcessHub, partner_record

DAY = timedelta(days=1)
LATER = TODAY + 120 * DAY
EXTENSION = ExtendTerm("decision", LATER, ExtensionReason.CLIENT_ABSENT)


def on(day: date, command: Command, number: int = 0) -> PartnerRecord:
    """Return a record of a day, at noon."""
    moment = datetime.combine(day, time(12), UTC)
    return partner_record("D-1", command, external_id=f"{type(command).__name__}/{number}", occurred_at=moment)


async def clock(hub: InProcessHub, code: str) -> TermClock:
    """Return the clock of a term in the only case."""
    case = await hub.case((await hub.dump())["referral"][0][0])
    clocks = clocks_of(case, hub.services.reference.terms, hub.clock.now())
    return next(each for each in clocks if each.term.code == code)


async def test_a_term_that_the_counsellor_extends_ends_later_and_its_referrer_hears_the_new_day(
    hub: InProcessHub,
) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)

    assert await hub.pull(on(TODAY, EXTENSION)) == PageResult(applied=1)

    event = (await hub.events(referral_id))[-1].event
    assert event.type.endswith("term-extended.v1")
    assert event.facts[Field.PROGRESS_DUE_ON] == LATER.isoformat()
    case = await hub.case(referral_id)
    assert case.trajectory
    assert case.trajectory.due_on == (await clock(hub, "decision")).due_on == LATER


async def test_an_extension_that_moves_nothing_only_enters_the_history_and_an_unknown_term_waits(
    hub: InProcessHub,
) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)
    events, due_on = await hub.event_names(referral_id), (await clock(hub, "decision")).due_on
    without_effect = [
        ExtendTerm("decision", due_on, ExtensionReason.OTHER),
        ExtendTerm("decision", TODAY, ExtensionReason.OTHER),
        ExtendTerm("intake", LATER, ExtensionReason.OTHER),
        ExtendTerm("aftercare", LATER, ExtensionReason.OTHER),
    ]

    noted = await hub.pull(*(on(TODAY, each, number) for number, each in enumerate(without_effect)))
    waits = await hub.pull(on(TODAY, ExtendTerm("holiday", LATER, ExtensionReason.OTHER), 9))

    assert (noted, waits) == (PageResult(applied=4), PageResult(quarantined=1))
    assert (await hub.steps(referral_id))[-4:] == ["extend_term"] * 4
    assert await hub.event_names(referral_id) == events
    assert (await clock(hub, "decision")).due_on == due_on


async def test_a_term_stands_still_from_the_day_on_which_information_was_asked_for_until_it_came(
    hub: InProcessHub,
) -> None:
    await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)
    before = (await clock(hub, "decision")).due_on

    await hub.pull(on(TODAY, AwaitInformation()))
    assert (await clock(hub, "decision")).state(hub.clock.now() + 500 * DAY) is ClockState.PAUSED
    hub.clock.set(hub.clock.now() + 8 * DAY)
    await hub.pull(on(TODAY + 7 * DAY, InformationReceived()))

    assert (await clock(hub, "decision")).due_on == before + 7 * DAY


async def test_what_is_registered_twice_or_was_never_asked_for_stops_nothing(hub: InProcessHub) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)
    hub.clock.set(hub.clock.now() + 3 * DAY)
    reports: list[Command] = [InformationReceived(), AwaitInformation(), InformationReceived()]
    pulled = [await hub.pull(on(TODAY + number * DAY, each, number)) for number, each in enumerate(reports)]
    steps, due_on = await hub.steps(referral_id), (await clock(hub, "decision")).due_on

    again = [await hub.pull(on(TODAY + number * DAY, reports[number], 9 + number)) for number in (1, 2)]

    assert {*pulled, *again} == {PageResult(applied=1)}
    assert await hub.steps(referral_id) == steps
    assert (await clock(hub, "decision")).due_on == due_on
    assert not (await hub.case(referral_id)).referral.flags.awaiting_information
