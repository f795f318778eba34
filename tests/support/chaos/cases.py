"""The changes: cases that begin over the API, in GIDSO or in RMW, and are handled in Allegro, ten changes each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

import httpx

from app.domain.codes import IntakeResult, ReferrerKind, System
from app.domain.local_time import local_date
from app.operations.clock import SystemClock
from app.sandbox.case_generator import counsellor_facts, referral_body, referral_document
from app.sandbox.console import PartnerConsole
from app.sandbox.register import RegisterRow
from app.sandbox.runtime import Document
from tests.support.chaos.installation import REFERRER, TEAMS, Installation
from tests.support.persistent_caller import PersistentCaller, WrongAnswer

MOVES = 4


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of a case, and what has to follow from it.

    Attributes:
        actions: what the record shows of it.
        event: the event that is sent to the referrer; None when it is sent to nobody outside Allegro.
        category: of the line in GIDSO's journal; None when there is none.
        status: the status code in RMW; None when there is none.
    """

    actions: tuple[str, ...]
    event: str | None
    category: str | None
    status: str | None


_MOVE = Change(actions=("reschedule",), event="intake-rescheduled", category="AFSPRAAK", status="IP")
CHANGES = (
    Change(actions=("register",), event="received", category="AANMELDING", status="ON"),
    Change(actions=("confirm",), event="confirmed", category="AANMELDING", status="BE"),
    Change(actions=("amend",), event=None, category=None, status=None),
    Change(actions=("schedule",), event="intake-scheduled", category="AFSPRAAK", status="IP"),
    *[_MOVE] * MOVES,
    # With teams in GIDSO no feedback about an intake that was attended is agreed.
    Change(actions=("attend",), event="intake-attended", category=None, status="VS"),
    Change(actions=("conclude", "open"), event="concluded", category="RESULTAAT", status="IR"),
)
"""The changes of a case, in this order."""

_SYSTEMS = (System.API, System.API, System.GIDSO, System.RMW)
_LOOK_AGAIN_SECONDS = 0.3
_REASON = "Huurachterstand."


@dataclass(kw_only=True)
class ChangingCase:
    """A case whose changes are made one after the other.

    Attributes:
        row: the referral and its course.
        id: the referrer's id of the referral, once it was made over the API.
        accepted: how many of the changes were accepted.
        refusal: an answer that neither accepted a change nor asked to repeat it, after which no more were made.
    """

    row: RegisterRow
    referrer: PersistentCaller
    console: PartnerConsole
    chance: Random
    begins_after_seconds: float
    pause_seconds: float
    id: str | None = None
    accepted: int = field(default=0, init=False)
    refusal: str | None = field(default=None, init=False)

    @property
    def changes(self) -> Sequence[Change]:
        """The changes that were accepted."""
        return CHANGES[: self.accepted]

    async def run(self) -> None:
        """Make the changes, those in Allegro as soon as the file is there."""
        await asyncio.sleep(self.begins_after_seconds)
        try:
            await self._make_changes()
        except WrongAnswer as error:
            self.refusal = str(error)

    async def _make_changes(self) -> None:
        await self._register()
        confirmation, *others = _facts(self.row)
        await self._register_fact(confirmation)
        await self._amend()
        for fact in others:
            await asyncio.sleep(self.chance.uniform(0, self.pause_seconds))
            await self._register_fact(fact)

    async def _register(self) -> None:
        if self.row.system is System.API:
            self.id = (await self.referrer.post("/v1/referrals", referral_body(self.row)))["id"]
        else:
            await self._save({})
        self.accepted += 1

    async def _amend(self) -> None:
        match self.row.system:
            case System.API:
                await self.referrer.change("PATCH", f"/v1/referrals/{self.id}", {"reason": _REASON})
            case System.GIDSO:
                await self._save({"Aanleiding": _REASON})
            case _:
                await self._save({"aanleiding": _REASON})
        self.accepted += 1

    async def _save(self, changed: Document) -> None:
        """Save the referral in GIDSO or RMW."""
        await self._enter(partial(self.console.refer, self.row.system, [referral_document(self.row) | changed]))

    async def _register_fact(self, fact: Document) -> None:
        """Register a fact in Allegro, as soon as the file is there."""
        await self._enter(partial(self.console.register, [fact]))
        self.accepted += 1

    async def _enter(self, entry: Callable[[], Awaitable[None]]) -> None:
        """Enter something in a partner's system until it succeeds; what is known there changes nothing."""
        while True:
            # The hub has not made the file yet, or the connection was lost.
            with suppress(LookupError, httpx.TransportError):
                return await entry()
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def cases_of(installation: Installation, number: int, chance: Random, *, seconds: float) -> list[ChangingCase]:
    """Return this number of cases, whose changes are spread over a time."""
    return [
        ChangingCase(
            row=_row(place, _SYSTEMS[place % len(_SYSTEMS)]),
            referrer=installation.referrer,
            console=installation.console,
            chance=chance,
            begins_after_seconds=chance.uniform(0, seconds * 0.8),
            pause_seconds=seconds / 20,
        )
        for place in range(number)
    ]


def _row(place: int, system: System) -> RegisterRow:
    today = local_date(SystemClock().now())
    return RegisterRow(
        number=str(place),
        received_on=today,
        kind=TEAMS[system].kind if system in TEAMS else ReferrerKind.WELZIJNSORGANISATIE,
        organisation=TEAMS[system].code if system in TEAMS else REFERRER,
        system=system,
        area="Charlois",
        given_name="Yara",
        family_name="Voorbeeld",
        sex=None,
        birth_date=date(1990, 5, 17),
        bsn=None,
        three_way_meeting=False,
        intake_on=today,
        attended=True,
        intake_result=IntakeResult.ROUTE_TO_KBR,
        plan_signed_on=None,
        decision_on=None,
        trajectory_result=None,
        kbr_status=None,
    )


def _facts(row: RegisterRow) -> Iterator[Document]:
    """Return the counsellor's facts in order, with the appointment moved several times."""
    for dated in counsellor_facts(row):
        yield dated.fact
        if dated.fact["soort"] == "afspraak":
            yield from (_moved(dated.fact, move) for move in range(1, MOVES + 1))


def _moved(fact: Document, move: int) -> Document:
    begins = datetime.fromisoformat(fact["gegevens"]["begint"]) + timedelta(minutes=15 * move)
    contents = {**fact["gegevens"], "begint": begins.isoformat()}
    return fact | {"feitId": f"{fact['feitId']}-{move}", "gegevens": contents}
