from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.advice import age_on, routing_advice
from app.domain.codes import IncomeSituation, LifeDomain, ReferrerKind, RoutingAdvice, Threat
from app.domain.values import ReferralContents

PLAIN = ReferralContents(area="Charlois")
WELFARE = ReferrerKind.WELZIJNSORGANISATIE


def advice_on(kind: ReferrerKind | None = WELFARE, *, already_open: bool = False, **said: Any) -> list[RoutingAdvice]:
    return list(routing_advice(replace(PLAIN, **said), kind, already_open=already_open))


def test_a_plain_referral_gets_no_advice() -> None:
    assert advice_on() == []


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ({"threats": (Threat.EVICTION,)}, RoutingAdvice.CRISIS_TO_CREDIT_BANK),
        ({"threats": (Threat.SEIZURE, Threat.WATER_CUT_OFF)}, RoutingAdvice.CRISIS_TO_CREDIT_BANK),
        ({"income_situation": IncomeSituation.NONE}, RoutingAdvice.INCOME_SUPPORT_FIRST),
        ({"life_domains": (LifeDomain.FINANCES, LifeDomain.HEALTH)}, RoutingAdvice.NEIGHBOURHOOD_TEAM),
        ({"protective_administration": True}, RoutingAdvice.ADMINISTRATION_TO_CREDIT_BANK),
        ({"running_wsnp": True}, RoutingAdvice.WSNP_NO_REFERRAL_NEEDED),
        ({"lives_in_municipality": False}, RoutingAdvice.NOT_A_RESIDENT),
        ({"wmo_indication": True}, RoutingAdvice.WMO_NOT_TO_FINANCE_TEAM),
    ],
)
def test_each_rule_gives_its_own_advice(said: dict[str, Any], advice: RoutingAdvice) -> None:
    assert advice_on(**said) == [advice]


@pytest.mark.parametrize(
    "said",
    [
        {"threats": (Threat.SEIZURE,)},
        {"income_situation": IncomeSituation.UNDER_WAY},
        {"income_situation": IncomeSituation.UNKNOWN},
        {"life_domains": (LifeDomain.FINANCES,)},
    ],
)
def test_what_is_less_than_the_rule_gives_no_advice(said: dict[str, Any]) -> None:
    assert advice_on(**said) == []


def test_an_open_referral_is_pointed_out() -> None:
    assert advice_on(already_open=True) == [RoutingAdvice.ALREADY_OPEN]


@pytest.mark.parametrize("kind", [kind for kind in ReferrerKind if kind is not WELFARE])
def test_a_wmo_indication_concerns_welfare_organisations_only(kind: ReferrerKind) -> None:
    assert advice_on(kind, wmo_indication=True) == []


def test_advice_comes_in_the_order_of_the_code_list() -> None:
    given_advice = advice_on(
        already_open=True, running_wsnp=True, threats=(Threat.EVICTION,), income_situation=IncomeSituation.NONE
    )

    assert given_advice == [advice for advice in RoutingAdvice if advice in given_advice]
    assert len(given_advice) == 4


@pytest.mark.parametrize(
    ("birth_date", "day", "age"),
    [
        (date(2000, 3, 2), date(2026, 3, 1), 25),
        (date(2000, 3, 2), date(2026, 3, 2), 26),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2000, 2, 29), date(2024, 2, 29), 24),
    ],
)
def test_age_changes_on_the_birthday(birth_date: date, day: date, age: int) -> None:
    assert age_on(birth_date, day) == age


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 40_000))
def test_age_never_falls_from_one_day_to_the_next(birth_date: date, days: int) -> None:
    day = birth_date + timedelta(days=days)
    assume(day < date(2200, 1, 1))

    assert 0 <= age_on(birth_date, day) <= age_on(birth_date, day + timedelta(days=1)) <= age_on(birth_date, day) + 1
