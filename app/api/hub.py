"""What every endpoint works with, wired once by the entry point."""

from dataclasses import dataclass
from typing import Self

from app.api.access_tokens import AccessTokens
from app.api.clients import KnownClients
from app.api.keys import KeyRing
from app.database import Database
from app.operations.tools import Tools


@dataclass(frozen=True)
class Hub:
    """The running hub as the API sees it.

    Attributes:
        public_url: base of the API as callers see it, without ``/v1`` and without a slash at the end.
        sandbox: True beside simulated partners; shared client secrets exist only then.
        tokens: issues access tokens and verifies them.
        clients: who may call, looked up with a short memory.
    """

    db: Database
    tools: Tools
    public_url: str
    sandbox: bool
    tokens: AccessTokens
    clients: KnownClients

    @classmethod
    def wire(
        cls, db: Database, tools: Tools, public_url: str, *, sandbox: bool = False, token_lifetime_seconds: int = 3600
    ) -> Self:
        """Put the parts together; nothing is read from the database yet."""
        tokens = AccessTokens(KeyRing(db, tools), public_url, token_lifetime_seconds)
        return cls(db, tools, public_url, sandbox, tokens, KnownClients(db))

    @property
    def api_url(self) -> str:
        """The base of the resources of this major version."""
        return f"{self.public_url}/v1"
