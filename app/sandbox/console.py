"""What people do in the partner systems, entered at the simulators' desks."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from app.adapters.common.http import http_client
from app.domain.codes import System
from app.sandbox.faults.middleware import FAULTS_PATH
from app.sandbox.faults.plan import FaultOrder
from app.sandbox.runtime import Document

CLOCK_PATH = "/_sandbox/clock"


class PartnerConsole:
    """The desks of the three simulators.

    Args:
        urls: the simulators' addresses.
    """

    def __init__(self, urls: Mapping[System, str]) -> None:
        self._clients = {system: http_client(url, timeout_seconds=30) for system, url in urls.items()}

    async def set_clock(self, now: datetime | None) -> None:
        """Set the simulators' clocks to an aware moment; None lets them run with the computer's."""
        body = {"now": now.isoformat() if now else None}
        await asyncio.gather(*(client.post(CLOCK_PATH, json=body) for client in self._clients.values()))

    async def set_faults(self, order: FaultOrder) -> None:
        """Put the faults of an order in force, at each simulator those that it can make."""
        for client in self._clients.values():
            account = (await client.get(FAULTS_PATH)).json()
            faults = {kind: often for kind, often in order.faults.items() if kind in account["made"]}
            body = order.model_copy(update={"faults": faults}).model_dump_json()
            (await client.put(FAULTS_PATH, content=body)).raise_for_status()

    async def faults_made(self) -> dict[str, dict[str, int]]:
        """Return how many faults each simulator made, by kind."""
        return {
            system.value: (await client.get(FAULTS_PATH)).json()["made"] for system, client in self._clients.items()
        }

    async def refer(self, system: System, documents: Sequence[Document]) -> None:
        """Let workers in GIDSO or RMW save referrals; the same ones again change nothing."""
        if documents:
            answer = await self._clients[system].put("/_desk/aanmeldingen", json=list(documents))
            answer.raise_for_status()

    async def register(self, facts: Sequence[Document]) -> None:
        """Let counsellors register facts in Allegro; the same ones again change nothing.

        Raises:
            LookupError: Allegro does not know a referral yet.
        """
        if not facts:
            return
        answer = await self._clients[System.ALLEGRO].post("/_desk/feiten", json=list(facts))
        if answer.status_code == httpx.codes.NOT_FOUND:
            missing = answer.json().get("details", [])
            raise LookupError(f"Allegro has no file for {len(missing)} facts, the first is {missing[:1]}.")
        answer.raise_for_status()

    async def journal(self, aanmelding_id: str) -> list[dict[str, Any]]:
        """Return the journal lines that GIDSO holds on a referral."""
        answer = await self._clients[System.GIDSO].get(f"/_desk/journaal/{aanmelding_id}")
        lines: list[dict[str, Any]] = answer.json()
        return lines

    async def registration(self, aanmeldnummer: str) -> dict[str, Any]:
        """Return RMW's registration with its status lines and tab."""
        answer = await self._clients[System.RMW].get(f"/_desk/aanmeldingen/{aanmeldnummer}")
        registration: dict[str, Any] = answer.json()
        return registration

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()
