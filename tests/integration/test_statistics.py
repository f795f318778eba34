from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.domain.codes import IntakeResult, KbrStatus, ReferralStatus, TrajectoryResult
from app.domain.commands import ConcludeIntake, MarkUnreachable, RecordKbrStatus, RecordResult, SignPlan
from app.models.statistics import ReferralCount
from app.operations.statistics import CityTables, ExchangeCounts, city_tables, exchange_counts
from tests.support.hub import (
    ATTEND,
    CLIENT,
    CONFIRM,
    CONTENTS,
    COURT,
    DOCK,
    INTAKE_ON,
    MISS,
    SCHEDULE,
    UNANSWERED,
    WIJKTEAM,
    InProcessHub,
    unreadable,
)

NOBODY = replace(CLIENT, bsn=None)
APPLIES = RecordResult(TrajectoryResult.KBR_APPLICATION)
LONG_AGO = date(2025, 9, 1)


async def tables(hub: InProcessHub) -> CityTables:
    return await hub.db.read(city_tables, hub.services)


async def referred(hub: InProcessHub, *facts: Any, **changes: Any) -> UUID:
    return await hub.refer(*facts, **({"client": NOBODY} | changes))


async def decided(hub: InProcessHub, intake_on: date, result: RecordResult) -> UUID:
    """Return a referral with an intake on a day, and a result."""
    referral_id = await referred(hub, CONFIRM, SCHEDULE)
    await hub.execute(referral_id, ATTEND, occurred_at=_noon(intake_on))
    await hub.execute(referral_id, ConcludeIntake(IntakeResult.ROUTE_TO_KBR, intake_on), result)
    return referral_id


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


async def test_an_empty_hub_has_empty_tables(hub: InProcessHub) -> None:
    assert await tables(hub) == CityTables(
        kinds={},
        ages={},
        intake_results={},
        areas={},
        plans_signed=0,
        trajectory_results={},
        decision_weeks={},
        kbr_statuses={},
    )
    assert await hub.db.read(exchange_counts) == ExchangeCounts(feedback={}, quarantined=0, undelivered=0)


async def test_referrals_are_counted_by_kind_of_referrer_and_by_area(hub: InProcessHub) -> None:
    await referred(hub)
    await referred(hub, contents=replace(CONTENTS, area="Noord"))
    await referred(hub, organisation_code=COURT.code)

    counted = await tables(hub)

    assert {kind: each.referrals for kind, each in counted.kinds.items()} == {
        "welzijnsorganisatie": 2,
        "schuldenrechter": 1,
    }
    assert {area: each.referrals for area, each in counted.areas.items()} == {"Charlois": 2, "Noord": 1}


async def test_ages_are_those_on_the_day_of_referral_in_the_citys_bands(hub: InProcessHub) -> None:
    for born_in in (2008, 2000, 1999, 1992, 1961):
        await referred(hub, client=replace(NOBODY, birth_date=date(born_in, 1, 1)))

    assert (await tables(hub)).ages == {"18-27": 2, "27-35": 2, "65+": 1}


async def test_missed_counts_who_was_missed_and_not_seen_afterwards(hub: InProcessHub) -> None:
    again = replace(SCHEDULE, starts_at=SCHEDULE.starts_at + timedelta(days=3))
    await referred(hub, CONFIRM, SCHEDULE, MISS)
    await referred(hub, CONFIRM, SCHEDULE, MISS, again, ATTEND)
    await referred(hub, CONFIRM, SCHEDULE, MISS, organisation_code=WIJKTEAM.code)
    await referred(hub, CONFIRM, SCHEDULE)

    counted = await tables(hub)

    assert counted.intake_results == {"missed": 2}
    assert counted.kinds == {
        "welzijnsorganisatie": ReferralCount(referrals=3, missed=1),
        "wijkteam": ReferralCount(referrals=1, missed=1),
    }
    assert counted.areas == {"Charlois": ReferralCount(referrals=4, missed=2)}


async def test_who_could_not_be_reached_after_a_miss_stays_missed(hub: InProcessHub) -> None:
    missed_and_lost = await hub.refer_until(ReferralStatus.MISSED, client=NOBODY)
    await hub.execute(missed_and_lost, *UNANSWERED, MarkUnreachable())
    await hub.refer_until(ReferralStatus.UNREACHABLE, client=NOBODY)

    assert (await tables(hub)).intake_results == {"missed": 1}


async def test_plans_and_intake_results_are_counted(hub: InProcessHub) -> None:
    concluded = await hub.refer_until(ReferralStatus.CONCLUDED, client=NOBODY)
    await hub.execute(concluded, SignPlan(INTAKE_ON), SignPlan(INTAKE_ON, "RDD-2"))
    await hub.refer_until(ReferralStatus.CONCLUDED, client=NOBODY)

    counted = await tables(hub)

    assert (counted.intake_results, counted.plans_signed) == ({"route_to_kbr": 2}, 1)


async def test_a_trajectory_counts_with_its_first_result(hub: InProcessHub) -> None:
    referral_id = await hub.refer_until(ReferralStatus.CONCLUDED, client=NOBODY)

    await hub.execute(referral_id, APPLIES, RecordResult(TrajectoryResult.SOCIAL_LOAN))

    assert (await tables(hub)).trajectory_results == {"kbr_application": 1}


async def test_weeks_to_the_decision_are_whole_weeks_from_the_intake(hub: InProcessHub) -> None:
    for days in (0, 62, 63, 97, 98, 139, 140):
        await decided(hub, LONG_AGO, replace(APPLIES, decided_on=LONG_AGO + timedelta(days=days)))
    await decided(hub, LONG_AGO, APPLIES)

    assert (await tables(hub)).decision_weeks == {"0-8": 2, "9-13": 2, "14-19": 2, "20+": 1, "unknown": 1}


async def test_applications_are_counted_where_they_stand(hub: InProcessHub) -> None:
    referral_id = await hub.refer_until(ReferralStatus.CONCLUDED, client=NOBODY)

    await hub.execute(referral_id, *(RecordKbrStatus(each) for each in (KbrStatus.SUBMITTED, KbrStatus.RECEIVED)))

    assert (await tables(hub)).kbr_statuses == {"received": 1}


async def test_what_is_in_quarantine_is_counted(hub: InProcessHub) -> None:
    await hub.pull(unreadable("D-1"), unreadable("D-2"))

    assert (await hub.db.read(exchange_counts)).quarantined == 2


async def test_a_referrer_without_a_count_has_no_row(hub: InProcessHub) -> None:
    await referred(hub)

    assert set((await tables(hub)).kinds) == {DOCK.kind.value}
