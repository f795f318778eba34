"""Does the job that links a partner's cases from before the hub to referrals.

The partner is called outside transactions: first it stores the link, then the hub does. A job that stopped halfway is
done again; what the partner has stored by then names its referral itself.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from app.database import Connection, Database
from app.domain.commands import RegisterReferral
from app.domain.errors import PartnerRefused
from app.domain.local_time import local_date
from app.domain.partners import CaseLink, JobRequest
from app.domain.ports import CasePage, CaseRegister, PartnerCase, PartnerRecord, PartnerSource
from app.operations.intake.linking import (
    FoundCases,
    Linked,
    RefusedLink,
    compare_cases,
    link_cases,
    open_without_case,
)
from app.operations.intake.reconciliation import dry_run
from app.operations.partners.lease import PartnerLease
from app.operations.services import Services

_PAGE_SIZE = 500
_LINKS_AT_ONCE = 50
_FIRST = UUID(int=0)


class RegistrationsOnly:
    """The cases of a partner whose own people make them all: the registrations among its records.

    It stores no id of the hub, so that there is nothing to link there.
    """

    def __init__(self, source: PartnerSource) -> None:
        self._source = source

    async def pages(self) -> AsyncIterator[CasePage]:
        """Return all registrations, page by page; raises as ``PartnerSource.changes`` does."""
        async for page in self._source.changes(None):
            cases = [case for record in page.records if (case := _case_of(record))]
            yield CasePage(tuple(cases), sum(record.unread is not None for record in page.records))

    async def link(self, case_id: str, referral_id: UUID) -> None:
        """Do nothing."""


def _case_of(record: PartnerRecord) -> PartnerCase | None:
    for command in record.commands:
        if isinstance(command, RegisterReferral):
            return PartnerCase(
                case_id=record.case_id,
                organisation_code=command.organisation_code,
                reference=command.reference,
                bsn=command.client.bsn,
                received_on=local_date(command.received_at or record.occurred_at),
            )
    return None


@dataclass(frozen=True, kw_only=True)
class CaseLinker:
    """Links the cases of one partner, in the process that has its lease."""

    db: Database
    services: Services
    source: PartnerSource
    register: CaseRegister
    lease: PartnerLease

    async def run(self, request: JobRequest) -> Mapping[str, object]:
        """Compare all cases with the hub's referrals, link what is certain or was chosen, and return the report.

        Raises:
            PartnerError: the partner does not answer or refuses; what was linked by then stays.
            LeaseLost: another process took the lease, or the partner was paused.
        """
        found = FoundCases()
        async for page in self.register.pages():
            compare = partial(compare_cases, services=self.services, lease=self.lease, cases=page.cases)
            found.add_page(page, await self.db.write_without_notifying(compare))
        found.settle()
        links, refused = found.choose(request)
        linked = await self._try(links) if request.dry_run else await self._link(links)
        without_case = await self._open_without_case(found.matched_referrals)
        return found.report(linked + Linked(refused=tuple(refused)), without_case)

    async def _try(self, links: Sequence[CaseLink]) -> Linked:
        return await self.db.write_without_notifying(dry_run, partial(self._store, links=links))

    async def _link(self, links: Sequence[CaseLink]) -> Linked:
        linked = Linked()
        for start in range(0, len(links), _LINKS_AT_ONCE):
            accepted, refused = await self._link_at_partner(links[start : start + _LINKS_AT_ONCE])
            linked += Linked(refused=tuple(refused)) + await self.db.write(partial(self._store, links=accepted))
        return linked

    async def _link_at_partner(self, links: Sequence[CaseLink]) -> tuple[list[CaseLink], list[RefusedLink]]:
        accepted, refused = [], []
        for each in links:
            try:
                await self.register.link(each.case_id, each.referral_id)
                accepted.append(each)
            except PartnerRefused as error:
                refused.append(RefusedLink(each, str(error)))
        return accepted, refused

    def _store(self, tx: Connection, links: Sequence[CaseLink]) -> Linked:
        # What happened before the hub is nothing to send feedback about.
        quiet = replace(self.services, quiet=True)
        return link_cases(tx, quiet, self.lease, self.source, links)

    async def _open_without_case(self, matched: set[UUID]) -> list[UUID]:
        left: list[UUID] = []
        after = _FIRST
        while page := await self.db.read(open_without_case, self.lease.system, after, _PAGE_SIZE):
            left += [each for each in page if each not in matched]
            after = page[-1]
        return left
