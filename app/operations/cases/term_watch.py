"""Reports that terms approach or have passed, and where cases are: a worker looks for what is due."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from app.database import Connection, Database
from app.domain.case import Case
from app.domain.clocks import News, as_reported, clocks_of, news_of, weeks_due
from app.domain.codes import OrganisationRole, System
from app.domain.commands import (
    ActionContext,
    Command,
    DecideOnProposal,
    ReportAppointmentDue,
    ReportProgress,
)
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.meetings import is_to_decide, is_to_report_due
from app.domain.term_facts import Reported
from app.loops import Failed, attempt, note_progress
from app.models.cases.clock import claim_due, schedule
from app.models.cases.referral import unclocked_referrals
from app.operations.cases.execute import ReferralRef, execute
from app.operations.cases.term_filling import fill_terms, require_terms
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services

BATCH = 200
CLAIM = timedelta(minutes=5)
"""For so long no other worker takes a case; after that a case that could not be reported of is tried again."""

log = structlog.get_logger(__name__)

_EVENT_OF = {Reported.APPROACHING: EventType.TERM_APPROACHING, Reported.BREACHED: EventType.TERM_BREACHED}


@dataclass(frozen=True)
class TermWatch:
    """Looks for cases that have something to report, and reports it."""

    db: Database
    services: Services

    async def once(self) -> bool:
        """Report what is due in the cases that wait longest, each in a transaction; return whether there may be more.

        A case that fails does not stop the others; its error is raised at the end, and it is tried again later.
        """
        while await self.db.read(unclocked_referrals, 1):
            # While a release is being replaced, processes of the earlier one register referrals without their terms.
            await self.db.write(fill_terms, self.services)
        now = self.services.clock.now()
        cases = await self.db.write_without_notifying(claim_due, now, now + CLAIM, BATCH)
        failures = []
        for id in cases:
            done = await attempt(self.db.write(report_due, self.services, id))
            note_progress()
            if isinstance(done, Failed):
                failures.append(done)
        if failures:
            log.error("terms_not_reported", cases=len(failures), error=type(failures[0].error).__name__)
            raise failures[0].error
        return len(cases) == BATCH


def report_due(tx: Connection, services: Services, referral_id: UUID) -> None:
    """Report what is due of a case, and note when something is next.

    Another worker may have reported it in the meantime, or a change may have ended the term: then nothing is reported.
    """
    uow = UnitOfWork(tx, services)
    case = uow.cases.lock(referral_id)
    if case is None:
        return
    require_terms(tx, case)
    terms, now = services.reference.terms, uow.rules.now
    ref = ReferralRef(referral_id)
    for command in _of_appointments(case, now):
        execute(uow, ref, command, _context(now))
    news, weeks = news_of(case, clocks_of(case, terms, now), now), weeks_due(case, terms, now)
    for each in news:
        _report(case, each)
    case.term_facts = as_reported(case.term_facts, news, ())
    if weeks:
        # Of several weeks that are due at once the last says it.
        execute(uow, ref, ReportProgress(weeks[-1]), _context(now))
    if not news and not weeks:
        schedule(tx, [case], uow.rules)
    uow.flush()


def _of_appointments(case: Case, now: datetime) -> list[Command]:
    """Return what is due of the appointments of a case."""
    return [
        *(DecideOnProposal(each.id) for each in case.appointments if is_to_decide(case, each, now)),
        *(ReportAppointmentDue(each.id) for each in case.appointments if is_to_report_due(case, each, now)),
    ]


def _report(case: Case, news: News) -> None:
    clock = news.clock
    since = clock.due_at if news.reported is Reported.BREACHED else clock.approaches_at
    facts = {Field.TERM_CODE: clock.term.code, Field.TERM_DUE_ON: clock.due_on.isoformat()}
    case.report(_EVENT_OF[news.reported], facts, _context(since))


def _context(at: datetime) -> ActionContext:
    return ActionContext(role=OrganisationRole.FINANCE_TEAM, system=System.API, occurred_at=at.astimezone(UTC))
