"""A hub without API, CLI and loops: services with a settable clock, a referrer of each system, and test data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select

from app.database import Connection, Database
from app.domain.case import Case
from app.domain.codes import (
    CancellationReason,
    ClosureReason,
    DropOutReason,
    IntakeResult,
    OrganisationRole,
    ReferralStatus,
    ReferrerKind,
    SignalKind,
    System,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.commands import (
    ActionContext,
    AmendReferral,
    AnswerInformation,
    CancelAppointment,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    EnterInError,
    GiveSignal,
    MarkUnreachable,
    RecordAttendance,
    RecordResult,
    RegisterReferral,
    ReportContactLost,
    ScheduleIntake,
    SignPlan,
    WithdrawReferral,
)
from app.domain.errors import HubError
from app.domain.identifiers import MonotonicIds
from app.domain.partners import RunKind
from app.domain.ports import Page, PartnerRecord, ReadError
from app.domain.values import Appointment, ClientDetails, Counsellor, HistoryEntry, ReferralContents
from app.models import metadata
from app.models.cases.history import list_history
from app.models.cases.loading import load_cases
from app.models.delivery.outbox import StoredEvent, chain_events
from app.models.partners.partner import list_partners
from app.models.partners.quarantine import quarantine
from app.operations.access.organisations import ReferrerDetails, save_referrer, set_up_institutions
from app.operations.cases.execute import ReferralRef, execute, register
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.intake.apply import PageResult, apply_page
from app.operations.partners.lease import PartnerLease, acquire_lease
from app.operations.services import Services, build_services
from app.sandbox.runtime import SettableClock

KEY = bytes(range(32))
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
INTAKE_ON = date(2026, 2, 23)

WIJKTEAM = ReferrerDetails(
    code="wijkteam-charlois", name="Wijkteam Charlois", kind=ReferrerKind.WIJKTEAM, system=System.GIDSO
)
WORK = ReferrerDetails(
    code="werk-en-inkomen", name="Werk & Inkomen", kind=ReferrerKind.WERK_EN_INKOMEN, system=System.RMW
)
DOCK = ReferrerDetails(code="dock", name="DOCK", kind=ReferrerKind.WELZIJNSORGANISATIE, system=System.API)
COURT = ReferrerDetails(code="rechtbank", name="Rechtbank", kind=ReferrerKind.SCHULDENRECHTER, system=System.API)
REFERRERS = (WIJKTEAM, WORK, DOCK, COURT)

COUNSELLOR = Counsellor("T. Begeleider", "010-5550100")
CLIENT = ClientDetails(given_name="Yara", family_name="Voorbeeld", birth_date=date(1990, 5, 17), bsn="999990019")
CONTENTS = ReferralContents(area="Charlois", assessment_done_by="Vraagwijzer")

CONFIRM = ConfirmReferral(COUNSELLOR)
SCHEDULE = ScheduleIntake(
    starts_at=datetime(2026, 3, 10, 9, 0, tzinfo=UTC), place="Coolsingel 40", counsellor=COUNSELLOR
)
CANCEL = CancelAppointment(CancellationReason.CLIENT_CANCELLED)
ATTEND, MISS = RecordAttendance(attended=True), RecordAttendance(attended=False)
CONCLUDE = ConcludeIntake(IntakeResult.ROUTE_TO_KBR, INTAKE_ON)
SIGN = SignPlan(TODAY, "RDD-1")
DECIDE = RecordResult(TrajectoryResult.KBR_APPLICATION, TODAY)
DROP_OUT = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.SOLVES_IT_ALONE)
DONE = CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY)
RUNNING: tuple[Command, ...] = (CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN)

UNANSWERED = (ReportContactLost(TODAY), GiveSignal(SignalKind.CONTACT_NOT_RESTORED))
"""Contact is lost and the referrer cannot restore it, so that a case may be closed for want of it."""

PATHS: Mapping[ReferralStatus, tuple[Any, ...]] = {
    ReferralStatus.RECEIVED: (),
    ReferralStatus.CONFIRMED: (CONFIRM,),
    ReferralStatus.SCHEDULED: (CONFIRM, SCHEDULE),
    ReferralStatus.APPOINTMENT_CANCELLED: (CONFIRM, SCHEDULE, CANCEL),
    ReferralStatus.MISSED: (CONFIRM, SCHEDULE, MISS),
    ReferralStatus.ATTENDED: (CONFIRM, SCHEDULE, ATTEND),
    ReferralStatus.CONCLUDED: (CONFIRM, SCHEDULE, ATTEND, CONCLUDE),
    ReferralStatus.UNREACHABLE: (CONFIRM, *UNANSWERED, MarkUnreachable()),
    ReferralStatus.ENTERED_IN_ERROR: (EnterInError(),),
}
"""The commands that bring a referral to each status."""

_BY_REFERRER = (AnswerInformation, AmendReferral, WithdrawReferral, GiveSignal, EnterInError)

Dump = dict[str, list[tuple[Any, ...]]]


def context_of(command: object, **changes: Any) -> ActionContext:
    """Return the context in which the right party issues a command now."""
    by_referrer = isinstance(command, (*_BY_REFERRER, RegisterReferral))
    context = (
        ActionContext(role=OrganisationRole.REFERRER, system=System.GIDSO, occurred_at=NOW)
        if by_referrer
        else ActionContext(role=OrganisationRole.FINANCE_TEAM, system=System.ALLEGRO, occurred_at=NOW)
    )
    return replace(context, **changes)


def referral(**changes: Any) -> RegisterReferral:
    """Return a referral that is in order, by DOCK."""
    return replace(RegisterReferral(organisation_code=DOCK.code, client=CLIENT, contents=CONTENTS), **changes)


AT_WIJKTEAM = referral(organisation_code=WIJKTEAM.code, reference="G-1")


def partner_record(case_id: str, *commands: Command, **changes: Any) -> PartnerRecord:
    """Return a record as a partner's adapter reads it; by default its content is its commands."""
    external_id = changes.pop("external_id", f"{case_id}/{'+'.join(type(command).__name__ for command in commands)}")
    payload = {"id": external_id, "facts": repr(commands)}
    record = PartnerRecord(
        kind="mutatie",
        external_id=external_id,
        case_id=case_id,
        version="1",
        payload=payload,
        occurred_at=NOW,
        commands=commands,
    )
    return replace(record, **changes)


