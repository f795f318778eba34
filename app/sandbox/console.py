"""What people enter in the partner systems, by the console endpoints of the simulators."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from app.adapters.common.http import http_client
from app.domain.codes import System
from app.sandbox.faults.middleware import FAULTS_PATH
from app.sandbox.faults.plan import FaultSettings
from app.sandbox.runtime import Document

CLOCK_PATH = "/_sandbox/clock"
MARK_PATH = "/_sandbox/mark"
REWIND_PATH = "/_sandbox/rewind"


class PartnerConsole:
    """A client of the simulators' console endpoints.

    Args:
        urls: the simulators' addresses.
    """

    def __init__(self, urls: Mapping[System, str]) -> None:
        self._clients = {system: http_client(url, timeout_seconds=30) for system, url in urls.items()}

    async def set_clock(self, now: datetime | None, ahead: timedelta = timedelta()) -> None:
        """Stop the simulators' clocks at an aware time; None lets them run, this far ahead of the computer's clock."""
        body = {"now": now.isoformat() if now else None, "aheadSeconds": ahead.total_seconds()}
        await self._post_to_all(CLOCK_PATH, body)

    async def mark(self) -> None:
        """Let the simulators remember what they store."""
        await self._post_to_all(MARK_PATH, {})

    async def rewind(self) -> None:
        """Let the simulators store what they did at the last mark, make no faults and follow the computer's clock."""
        await self._post_to_all(REWIND_PATH, {})

    async def end_faults(self, system: System) -> None:
        """Let a simulator answer as it should."""
        (await self._clients[system].delete(FAULTS_PATH)).raise_for_status()

    async def make_faults(self, system: System, settings: FaultSettings) -> None:
        """Let one simulator make these faults."""
        answer = await self._clients[system].put(FAULTS_PATH, content=settings.model_dump_json())
        answer.raise_for_status()

    async def commit_late(self) -> None:
        """Let Allegro show the facts that were registered late."""
        (await self._clients[System.ALLEGRO].post("/_console/vastleggingen")).raise_for_status()

    async def set_faults(self, settings: FaultSettings) -> None:
        """Apply fault settings, at each simulator for the kinds that it can make."""
        for system, client in self._clients.items():
            possible = (await client.get(FAULTS_PATH)).json()["made"]
            faults = {kind: frequency for kind, frequency in settings.faults.items() if kind in possible}
            await self.make_faults(system, settings.model_copy(update={"faults": faults}))

    async def faults_made(self) -> dict[str, dict[str, int]]:
        """Return the number of faults that each simulator made, by kind."""
        return {
            system.value: (await client.get(FAULTS_PATH)).json()["made"] for system, client in self._clients.items()
        }

    async def refer(self, system: System, documents: Sequence[Document]) -> None:
        """Save referrals in GIDSO or RMW; an unchanged referral changes nothing."""
        if documents:
            answer = await self._clients[system].put("/_console/aanmeldingen", json=list(documents))
            answer.raise_for_status()

    async def change_registration(self, aanmelding_id: str, values: Mapping[str, object]) -> None:
        """Change some values of a registration in GIDSO."""
        path = f"/_console/aanmeldingen/{aanmelding_id}"
        (await self._clients[System.GIDSO].patch(path, json=dict(values))).raise_for_status()

    async def register(self, facts: Sequence[Document]) -> None:
        """Register facts in Allegro; a known fact changes nothing.

        Raises:
            LookupError: Allegro does not have one of the referrals.
        """
        if not facts:
            return
        answer = await self._clients[System.ALLEGRO].post("/_console/feiten", json=list(facts))
        if answer.status_code == httpx.codes.NOT_FOUND:
            missing = answer.json().get("details", [])
            raise LookupError(f"Allegro has no file for {len(missing)} facts, the first is {missing[:1]}.")
        answer.raise_for_status()

    async def make_files(self, entries: Sequence[Document]) -> list[str]:
        """Make files in Allegro by hand, without a referral of the hub, and return their numbers; once per entry."""
        answer = await self._clients[System.ALLEGRO].post("/_console/dossiers", json=list(entries))
        numbers: list[str] = answer.raise_for_status().json()["dossiernummers"]
        return numbers

    async def references_in_allegro(self) -> list[str]:
        """Return the referrer's reference of every file in Allegro, once for each file that has it."""
        answer = await self._clients[System.ALLEGRO].get("/_console/dossiers")
        return [each["kenmerkVerwijzer"] for each in answer.json()["dossiers"] if each["kenmerkVerwijzer"]]

    async def file_in_allegro(self, reference: str) -> Document:
        """Return the file in Allegro of the referral with this reference of the referrer, as its counsellor sees it."""
        answer = await self._clients[System.ALLEGRO].get(f"/_console/dossiers/{reference}")
        file: Document = answer.raise_for_status().json()
        return file

    async def journal(self, aanmelding_id: str) -> list[dict[str, Any]]:
        """Return the lines in GIDSO's journal of a referral."""
        answer = await self._clients[System.GIDSO].get(f"/_console/journaal/{aanmelding_id}")
        lines: list[dict[str, Any]] = answer.json()
        return lines

    async def registration(self, aanmeldnummer: str) -> dict[str, Any]:
        """Return a registration in RMW with its status lines and tab."""
        answer = await self._clients[System.RMW].get(f"/_console/aanmeldingen/{aanmeldnummer}")
        registration: dict[str, Any] = answer.json()
        return registration

    async def newest_request(self, system: System, reference: str) -> Document:
        """Return what the hub asked a worker in GIDSO or RMW last, as that system stores it.

        Raises:
            LookupError: it asked nothing.
        """
        if system is System.GIDSO:
            asked = [each["Verzoek"] for each in await self.journal(reference) if each.get("Verzoek")]
        else:
            lines = (await self.registration(reference))["statussen"]
            asked = [each["verzoek"] for each in lines if each.get("verzoek")]
        if not asked:
            raise LookupError(f"Nothing was asked about registration {reference} in {system.label}.")
        request: Document = asked[-1]
        return request

    async def fill_in(self, system: System, reference: str, form: str, values: Mapping[str, str]) -> None:
        """Fill in a form on the page of a registration in GIDSO or RMW.

        Raises:
            ValueError: the page does not accept it.
        """
        answer = await self._clients[system].post(f"/aanmeldingen/{reference}", data={"formulier": form, **values})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise ValueError(f"{system.label} does not accept the form {form} on {reference}.")

    async def _post_to_all(self, path: str, body: Document) -> None:
        answers = await asyncio.gather(*(client.post(path, json=body) for client in self._clients.values()))
        for answer in answers:
            answer.raise_for_status()

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()
