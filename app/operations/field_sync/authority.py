"""Who may write which field: a write to a field owned by another party is refused, and recorded as a conflict."""

from collections.abc import Mapping

from app.domain import lifecycle
from app.domain.case import Case
from app.domain.codes import OrganisationRole
from app.domain.commands import ActionContext, AmendReferral, Command, fields_written
from app.domain.details import Detail
from app.domain.errors import Forbidden, HubError, NotTheOwner, OwnershipViolation
from app.domain.field_values import field_values
from app.domain.fields import Field
from app.domain.lifecycle import Action, Machine
from app.domain.ownership import ConflictReason, changed_fields, normalise, statement_of
from app.models.partners.field_sync import open_claims
from app.operations.field_sync.conflict_values import ConflictValues, open_values
from app.operations.field_sync.known_values import KnownValues

# They do not read what a referrer said.
_UNINVOLVED = frozenset({OrganisationRole.CREDIT_BANK, OrganisationRole.OPERATOR})


def refuse_uninvolved_roles(case: Case, context: ActionContext) -> None:
    """Refuse a change of what the referrer said before anything is compared to it, by who does not read it.

    Whether a guess is right would show in the answer.

    Raises:
        Forbidden: the caller guides nobody and refers nobody.
    """
    if context.role in _UNINVOLVED:
        lifecycle.require(Machine.REFERRAL, Action.AMEND, case.referral.status, context.role)


def refusal(case: Case, command: Command, context: ActionContext, error: Forbidden) -> HubError:
    """Return the error to raise where a role may never do what a command asks for.

    :class:`NotTheOwner` names the fields, where the command writes any. The operator gets the plain error: conflicts
    are the operator's to read, and one of its own making would show it a value that is withheld from it.
    """
    if isinstance(command, AmendReferral):
        written: Mapping[Field, object] = changed_fields(statement_of(case), command)
    else:
        written = fields_written(command)
    if not written or context.role is OrganisationRole.OPERATOR:
        return error
    return NotTheOwner(
        Detail.OWNED_BY_ANOTHER(fields=", ".join(sorted(written)), refusal=error.said),
        OwnershipViolation(case.id, context.system, written),
    )


def record_violation(known_values: KnownValues, violation: OwnershipViolation) -> None:
    """Record a refused write as conflicts, one for each field in which it differs from what the hub has.

    The same again while a conflict is open brings the hub's value in it up to date, and adds none.
    """
    referral_id, system = violation.referral_id, violation.system
    case = known_values.cases.lock(referral_id)
    if case is None:
        return
    at_hub: Mapping[Field, object] = field_values(case)
    sealer = known_values.cases.sealer_of(referral_id)
    known = {
        (row.field, normalise(row.field, open_values(sealer, row.id, row.values).partner)): row
        for row in open_claims(known_values.tx, referral_id, system)
    }
    for field, value in violation.values.items():
        present = at_hub.get(field)
        if normalise(field, value) == normalise(field, present):
            continue
        # Whoever calls the API reads what the hub has, so that is also what the write started from.
        values = ConflictValues(hub=present, partner=value, is_base=True)
        if conflict := known.get((field, normalise(field, value))):
            known_values.update_conflict(referral_id, conflict.id, values)
        else:
            known_values.add_conflict((system, referral_id), field, ConflictReason.NOT_THE_OWNER, values)
