"""What endpoints do with records: show them as their reader may see them, and change existing ones in one way.

A change locks the chain, checks If-Match against what the caller reads, does one operation and shows the record anew,
all in one transaction that is done once for each Idempotency-Key.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID

import structlog
from fastapi import Depends, Response

from app.api.dependencies import Caller, HubDep, Write, WriteDep, caller
from app.api.paging import cursor_of, position_of
from app.api.responses import answer, json_answer, released_etag, write_once
from app.api.state import AppState
from app.database import Connection
from app.domain.case_file import CaseFile
from app.domain.claims import fields_written
from app.domain.commands import ActionContext
from app.domain.errors import FieldFault, InvalidInput, NotFound, NotTheOwner, TransitionNotAllowed
from app.domain.fields import Field
from app.domain.input_rules import InputRule
from app.domain.preconditions import check_precondition
from app.domain.queries import Position
from app.operations.access.idempotency import Answer
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.queries import view_appointments, view_case, view_referral, view_trajectory
from app.operations.cases.steps import Chain, open_chain
from app.operations.cases.trajectories import open_trajectory_chain
from app.operations.field_sync.authority import check_ownership, record_violation
from app.operations.services import Services
from app.privacy.gate import Released
from app.privacy.wire import to_wire

_log = structlog.get_logger()

# A caller's clock may run a little ahead of ours.
_CLOCKS_DIFFER = timedelta(minutes=5)

F = TypeVar("F", covariant=True)
G = TypeVar("G")


@dataclass(frozen=True)
class Representation:
    """A record as its reader sees it."""

    body: Mapping[str, object]
    etag: str


class StepOf(Protocol[F]):
    """What a caller sends to make a step."""

    @property
    def occurred_at(self) -> datetime | None:
        """When it happened; None is now."""
        ...

    def fact(self) -> F:
        """Return the fact that is stated."""
        ...


Operation = Callable[[Connection, Services, Chain, G], object]
OpenChain = Callable[[Connection, ActionContext], Chain]
Show = Callable[[Connection], Representation]


@dataclass(frozen=True)
class ReadContext:
    """A caller that reads."""

    hub: AppState
    caller: Caller

    @property
    def caller_scope(self) -> CallerScope:
        """The caller as a reader."""
        return self.caller.caller_scope

    def resolve(self, given_id: UUID) -> UUID:
        """Return the hub's id behind an id of this caller."""
        return self.caller_scope.resolve(self.hub.services.pseudonyms, given_id)

    def shown_id(self, record_id: UUID) -> UUID:
        """Return this caller's id of a record."""
        return self.caller_scope.shown(self.hub.services.pseudonyms, record_id)

    def position(self, cursor: str | None) -> Position | None:
        """Read a cursor of this caller back."""
        position = position_of(cursor)
        return Position(position.moment, self.resolve(position.id)) if position else None

    def cursor(self, position: Position | None) -> str | None:
        """Return the cursor of a position; it holds this caller's id, like everything else it is given."""
        return cursor_of(Position(position.moment, self.shown_id(position.id))) if position else None

    async def answer(self, show: Show) -> Response:
        """Return the answer of reading one record."""
        shown = await self.hub.db.read(show)
        return json_answer(200, shown.body, etag=shown.etag)

    async def ask(self, view: Callable[[Connection, Services, CallerScope, UUID], G], given_id: UUID) -> G:
        """Ask one of ``app.operations.cases.queries`` about a record."""
        return await self.hub.db.read(view, self.hub.services, self.caller_scope, self.resolve(given_id))

    def referral(self, given_id: UUID) -> Show:
        """Return what shows a referral."""
        return partial(self._show_referral, self.resolve(given_id))

    def appointment(self, referral_id: UUID, given_id: UUID) -> Show:
        """Return what shows an appointment of a referral."""
        return partial(self._show_appointment, self.resolve(referral_id), given_id)

    def trajectory(self, given_id: UUID) -> Show:
        """Return what shows a trajectory."""
        return partial(self._show_trajectory, self.resolve(given_id))

    def new_referral(self, case: CaseFile) -> Representation:
        """Show a referral that was just made."""
        return _referral_shown(view_case(self.hub.services, self.caller_scope, case))

    def _show_referral(self, record_id: UUID, tx: Connection) -> Representation:
        return _referral_shown(view_referral(tx, self.hub.services, self.caller_scope, record_id))

    def _show_appointment(self, record_id: UUID, given_id: UUID, tx: Connection) -> Representation:
        views = view_appointments(tx, self.hub.services, self.caller_scope, record_id)
        found = [view for view in views if view.fields[Field.APPOINTMENT_ID] == str(given_id)]
        if not found:
            raise NotFound("This referral has no appointment with this id for this client.")
        # What may be done with an appointment depends on its referral, so its tag tells of both.
        referral = view_referral(tx, self.hub.services, self.caller_scope, record_id)
        return Representation(appointment_body(found[0]), released_etag(found[0], referral))

    def _show_trajectory(self, record_id: UUID, tx: Connection) -> Representation:
        view = view_trajectory(tx, self.hub.services, self.caller_scope, record_id)
        return Representation(trajectory_body(view), released_etag(view))


