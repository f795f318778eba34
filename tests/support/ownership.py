"""What the tests of owners, echoes and conflicts share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import Connection, Database
from app.domain.case import Case
from app.domain.codes import OrganisationRole, System
from app.domain.commands import ActionContext, AmendReferral, RegisterReferral
from app.domain.values import Worker
from app.models.cases.external_id import referral_of
from app.models.partners.field_sync import conflict
from app.operations.cases.execute import PatchReferral, ReferralRef, execute
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.intake.apply import PageResult
from tests.support.hub import AT_WIJKTEAM, CLIENT, NOW, InProcessHub, partner_record

CASE = "G-1"
BY_REFERRER = ActionContext(role=OrganisationRole.REFERRER, system=System.API, occurred_at=NOW)
BY_WIJKTEAM = replace(AT_WIJKTEAM, client=replace(CLIENT, bsn=None))


def saying_worker(fact: RegisterReferral, name: str | None, phone: str | None = None) -> RegisterReferral:
    """Return a referral with another worker."""
    return replace(fact, contents=replace(fact.contents, worker=Worker(name, phone)))


async def conflicts(db: Database) -> Sequence[Any]:
    """Return all conflicts, oldest first."""

    def work(tx: Connection) -> Sequence[Any]:
        return tx.execute(select(conflict).order_by(conflict.c.id)).all()

    return await db.read(work)


@dataclass(kw_only=True)
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

        def amended(case: Case) -> AmendReferral:
            return AmendReferral(replace(case.contents, **contents), case.client.details)

        def work(tx: Connection) -> None:
            uow = UnitOfWork(tx, self.hub.services)
            execute(uow, ReferralRef(referral_id), PatchReferral(amended), BY_REFERRER)
            uow.flush()

        await self.hub.db.write(work)

    async def referral_id(self) -> UUID:
        """Return the hub's id of the referral."""
        return (await self.hub.db.read(referral_of, self.system, [self.case_id]))[self.case_id]

    async def contents(self) -> Any:
        """Return what the hub has."""
        return (await self.hub.case(await self.referral_id())).contents

    async def events(self) -> list[str]:
        """Return the names of the events of the referral."""
        return await self.hub.event_names(await self.referral_id())

    async def reasons(self) -> list[tuple[str, str]]:
        """Return field and reason of all conflicts, oldest first."""
        return [(row.field, row.reason) for row in await conflicts(self.hub.db)]
