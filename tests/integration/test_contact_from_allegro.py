"""What counsellors register in Allegro of contact, other help, another counsellor and forwarding."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations

from app.domain.codes import LifeDomain, OutsideBody, ReferralStatus
from app.domain.commands import (
    ChangeCounsellor,
    Command,
    ForwardReferral,
    MarkUnreachable,
    ReportContactLost,
    ReportContactRestored,
    ReportOtherHelp,
)
from app.domain.ports import PartnerRecord
from app.domain.values import Counsellor
from app.operations.intake.apply import PageResult
from tests.support.hub import TODAY, InProcessHub, partner_record

DAYS = [TODAY - timedelta(days=number) for number in (3, 2, 1)]


def on(day: date, command: Command, case_id: str, number: int = 0) -> PartnerRecord:
    """Return a record of a day, at noon."""
    moment = datetime.combine(day, time(12), UTC)
    return partner_record(
        case_id, command, external_id=f"{case_id}/{type(command).__name__}/{number}", occurred_at=moment
    )


async def test_in_whatever_order_facts_arrive_restored_contact_leaves_the_referral_open(hub: InProcessHub) -> None:
    facts: list[tuple[date, Command]] = [
        (DAYS[0], ReportContactLost(DAYS[0])),
        (DAYS[1], MarkUnreachable()),
        (DAYS[2], ReportContactRestored(DAYS[2])),
    ]
    for number, order in enumerate(permutations(facts)):
        referral_id = await hub.known_case(case_id := f"D-{number}")
        for day, command in order:
            assert await hub.pull(on(day, command, case_id)) == PageResult(applied=1)

        case, events = await hub.case(referral_id), await hub.event_names(referral_id)
        assert (case.referral.status, case.referral.flags.contact_lost) == (ReferralStatus.CONFIRMED, False), order
        assert events.count("contact-lost") == events.count("contact-restored") <= 1, order


async def test_a_report_that_is_registered_twice_is_an_event_once(hub: InProcessHub) -> None:
    other = Counsellor("B. Andere")
    reports: list[Command] = [ReportContactLost(TODAY), ReportOtherHelp((LifeDomain.WORK,)), ChangeCounsellor(other)]
    referral_id = await hub.known_case("D-1")

    for number in (1, 2):
        await hub.pull(*(on(TODAY, each, "D-1", number) for each in reports))

    events = await hub.event_names(referral_id)
    assert [events.count(each) for each in ("contact-lost", "other-help-needed", "counsellor-changed")] == [1, 1, 1]


async def test_a_referral_that_allegro_forwards_ends_and_a_code_that_is_not_known_waits(hub: InProcessHub) -> None:
    outside, known = await hub.known_case("D-1"), await hub.known_case("D-2")
    await hub.known_case("D-3")

    body = ForwardReferral(outside_body=OutsideBody.LEGAL_DESK)
    done = await hub.pull(on(TODAY, body, "D-1"), on(TODAY, ForwardReferral("dock"), "D-2"))
    waits = await hub.pull(on(TODAY, ForwardReferral("atlantis"), "D-3"))

    assert (done, waits) == (PageResult(applied=2), PageResult(quarantined=1))
    assert [await hub.status(each) for each in (outside, known)] == [ReferralStatus.FORWARDED] * 2
    assert (await hub.event_names(outside))[-1] == "forwarded"
