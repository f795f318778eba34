"""Carries out the commands of a partner's records on the cases that these are about."""

from collections.abc import Sequence
from uuid import UUID

from app.database import Connection
from app.domain.codes import ROLE_OF_SYSTEM, System
from app.domain.commands import ActionContext, AmendReferral, Command, RegisterReferral, ReportOnwardStatus
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.ports import PartnerRecord
from app.models.cases.external_id import linkable, referral_of
from app.models.cases.onward import referrals_of_onward
from app.operations.cases.execute import ReferralRef, execute, register
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.intake.records import case_ids


class RecordCommands:
    """What the records of a batch ask for, and which referrals their cases are."""

    def __init__(self, tx: Connection, system: System, records: Sequence[PartnerRecord]) -> None:
        self._tx, self._system = tx, system
        self._referrals = referral_of(tx, system, case_ids(records))
        self._linkable = linkable(tx, system, {each.referral_id for each in records if each.referral_id})
        self._arrived = referrals_of_onward(tx, system, {id for each in records if (id := _onward_id(each))})

    def knows_case_of(self, record: PartnerRecord) -> bool:
        """Return whether the hub has a referral for the case of a record."""
        is_case = record.case_id in self._referrals or record.referral_id in self._linkable
        return is_case or _onward_id(record) in self._arrived

    def prefetch(self, uow: UnitOfWork, records: Sequence[PartnerRecord]) -> None:
        """Read what these records will need, in a fixed number of queries."""
        known = [each for each in records if each.case_id in self._referrals]
        uow.cases.prefetch({self._referrals[each.case_id] for each in known})
        uow.known_values.prefetch({self._referrals[each.case_id] for each in known if _amends(each)})
        unknown = [each for each in records if each.case_id not in self._referrals]
        uow.prefetch_registrations(
            [command for each in unknown for command in each.commands if isinstance(command, RegisterReferral)]
        )

    def execute(self, uow: UnitOfWork, record: PartnerRecord) -> None:
        """Carry out the commands of a record; the caller flushes the unit of work."""
        context = ActionContext(
            role=ROLE_OF_SYSTEM[self._system],
            system=self._system,
            occurred_at=record.occurred_at,
            version=record.version,
            catch_up=True,
            speaker=self._system,
        )
        for command in record.commands:
            self._execute_command(uow, record, command, context)

    def read_link_again(self, record: PartnerRecord) -> None:
        """Read which referral the case of a record is, or may be, after what was executed for it was undone."""
        self._referrals.pop(record.case_id, None)
        self._referrals |= referral_of(self._tx, self._system, {record.case_id})
        if record.referral_id:
            self._linkable |= linkable(self._tx, self._system, {record.referral_id})

    def _execute_command(
        self, uow: UnitOfWork, record: PartnerRecord, command: Command, context: ActionContext
    ) -> None:
        referral_id = self._referral_of(uow, record)
        if isinstance(command, RegisterReferral):
            if referral_id is None:
                self._link(uow, record, register(uow, command, context).id)
                return
            command = AmendReferral(command.contents, command.client)
        if referral_id is None:
            raise NotFound(Detail.NO_REFERRAL_OF_CASE())
        execute(uow, ReferralRef(referral_id), command, context)

    def _referral_of(self, uow: UnitOfWork, record: PartnerRecord) -> UUID | None:
        """Return the referral of a record's case; one that the record names is linked to the case now.

        What arrived at a partner is no case of its own there, and belongs to the referral from which the client came.
        """
        if onward_id := _onward_id(record):
            return self._arrived.get(onward_id)
        given = record.referral_id
        if record.case_id not in self._referrals and given in self._linkable:
            self._linkable.discard(given)
            self._link(uow, record, given)
        return self._referrals.get(record.case_id)

    def _link(self, uow: UnitOfWork, record: PartnerRecord, referral_id: UUID) -> None:
        uow.cases.link(self._system, record.case_id, referral_id)
        self._referrals[record.case_id] = referral_id


def _onward_id(record: PartnerRecord) -> UUID | None:
    """Return the onward referral that a record answers; None when it answers none."""
    answered = (each.onward_id for each in record.commands if isinstance(each, ReportOnwardStatus))
    return next(answered, None)


def _amends(record: PartnerRecord) -> bool:
    """Return whether a record says what a referrer says; of a known referral that is merged field by field."""
    return any(isinstance(command, RegisterReferral | AmendReferral) for command in record.commands)
