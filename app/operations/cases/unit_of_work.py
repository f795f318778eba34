"""One transaction over cases: what is loaded once, changed in memory and written together at the end."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from app.database import Connection
from app.domain.case import CaseRules
from app.domain.codes import OrganisationRole
from app.domain.commands import RegisterReferral
from app.domain.events import ABOUT_TERMS, NewEvent
from app.domain.values import Organisation
from app.models.base import GuardRow, Writes
from app.models.cases.repository import CaseRepository
from app.models.delivery.outbox import collect_events
from app.operations.field_sync.known_values import KnownValues
from app.operations.services import Services


class UnitOfWork:
    """What a command works in; nothing is written before :meth:`flush`.

    Attributes:
        tx: the transaction, which whoever opened it commits or rolls back.
        services: clock, keys, policy and the city's reference data.
    """

    def __init__(self, tx: Connection, services: Services) -> None:
        self.tx = tx
        self.services = services
        self.rules = replace(case_rules(services), organisation_of=self.organisation)
        self.cases = CaseRepository(tx, services.vault, self.rules)

    @cached_property
    def known_values(self) -> KnownValues:
        """What each partner knows of each field."""
        return KnownValues(self.tx, self.services, self.rules.now, self.cases)

    def organisation(self, code: str) -> Organisation | None:
        """Return the organisation with this code, or None; it may be half a minute old."""
        return self.services.organisations.find(self.tx, code)

    def prefetch_registrations(self, commands: Sequence[RegisterReferral]) -> None:
        """Read what new referrals will need, in a fixed number of queries."""
        referred = [
            (self.organisation(each.organisation_code), each.reference) for each in commands if each.organisation_code
        ]
        self.cases.prefetch_references([(referrer.id, own) for referrer, own in referred if referrer and own])
        self.cases.clients.prefetch({each.client.bsn for each in commands if each.client.bsn})

    def flush(self, guard: GuardRow | None = None) -> bool:
        """Write everything that changed.

        Args:
            guard: what may be stored once only, such as the answer to an Idempotency-Key.

        Returns:
            False when the guard is stored already; the transaction is then to be rolled back.
        """
        self.known_values.flush()
        return self._writes().run(self.tx, guard)

    def flush_in_one_statement(self, guard: GuardRow) -> bool:
        """Write a new case, in a store that keeps each statement at once.

        Args:
            guard: what may be stored once only, such as the answer to an Idempotency-Key.

        Returns:
            False when the guard is stored already; then nothing was written.

        Raises:
            ValueError: something else than one new case is to be written.
        """
        return self._writes().run_in_one_statement(self.tx, guard)

    def _writes(self) -> Writes:
        writes = Writes()
        collect_events(writes, [self._of_reader(each) for each in self.cases.collect(writes)])
        return writes

    def _of_reader(self, new: NewEvent) -> NewEvent:
        """Return a new event as one of the organisation that may read it: what is about terms is the finance team's."""
        if new.event.type not in ABOUT_TERMS:
            return new
        team = self.organisation(self.services.reference.institution(OrganisationRole.FINANCE_TEAM).code)
        return replace(new, organisation_id=team.id if team else None)


def case_rules(services: Services) -> CaseRules:
    """Return what changes of cases depend on, as of now."""
    now = services.clock.now()
    return CaseRules(
        now=now,
        new_id=services.new_id,
        terms=services.reference.terms,
        advice_for=services.reference.advice_for,
        finance_team=services.reference.institution(OrganisationRole.FINANCE_TEAM).name,
        suppress_events=services.quiet,
    )
