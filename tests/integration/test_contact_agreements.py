"""What each referrer hears of contact, other help and another counsellor, as it reads it from its feed of events.

Numbers are lines of the city's evaluation of 2020 (docs/explanation/domain.md, section 7).
"""

import pytest

from app.domain.codes import (
    AppointmentStatus,
    DropOutReason,
    LifeDomain,
    PartyRole,
    ReferralStatus,
    TrajectoryResult,
)
from app.domain.commands import (
    ChangeCounsellor,
    Command,
    MarkUnreachable,
    RecordResult,
    ReportContactLost,
    ReportContactRestored,
    ReportOtherHelp,
)
from app.domain.fields import Field
from app.domain.queries import ReferralQuery
from app.domain.values import Counsellor
from app.operations.access.organisations import read_organisation
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.lists import page_of_referrals
from app.operations.cases.queries import read_appointments, read_parties, read_referral
from app.privacy.policy import REFERRER_KINDS
from tests.support.hearing import CHAIN, FEEDBACK, heard, names, of_type, referred
from tests.support.hub import (
    ATTEND,
    CONFIRM,
    COUNSELLOR,
    MISS,
    RUNNING,
    SCHEDULE,
    TODAY,
    UNANSWERED,
    InProcessHub,
)

LOST, RESTORED = ReportContactLost(TODAY), ReportContactRestored(TODAY)
OTHER = Counsellor("B. Andere", "010-5550199")
HELP = ReportOtherHelp((LifeDomain.HOUSING, LifeDomain.FAMILY))


@pytest.mark.parametrize("kind", ["werk_en_inkomen", "statushouders"])
async def test_work_and_income_hears_of_lost_contact_and_not_of_a_miss_6997(hub: InProcessHub, kind: str) -> None:
    found = names(await heard(hub, kind, [CONFIRM, SCHEDULE, MISS, LOST, RESTORED]))

    assert found[-2:] == ["contact-lost", "contact-restored"]
    assert "intake-missed" not in found


async def test_the_vraagwijzer_hears_of_lost_contact_when_nobody_else_leads_the_case_4243(hub: InProcessHub) -> None:
    found = names(await heard(hub, "vraagwijzer", [CONFIRM, LOST, RESTORED]))

    assert found[-2:] == ["contact-lost", "contact-restored"]


async def test_the_vraagwijzer_hears_nothing_of_contact_when_another_leads_the_case_4249(hub: InProcessHub) -> None:
    found = names(await heard(hub, "vraagwijzer", [CONFIRM, LOST, RESTORED], case_lead="W. Werker"))

    assert not {"contact-lost", "contact-restored"} & set(found)


async def test_the_neighbourhood_team_hears_of_lost_contact_8277(hub: InProcessHub) -> None:
    (data,) = await of_type(hub, "wijkteam", "contact-lost", [CONFIRM, LOST])

    assert data["contact"]["lostOn"] == TODAY.isoformat()
    assert "requestedAction" not in data["referral"]


@pytest.mark.parametrize("kind", ["exit", "welzijnsorganisatie"])
async def test_exit_7642_and_welfare_5041_are_asked_to_restore_contact(hub: InProcessHub, kind: str) -> None:
    (data,) = await of_type(hub, kind, "contact-lost", [*RUNNING, LOST])

    assert data["referral"]["requestedAction"] == "restore_contact"


async def test_a_bailiff_hears_of_lost_contact_with_consent_only_10740(hub: InProcessHub) -> None:
    without = await of_type(hub, "deurwaarder", "contact-lost", [CONFIRM, LOST])
    assert without == []


async def test_a_bailiff_hears_of_lost_contact_with_consent_10760(hub: InProcessHub) -> None:
    assert len(await of_type(hub, "deurwaarder", "contact-lost", [CONFIRM, LOST], consent=FEEDBACK)) == 1


async def test_the_court_hears_of_lost_contact_and_no_day_11300(hub: InProcessHub) -> None:
    (data,) = await of_type(hub, "schuldenrechter", "contact-lost", [CONFIRM, LOST])

    assert "contact" not in data


async def test_who_is_at_a_distance_hears_nothing_of_contact_other_help_or_the_counsellor(hub: InProcessHub) -> None:
    found = {
        name
        for kind in ("frontlijn", "zorginstelling", "woningbouwvereniging", "overig")
        for name in names(await heard(hub, kind, [CONFIRM, LOST, RESTORED, HELP, ChangeCounsellor(OTHER)]))
    }

    assert found == {"received", "confirmed"}


