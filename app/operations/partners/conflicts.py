"""Conflicts between the hub's and a partner's value of a field, as an operator reads and decides them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from pydantic import JsonValue

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import DisclosureOccasion, OrganisationRole, System
from app.domain.commands import ActionContext
from app.domain.details import Detail
from app.domain.errors import Conflict, NotFound, ReferralNotFound, TransitionNotAllowed
from app.domain.field_values import field_values
from app.domain.fields import Field
from app.domain.ownership import REFERRER_FIELDS, ConflictReason, normalise, statement_of, with_values
from app.domain.partners import ConflictState
from app.models.partners.field_sync import SealedConflict, find_conflict, forget_sends, list_conflicts, save_decision
from app.operations.cases.execute import ReferralRef, execute
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.field_sync.conflict_values import OpenedValues, open_values
from app.operations.field_sync.known_values import fingerprint
from app.operations.services import Services
from app.privacy.gate import Receiver
from app.vault import Sealer

Keep = Literal["hub", "partner"]

_READING = DisclosureOccasion.READING

_STATES: dict[Keep, ConflictState] = {"hub": ConflictState.KEPT, "partner": ConflictState.TAKEN}


@dataclass(frozen=True, kw_only=True)
class StoredConflict:
    """Two different values of one field.

    Attributes:
        reason: ``not-the-owner``, ``both-changed`` or ``loop``.
        state: ``open``; ``kept`` or ``taken`` once an operator decided for the hub's or the partner's value.
        hub_value: what the hub had; None when it is withheld.
        partner_value: what the partner, or a caller of the API, sent; None when it is withheld.
        base_value: what the partner had before; None when it is withheld or not known. The hub stores only the
            fingerprint of a partner's value, so the base value is known where it was equal to the hub's.
    """

    id: UUID
    referral_id: UUID
    field: Field
    reason: ConflictReason
    state: ConflictState
    since: datetime
    decided_at: datetime | None
    decided_by: str | None
    hub_value: JsonValue = None
    partner_value: JsonValue = None
    base_value: JsonValue = None


@dataclass(frozen=True, kw_only=True)
class ConflictQuery:
    """Which conflicts are asked for.

    Attributes:
        receiver: to whom the three values are shown as far as the policy permits; None withholds all of them.
    """

    system: System
    state: ConflictState
    after: UUID | None
    limit: int
    receiver: Receiver | None


def page_of_conflicts(
    tx: Connection, services: Services, query: ConflictQuery
) -> tuple[Sequence[StoredConflict], UUID | None]:
    """Return a page of conflicts with a partner, oldest first, and where the next page begins."""
    rows = list_conflicts(tx, query.system, query.state, query.after, query.limit + 1)
    page = [
        _with_values(services, query.receiver, row) if query.receiver else _read(row, OpenedValues())
        for row in rows[: query.limit]
    ]
    return page, page[-1].id if len(rows) > query.limit else None


def decide_conflict(  # noqa: PLR0913  # who decides what
    tx: Connection, services: Services, system: System, conflict_id: UUID, keep: Keep, by: str
) -> StoredConflict:
    """Decide for one of the two values; it is stored as any change is, unless the field has it already.

    Raises:
        NotFound: there is no such conflict with this partner.
        TransitionNotAllowed: it was decided before.
        Conflict: the field was changed to something else since, or its owner alone can record it.
    """
    found = find_conflict(tx, system, conflict_id)
    if found is None:
        raise NotFound(Detail.NO_CONFLICT())
    uow = UnitOfWork(tx, services)
    uow.cases.lock(found.referral_id)
    row = find_conflict(tx, system, conflict_id, lock=True)
    if row is None or row.state is not ConflictState.OPEN:
        raise TransitionNotAllowed(Detail.CONFLICT_DECIDED())
    _store(uow, row, keep)
    uow.flush()
    forget_sends(tx, row.referral_id, row.field)
    state, now = _STATES[keep], uow.rules.now
    save_decision(tx, conflict_id, state, now, by)
    return replace(_read(row, OpenedValues()), state=state, decided_at=now, decided_by=by)


def _store(uow: UnitOfWork, row: SealedConflict, keep: Keep) -> None:
    """Bring the field to the value that was decided for."""
    case = uow.cases.lock(row.referral_id)
    if case is None:
        raise ReferralNotFound
    values = _opened(uow.cases.sealer_of(row.referral_id), row)
    if _must_change(case, row.field, values, keep):
        _change(uow, case, row, values[keep])


def _must_change(case: Case, field: Field, values: Mapping[Keep, object], keep: Keep) -> bool:
    """Return whether the hub is to have another value now; False when it has this one, or keeps a later one.

    Raises:
        Conflict: it cannot have the partner's value any more, or not from here.
    """
    present = normalise(field, field_values(case).get(field))
    if normalise(field, values[keep]) == present:
        return False
    if field in REFERRER_FIELDS and present in {normalise(field, value) for value in values.values()}:
        return True
    if keep == "partner":
        raise Conflict(Detail.FIELD_CHANGED_SINCE() if field in REFERRER_FIELDS else Detail.OWNER_RECORDS())
    return False


def _change(uow: UnitOfWork, case: Case, row: SealedConflict, value: object) -> None:
    """Change the field as its referrer would."""
    speaker = _speaker(uow, row, value)
    context = ActionContext(
        role=OrganisationRole.REFERRER,
        system=speaker or System.API,
        occurred_at=uow.rules.now,
        speaker=speaker,
    )
    execute(uow, ReferralRef(case.id), with_values(statement_of(case), {row.field: value}), context)


def _speaker(uow: UnitOfWork, row: SealedConflict, wanted: object) -> System | None:
    """Return the partner whose record says this; it need not be sent it. No partner knows what came over the API."""
    system, field = row.system, row.field
    known = uow.known_values.of(system, row.referral_id).get(field)
    wanted_print = fingerprint(uow.services.vault, row.referral_id, field, wanted)
    return system if known and known.fingerprint == wanted_print else None


def _opened(sealer: Sealer, row: SealedConflict) -> dict[Keep, object]:
    """Return the two values that can be decided for."""
    spec = REFERRER_FIELDS.get(row.field)
    opened = open_values(sealer, row.id, row.values)
    plain: dict[Keep, JsonValue] = {"hub": opened.hub, "partner": opened.partner}
    return {side: spec.type.decode(value) if spec and value is not None else value for side, value in plain.items()}


def _with_values(services: Services, receiver: Receiver, row: SealedConflict) -> StoredConflict:
    """Return a conflict with those of its values that the privacy gate releases."""
    # Nothing is opened of a field that is withheld whatever its value.
    if not services.gate.would_release(receiver.kind, _READING, row.field, {}, inside=receiver.inside):
        return _read(row, OpenedValues())
    sealer = row.sealer(services.vault)
    opened = open_values(sealer, row.id, row.values) if sealer else OpenedValues()

    def shown(value: JsonValue) -> JsonValue:
        return cast("JsonValue", services.gate.release(receiver, _READING, {row.field: value}).fields.get(row.field))

    return _read(row, OpenedValues(hub=shown(opened.hub), partner=shown(opened.partner), base=shown(opened.base)))


def _read(row: SealedConflict, opened: OpenedValues) -> StoredConflict:
    return StoredConflict(
        id=row.id,
        referral_id=row.referral_id,
        field=row.field,
        reason=row.reason,
        state=row.state,
        since=row.since,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        hub_value=opened.hub,
        partner_value=opened.partner,
        base_value=opened.base,
    )
