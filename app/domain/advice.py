"""Advice at the moment of referral: the rules that otherwise cause most ping-pong.

Source: ``docs/explanation/domain.md``, section 4, "Routing advice". Advice with a reason code, never a silent refusal.
Which advice is for which kind of referrer is reference data of the city.
"""

from collections.abc import Collection
from datetime import date

from app.domain.birth_date import BirthDate, reckoned_day
from app.domain.codes import IncomeSituation, RoutingAdvice, Threat
from app.domain.values import ReferralContents

_CRISIS = frozenset({Threat.EVICTION, Threat.ENERGY_CUT_OFF, Threat.WATER_CUT_OFF})


def routing_advice(
    contents: ReferralContents, agreed: Collection[RoutingAdvice], *, already_open: bool
) -> tuple[RoutingAdvice, ...]:
    """Return the advice that applies, in the order of the code list.

    Args:
        contents: what the referrer says.
        agreed: the advice that is for this kind of referrer.
        already_open: whether the client is helped already.
    """
    several_domains = len(contents.life_domains) > 1
    applies = {
        RoutingAdvice.CRISIS_TO_CREDIT_BANK: bool(_CRISIS.intersection(contents.threats)),
        RoutingAdvice.INCOME_SUPPORT_FIRST: contents.income_situation is IncomeSituation.NONE,
        RoutingAdvice.NEIGHBOURHOOD_TEAM: several_domains,
        RoutingAdvice.NEIGHBOURHOOD_TEAM_REFERS: several_domains,
        RoutingAdvice.ASSESSMENT_MISSING: not (contents.assessment_done_by or contents.assessment_reference),
        RoutingAdvice.ADMINISTRATION_TO_CREDIT_BANK: contents.protective_administration,
        RoutingAdvice.WSNP_NO_REFERRAL_NEEDED: contents.running_wsnp,
        RoutingAdvice.NOT_A_RESIDENT: not contents.lives_in_municipality,
        RoutingAdvice.WMO_NOT_TO_FINANCE_TEAM: contents.wmo_indication,
        RoutingAdvice.ALREADY_OPEN: already_open,
    }
    return tuple(advice for advice in RoutingAdvice if advice in agreed and applies[advice])


def age_on(birth_date: BirthDate, day: date) -> int:
    """Return the age in whole years on a day; by the middle of what is possible where the birth date is not whole."""
    born = reckoned_day(birth_date)
    had_birthday = (day.month, day.day) >= (born.month, born.day)
    return day.year - born.year - (0 if had_birthday else 1)
