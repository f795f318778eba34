"""What the record's values tell of themselves."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from app.domain.codes import (
    IntakeResult,
    KbrStatus,
    OrganisationRole,
    ReferralStatus,
    System,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import Consent, KbrApplication, Organisation, RecordedResult, Referral, Trajectory

ID = UUID(int=1)


@pytest.mark.parametrize(
    ("role", "system", "inside"),
    [
        (OrganisationRole.REFERRER, System.API, False),
        (OrganisationRole.REFERRER, System.GIDSO, True),
        (OrganisationRole.REFERRER, System.RMW, True),
        (OrganisationRole.FINANCE_TEAM, System.ALLEGRO, True),
        (OrganisationRole.OPERATOR, System.API, True),
    ],
)
def test_only_who_works_in_a_partner_system_or_runs_the_hub_is_inside(
    role: OrganisationRole, system: System, inside: bool
) -> None:
    assert Organisation(id=ID, code="code", name="name", role=role, kind=None, system=system).is_inside is inside


def organisation(**changes: Any) -> Organisation:
    """Return an organisation that works in GIDSO."""
    new = Organisation(id=ID, code="code", name="name", role=OrganisationRole.REFERRER, kind=None, system=System.GIDSO)
    return replace(new, **changes)


def referral(**changes: Any) -> Referral:
    """Return a new referral of :func:`organisation`."""
    new = Referral(
        id=ID,
        client_id=ID,
        organisation=organisation(),
        area="Noord",
        consent=Consent(),
        status=ReferralStatus.RECEIVED,
        disclosed_status=ReferralStatus.RECEIVED,
        received_at=datetime(2026, 3, 2, tzinfo=UTC),
        age=30,
    )
    return replace(new, **changes)


def trajectory(**changes: Any) -> Trajectory:
    """Return a new trajectory."""
    day = date(2026, 3, 2)
    return replace(Trajectory(id=ID, status=TrajectoryStatus.PLANNING, started_on=day, due_on=day), **changes)


def test_a_caller_that_sees_its_own_only_does_not_see_what_others_referred() -> None:
    mine, other = referral(), referral(organisation=organisation(id=UUID(int=2), system=System.RMW))

    for narrowed in (Visibility(organisation_id=ID), Visibility(system=System.GIDSO)):
        assert narrowed.includes(mine, None)
        assert not narrowed.includes(other, None)
    assert EVERYTHING.includes(mine, None)
    assert EVERYTHING.includes(other, None)


def test_the_credit_bank_sees_what_leads_to_it() -> None:
    bank = Visibility(at_credit_bank=True)
    by_intake = {each.value for each in IntakeResult if bank.includes(referral(intake_result=each), trajectory())}
    by_result = {
        each.value
        for each in TrajectoryResult
        if bank.includes(referral(), trajectory(results=(RecordedResult(each, None),)))
    }

    assert by_intake == {"route_to_kbr", "budget_management", "social_loan"}
    assert by_result == {"kbr_application", "budget_management", "social_loan"}
    assert bank.includes(referral(), trajectory(kbr_application=KbrApplication(id=ID, status=KbrStatus.WITHDRAWN)))
    assert not bank.includes(referral(), None)
