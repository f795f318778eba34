"""One run of a scenario: what it works with, what it reports, and how it waits for the hub."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from app.sandbox.caller import Caller
from app.sandbox.environment import SandboxEnv
from app.sandbox.roles import FINANCE_TEAM, OPERATOR, Role

PATIENCE_SECONDS = 20.0
_POLL_SECONDS = 0.1


class NotReached(RuntimeError):
    """The hub did not come to what a scenario waits for."""


class ParameterUnreadable(ValueError):
    """A parameter of a call is not what its scenario takes."""


@dataclass(kw_only=True)
class Rehearsal:
    """A run of a scenario.

    Attributes:
        parameters: what the tester gave with the call.
        happened: sentences, in order.
        ids: what the tester can look up, by name.
        look: where to look: what one sees there, the call, and the client that makes it.
    """

    env: SandboxEnv
    parameters: Mapping[str, str]
    happened: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    look: list[dict[str, str]] = field(default_factory=list)

    @property
    def finance_team(self) -> Caller:
        """The client of the finance team."""
        return self.caller(FINANCE_TEAM)

    @property
    def operator(self) -> Caller:
        """The client of the operator."""
        return self.caller(OPERATOR)

    def caller(self, role: Role) -> Caller:
        """Return the client of a role."""
        return self.env.caller(role.client_id)

    def number(self, name: str, without: int, *, most: int) -> int:
        """Return a parameter that is a whole number from 1.

        Args:
            name: of the parameter.
            without: what it is when the call does not give it.
            most: the most that it may be.

        Raises:
            ParameterUnreadable: it is something else.
        """
        given = self.parameters.get(name, str(without))
        if not (given.isascii() and given.isdecimal() and len(given) <= len(str(most)) and 1 <= int(given) <= most):
            raise ParameterUnreadable(f"Give `{name}` as a whole number from 1 to {most}, in digits.")
        return int(given)

    def says(self, sentence: str) -> None:
        """Report what happened."""
        self.happened.append(sentence)

    def points_at(self, what: str, call: str, role: Role) -> None:
        """Report where to look; ``call`` is a method and a path below ``/v1``."""
        method, _, path = call.partition(" ")
        url = f"{self.env.hub.api_url}{path}"
        self.look.append({"what": what, "method": method, "url": url, "client": role.client_id})

    def points_at_page(self, what: str, url: str) -> None:
        """Report a page to look at."""
        self.look.append({"what": what, "method": "GET", "url": url})

    def report(self, name: str) -> dict[str, Any]:
        """Return what a tester gets to read."""
        return {"scenario": name, "happened": self.happened, "ids": self.ids, "look": self.look}


def new_number() -> str:
    """Return ten digits that nobody has used for a reference."""
    return f"{uuid4().int % 10**10:010d}"


async def until(what: str, found: Callable[[], Awaitable[object]]) -> None:
    """Wait until something is found.

    Raises:
        NotReached: it was not, for twenty seconds.
    """
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not await found():
        if time.monotonic() > ends_at:
            raise NotReached(
                f"The hub did not come to this within {PATIENCE_SECONDS:.0f} seconds: {what}. "
                "End what other scenarios left behind (partner-up-…, receiver-up, hub-up), or reset the sandbox."
            )
        await asyncio.sleep(_POLL_SECONDS)