def unreadable(case_id: str, external_id: str = "x", **payload: object) -> PartnerRecord:
    """Return a record with a code that has no meaning here."""
    unread = ReadError("soort", "unknown-code", "soort is no kind of change that the hub knows; extend the mapping")
    return partner_record(case_id, external_id=external_id, payload=payload or {"soort": "nieuw"}, unread=unread)


def deterministic_services(clock: SettableClock, seed: int = 1) -> Services:
    """Return the services of an installation whose ids are the same in every run."""
    return replace(build_services(KEY, "rotterdam", clock), new_id=MonotonicIds(Random(seed).getrandbits))


def dump_of(tx: Connection) -> Dump:
    """Return every row of every table, in the order of their keys."""
    return {
        table.name: [tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key.columns))]
        for table in metadata.sorted_tables
    }


@cache
def _registered() -> Dump:
    """Return the rows of the institutions and the referrers, to store at once: the operations take many statements."""
    # Other ids than those of what a hub makes afterwards.
    services = deterministic_services(SettableClock(NOW), seed=0)

    def work(tx: Connection) -> None:
        set_up_institutions(tx, services)
        for details in REFERRERS:
            save_referrer(tx, services, details)

    return rows_made_by(work)


def rows_made_by(work: Callable[[Connection], object]) -> Dump:
    """Return every row that ``work`` stores in an empty database."""
    engine = create_engine("sqlite://")
    with engine.begin() as tx:
        metadata.create_all(tx)
        work(tx)
        made = dump_of(tx)
    engine.dispose()
    return made


def store_rows(tx: Connection, dump: Dump) -> None:
    """Store rows as they were dumped."""
    for table in metadata.sorted_tables:
        if rows := dump[table.name]:
            tx.execute(table.insert(), [dict(zip(table.c.keys(), row, strict=True)) for row in rows])


def without_volatile(dump: Dump) -> Dump:
    """Return what a repeated delivery may not change: everything but the account of the pulls."""
    return {name: rows for name, rows in dump.items() if name not in ("partner", "partner_run")}


