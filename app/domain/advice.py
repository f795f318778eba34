"""Advice at the moment of referral: the rules that otherwise cause most ping-pong.

Source: ``docs/explanation/domain.md``, section 4, "Routing advice". Advice with a reason code, never a silent refusal.
"""

from datetime import date

from app.domain.codes import IncomeSituation, ReferrerKind, RoutingAdvice, Threat
from app.domain.values import ReferralContents

_CRISIS = frozenset({Threat.EVICTION, Threat.ENERGY_CUT_OFF, Threat.WATER_CUT_OFF})


def routing_advice(
    contents: ReferralContents, kind: ReferrerKind | None, *, already_open: bool
) -> tuple[RoutingAdvice, ...]:
    """Return the advice that applies, in the order of the code list."""
    applies = {
        RoutingAdvice.CRISIS_TO_CREDIT_BANK: bool(_CRISIS.intersection(contents.threats)),
        RoutingAdvice.INCOME_SUPPORT_FIRST: contents.income_situation is IncomeSituation.NONE,
        RoutingAdvice.NEIGHBOURHOOD_TEAM: len(contents.life_domains) > 1,
        RoutingAdvice.ADMINISTRATION_TO_CREDIT_BANK: contents.protective_administration,
        RoutingAdvice.WSNP_NO_REFERRAL_NEEDED: contents.running_wsnp,
        RoutingAdvice.NOT_A_RESIDENT: not contents.lives_in_municipality,
        RoutingAdvice.WMO_NOT_TO_FINANCE_TEAM: (contents.wmo_indication and kind is ReferrerKind.WELZIJNSORGANISATIE),
        RoutingAdvice.ALREADY_OPEN: already_open,
    }
    return tuple(advice for advice in RoutingAdvice if applies[advice])


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years on a day."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)