@dataclass(frozen=True)
class WriteContext(ReadContext):
    """A caller that changes records."""

    write: Write

    def context(self, occurred_at: datetime | None = None, field: str = "occurredAt") -> ActionContext:
        """Return what the caller does as an act.

        Raises:
            InvalidInput: the moment, given in this field, lies in the future.
        """
        now = self.hub.services.clock.now()
        if occurred_at and occurred_at > now + _CLOCKS_DIFFER:
            message = "Lies in the future; give when it happened, or leave it out."
            raise InvalidInput(FieldFault(field, InputRule.NOT_IN_FUTURE, message))
        return self.caller.context(self.hub.services.clock, occurred_at)

    async def once(self, work: Callable[[Connection], Answer]) -> Response:
        """Do the work in one transaction, once for its Idempotency-Key.

        What is refused because another party owns it is kept as a conflict, in a transaction of its own.
        """
        try:
            return await write_once(self.hub, self.caller, self.write, work)
        except NotTheOwner as refusal:
            await self.hub.db.write_quietly(record_violation, self.hub.services, refusal.claim)
            _log.warning("refused_not_the_owner", client=self.caller.client_id, fields=sorted(refusal.claim.values))
            raise

    async def change_referral(self, given_id: UUID, step: StepOf[G], operation: Operation[G]) -> Response:
        """Make a step on a referral; the answer is the referral."""
        show = self.referral(given_id)
        return await self.on_referral(given_id, step, operation, lambda tx, _: _answer(show(tx)))

    async def on_referral(
        self, given_id: UUID, step: StepOf[G], operation: Operation[G], done: Callable[[Connection, Any], Answer]
    ) -> Response:
        """Make a step on a referral; ``done`` gives the answer from what the operation gave."""
        opened = partial(self._open_referral, self.resolve(given_id))
        return await self.once(partial(self._stepped, opened, self.referral(given_id), (step, operation, done)))

    async def change_appointment(
        self, referral_id: UUID, given_id: UUID, step: StepOf[G], operation: Operation[G]
    ) -> Response:
        """Make a step on an appointment; the answer is the appointment."""
        opened, show = partial(self._open_referral, self.resolve(referral_id)), self.appointment(referral_id, given_id)
        return await self.once(partial(self._stepped, opened, show, (step, operation, lambda tx, _: _answer(show(tx)))))

    async def change_trajectory(self, given_id: UUID, step: StepOf[G], operation: Operation[G]) -> Response:
        """Make a step on a trajectory; the answer is the trajectory."""
        show = self.trajectory(given_id)
        return await self.on_trajectory(given_id, step, operation, lambda tx, _: _answer(show(tx)))

    async def on_trajectory(
        self, given_id: UUID, step: StepOf[G], operation: Operation[G], done: Callable[[Connection, Any], Answer]
    ) -> Response:
        """Make a step on a trajectory; ``done`` gives the answer from what the operation gave."""
        opened = partial(self._open_trajectory, self.resolve(given_id))
        return await self.once(partial(self._stepped, opened, self.trajectory(given_id), (step, operation, done)))

    def _stepped(
        self,
        opened: OpenChain,
        show: Show,
        made: tuple[StepOf[Any], Operation[Any], Callable[[Connection, Any], Answer]],
        tx: Connection,
    ) -> Answer:
        step, operation, done = made
        chain = opened(tx, self.context(step.occurred_at))
        check_precondition(self.write.if_match, show(tx).etag)
        fact = step.fact()
        with hide_status_in_errors(self.caller_scope), check_ownership(chain, fields_written(fact)):
            given = operation(tx, self.hub.services, chain, fact)
        return done(tx, given)

    def _open_referral(self, record_id: UUID, tx: Connection, context: ActionContext) -> Chain:
        return open_chain(tx, self.hub.services, record_id, context, self.caller_scope.visibility)

    def _open_trajectory(self, record_id: UUID, tx: Connection, context: ActionContext) -> Chain:
        return open_trajectory_chain(tx, self.hub.services, record_id, context, self.caller_scope.visibility)


def reading(*scopes: str) -> Any:  # FastAPI's own marker
    """Ask for a caller that may read.

    To be used as ``Annotated[Reading, reading("referrals:read")]``.
    """

    async def given(hub: HubDep, who: Annotated[Caller, caller(*scopes)]) -> ReadContext:
        return ReadContext(hub, who)

    return Depends(given)


def changing(*scopes: str) -> Any:  # FastAPI's own marker
    """Ask for a caller that may change.

    To be used as ``Annotated[Changing, changing("referrals:write")]``.
    """

    async def given(hub: HubDep, who: Annotated[Caller, caller(*scopes)], write: WriteDep) -> WriteContext:
        return WriteContext(hub, who, write)

    return Depends(given)


def _referral_shown(view: Released) -> Representation:
    return Representation(referral_body(view), released_etag(view))


def referral_body(view: Released) -> dict[str, object]:
    """Return a referral, or its summary, on the wire: its own fields on top, the other groups inside."""
    return _body(view, "referral")


def appointment_body(view: Released) -> dict[str, object]:
    """Return an appointment on the wire."""
    return _body(view, "appointment")


def trajectory_body(view: Released) -> dict[str, object]:
    """Return a trajectory on the wire."""
    return _body(view, "trajectory")


@contextmanager
def hide_status_in_errors(caller_scope: CallerScope) -> Iterator[None]:
    """Keep the true status out of a refusal for who is not told it; the transition table names it."""
    try:
        yield
    except TransitionNotAllowed:
        if caller_scope.knows_all_statuses:
            raise
        message = "This cannot be done now; read available-actions for what can be done."
        raise TransitionNotAllowed(message) from None


def _answer(shown: Representation) -> Answer:
    return answer(200, shown.body, etag=shown.etag)


def _body(view: Released, group: str) -> dict[str, object]:
    # What is not known is left out, like everywhere in this API, and so looks the same as what is withheld.
    groups = to_wire({field: value for field, value in view.fields.items() if value is not None})
    own = groups.pop(group, {})
    # Only a referral shows the consent; elsewhere it was offered to the gate because rules ask about it.
    if group != "referral":
        groups.pop("consent", None)
    return {**own, **groups} if isinstance(own, dict) else groups
