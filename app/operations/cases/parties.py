"""Who takes part in a trajectory because of the case: its referrer, and who guides the client."""

from dataclasses import replace
from datetime import date

from app.domain.case import Case
from app.domain.codes import PartyRole
from app.domain.values import Counsellor, Party


def add_first_parties(case: Case, day: date) -> None:
    """Let the referrer and the finance team take part from a day on, as in every trajectory."""
    referrer = Party(
        id=case.new_id(),
        organisation=case.referral.organisation.name,
        role=PartyRole.REFERRER,
        contact=None,
        from_on=day,
    )
    case.new_parties += (referrer, _finance_team(case, case.referral.counsellor, day))


def replace_counsellor(case: Case, counsellor: Counsellor, day: date) -> None:
    """Let the part of the earlier counsellor end on the day on which that of another begins."""
    case.new_parties = tuple(
        replace(each, until_on=day) if each.role is PartyRole.COUNSELLOR and each.until_on is None else each
        for each in case.new_parties
    )
    case.ended_parties = {**case.ended_parties, PartyRole.COUNSELLOR: day}
    case.new_parties += (_finance_team(case, counsellor, day),)


def _finance_team(case: Case, counsellor: Counsellor | None, day: date) -> Party:
    return Party(
        id=case.new_id(),
        organisation=case.rules.finance_team,
        role=PartyRole.COUNSELLOR,
        contact=counsellor.name if counsellor else None,
        from_on=day,
    )
