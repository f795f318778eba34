"""A hub's database with organisations, referrals and subscribers, for tests and benchmarks of its programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from app.api.auth.access_tokens import AccessTokens
from app.api.auth.keys import KeyRing
from app.api.auth.tokens import new_signing_key
from app.database import Connection, Database
from app.domain.codes import OrganisationRole, ReferrerKind, System
from app.domain.commands import ActionContext, RegisterReferral
from app.domain.disclosed import DisclosedValue, EventDisclosure
from app.domain.events import Event, EventType, NewEvent
from app.domain.fields import Field
from app.domain.values import ClientDetails, ReferralContents
from app.events.http.credentials import sealed_secret, sealed_url
from app.events.http.signing import new_secret
from app.models.access.organisation import find_organisation
from app.models.cases.client import sealer_of_client
from app.models.cases.disclosed import seal_disclosure
from app.models.cases.loading import load_cases
from app.models.delivery.outbox import append_events
from app.models.delivery.subscription import Subscription, insert_subscription
from app.operations.access.clients import SCOPES, find_client, save_client
from app.operations.access.organisations import ReferrerDetails, save_referrer, set_up_institutions
from app.operations.access.signing_keys import add_signing_key
from app.operations.cases.execute import register
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.clock import SystemClock
from app.operations.master_key import require_master_key
from app.operations.services import Services, build_services
from tests.support.processes import MASTER_KEY

__all__ = ["Harness", "open_harness"]

_BATCH = 200
_SECRET = "a-secret-of-the-harness-that-has-more-than-32-characters"
_CLIENT = ClientDetails(
    given_name="Yara", family_name="Voorbeeld", birth_date=date(1990, 5, 17), phone="+31 10 123 45 67"
)


@dataclass(frozen=True)
class Harness:
    """A hub's database and services, used in this process."""

    db: Database
    services: Services

    async def add_referrer(self, code: str) -> UUID:
        """Register a welfare organisation, and a client of the API with the same name. Return the organisation's id."""
        details = ReferrerDetails(code=code, name=code, kind=ReferrerKind.WELZIJNSORGANISATIE, system=System.API)
        saved = await self.db.write(save_referrer, self.services, details)
        await self.add_client(code, code)
        return saved.id

    async def organisation_id(self, code: str) -> UUID:
        """Return the id of an organisation."""
        found = await self.db.read(find_organisation, code)
        assert found is not None
        return found.id

    async def add_client(self, client_id: str, organisation_code: str) -> None:
        """Register a client of the API with all scopes, which acts for an organisation."""
        await self.db.write(
            save_client,
            self.services,
            client_id,
            organisation_code=organisation_code,
            scopes=set(SCOPES),
            secret=_SECRET,
        )

    async def refer(self, code: str, number: int) -> list[UUID]:
        """Register this number of referrals by an organisation, without events. Return their ids."""
        services = replace(self.services, quiet=True)
        command = RegisterReferral(organisation_code=code, client=_CLIENT, contents=ReferralContents(area="Charlois"))
        context = ActionContext(role=OrganisationRole.REFERRER, system=System.API, occurred_at=datetime.now(UTC))

        def work(tx: Connection, size: int) -> list[UUID]:
            uow = UnitOfWork(tx, services)
            registered = [register(uow, command, context).id for _ in range(size)]
            uow.flush()
            return registered

        made: list[UUID] = []
        while len(made) < number:
            made += await self.db.write(work, min(_BATCH, number - len(made)))
        return made

    async def subscribe(self, organisation_id: UUID, *urls: str) -> None:
        """Subscribe an organisation to everything at each of these addresses."""

        def work(tx: Connection) -> None:
            now = self.services.clock.now()
            for url in urls:
                id = self.services.new_id(now)
                new = Subscription(
                    id=id,
                    organisation_id=organisation_id,
                    url_sealed=sealed_url(self.services.vault, id, url),
                    secret_sealed=sealed_secret(self.services.vault, id, new_secret()),
                    created_at=now,
                    changed_at=now,
                )
                insert_subscription(tx, new)

        await self.db.write(work)

    async def record_events(self, referral_ids: Sequence[UUID], number: int) -> list[Event]:
        """Store this number of events in one transaction, spread over the referrals. Return them.

        Each disclosed the id of its referral.
        """
        now = self.services.clock.now()
        events = [self._event(referral_ids[index % len(referral_ids)], now) for index in range(number)]
        await self.db.write(self._append, events)
        return events

    def _append(self, tx: Connection, events: Sequence[Event]) -> None:
        vault = self.services.vault
        cases = load_cases(tx, vault, list({each.subject_id for each in events}))
        sealers = {subject: sealer_of_client(tx, vault, case.referral.client_id) for subject, case in cases.items()}

        def disclosing(event: Event) -> Event:
            disclosure = EventDisclosure({Field.REFERRAL_ID: DisclosedValue(str(event.subject_id))})
            return replace(event, sealed_disclosure=seal_disclosure(sealers[event.subject_id], event.id, disclosure))

        append_events(tx, [NewEvent(disclosing(each), System.ALLEGRO) for each in events])

    async def token(self, client_id: str, public_url: str) -> str:
        """Return an access token with all scopes."""
        tokens = AccessTokens(self.db, KeyRing(self.db, self.services), public_url, 3600, SystemClock())
        client = await self.db.read(find_client, client_id)
        assert client is not None
        return await tokens.issue(client, client.scopes)

    def _event(self, referral_id: UUID, now: datetime) -> Event:
        return Event(
            id=self.services.new_id(now),
            type=EventType.REFERRAL_CONFIRMED,
            subject_id=referral_id,
            occurred_at=now,
            recorded_at=now,
        )


class _MasterKey:
    """The master key of the programs."""

    def known_master_key(self) -> bytes:
        """Return the key."""
        return MASTER_KEY

    master_key_bytes = known_master_key


@asynccontextmanager
async def open_harness(url: str) -> AsyncIterator[Harness]:
    """Return a harness over a migrated, empty database; on SQLite close it before another process opens the file."""
    db = Database.open(url)
    services = build_services(MASTER_KEY, "rotterdam", SystemClock())

    def work(tx: Connection) -> None:
        set_up_institutions(tx, services)
        add_signing_key(tx, services, new_signing_key())

    try:
        # As a hub does when it starts, before it seals anything.
        await require_master_key(db, _MasterKey())
        await db.write(work)
        yield Harness(db, services)
    finally:
        await db.close()
