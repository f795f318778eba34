"""A word over the API on what another party owns: refused by name, and kept for the operator to decide."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from app.database import Connection
from app.domain import lifecycle
from app.domain.case_file import facts_of
from app.domain.claims import OwnershipViolation, Stated
from app.domain.codes import OrganisationRole
from app.domain.errors import Forbidden, NotTheOwner
from app.domain.fields import Field
from app.domain.lifecycle import Action, Machine
from app.domain.ownership import Reason, canonical
from app.domain.queries import EVERYTHING
from app.models.cases.case_file import load_case_files
from app.models.cases.client import wrapped_key_of
from app.models.cases.referral import lock_referral
from app.models.partners.field_sync import insert_conflicts, open_claims, update_conflicts
from app.operations.cases.steps import Chain
from app.operations.field_sync.merge import new_conflict, open_value, seal_value
from app.operations.services import Services
from app.vault import Sealer

# They do not read what a referrer said.
_STRANGERS = frozenset({OrganisationRole.CREDIT_BANK, OrganisationRole.OPERATOR})


def refuse_uninvolved_roles(chain: Chain) -> None:
    """Refuse to change what the referrer said before anything is compared to it, for who does not read it.

    Whether a guess is right would show in the answer.

    Raises:
        Forbidden: the caller guides nobody and refers nobody.
    """
    if chain.context.role in _STRANGERS:
        lifecycle.require(Machine.REFERRAL, Action.AMEND, chain.status, chain.context.role)


@contextmanager
def check_ownership(chain: Chain, values: Stated) -> Iterator[None]:
    """Let only the owner of a fact record it: within this, who may never take the step is told whose it is.

    Raises:
        NotTheOwner: the step states these values, and is another party's to take.
        Forbidden: the operator tries it. Conflicts are the operator's to read, and one of its own making would show it
            a value of the hub that is withheld from it.
    """
    try:
        yield
    except Forbidden as error:
        if not values or chain.context.role is OrganisationRole.OPERATOR:
            raise
        raise NotTheOwner(
            f"{', '.join(sorted(values))}: another party owns this. {error} Nothing was changed; ask the owner to "
            "record it. What you said is kept, for the hub's operator to decide.",
            OwnershipViolation(chain.id, chain.context.system, values),
        ) from None


def record_violation(tx: Connection, services: Services, claim: OwnershipViolation) -> None:
    """Keep what was refused as conflicts, one for each field in which it differs from what the hub has.

    To be done in a transaction of its own, for that of the refused work is rolled back. Saying the same again while a
    conflict is open brings the hub's value in it up to date, and adds none.
    """
    lock_referral(tx, claim.referral_id, EVERYTHING)
    case = load_case_files(tx, services.vault, [claim.referral_id])[claim.referral_id]
    at_hub: Mapping[Field, object] = facts_of(case)
    sealer = services.vault.client_sealer(wrapped_key_of(tx, case.client.id))
    known = {
        (Field(row.field), _form(row.field, open_value(sealer, row.partner_value))): row.id
        for row in open_claims(tx, claim.referral_id, claim.system)
    }
    now, partner = services.clock.now(), (claim.system, claim.referral_id)
    fresh, repeated = [], []
    for field, value in claim.values.items():
        present = at_hub.get(field)
        if canonical(field, value) == canonical(field, present):
            continue
        sealed = _sealed(sealer, present)
        if conflict_id := known.get((field, canonical(field, value))):
            repeated.append({"conflict_id": conflict_id, **sealed})
        else:
            new = new_conflict(services, partner, field, Reason.NOT_THE_OWNER, now)
            fresh.append({**new, "partner_value": seal_value(sealer, value), **sealed})
    update_conflicts(tx, repeated)
    insert_conflicts(tx, fresh)


def _form(field: str, value: object) -> str:
    return canonical(Field(field), value)


def _sealed(sealer: Sealer, present: object) -> dict[str, bytes]:
    # Who calls the API read what the hub has, so that is also where it started from.
    hub = seal_value(sealer, present)
    return {"hub_value": hub, "base_value": hub}
