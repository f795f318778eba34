from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.advice import age_on, routing_advice
from app.domain.codes import IncomeSituation, LifeDomain, ReferrerKind, RoutingAdvice, Threat
from app.domain.values import ReferralContents
from app.reference import AgreedAdvice, load_reference

PLAIN = ReferralContents(area="Charlois", assessment_done_by="Vraagwijzer")
WELFARE = ReferrerKind.WELZIJNSORGANISATIE


SEVERAL: dict[str, Any] = {"life_domains": (LifeDomain.FINANCES, LifeDomain.HEALTH)}
ROTTERDAM = load_reference("rotterdam")


def advice_on(kind: ReferrerKind | None = WELFARE, *, already_open: bool = False, **said: Any) -> list[RoutingAdvice]:
    agreed = ROTTERDAM.advice_for(kind)
    return list(routing_advice(replace(PLAIN, **said), agreed, already_open=already_open))


def test_a_plain_referral_gets_no_advice() -> None:
    assert advice_on() == []


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ({"threats": (Threat.EVICTION,)}, RoutingAdvice.CRISIS_TO_CREDIT_BANK),
        ({"threats": (Threat.SEIZURE, Threat.WATER_CUT_OFF)}, RoutingAdvice.CRISIS_TO_CREDIT_BANK),
        ({"income_situation": IncomeSituation.NONE}, RoutingAdvice.INCOME_SUPPORT_FIRST),
        (SEVERAL, RoutingAdvice.NEIGHBOURHOOD_TEAM),
        ({"assessment_done_by": None}, RoutingAdvice.ASSESSMENT_MISSING),
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
        {"assessment_done_by": None, "assessment_reference": "BU-77"},
    ],
)
def test_what_is_less_than_the_rule_gives_no_advice(said: dict[str, Any]) -> None:
    assert advice_on(**said) == []


def test_an_open_referral_is_pointed_out() -> None:
    assert advice_on(already_open=True) == [RoutingAdvice.ALREADY_OPEN]


@pytest.mark.parametrize("kind", [kind for kind in ReferrerKind if kind is not WELFARE])
def test_a_wmo_indication_concerns_welfare_organisations_only(kind: ReferrerKind) -> None:
    assert advice_on(kind, wmo_indication=True) == []


@pytest.mark.parametrize("kind", [kind for kind in ReferrerKind if kind is not WELFARE])
def test_who_does_not_pass_the_vraagwijzer_by_is_asked_for_no_assessment(kind: ReferrerKind) -> None:
    assert advice_on(kind, assessment_done_by=None) == []


def test_a_neighbourhood_team_is_not_sent_to_itself_8216() -> None:
    assert advice_on(ReferrerKind.WIJKTEAM, **SEVERAL) == []


def test_the_vraagwijzer_is_told_that_the_neighbourhood_team_refers_8529() -> None:
    assert advice_on(ReferrerKind.VRAAGWIJZER, **SEVERAL) == [RoutingAdvice.NEIGHBOURHOOD_TEAM_REFERS]


def test_every_other_kind_takes_the_neighbourhood_team_along() -> None:
    others = set(ReferrerKind) - {ReferrerKind.WIJKTEAM, ReferrerKind.VRAAGWIJZER}

    assert {tuple(advice_on(kind, **SEVERAL)) for kind in others} == {(RoutingAdvice.NEIGHBOURHOOD_TEAM,)}


def test_every_advice_is_for_somebody() -> None:
    assert set().union(*map(ROTTERDAM.advice_for, ReferrerKind)) == set(RoutingAdvice)


def test_a_city_gives_the_advice_that_it_has_a_row_for_and_to_whom_it_says() -> None:
    crisis, open_case, wsnp = (
        AgreedAdvice(RoutingAdvice.CRISIS_TO_CREDIT_BANK),
        AgreedAdvice(RoutingAdvice.ALREADY_OPEN, only_for=frozenset({WELFARE})),
        AgreedAdvice(RoutingAdvice.WSNP_NO_REFERRAL_NEEDED, except_for=frozenset({WELFARE})),
    )
    city = replace(ROTTERDAM, routing_advice=(crisis, open_case, wsnp))

    assert city.advice_for(WELFARE) == {crisis.advice, open_case.advice}
    assert city.advice_for(ReferrerKind.EXIT) == {crisis.advice, wsnp.advice}


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
