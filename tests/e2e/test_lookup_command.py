"""``trajecthub lookup`` finds the hub's id of what an organisation means."""

from uuid import UUID

import pytest

from app.database import Connection
from app.operations.access.organisations import save_referrer
from app.operations.cases.execute import register
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services
from tests.support.command_line import change, run, run_json
from tests.support.hub import DOCK, context_of, referral

pytestmark = pytest.mark.slow


def refer(tx: Connection, services: Services) -> tuple[UUID, UUID]:
    """Register a referral of DOCK; return the hub's id of it and DOCK's own."""
    owner = save_referrer(tx, services, DOCK)
    uow, command = UnitOfWork(tx, services), referral(reference="K-1")
    made = register(uow, command, context_of(command))
    uow.flush()
    return made.id, services.pseudonyms.of(str(owner.id), made.id)


def test_an_id_and_a_reference_lead_to_the_same_record(migrated: dict[str, str]) -> None:
    own_id, shown_id = change(migrated, refer)

    by_id = run_json(migrated, "lookup", "--organisation=dock", f"--id={shown_id}")
    by_reference = run_json(migrated, "lookup", "--organisation=dock", "--reference=K-1")

    assert by_id == by_reference == [{"kind": "referral", "id": str(own_id), "referralId": str(own_id)}]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--reference=K-2",), "This organisation has no such record; mind the organisation and the spelling."),
        ((), "id: Give either an id or a reference."),
    ],
)
def test_what_is_not_found_ends_in_one_sentence(migrated: dict[str, str], words: tuple[str, ...], remedy: str) -> None:
    change(migrated, refer)

    assert run(migrated, "lookup", "--organisation=dock", *words) == (1, remedy)
