"""What the tests of owners, echoes and conflicts share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import Connection, Database
from app.domain.codes import OrganisationRole, System
from app.domain.commands import ActionContext, AmendReferral, RegisterReferral
from app.domain.values import Worker
from app.models.cases.external_id import referral_of
from app.models.partners.field_sync import conflict
from app.operations.cases.referrals import amend_referral, what_was_said
from app.operations.cases.steps import open_chain
from app.operations.field_sync.known_values import record_known_values
from app.operations.intake.apply import PageResult
from tests.support.hub import AT_WIJKTEAM, CLIENT, NOW, InProcessHub, partner_record

CASE = "G-1"
BY_REFERRER = ActionContext(OrganisationRole.REFERRER, System.API, NOW)
BY_WIJKTEAM = replace(AT_WIJKTEAM, client=replace(CLIENT, bsn=None))


def saying_worker(fact: RegisterReferral, name: str | None, phone: str | None = None) -> RegisterReferral:
    """Return a referral with another worker."""
    return replace(fact, contents=replace(fact.contents, worker=Worker(name, phone)))


async def conflicts(db: Database) -> Sequence[Any]:
    """Return all conflicts, oldest first."""

    def work(tx: Connection) -> Sequence[Any]:
        return tx.execute(select(conflict).order_by(conflict.c.id)).all()

    return await db.read(work)


@dataclass
class TwoWriters:
    """A referral that a partner and callers of the API both change."""

    hub: InProcessHub
    system: System = System.GIDSO
    case_id: str = CASE
    versions: int = 0

    async def partner_says(self, fact: RegisterReferral | AmendReferral) -> PageResult:
        """Let the partner's system say this as a new version of its record."""
        self.versions += 1
        payload = {"version": self.versions, "facts": repr(fact)}
        record = partner_record(self.case_id, fact, external_id=self.case_id, payload=payload)
        return await self.hub.pull(replace(record, version=str(self.versions)), system=self.system)

    async def api_says(self, **contents: Any) -> None:
        """Let the referrer change contents as the API does."""
        referral_id = await self.referral_id()

        def work(tx: Connection) -> None:
            services = self.hub.services
            said = what_was_said(tx, services, chain := open_chain(tx, services, referral_id, BY_REFERRER))
            fact = AmendReferral(replace(said.contents, **contents), said.client)
            record_known_values(tx, services, chain.id, (said, fact))
            amend_referral(tx, services, chain, fact)

        await self.hub.db.write(work)

    async def referral_id(self) -> UUID:
        """Return the hub's id of the referral."""
        return (await self.hub.db.read(referral_of, self.system, [self.case_id]))[self.case_id]

    async def contents(self) -> Any:
        """Return what the hub has."""
        return (await self.hub.case(await self.referral_id())).referral.contents

    async def events(self) -> list[str]:
        """Return the names of the events of the referral."""
        return await self.hub.event_names(await self.referral_id())

    async def reasons(self) -> list[tuple[str, str]]:
        """Return field and reason of all conflicts, oldest first."""
        return [(row.field, row.reason) for row in await conflicts(self.hub.db)]
