"""What endpoints do with cases: represent them as their reader may see them, and pass commands to ``execute``.

A change locks the case, checks If-Match against what the caller reads, executes one command and represents the case
as it is in memory, all in one transaction that is done once for each Idempotency-Key.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import structlog
from fastapi import Request, Response, Security
from fastapi.security import SecurityScopes

from app.api.dependencies import BearerToken, Caller, IdempotencyKey, IfMatch, Write, authenticate, hub_of, write_of
from app.api.paging import cursor_of, position_of
from app.api.responses import answer, json_answer, released_etag, request_of, to_response
from app.api.state import AppState
from app.domain.case import Case
from app.domain.commands import (
    ActionContext,
    Command,
    ProposeAppointment,
    RegisterReferral,
    ReportOnwardStatus,
    ScheduleIntake,
)
from app.domain.details import Detail
from app.domain.errors import NotTheOwner, TransitionNotAllowed
from app.domain.preconditions import check_precondition
from app.domain.queries import Position
from app.domain.values import HistoryEntry
from app.operations.access.idempotency import Answer, Change, Work, once
from app.operations.cases.arrivals import (
    read_arrival,
    released_arrival,
    released_onward_referral,
    report_arrival_status,
)
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.correspondence_reading import read_information_request, released_information_request
from app.operations.cases.execute import CaseRef, CommandSource, ReferralRef, TrajectoryRef, execute, register
from app.operations.cases.queries import (
    Read,
    read_appointment,
    read_referral,
    read_trajectory,
    released_appointment,
    released_referral,
    released_trajectory,
)
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.cases.write import CaseWork, write_case_once, write_new_case_once
from app.operations.disclosure.readings import note_readings
from app.operations.services import Services
from app.privacy.gate import Released
from app.privacy.wire import to_wire, with_addresses

_log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Representation:
    """A record as its reader sees it; to compare its ETag, no body is made.

    Attributes:
        group: the group of fields that the body has on top.
        view: what was released of the record.
        api_url: base of the addresses in the body.
        depends_on: what else its ETag covers.
    """

    group: str
    view: Released
    api_url: str
    depends_on: tuple[Released, ...] = ()

    @property
    def body(self) -> Mapping[str, object]:
        """The record on the wire."""
        return _body(self.view, self.group, self.api_url)

    @property
    def etag(self) -> str:
        """The entity tag of what was released."""
        return released_etag(self.view, *self.depends_on)


Represent = Callable[[Case], Representation]


@dataclass(frozen=True)
class ReadContext:
    """A caller that reads."""

    hub: AppState
    caller: Caller

    @property
    def caller_scope(self) -> CallerScope:
        """The caller as a reader."""
        return self.caller.caller_scope

    @property
    def services(self) -> Services:
        """Clock, keys, gate and reference data."""
        return self.hub.services

    def resolve(self, given_id: UUID) -> UUID:
        """Return the hub's id behind an id of this caller."""
        return self.caller_scope.resolve(self.services.pseudonyms, given_id)

    def shown_id(self, record_id: UUID) -> UUID:
        """Return this caller's id of a record."""
        return self.caller_scope.shown(self.services.pseudonyms, record_id)

    def position(self, cursor: str | None) -> Position | None:
        """Read a cursor of this caller back."""
        position = position_of(cursor)
        return Position(position.moment, self.resolve(position.id)) if position else None

    def cursor(self, position: Position | None) -> str | None:
        """Return the cursor of a position; it contains this caller's id, like everything else it is given."""
        return cursor_of(Position(position.moment, self.shown_id(position.id))) if position else None

    async def ask(
        self,
        read: Read[P, T],
        given_id: UUID,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Ask one of ``app.operations.cases.queries`` about a record, by this caller's id of it."""
        return await self.hub.db.read(read, self.services, self.caller_scope, self.resolve(given_id), *args, **kwargs)

    async def show(self, views: Sequence[Released]) -> Sequence[Released]:
        """Return what the caller is shown, once it is on record what of it depends on the client's consent."""
        if any(view.under_consent for view in views):
            await self.hub.db.write(note_readings, self.services, self.caller_scope, views)
        return views

    async def referral(self, given_id: UUID) -> Response:
        """Return the answer of reading a referral."""
        (view,) = await self.show([await self.ask(read_referral, given_id)])
        return _read_answer(_referral(view, self.hub.api_url))

    async def appointment(self, referral_id: UUID, given_id: UUID) -> Response:
        """Return the answer of reading an appointment of a referral."""
        view, referral = await self.show(await self.ask(read_appointment, referral_id, given_id))
        return _read_answer(_appointment(view, referral, self.hub.api_url))

    async def arrival(self, given_id: UUID) -> Response:
        """Return the answer of reading what arrived at the caller."""
        (view,) = await self.show([await self.ask(read_arrival, given_id)])
        return _read_answer(_onward_referral(view, self.hub.api_url))

    async def information_request(self, referral_id: UUID, given_id: UUID) -> Response:
        """Return the answer of reading a question to the referrer."""
        view, referral = await self.show(await self.ask(read_information_request, referral_id, given_id))
        return _read_answer(_information_request(view, referral, self.hub.api_url))

    async def trajectory(self, given_id: UUID) -> Response:
        """Return the answer of reading a trajectory."""
        (view,) = await self.show([await self.ask(read_trajectory, given_id)])
        return _read_answer(_trajectory(view, self.hub.api_url))

    async def history(
        self, read: Read[[], list[HistoryEntry]], read_record: Read[[], Released], given_id: UUID
    ) -> list[HistoryEntry]:
        """Return the history of a record, which counts as read where it shows steps under the client's consent."""
        entries = await self.ask(read, given_id)
        if any(entry.disclosed_consent for entry in entries):
            await self.show([await self.ask(read_record, given_id)])
        return entries

    def represent_referral(self, case: Case) -> Representation:
        """Represent the referral of a case."""
        return _referral(released_referral(self.services, self.caller_scope, case), self.hub.api_url)

    def represent_appointment(self, given_id: UUID, case: Case) -> Representation:
        """Represent an appointment of a case, by this caller's id of it."""
        view, referral = released_appointment(self.services, self.caller_scope, case, given_id)
        return _appointment(view, referral, self.hub.api_url)

    def represent_onward_referral(self, given_id: UUID, case: Case) -> Representation:
        """Return an onward referral of a case, by the caller's id of it, as the caller reads it."""
        view = released_onward_referral(self.services, self.caller_scope, case, given_id)
        return _onward_referral(view, self.hub.api_url)

    def represent_arrival(self, onward_id: UUID, case: Case) -> Representation:
        """Return what arrived at the caller, of a case."""
        view = released_arrival(self.services, self.caller_scope, case, onward_id)
        return _onward_referral(view, self.hub.api_url)

    def represent_information_request(self, given_id: UUID, case: Case) -> Representation:
        """Represent a question to the referrer of a case, by this caller's id of it."""
        released = released_information_request(self.services, self.caller_scope, case, given_id)
        return _information_request(*released, self.hub.api_url)

    def represent_trajectory(self, case: Case) -> Representation:
        """Represent the trajectory of a case."""
        return _trajectory(released_trajectory(self.services, self.caller_scope, case), self.hub.api_url)


@dataclass(frozen=True)
class WriteContext(ReadContext):
    """A caller that changes records."""

    write: Write

    async def once(self, work: Work) -> Response:
        """Do work that changes no case in one transaction, once for its Idempotency-Key."""
        return to_response(await once(self.hub.db, self.services, request_of(self.caller, self.write), Change(work)))

    async def once_for_access(self, work: Work) -> Response:
        """Do work that changes who may call, as :meth:`once`; this process notices it before it answers."""
        response = await self.once(work)
        # This request is answered, also when it cut its own caller off.
        self.hub.running.end()
        await self.hub.watch.notice()
        return response

    async def register(self, command: RegisterReferral) -> Response:
        """Register a referral; the answer is the referral."""
        context = self._context(command.received_at)

        def work(uow: UnitOfWork) -> tuple[Case, Answer]:
            case = register(uow, command, context)
            location = f"{self.hub.api_url}/referrals/{self.shown_id(case.id)}"
            return case, _answer(self.represent_referral(case), 201, location)

        request = request_of(self.caller, self.write)
        return to_response(await write_new_case_once(self.hub.db, self.services, request, work))

    async def change_referral(
        self, given_id: UUID, source: CommandSource, occurred_at: datetime | None = None
    ) -> Response:
        """Execute a command or a patch on a referral; the answer is the referral."""
        ref, represent = ReferralRef(self.resolve(given_id)), self.represent_referral
        return await self._change(ref, source, occurred_at, represent, lambda case: _answer(represent(case)))

    async def schedule(
        self, referral_id: UUID, command: ScheduleIntake | ProposeAppointment, occurred_at: datetime | None
    ) -> Response:
        """Execute a command that plans or proposes an appointment; the answer is that appointment."""

        def created(case: Case) -> Answer:
            made = case.made_now(command.kind)
            shown_id = self.shown_id(made.id if made else referral_id)
            location = f"{self.hub.api_url}/referrals/{referral_id}/appointments/{shown_id}"
            return _answer(self.represent_appointment(shown_id, case), 201, location)

        ref = ReferralRef(self.resolve(referral_id))
        return await self._change(ref, command, occurred_at, self.represent_referral, created)

    async def change_appointment(
        self, referral_id: UUID, given_id: UUID, command: Command, occurred_at: datetime | None
    ) -> Response:
        """Execute a command on an appointment of a referral; the answer is the appointment."""
        ref, represent = ReferralRef(self.resolve(referral_id)), partial(self.represent_appointment, given_id)
        return await self._change(ref, command, occurred_at, represent, lambda case: _answer(represent(case)))

    async def ask_referrer(self, referral_id: UUID, command: Command, occurred_at: datetime | None) -> Response:
        """Execute a command that asks the referrer for information; the answer is the new question."""

        def created(case: Case) -> Answer:
            shown_id = self.shown_id(case.information_requests[-1].id)
            location = f"{self.hub.api_url}/referrals/{referral_id}/information-requests/{shown_id}"
            return _answer(self.represent_information_request(shown_id, case), 201, location)

        ref = ReferralRef(self.resolve(referral_id))
        return await self._change(ref, command, occurred_at, self.represent_referral, created)

    async def change_information_request(
        self, referral_id: UUID, given_id: UUID, command: Command, occurred_at: datetime | None
    ) -> Response:
        """Execute a command on a question to the referrer; the answer is the question."""
        ref, represent = ReferralRef(self.resolve(referral_id)), partial(self.represent_information_request, given_id)
        return await self._change(ref, command, occurred_at, represent, lambda case: _answer(represent(case)))

    async def refer_onward(self, referral_id: UUID, command: Command, occurred_at: datetime | None) -> Response:
        """Execute a command that refers the client onward; the answer is the onward referral."""

        def created(case: Case) -> Answer:
            shown = self.represent_onward_referral(self.shown_id(case.onward_referrals[-1].id), case)
            return answer(201, shown.body)

        ref = ReferralRef(self.resolve(referral_id))
        return await self._change(ref, command, occurred_at, self.represent_referral, created)

    async def change_onward_referral(
        self, referral_id: UUID, given_id: UUID, command: Command, occurred_at: datetime | None
    ) -> Response:
        """Execute a command on an onward referral of a referral; the answer is the onward referral."""
        ref, represent = ReferralRef(self.resolve(referral_id)), partial(self.represent_onward_referral, given_id)
        return await self._change(
            ref, command, occurred_at, self.represent_referral, lambda case: answer(200, represent(case).body)
        )

    async def answer_arrival(
        self, given_id: UUID, command: ReportOnwardStatus, occurred_at: datetime | None
    ) -> Response:
        """Execute a command on what arrived at the caller; the answer is the arrival."""
        context, onward_id = self._context(occurred_at), self.resolve(given_id)

        def as_read(case: Case) -> None:
            check_precondition(self.write.if_match, self.represent_arrival(onward_id, case).etag)

        def work(uow: UnitOfWork) -> tuple[Case, Answer]:
            case = report_arrival_status(uow, self.caller_scope, command, context, as_read)
            shown = self.represent_arrival(onward_id, case)
            note_readings(uow.tx, self.services, self.caller_scope, [shown.view])
            return case, _answer(shown)

        return await self._once(work)

    async def change_trajectory(self, given_id: UUID, command: Command, occurred_at: datetime | None) -> Response:
        """Execute a command on a trajectory; the answer is the trajectory."""
        represent = self.represent_trajectory
        return await self.extend_trajectory(given_id, command, occurred_at, lambda case: _answer(represent(case)))

    async def extend_trajectory(
        self,
        given_id: UUID,
        command: Command,
        occurred_at: datetime | None,
        respond: Callable[[Case], Answer],
    ) -> Response:
        """Execute a command on a trajectory; ``respond`` makes the answer from the changed case."""
        ref = TrajectoryRef(self.resolve(given_id))
        return await self._change(ref, command, occurred_at, self.represent_trajectory, respond)

    async def _change(
        self,
        ref: CaseRef,
        source: CommandSource,
        occurred_at: datetime | None,
        read_as: Represent,
        respond: Callable[[Case], Answer],
    ) -> Response:
        """Execute a command on the case as ``read_as`` showed it to the caller."""
        context = self._context(occurred_at)

        def as_read(case: Case) -> None:
            check_precondition(self.write.if_match, read_as(case).etag)

        def work(uow: UnitOfWork) -> tuple[Case, Answer]:
            with hide_status_in_errors(self.caller_scope):
                case = execute(uow, ref, source, context, as_read)
                # The answer shows the record as a reading does.
                if case.referral.consent.scopes and not self.caller_scope.knows_all_statuses:
                    note_readings(uow.tx, self.services, self.caller_scope, [read_as(case).view])
                return case, respond(case)

        return await self._once(work)

    async def _once(self, work: CaseWork) -> Response:
        try:
            done = await write_case_once(self.hub.db, self.services, request_of(self.caller, self.write), work)
        except NotTheOwner as refusal:
            fields = sorted(refusal.violation.values)
            _log.warning("refused_not_the_owner", client=self.caller.client_id, fields=fields)
            raise
        return to_response(done)

    def _context(self, occurred_at: datetime | None) -> ActionContext:
        return self.caller.context(self.services.clock, occurred_at)


class _Reading(BearerToken):
    async def __call__(self, request: Request, required: SecurityScopes) -> ReadContext:
        hub = await hub_of(request)
        read = ReadContext(hub, await authenticate(hub, request, required.scopes))
        # A body of the wrong form never reaches the endpoint; its rules are then checked where it is answered.
        request.state.context = read
        return read


class _Changing(BearerToken):
    async def __call__(
        self, request: Request, required: SecurityScopes, key: IdempotencyKey, if_match: IfMatch = None
    ) -> WriteContext:
        hub = await hub_of(request)
        who = await authenticate(hub, request, required.scopes)
        request.state.context = change = WriteContext(hub, who, await write_of(request, key, if_match))
        return change


_READING, _CHANGING = _Reading(), _Changing()


def reading(*scopes: str) -> Any:  # FastAPI's own marker
    """Ask for a caller that may read, whose token has all these scopes.

    To be used as ``Annotated[ReadContext, reading("referrals:read")]``. The endpoint raises Unauthenticated without a
    valid token, and Forbidden without a scope.
    """
    return Security(_READING, scopes=scopes)


def changing(*scopes: str) -> Any:  # FastAPI's own marker
    """Ask for a caller that may change, whose token has all these scopes.

    To be used as ``Annotated[WriteContext, changing("referrals:write")]``. The endpoint raises what ``reading`` says.
    """
    return Security(_CHANGING, scopes=scopes)


def referral_body(view: Released, api_url: str) -> dict[str, object]:
    """Return a referral, or its summary, on the wire: its own fields on top, the other groups inside."""
    return _body(view, "referral", api_url)


def appointment_body(view: Released, api_url: str) -> dict[str, object]:
    """Return an appointment on the wire."""
    return _body(view, "appointment", api_url)


def information_body(view: Released, api_url: str) -> dict[str, object]:
    """Return a question to the referrer on the wire."""
    return _body(view, "information", api_url)


def onward_body(view: Released, api_url: str) -> dict[str, object]:
    """Return an onward referral, or what arrived, on the wire."""
    return _body(view, "onward", api_url)


def signal_body(view: Released, api_url: str) -> dict[str, object]:
    """Return a signal on the wire."""
    return _body(view, "signal", api_url)


def trajectory_body(view: Released, api_url: str) -> dict[str, object]:
    """Return a trajectory on the wire."""
    return _body(view, "trajectory", api_url)


@contextmanager
def hide_status_in_errors(caller_scope: CallerScope) -> Iterator[None]:
    """Keep the true status, which the transition table names, out of a refusal to whom it is not disclosed."""
    try:
        yield
    except TransitionNotAllowed:
        if caller_scope.knows_all_statuses:
            raise
        raise TransitionNotAllowed(Detail.NOT_NOW()) from None


def _referral(view: Released, api_url: str) -> Representation:
    return Representation(group="referral", view=view, api_url=api_url)


def _appointment(view: Released, referral: Released, api_url: str) -> Representation:
    # What may be done with an appointment depends on its referral, so its tag covers both.
    return Representation(group="appointment", view=view, api_url=api_url, depends_on=(referral,))


def _information_request(view: Released, referral: Released, api_url: str) -> Representation:
    return Representation(group="information", view=view, api_url=api_url, depends_on=(referral,))


def _onward_referral(view: Released, api_url: str) -> Representation:
    return Representation(group="onward", view=view, api_url=api_url)


def _trajectory(view: Released, api_url: str) -> Representation:
    return Representation(group="trajectory", view=view, api_url=api_url)


def _answer(shown: Representation, status: int = 200, location: str | None = None) -> Answer:
    return answer(status, shown.body, etag=shown.etag, location=location)


def _read_answer(shown: Representation) -> Response:
    return json_answer(200, shown.body, etag=shown.etag)


def _body(view: Released, group: str, api_url: str) -> dict[str, object]:
    # What is not known is left out, like everywhere in this API, and so looks the same as what is withheld.
    fields = with_addresses(view.fields, api_url)
    groups = to_wire({field: value for field, value in fields.items() if value is not None})
    own = groups.pop(group, {})
    # Only a referral shows the consent; elsewhere it was offered to the gate because rules ask about it.
    if group != "referral":
        groups.pop("consent", None)
    return {**own, **groups} if isinstance(own, dict) else groups
