"""What the record's values tell of themselves."""

from dataclasses import replace
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
    assert Organisation(id=ID, code="code", name="name", role=role, kind=None, system=system).is_inside is inside


def test_a_caller_that_sees_its_own_only_does_not_see_what_others_referred() -> None:
    mine = Organisation(id=ID, code="code", name="name", role=OrganisationRole.REFERRER, kind=None, system=System.GIDSO)
    other = replace(mine, id=UUID(int=2), system=System.RMW)

    for narrowed in (Visibility(organisation_id=ID), Visibility(system=System.GIDSO)):
        assert narrowed.includes(mine)
        assert not narrowed.includes(other)
    assert EVERYTHING.includes(mine)
    assert EVERYTHING.includes(other)
