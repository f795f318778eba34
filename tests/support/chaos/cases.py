"""The changes: cases that begin over the API, in GIDSO or in RMW, and are handled in Allegro, ten changes each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

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
CHANGES_EACH = 6 + MOVES
HISTORY = ("register", "confirm", "amend", "schedule", *["reschedule"] * MOVES, "attend", "conclude", "open")
"""The actions that the record shows of a case; the result of the intake opens the trajectory."""

EVENTS = ("received", "confirmed", "intake-scheduled", *["intake-rescheduled"] * MOVES, "intake-attended", "concluded")
"""The events that are sent to its referrer."""

_SYSTEMS = (System.API, System.API, System.GIDSO, System.RMW)
_LOOK_AGAIN_SECONDS = 0.3
_REASON = "Huurachterstand."


@dataclass(kw_only=True)
class ChangingCase:
    """A case whose changes are made one after the other.

    Attributes:
        row: the referral and its course.
        id: the referrer's id of the referral, once it was made over the API.
        changes: how many were accepted.
        refusal: an answer that neither accepted a change nor asked to repeat it, after which no more were made.
    """

    row: RegisterRow
    referrer: PersistentCaller
    console: PartnerConsole
    chance: Random
    begins_after_seconds: float
    pause_seconds: float
    id: str | None = None
    changes: int = field(default=0, init=False)
    refusal: str | None = field(default=None, init=False)

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
            await self.console.refer(self.row.system, [referral_document(self.row)])
        self.changes += 1

    async def _amend(self) -> None:
        match self.row.system:
            case System.API:
                await self.referrer.change("PATCH", f"/v1/referrals/{self.id}", {"reason": _REASON})
            case System.GIDSO:
                await self._save_again({"Aanleiding": _REASON})
            case _:
                await self._save_again({"aanleiding": _REASON})
        self.changes += 1

    async def _save_again(self, changed: Document) -> None:
        await self.console.refer(self.row.system, [referral_document(self.row) | changed])

    async def _register_fact(self, fact: Document) -> None:
        while True:
            try:
                await self.console.register([fact])
            except LookupError:
                # The hub has not made the file yet.
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            else:
                self.changes += 1
                return


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