async def test_other_help_reaches_those_with_whom_it_is_agreed_4176_8720_4990_with_the_domains_and_no_more(
    hub: InProcessHub,
) -> None:
    found = {kind: await of_type(hub, kind, "other-help-needed", [CONFIRM, HELP]) for kind in sorted(REFERRER_KINDS)}

    agreed = {kind: events for kind, events in found.items() if events}
    assert agreed.keys() == {"vraagwijzer", "wijkteam", "welzijnsorganisatie"}
    for (data,) in agreed.values():
        assert data["otherHelp"] == {"lifeDomains": ["housing", "family"]}
        assert "status" not in data["referral"]


async def test_another_counsellor_is_named_to_those_who_were_named_the_first_566(hub: InProcessHub) -> None:
    changed: list[Command] = [CONFIRM, ChangeCounsellor(OTHER), ChangeCounsellor(OTHER)]
    found = {kind: await of_type(hub, kind, "counsellor-changed", changed) for kind in sorted(REFERRER_KINDS)}

    assert {kind for kind, events in found.items() if events} == set(CHAIN)
    assert all(len(events) == 1 for kind, events in found.items() if kind in CHAIN)
    assert found["exit"][0]["counsellor"] == {"name": OTHER.name, "phone": OTHER.phone}


async def test_lost_contact_is_sent_before_the_end_that_follows_on_it_12325(hub: InProcessHub) -> None:
    unreachable = names(await heard(hub, "welzijnsorganisatie", [CONFIRM, *UNANSWERED, MarkUnreachable()]))
    dropped = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.LOST_CONTACT)
    stopped = names(await heard(hub, "exit", [*RUNNING, *UNANSWERED, dropped]))

    assert unreachable[-2:] == ["contact-lost", "closed"]
    assert stopped[-2:] == ["contact-lost", "stopped"]


async def test_what_is_reopened_is_read_without_the_reason_of_the_end(hub: InProcessHub) -> None:
    owner, referral_id = await referred(hub, "wijkteam")
    await hub.execute(referral_id, CONFIRM, MarkUnreachable())
    closed = await hub.db.read(read_referral, hub.services, CallerScope(owner), referral_id)

    await hub.execute(referral_id, RESTORED)

    read = await hub.db.read(read_referral, hub.services, CallerScope(owner), referral_id)
    assert closed.fields[Field.REFERRAL_CLOSURE_REASON] == "no_contact"
    assert read.fields.get(Field.REFERRAL_CLOSURE_REASON) is None
    assert read.fields[Field.REFERRAL_DISCLOSED_STATUS] == ReferralStatus.CONFIRMED
    assert read.fields[Field.REFERRAL_FLAGS] == []


async def test_news_of_contact_says_nothing_of_a_moment_that_is_not_agreed(hub: InProcessHub) -> None:
    events = await heard(hub, "werk_en_inkomen", [CONFIRM, SCHEDULE, LOST, ATTEND])

    assert names(events)[-2:] == ["contact-lost", "contact-restored"]
    assert all("status" not in data["referral"] for _, data in events[-2:])


async def test_lists_the_planned_talk_and_the_parties_name_the_new_counsellor(hub: InProcessHub) -> None:
    owner, referral_id = await referred(hub, "exit")
    await hub.execute(referral_id, CONFIRM, SCHEDULE, ChangeCounsellor(OTHER))
    scope = CallerScope(owner)

    listed, _ = await hub.db.read(
        page_of_referrals,
        hub.services,
        scope,
        ReferralQuery(visibility=scope.visibility, limit=10, counsellor=OTHER.name),
    )
    (planned,) = await hub.db.read(read_appointments, hub.services, scope, referral_id)

    assert [each.fields[Field.COUNSELLOR_NAME] for each in listed] == [OTHER.name]
    assert (planned.fields[Field.COUNSELLOR_NAME], planned.fields[Field.APPOINTMENT_STATUS]) == (
        OTHER.name,
        AppointmentStatus.SCHEDULED,
    )
    case = await hub.case(referral_id)
    assert case.appointment
    assert case.appointment.counsellor == OTHER


async def test_the_stored_part_of_the_earlier_counsellor_ends_and_the_others_go_on(hub: InProcessHub) -> None:
    third = Counsellor("C. Derde")
    _, referral_id = await referred(hub, "exit")
    await hub.execute(referral_id, *RUNNING)
    await hub.execute(referral_id, ChangeCounsellor(OTHER))
    await hub.execute(referral_id, ChangeCounsellor(third), ChangeCounsellor(COUNSELLOR))

    case = await hub.case(referral_id)
    assert case.trajectory
    team = CallerScope(await hub.db.read(read_organisation, "expertiseteam-financien"))
    parties = await hub.db.read(read_parties, hub.services, team, case.trajectory.id)

    counsellors = [(each.contact, each.until_on) for each in parties if each.role is PartyRole.COUNSELLOR]
    assert counsellors == [(COUNSELLOR.name, TODAY), (OTHER.name, TODAY), (third.name, TODAY), (COUNSELLOR.name, None)]
    assert [each.until_on for each in parties if each.role is PartyRole.REFERRER] == [None]
