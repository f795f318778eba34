"""Plays conversations between referrers' workers and counsellors, each in the forms of its own system only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from rich.console import Console

from app.domain.codes import ReferrerKind, System
from app.domain.local_time import AMSTERDAM, local_date
from app.models.cases.loading import load_cases
from app.operations.access.organisations import ReferrerDetails
from app.operations.disclosure.timeline import disclosure_timeline
from app.sandbox.allegro.codes import CONTACT_ATTEMPTS, INFORMATION_TOPICS
from app.sandbox.case_generator import referral_body, referral_document
from app.sandbox.environment import SandboxEnv
from app.sandbox.register import RegisterRow
from app.sandbox.rmw.arrivals import arrival_number
from app.sandbox.runtime import Document
from app.sandbox.timeline import Timeline
from app.sandbox.wait import retry_until_delivered

_COUNSELLOR = {"naam": "S. El Amrani", "telefoon": "010-5550101"}
_WHO = f"counsellor {_COUNSELLOR['naam']}"
_TEAM = ReferrerDetails(
    code="wijkteam-charlois", name="Wijkteam Charlois", kind=ReferrerKind.WIJKTEAM, system=System.GIDSO
)
_WORK = ReferrerDetails(
    code="werk-inkomen-prematching",
    name="Werk & Inkomen Prematching",
    kind=ReferrerKind.WERK_EN_INKOMEN,
    system=System.RMW,
)
_WELFARE = ReferrerDetails(code="dock", name="DOCK", kind=ReferrerKind.WELZIJNSORGANISATIE, system=System.API)


@dataclass(kw_only=True)
class Conversation:
    """A case on the way, with what people do in it shown on a timeline.

    Attributes:
        position: up to which event what was disclosed has been shown.
    """

    env: SandboxEnv
    timeline: Timeline
    referrer: ReferrerDetails
    row: RegisterRow
    referral_id: UUID
    position: int = 0

    async def on(self, day: int) -> date:
        """Let it be ten o'clock on this day after the referral; return the day."""
        on = self.row.received_on + timedelta(days=day)
        await self.env.set_clocks(datetime.combine(on, time(10), AMSTERDAM))
        await retry_until_delivered(self.env)
        await self.show()
        return on

    async def counsellor(self, what: str, kind: str, **contents: object) -> None:
        """Let the counsellor register something in Allegro."""
        self.timeline.action(self.env.clock.now(), System.ALLEGRO, _WHO, what)
        fact = {"feitId": str(uuid4()), "kenmerkVerwijzer": self.row.reference, "soort": kind, "gegevens": contents}
        await self.env.partner_console.register([fact | {"datum": local_date(self.env.clock.now()).isoformat()}])
        await self.follow(System.ALLEGRO)

    async def worker(self, what: str, form: str, **values: str) -> None:
        """Let the referrer's worker fill in a form of its own system."""
        system = self.referrer.system
        self.timeline.action(self.env.clock.now(), system, self.referrer.name, what)
        await self.env.partner_console.fill_in(system, self.row.reference, form, values)
        await self.follow(system)

    async def request(self) -> Document:
        """Return what the worker was asked last, as its system stores it."""
        return await self.env.partner_console.newest_request(self.referrer.system, self.row.reference)

    async def follow(self, *systems: System) -> None:
        """Let the hub read these systems and write to the others, and show what that discloses."""
        await retry_until_delivered(self.env, *systems)
        await self.show()

    async def show(self) -> None:
        """Show what was disclosed since the last time."""
        hub = self.env.hub
        entries = await hub.db.read(disclosure_timeline, hub.services, self.referral_id, self.position)
        self.timeline.disclosures(self.referrer.name, self.referrer.system, entries)
        self.position = entries[-1].position if entries else self.position


RowOf = Callable[[int, ReferrerDetails], RegisterRow]
"""Returns the row of a register with a number, referred by an organisation."""


async def play_both_ways(env: SandboxEnv, console: Console, rows: RowOf) -> None:
    """Play the conversations that were not played before over the same data, one after the other."""
    timeline = Timeline(console)
    plays: list[tuple[str, str, ReferrerDetails, Callable[[Conversation], Awaitable[None]]]] = [
        ("A meeting is agreed", "Times are proposed in Allegro, and one is accepted in GIDSO.", _TEAM, _agree),
        ("A question is answered", "It is asked in Allegro, and answered in RMW.", _WORK, _ask),
        (
            "Contact is lost and restored",
            "The client misses the intake and cannot be reached; a welfare organisation restores contact over the API.",
            _WELFARE,
            _lose,
        ),
        ("A client is sent on", "A client is referred to work & income too, and arrives in RMW.", _TEAM, _send_on),
    ]
    for number, (title, text, referrer, play) in enumerate(plays, start=5):
        row = rows(number, referrer)
        timeline.heading(title, text)
        await env.register_referrer(referrer)
        if await _is_known(env, row):
            timeline.note("played before over the same data")
            continue
        await play(await _refer(env, timeline, referrer, row))


