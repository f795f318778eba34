"""What every endpoint works with; built once by the entry point."""

from dataclasses import dataclass
from typing import Self

from app.api.auth.access_tokens import AccessTokens
from app.api.auth.clients import KnownClients
from app.api.auth.keys import KeyRing
from app.database import Database
from app.events.contract.envelope import Origin
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.operations.services import Services


@dataclass(frozen=True)
class AppState:
    """The running hub as the API sees it.

    Attributes:
        public_url: base of the API as callers see it, without ``/v1`` and without a slash at the end.
        sandbox: True with simulated partners; shared client secrets exist only then.
        tokens: issues access tokens and verifies them.
        clients: the clients that may call, cached for a short while.
        outbound: sends requests to addresses that subscribers name.
        oin: organisation identification number of the hub's owner, 20 digits.
        system_name: name of this installation in the source of events.
        subscription_limit: the most subscriptions that one organisation may have.
    """

    db: Database
    services: Services
    public_url: str
    sandbox: bool
    tokens: AccessTokens
    clients: KnownClients
    outbound: OutboundClient
    oin: str = "0" * 20
    system_name: str = "trajecthub"
    subscription_limit: int = 50

    @classmethod
    def wire(
        cls,
        db: Database,
        services: Services,
        public_url: str,
        *,
        sandbox: bool = False,
        token_lifetime_seconds: int = 3600,
    ) -> Self:
        """Put the parts together; nothing is read from the database yet."""
        tokens = AccessTokens(KeyRing(db, services), public_url, token_lifetime_seconds)
        outbound = OutboundClient(AddressPolicy.of(sandbox=sandbox))
        return cls(db, services, public_url, sandbox, tokens, KnownClients(db), outbound)

    async def close(self) -> None:
        """Let go of the database and of every connection."""
        await self.outbound.close()
        await self.db.close()

    @property
    def origin(self) -> Origin:
        """Where events say that they come from."""
        return Origin(self.oin, self.system_name, self.public_url)

    @property
    def api_url(self) -> str:
        """The base of the resources of this major version."""
        return f"{self.public_url}/v1"
