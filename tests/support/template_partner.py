"""The partner of the template adapter: a small system that speaks its contract over real HTTP, and can fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.runtime import Document, Server
from tests.support.adapter_env import TEAM

TOKEN = "only-for-tests"


class TemplatePartner:
    """The partner's data and faults.

    Attributes:
        referrals: the referrals by number, in the order of their last change.
        messages: what was written on them, oldest first.
        down: answers 503 to everything.
        answers_to_lose: the next messages, at most this many, are stored and answered with 503.
    """

    def __init__(self) -> None:
        self.referrals: dict[str, Document] = {}
        self.messages: list[tuple[str, Document]] = []
        self.down = False
        self.answers_to_lose = 0
        self._sequence: dict[str, int] = {}
        self._last = 0

    def save(self, number: str = "A-1", **values: Any) -> None:
        """Make or change a referral, as a worker of the team does."""
        before = self.referrals.pop(number, _NEW | {"nummer": number})
        self.referrals[number] = before | {"versie": before["versie"] + 1} | values
        self._last += 1
        self._sequence[number] = self._last

    def delete(self, number: str) -> None:
        """Remove a referral; the feed does not mention it."""
        del self.referrals[number]

    def written(self, number: str = "A-1") -> list[Document]:
        """Return the messages on a referral, oldest first."""
        return [message for its_number, message in self.messages if its_number == number]

    def app(self) -> Starlette:
        """Return the service."""
        return Starlette(
            routes=[
                Route("/v1/wijzigingen", self._guarded(self._changes)),
                Route("/v1/aanmeldingen/{number}/berichten", self._guarded(self._add), methods=["POST"]),
                Route("/v1/aanmeldingen/{number}/berichten/{reference}", self._guarded(self._find)),
            ]
        )

    def _guarded(self, endpoint: Any) -> Any:
        async def answer(request: Request) -> Response:
            if self.down:
                return _fault(503, "ONDERHOUD", "onderhoud", {"Retry-After": "30"})
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _fault(401, "GEEN_TOEGANG", "onbekend token")
            response: Response = await endpoint(request)
            return response

        return answer

    async def _changes(self, request: Request) -> Response:
        after, limit = (int(request.query_params.get(name, "-1")) for name in ("na", "aantal"))
        if after < 0 or not 1 <= limit <= 500:
            return _fault(400, "ONGELDIG", "na of aantal ontbreekt of is te klein of te groot")
        found = [
            {"volgnummer": self._sequence[number], "aanmelding": referral}
            for number, referral in self.referrals.items()
            if self._sequence[number] > after
        ]
        return JSONResponse({"wijzigingen": found[:limit]})

    async def _add(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number not in self.referrals:
            return _fault(404, "ONBEKEND", "geen aanmelding met dit nummer")
        self.messages.append((number, await request.json()))
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            return _fault(503, "ONDERHOUD", "tijdelijk niet bereikbaar")
        return Response(status_code=201)

    async def _find(self, request: Request) -> Response:
        reference = request.path_params["reference"]
        for message in self.written(request.path_params["number"]):
            if message["kenmerk"] == reference:
                return JSONResponse(message)
        return _fault(404, "ONBEKEND", "geen bericht met dit kenmerk")


@asynccontextmanager
async def running_partner(partner: TemplatePartner) -> AsyncIterator[str]:
    """Run the service; returns its address."""
    server = Server(partner.app())
    await server.start()
    yield server.url
    await server.stop()


def _fault(status: int, code: str, text: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"code": code, "fout": text}, status, headers)


_NEW: Document = {
    "versie": 0,
    "gewijzigdOp": "2026-03-02T10:00:00+01:00",
    "stand": "open",
    "redenIntrekking": None,
    "team": TEAM,
    "aangemeldOp": "2026-03-01T09:00:00+01:00",
    "gebied": "Charlois",
    "klant": {"voornaam": "Yara", "achternaam": "Voorbeeld", "geboortedatum": "1990-05-17", "bsn": None},
    "inkomen": "loon",
    "terugkoppeling": True,
}
