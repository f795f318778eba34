"""Values that stand against each other, as an operator sees and decides them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from app.database import Connection
from app.domain.case_file import facts_of
from app.domain.codes import OrganisationRole, System
from app.domain.commands import ActionContext, AmendReferral
from app.domain.errors import Conflict, NotFound, TransitionNotAllowed
from app.domain.fields import Field
from app.domain.ownership import SAID, canonical, saying
from app.models.cases.case_file import load_case_files
from app.models.cases.client import wrapped_key_of
from app.models.partners.field_sync import find_conflict, forget_sends, list_conflicts, update_conflict
from app.operations.cases.referrals import amend_referral
from app.operations.cases.steps import Chain, open_chain
from app.operations.field_sync.known_values import fingerprint, held_by, record_known_values
from app.operations.field_sync.merge import open_value
from app.operations.services import Services

Keep = Literal["hub", "partner"]

_STATES: dict[Keep, str] = {"hub": "kept", "partner": "taken"}


@dataclass(frozen=True)
class StoredConflict:
    """Two values of one field that stand against each other.

    Attributes:
        reason: ``not-the-owner``, ``both-changed`` or ``loop``.
        state: ``open``; ``kept`` or ``taken`` once an operator decided for the hub's or the partner's value.
        hub_value: what the hub had; None when it is withheld.
        partner_value: what the partner, or a caller of the API, said; None when it is withheld.
        base_value: what the partner had before; None when it is withheld or not known. Of what a partner held the hub
            keeps a fingerprint only, so it is known where it was what the hub had.
    """

    id: UUID
    referral_id: UUID
    field: Field
    reason: str
    state: str
    since: datetime
    decided_at: datetime | None
    decided_by: str | None
    hub_value: Any = None
    partner_value: Any = None
    base_value: Any = None


_PLAIN = ("id", "referral_id", "reason", "state", "since", "decided_at", "decided_by")
_SEALED = ("hub_value", "partner_value", "base_value")


@dataclass(frozen=True)
class ConflictQuery:
    """Which conflicts are asked for.

    Attributes:
        with_values: whether the three values are opened; else they are withheld.
    """

    system: System
    state: str
    after: UUID | None
    limit: int
    with_values: bool


def page_of_conflicts(
    tx: Connection, services: Services, query: ConflictQuery
) -> tuple[Sequence[StoredConflict], UUID | None]:
    """Return a page of conflicts with a partner, oldest first, and where the next page begins."""
    rows = list_conflicts(tx, query.system, query.state, query.after, query.limit + 1)
    page = [_read(services, row, row.wrapped_key if query.with_values else None) for row in rows[: query.limit]]
    return page, page[-1].id if len(rows) > query.limit else None


def decide_conflict(  # noqa: PLR0913  # who decides what
    tx: Connection, services: Services, system: System, conflict_id: UUID, keep: Keep, by: str
) -> StoredConflict:
    """Decide for one of the two values; it is stored as any change is, unless it stands already.

    Raises:
        NotFound: there is no such conflict with this partner.
        TransitionNotAllowed: it was decided before.
        Conflict: the field was changed to something else since, or its owner alone can record it.
    """
    found = find_conflict(tx, system, conflict_id)
    if found is None:
        raise NotFound("There is no conflict with this id with this partner.")
    context = ActionContext(OrganisationRole.REFERRER, System.API, services.clock.now())
    chain = open_chain(tx, services, found.referral_id, context)
    row: Any = find_conflict(tx, system, conflict_id, lock=True)
    if row.state != "open":
        raise TransitionNotAllowed("This conflict was decided before; nothing was changed.")
    _store(tx, services, chain, row, keep)
    forget_sends(tx, row.referral_id, row.field)
    decided = {"state": _STATES[keep], "decided_at": chain.now, "decided_by": by}
    update_conflict(tx, conflict_id, decided)
    return _read(services, find_conflict(tx, system, conflict_id), None)


def _store(tx: Connection, services: Services, chain: Chain, row: Any, keep: Keep) -> None:
    """Bring the field to the value that was decided for."""
    field, case = Field(row.field), load_case_files(tx, services.vault, [chain.id])[chain.id]
    values = _values(services, row, wrapped_key_of(tx, chain.row.client_id))
    present, wanted = canonical(field, facts_of(case).get(field)), values[f"{keep}_value"]
    if canonical(field, wanted) == present:
        return
    if field not in SAID:
        _leave_to_its_owner(keep)
        return
    if present not in (canonical(field, values["hub_value"]), canonical(field, values["partner_value"])):
        if keep == "hub":
            # The hub has a later value than either; that one stays.
            return
        raise Conflict(
            "The field was changed since; keep the hub's value, or have it corrected in the partner's system."
        )
    stored = AmendReferral(case.referral.contents, case.client.details)
    decided, speaker = saying(stored, {field: wanted}), _speaker(tx, services, row, wanted)
    record_known_values(tx, services, chain.id, (stored, decided), speaker=speaker)
    amend_referral(
        tx, services, Chain(tx, services, replace(chain.context, system=speaker or System.API), chain.row), decided
    )


def _leave_to_its_owner(keep: Keep) -> None:
    if keep == "partner":
        raise Conflict(
            "This is the owner's to record, in its own system or over the API; have it recorded there and decide "
            "then, or keep the hub's value."
        )


def _speaker(tx: Connection, services: Services, row: Any, wanted: object) -> System | None:
    """Return the partner whose record says this; it need not be told. What was said over the API no partner holds."""
    system, field = System(row.system), Field(row.field)
    held = held_by(tx, [row.referral_id]).get((system, row.referral_id), {}).get(field)
    same = held and held.fingerprint == fingerprint(services.vault, row.referral_id, field, wanted)
    return system if same else None


def _values(services: Services, row: Any, wrapped_key: bytes) -> dict[str, Any]:
    sealer, said_as = services.vault.client_sealer(wrapped_key), SAID.get(Field(row.field))
    plain = {name: open_value(sealer, getattr(row, name)) for name in _SEALED}
    return {name: said_as.read(value) if said_as and value is not None else value for name, value in plain.items()}


def _read(services: Services, row: Any, wrapped_key: bytes | None) -> StoredConflict:
    plain = {name: getattr(row, name) for name in _PLAIN}
    if wrapped_key is None:
        return StoredConflict(**plain, field=Field(row.field))
    sealer = services.vault.client_sealer(wrapped_key)
    values = {name: open_value(sealer, getattr(row, name)) for name in _SEALED}
    return StoredConflict(**plain, field=Field(row.field), **values)
