"""What lies in the future, of whatever field and whoever states it: one rule."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.birth_date import BirthDate, PartialDate
from app.domain.codes import OrganisationRole, System
from app.domain.commands import ActionContext
from app.domain.stated import Stated
from app.domain.validation import Circumstances, stated_faults

# 23:30 in the city, on the 2nd of March.
NOW = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

MOMENTS = ["occurredAt", "receivedAt"]
DAYS = ["changedOn", "closedOn", "concludedOn", "consent.givenOn", "decidedOn", "signedOn"]


def refused(field: str, stated: datetime | BirthDate, *, by_partner: bool = False, now: datetime = NOW) -> bool:
    """Return whether a value is refused, and check that it is for lying in the future."""
    context = ActionContext(
        system=System.GIDSO if by_partner else System.API,
        role=OrganisationRole.PARTNER_SYSTEM if by_partner else OrganisationRole.REFERRER,
        occurred_at=now,
        catch_up=by_partner,
    )
    given = Circumstances(context=context, areas=(), now=now)
    rules = [fault.rule.value for fault in stated_faults(Stated({field: stated}), given)]
    assert rules in ([], ["not-in-future"])
    return bool(rules)


@pytest.mark.parametrize("field", MOMENTS)
def test_a_caller_s_clock_may_be_five_minutes_ahead(field: str) -> None:
    assert [refused(field, NOW + minutes * MINUTE) for minutes in (0, 5, 6)] == [False, False, True]


@pytest.mark.parametrize("field", MOMENTS)
def test_a_partner_s_clock_may_be_a_day_ahead(field: str) -> None:
    stated = [NOW + DAY, NOW + DAY + MINUTE]

    assert [refused(field, moment, by_partner=True) for moment in stated] == [False, True]


@pytest.mark.parametrize("by_partner", [False, True])
@pytest.mark.parametrize("field", DAYS)
def test_a_calendar_may_be_a_day_ahead(field: str, by_partner: bool) -> None:
    stated = [TODAY, TODAY + DAY, TODAY + 2 * DAY, date.max, date.min]

    assert [refused(field, day, by_partner=by_partner) for day in stated] == [False, False, True, True, False]


@pytest.mark.parametrize("by_partner", [False, True])
@pytest.mark.parametrize(
    ("birth_date", "is_refused"),
    [
        (TODAY, False),
        (TODAY + DAY, True),
        (PartialDate.of(2026), False),
        (PartialDate.of(2026, 3), False),
        (PartialDate.of(2026, 4), True),
        (PartialDate.of(2027), True),
    ],
)
def test_nobody_is_born_after_today_in_the_city(birth_date: BirthDate, is_refused: bool, by_partner: bool) -> None:
    assert refused("client.birthDate", birth_date, by_partner=by_partner) is is_refused


def test_a_day_begins_in_the_city() -> None:
    tomorrow = TODAY + DAY

    assert [refused("client.birthDate", tomorrow, now=now) for now in (NOW, NOW + timedelta(hours=1))] == [True, False]