async def _is_known(env: SandboxEnv, row: RegisterRow) -> bool:
    try:
        await env.find(row.organisation_code, row.reference)
    except LookupError:
        return False
    return True


async def _refer(env: SandboxEnv, timeline: Timeline, referrer: ReferrerDetails, row: RegisterRow) -> Conversation:
    await env.set_clocks(datetime.combine(row.received_on, time(9), AMSTERDAM))
    timeline.action(env.clock.now(), row.system, referrer.name, "refers a client")
    if row.system is System.API:
        await env.refer(row.organisation_code, referral_body(row), f"both-{row.number}")
        await retry_until_delivered(env)
    else:
        await env.partner_console.refer(row.system, [_agreeing(referral_document(row), row)])
        await retry_until_delivered(env, row.system)
    referral_id = await env.find(row.organisation_code, row.reference)
    conversation = Conversation(env=env, timeline=timeline, referrer=referrer, row=row, referral_id=referral_id)
    await conversation.show()
    await conversation.on(0)
    await conversation.counsellor("confirms the referral", "bevestiging", trajectbegeleider=_COUNSELLOR)
    return conversation


def _agreeing(document: Document, row: RegisterRow) -> Document:
    """Return a registration of a client who agrees to be referred."""
    if row.system is System.GIDSO:
        agreed = {"Terugkoppeling": True, "Aanmelding": True, "Datum": row.received_on.isoformat(), "Wijze": None}
        return document | {"Toestemming": agreed}
    return document | {"toestemming": {"terugkoppeling": "J", "datum": f"{row.received_on:%Y%m%d}", "aanmelding": "J"}}


async def _agree(case: Conversation) -> None:
    day = await case.on(2)
    times = [datetime.combine(day + timedelta(days=each), time(10), AMSTERDAM).isoformat() for each in (9, 10)]
    await case.counsellor(
        "proposes two times for a three-way meeting",
        "afspraakvoorstel",
        afspraaksoort="Intake",
        tijden=times,
        plaats="Huis van de Wijk Charlois",
        duur=60,
        trajectbegeleider=_COUNSELLOR,
        betrokkenen=[],
    )
    await case.on(3)
    asked = await case.request()
    await case.worker("accepts the second time", f"verzoek-{asked['Kenmerk']}", keuze=asked["Tijden"][1])


async def _ask(case: Conversation) -> None:
    await case.on(2)
    number, label = next(iter(INFORMATION_TOPICS.values()))
    await case.counsellor(
        "asks the referrer a question",
        "informatievraag",
        vraagId=str(uuid4()),
        onderwerp={"code": number, "omschrijving": label},
        vraag="Wilt u de laatste drie loonstroken opvragen?",
    )
    await case.on(3)
    asked = await case.request()
    await case.worker("answers it", f"verzoek-{asked['kenmerk']}", antwoord="De loonstroken zitten bij de stukken.")


async def _lose(case: Conversation) -> None:
    day = await case.on(2)
    begins_at = datetime.combine(day + timedelta(days=7), time(10), AMSTERDAM)
    await case.counsellor(
        "plans the intake",
        "afspraak",
        begint=begins_at.isoformat(),
        plaats="Kantoor Expertiseteam Financiën",
        driegesprek="N",
        trajectbegeleider=_COUNSELLOR,
        deelnemers=[],
    )
    await case.on(10)
    await case.counsellor("registers that the client did not appear", "aanwezigheid", verschenen="N")
    number, label = next(iter(CONTACT_ATTEMPTS.values()))
    await case.counsellor("calls in vain", "contactpoging", wijze={"code": number, "omschrijving": label})
    await case.counsellor("registers that nobody can reach the client", "contact_verloren")
    await case.on(12)
    case.timeline.action(case.env.clock.now(), System.API, case.referrer.name, "signals that contact is restored")
    caller = case.env.caller(case.row.organisation_code)
    (found, *_) = (await caller.post("/referrals/_search", {"reference": case.row.reference}))["items"]
    await caller.post(f"/referrals/{found['id']}/signals", {"kind": "contact_restored"}, f"both-{case.row.number}-s")
    await case.follow()


async def _send_on(case: Conversation) -> None:
    env, timeline = case.env, case.timeline
    await env.register_referrer(_WORK)
    await case.on(4)
    await case.counsellor(
        "refers the client to work & income too", "doorverwijzing_andere_hulp", organisatie=_WORK.code
    )
    cases = await env.hub.db.read(load_cases, env.hub.services.vault, [case.referral_id])
    (onward,) = cases[case.referral_id].onward_referrals
    number = arrival_number(str(onward.id))
    timeline.note(f"RMW has a new registration {number} for {onward.to}")
    await case.on(5)
    timeline.action(env.clock.now(), System.RMW, _WORK.name, "takes the client on")
    await env.partner_console.fill_in(System.RMW, number, "doorverwijzing", {"stand": "OP"})
    await case.follow(System.RMW)
