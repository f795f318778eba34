"""No case closes for want of contact before the referrer could restore it, where that was agreed.

Numbers are lines of the city's evaluation of 2020: welfare 5041-5053, ExIT 7642-7648.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from app.domain.codes import ReferralStatus, SignalKind
from app.domain.commands import Command, GiveSignal, MarkUnreachable, ReportContactLost, ReportContactRestored
from app.domain.errors import TransitionNotAllowed
from app.domain.lifecycle import Action
from app.domain.queries import WorkList, WorkQuery
from app.domain.values import Organisation
from app.models.access.organisation import find_organisation
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.queries import referral_actions
from app.operations.cases.work_lists import page_of_work
from tests.support.hearing import heard_by, names, referred
from tests.support.hub import CONFIRM, TODAY, InProcessHub, partner_record, refused

ASKED = {"welzijnsorganisatie": 5041, "exit": 7642}
LAST_DAY = TODAY + timedelta(days=7)
CANNOT = GiveSignal(SignalKind.CONTACT_NOT_RESTORED)


async def reported(hub: InProcessHub, case_id: str, *facts: tuple[date, Command]) -> None:
    """Let Allegro report what happened on days, at noon."""
    for day, command in facts:
        moment = datetime.combine(day, time(12), UTC)
        hub.clock.set(max(hub.clock.now(), moment))
        external_id = f"{case_id}/{type(command).__name__}/{day}"
        await hub.pull(partner_record(case_id, command, external_id=external_id, occurred_at=moment))


async def known(hub: InProcessHub, kind: str) -> tuple[Organisation, UUID]:
    """Return a referrer, and its referral that Allegro confirmed."""
    owner, referral_id = await referred(hub, kind)
    await hub.pull(partner_record(f"D-{kind}", CONFIRM, referral_id=referral_id), cursor="0")
    return owner, referral_id


async def actions_of_team(hub: InProcessHub, referral_id: UUID) -> set[Action]:
    """Return what the finance team may do with a referral."""
    team = await hub.db.read(find_organisation, "expertiseteam-financien")
    assert team
    found = await hub.db.read(referral_actions, hub.services, CallerScope(team), referral_id)
    return set(found.actions)


@pytest.mark.parametrize("kind", ASKED, ids=[f"{kind}-{line}" for kind, line in ASKED.items()])
async def test_over_the_api_it_is_closed_after_the_term_only(hub: InProcessHub, kind: str) -> None:
    _, referral_id = await referred(hub, kind)
    await hub.execute(referral_id, CONFIRM)

    assert Action.MARK_UNREACHABLE not in await actions_of_team(hub, referral_id)
    async with refused(hub, TransitionNotAllowed, "report the lost contact"):
        await hub.execute(referral_id, MarkUnreachable())
    await hub.execute(referral_id, ReportContactLost(TODAY))
    async with refused(hub, TransitionNotAllowed, f"until {LAST_DAY}"):
        await hub.execute(referral_id, MarkUnreachable())
    hub.clock.set(hub.clock.now() + timedelta(days=8))

    assert Action.MARK_UNREACHABLE in await actions_of_team(hub, referral_id)
    await hub.execute(referral_id, MarkUnreachable(), occurred_at=hub.clock.now())
    assert await hub.status(referral_id) is ReferralStatus.UNREACHABLE
    assert "closed-unasked" not in await hub.event_names(referral_id)


@pytest.mark.parametrize("kind", ASKED)
async def test_a_referrer_that_answers_that_it_cannot_need_not_be_waited_for(hub: InProcessHub, kind: str) -> None:
    _, referral_id = await referred(hub, kind)

    await hub.execute(referral_id, CONFIRM, ReportContactLost(TODAY), CANNOT, MarkUnreachable())

    assert await hub.status(referral_id) is ReferralStatus.UNREACHABLE


@pytest.mark.parametrize("kind", ASKED)
async def test_a_closure_without_asking_that_allegro_reports_is_kept_and_flagged(hub: InProcessHub, kind: str) -> None:
    owner, referral_id = await known(hub, kind)

    await reported(hub, f"D-{kind}", (TODAY, MarkUnreachable()))

    case = await hub.case(referral_id)
    assert (case.referral.status, case.referral.flags.closed_unasked) == (ReferralStatus.UNREACHABLE, True)
    assert (await hub.event_names(referral_id))[-3:] == ["closed-unasked", "contact-lost", "closed"]
    events = await heard_by(hub, owner)
    assert names(events)[-2:] == ["contact-lost", "closed"]
    lost = events[-2][1]
    assert (lost["referral"]["requestedAction"], lost["contact"]["restoreBy"]) == ("restore_contact", str(LAST_DAY))


@pytest.mark.parametrize("kind", ASKED)
async def test_restored_contact_reopens_what_was_closed_without_asking_and_clears_the_flag(
    hub: InProcessHub, kind: str
) -> None:
    _, referral_id = await known(hub, kind)

    restored = TODAY + timedelta(days=1)
    await reported(hub, f"D-{kind}", (TODAY, MarkUnreachable()), (restored, ReportContactRestored(restored)))

    case = await hub.case(referral_id)
    assert (case.referral.status, case.referral.flags.closed_unasked) == (ReferralStatus.CONFIRMED, False)


async def test_a_closure_after_the_term_or_where_nobody_is_asked_is_not_flagged(hub: InProcessHub) -> None:
    for kind, closed_on in (("exit", LAST_DAY + timedelta(days=1)), ("wijkteam", TODAY)):
        _, referral_id = await known(hub, kind)
        await reported(hub, f"D-{kind}", (TODAY, ReportContactLost(TODAY)), (closed_on, MarkUnreachable()))

        case = await hub.case(referral_id)
        assert (case.referral.status, case.referral.flags.closed_unasked) == (ReferralStatus.UNREACHABLE, False)
        assert "closed-unasked" not in await hub.event_names(referral_id)


@pytest.mark.parametrize("kind", ASKED)
async def test_who_is_asked_reads_it_in_its_list_of_work_until_it_answers(hub: InProcessHub, kind: str) -> None:
    owner, referral_id = await referred(hub, kind)
    query = WorkQuery(list=WorkList.AWAITING_REFERRER, now=hub.clock.now(), limit=10)

    async def listed() -> int:
        page, _ = await hub.db.read(page_of_work, hub.services, CallerScope(owner), query)
        return len(page)

    found = []
    for command in (CONFIRM, ReportContactLost(TODAY), CANNOT, ReportContactRestored(TODAY), ReportContactLost(TODAY)):
        await hub.execute(referral_id, command)
        found.append(await listed())

    assert found == [0, 1, 0, 0, 1]
