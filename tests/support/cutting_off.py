"""Cutting callers off through one process of a hub, and how long another still accepts the tokens that they have."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from app.api.auth.tokens import new_signing_key
from tests.support.harness import open_harness
from tests.support.patience import PATIENCE
from tests.support.processes import Program, free_port, hub_environment

__all__ = ["BY_COMMAND", "OVER_THE_API", "Cut", "Processes", "running_processes"]

PUBLIC_URL = "https://hub.example.nl"
POLL_SECONDS = 0.005


@dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """A way to cut a caller off.

    Attributes:
        method: of a request of the operator; ``command`` for a command.
        path: of the request, or the words of the command; ``{id}`` is the client, and its organisation's code.
        status: with which the caller is refused.
    """

    name: str
    method: str = "POST"
    path: str
    body: Mapping[str, Any] | None = None
    status: int = 401


def _new_keys() -> dict[str, Any]:
    return {"jwks": {"keys": [new_signing_key().public_jwk]}, "overlapHours": 0}


OVER_THE_API: Sequence[Cut] = (
    Cut(name="client revoked", path="/v1/api-clients/{id}/revocation"),
    Cut(name="keys rotated at once", path="/v1/api-clients/{id}/key-rotation", body=_new_keys()),
    Cut(name="organisation deactivated", path="/v1/organisations/{id}/deactivation"),
    Cut(
        name="scopes narrowed",
        method="PUT",
        path="/v1/api-clients/{id}/scopes",
        body={"scopes": ["referrals:read"]},
        status=403,
    ),
    # The last one, because the operator is refused too.
    Cut(name="signing keys revoked", path="/v1/signing-keys/rotation", body={"revokeOthers": True}),
)
"""Each way over the API, in an order in which all can be tried."""

BY_COMMAND = Cut(name="client revoked by command", method="command", path="client revoke {id}")


@dataclass(frozen=True, kw_only=True)
class Processes:
    """The API processes of a hub over one database, with a caller for each way to be cut off.

    Attributes:
        environment: of the processes and of commands.
        first: to which the operator's requests go.
        last: that the callers call.
        tokens: by client.
    """

    environment: Mapping[str, str]
    first: httpx.AsyncClient
    last: httpx.AsyncClient
    tokens: Mapping[str, str] = field(repr=False)

    async def seconds_until_refused(self, cut: Cut) -> float:
        """Cut a caller off. Return how long after the answer the last process refuses the token that it knows.

        Raises:
            TimeoutError: it goes on accepting it.
        """
        client = _client_of(cut)
        # Twice, so that the token is verified and remembered.
        assert [await self._status(client) for _ in range(2)] == [200, 200]
        await self._cut(cut, client)
        answered_at = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            while await self._status(client) != cut.status:  # noqa: ASYNC110 - of another process
                await asyncio.sleep(POLL_SECONDS)
        return time.monotonic() - answered_at

    async def _status(self, client: str) -> int:
        headers = {"Authorization": f"Bearer {self.tokens[client]}"}
        return (await self.last.get("/v1/organisations", headers=headers)).status_code

    async def _cut(self, cut: Cut, client: str) -> None:
        path = cut.path.format(id=client)
        if cut.method == "command":
            await asyncio.to_thread(self._run, path.split())
            return
        headers = {
            "Authorization": f"Bearer {self.tokens['operator']}",
            "If-Match": "*",
            "Idempotency-Key": str(uuid4()),
        }
        answer = await self.first.request(cut.method, path, json=cut.body, headers=headers)
        assert answer.status_code == 200, answer.text

    def _run(self, words: Sequence[str]) -> None:
        command = [sys.executable, "-m", "app.cli.main", *words]
        subprocess.run(command, env={**os.environ, **self.environment}, check=True, capture_output=True)


@asynccontextmanager
async def running_processes(url: str, number: int, cuts: Sequence[Cut]) -> AsyncIterator[Processes]:
    """Run this number of API processes over a migrated database; on SQLite there is one."""
    tokens = await _tokens(url, ["operator", *map(_client_of, cuts)])
    ports = [free_port() for _ in range(number)]
    environment = hub_environment(url) | {"TRAJECTHUB_PUBLIC_URL": PUBLIC_URL}
    programs = [
        Program(
            arguments=("app.cli.main", "serve"),
            environment=environment | {"TRAJECTHUB_PORT": str(port)},
            url=f"http://127.0.0.1:{port}/healthz/live",
        )
        for port in ports
    ]
    try:
        for each in programs:
            each.start()
        for each in programs:
            await asyncio.to_thread(each.wait_until_ready)
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[0]}") as first,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[-1]}") as last,
        ):
            yield Processes(environment=environment, first=first, last=last, tokens=tokens)
    finally:
        for each in programs:
            each.end()


async def _tokens(url: str, clients: Sequence[str]) -> dict[str, str]:
    async with open_harness(url) as harness:
        for client in clients:
            if client == "operator":
                await harness.add_client(client, "beheer")
            else:
                await harness.add_referrer(client)
        return {each: await harness.token(each, PUBLIC_URL) for each in clients}


def _client_of(cut: Cut) -> str:
    return cut.name.replace(" ", "-")
