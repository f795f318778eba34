"""What the record's values tell of themselves."""

from uuid import UUID

import pytest

from app.domain.codes import OrganisationRole, System
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import Organisation

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
    assert Organisation(ID, "code", "name", role, None, system).is_inside is inside


@pytest.mark.parametrize("narrowed", [Visibility(organisation_id=ID), Visibility(system=System.GIDSO)])
def test_a_caller_that_sees_its_own_only_does_not_see_all(narrowed: Visibility) -> None:
    assert EVERYTHING.is_all
    assert not narrowed.is_all