class InProcessHub:
    """Operations over a database, one transaction a call."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = SettableClock(NOW)
        self.services = deterministic_services(self.clock)

    async def set_up(self) -> None:
        """Register the institutions and the referrers."""
        await self.db.write(store_rows, _registered())

    async def refer(self, *commands: Any, **changes: Any) -> UUID:
        """Register a referral that is in order but for ``changes``, and execute the commands on it."""
        command = referral(**changes)

        def work(tx: Connection) -> UUID:
            uow = UnitOfWork(tx, self.services)
            case = register(uow, command, context_of(command))
            uow.flush()
            return case.id

        referral_id = await self.db.write(work)
        await self.execute(referral_id, *commands)
        return referral_id

    async def refer_until(self, status: ReferralStatus, **changes: Any) -> UUID:
        """Register a referral and bring it to a state."""
        return await self.refer(*PATHS[status], **changes)

    async def execute(self, referral_id: UUID, *commands: Any, **context: Any) -> None:
        """Execute commands on a referral in one transaction; by the right party, unless ``context`` says otherwise."""

        def work(tx: Connection) -> None:
            uow = UnitOfWork(tx, self.services)
            for command in commands:
                execute(uow, ReferralRef(referral_id), command, context_of(command, **context))
            uow.flush()

        await self.db.write(work)

    async def pull(
        self,
        *records: PartnerRecord,
        system: System = System.ALLEGRO,
        cursor: str | None = "1",
        kind: str = "pull",
        drift: Mapping[str, int] | None = None,
    ) -> PageResult:
        """Apply a page of a partner's records."""

        def work(tx: Connection) -> PageResult:
            lease = PartnerLease(system, "test")
            acquire_lease(tx, self.services, lease)
            return apply_page(tx, self.services, lease, "1", Page(records, cursor, drift or {}), RunKind(kind))

        return await self.db.write(work)

    async def known_case(self, case_id: str = "D-1", *commands: Any) -> UUID:
        """Return a referral that Allegro knows by this number, confirmed there, with commands from there."""
        referral_id = await self.refer(client=replace(CLIENT, bsn=None))
        await self.pull(partner_record(case_id, CONFIRM, referral_id=referral_id), cursor="0")
        await self.pull(*(partner_record(case_id, command) for command in commands), cursor="0")
        return referral_id

    async def cursor(self, system: System = System.ALLEGRO) -> str | None:
        """Return the place up to which a partner was read."""
        rows = await self.db.read(list_partners)
        return next(row.cursor for row in rows if row.system == system)

    async def quarantine(self, state: str = "open", system: System = System.ALLEGRO) -> Sequence[Any]:
        """Return the rows in quarantine, oldest first."""
        query = select(quarantine).where(quarantine.c.system == system, quarantine.c.state == state)

        def work(tx: Connection) -> Sequence[Any]:
            return list(tx.execute(query.order_by(quarantine.c.id)))

        return await self.db.read(work)

    async def case(self, referral_id: UUID) -> Case:
        """Return the whole case."""
        return (await self.db.read(load_cases, self.services.vault, [referral_id]))[referral_id]

    async def status(self, referral_id: UUID) -> ReferralStatus:
        """Return the status of the referral."""
        return (await self.case(referral_id)).referral.status

    async def trajectory_status(self, referral_id: UUID) -> TrajectoryStatus | None:
        """Return the status of its trajectory; None without one."""
        trajectory = (await self.case(referral_id)).trajectory
        return trajectory.status if trajectory else None

    async def appointments(self, referral_id: UUID) -> list[Appointment]:
        """Return the appointments, oldest first."""
        return list((await self.case(referral_id)).appointments)

    async def history(self, referral_id: UUID) -> list[HistoryEntry]:
        """Return the history, oldest first."""
        return await self.db.read(list_history, referral_id)

    async def steps(self, referral_id: UUID) -> list[str]:
        """Return the actions of the history, oldest first; implied ones in brackets."""
        return [f"({each.action})" if each.implied else each.action for each in await self.history(referral_id)]

    async def events(self, referral_id: UUID) -> Sequence[StoredEvent]:
        """Return the outbox of the chain, oldest first."""
        return await self.db.read(chain_events, referral_id)

    async def event_names(self, referral_id: UUID) -> list[str]:
        """Return what the outbox holds of the chain, without the prefix and the version."""
        return [stored.event.type.split(".")[3] for stored in await self.events(referral_id)]

    async def dump(self) -> Dump:
        """Return every row of every table."""
        return await self.db.read(dump_of)


@asynccontextmanager
async def refused(hub: InProcessHub, error: type[HubError], match: str | None = None) -> AsyncIterator[None]:
    """Expect that what is done within is refused with this error, and writes nothing."""
    before = await hub.dump()
    with pytest.raises(error, match=match):
        yield
    assert await hub.dump() == before
