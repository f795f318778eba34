"""What people do with a referral, in their own systems, and what the hub makes of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from app.domain.codes import IntakeResult, KbrStatus, ReferrerKind, System, TrajectoryResult
from app.domain.local_time import AMSTERDAM, local_date
from app.sandbox.case_generator import counsellor_facts, referral_body, referral_document
from app.sandbox.control.rehearsal import Rehearsal, new_number, until
from app.sandbox.register import RegisterRow
from app.sandbox.roles import BAILIFF, COURT, FINANCE_TEAM, GIDSO_TEAM, REFERRER, RMW_TEAM, Role
from app.sandbox.runtime import Document

_COUNSELLOR = {"naam": "S. El Amrani", "telefoon": "010-5550101"}
_PLACE = "Kantoor Expertiseteam Financiën"
_DAYS_AGO = 12

_KINDS = {
    REFERRER: (ReferrerKind.WELZIJNSORGANISATIE, System.API),
    COURT: (ReferrerKind.SCHULDENRECHTER, System.API),
    BAILIFF: (ReferrerKind.DEURWAARDER, System.API),
    GIDSO_TEAM: (ReferrerKind.WIJKTEAM, System.GIDSO),
    RMW_TEAM: (ReferrerKind.WERK_EN_INKOMEN, System.RMW),
}


@dataclass(frozen=True)
class Case:
    """A referral of a scenario.

    Attributes:
        role: who refers.
        reference: the referrer's own.
        finance_path: where the finance team reads it, below ``/v1``.
    """

    role: Role
    reference: str
    finance_path: str


async def refer(rehearsal: Rehearsal, role: Role, *, days_ago: int = _DAYS_AGO, **changes: Any) -> Case:
    """Let somebody refer a fictitious client, and wait until the hub and Allegro have it.

    Args:
        rehearsal: the run.
        role: who refers, in the system in which it works.
        days_ago: when.
        changes: other values of the register row, or ``consent`` for a referral over the API.
    """
    consent = changes.pop("consent", None)
    row = replace(_row(rehearsal, role, days_ago), **changes)
    return await refer_row(rehearsal, role, row, consent)


async def refer_row(rehearsal: Rehearsal, role: Role, row: RegisterRow, consent: Document | None = None) -> Case:
    """Refer the client of a row of a register, and wait until the hub and Allegro have it."""
    env = rehearsal.env
    if row.system is System.API:
        body = referral_body(row) | ({"consent": consent} if consent else {})
        answer = await rehearsal.caller(role).post("/referrals", body)
        rehearsal.ids["referral"] = answer["id"]
        rehearsal.points_at("The referral as its referrer reads it", f"GET /referrals/{answer['id']}", role)
        rehearsal.points_at("What was disclosed", f"GET /referrals/{answer['id']}/disclosures", role)
    else:
        await env.partner_console.refer(row.system, [referral_document(row)])
        rehearsal.points_at_page(f"The referral in {row.system.label}", env.urls[row.system])
    rehearsal.ids["reference"] = row.reference
    place = "over the API" if row.system is System.API else f"in {row.system.label}"
    rehearsal.says(f"{role.who}: refers {row.given_name} {row.family_name} {place}, reference {row.reference}.")
    case = Case(role, row.reference, await _path_of_finance_team(rehearsal, row.reference))
    await until("Allegro has the file", lambda: _in_allegro(rehearsal, row.reference))
    return case


async def register(rehearsal: Rehearsal, case: Case, *facts: Document) -> None:
    """Let a counsellor register facts about a case in Allegro."""
    named = [{"feitId": str(uuid4()), "kenmerkVerwijzer": case.reference, "gegevens": {}, **fact} for fact in facts]
    await rehearsal.env.partner_console.register(named)
    rehearsal.says(f"Counsellor in Allegro: registers {', '.join(fact['soort'] for fact in facts)}.")


async def has_status(rehearsal: Rehearsal, case: Case, status: str) -> None:
    """Wait until the hub knows this status of a case, whether it is disclosed to its referrer or not."""

    async def found() -> bool:
        return bool((await rehearsal.finance_team.get(case.finance_path))["status"] == status)

    await until(f"referral {case.reference} is {status}", found)
    rehearsal.says(f"The hub has read it: the referral is {status}.")


def today(rehearsal: Rehearsal) -> date:
    """Return the day by the sandbox's clock."""
    return local_date(rehearsal.env.clock.now())


def days_ago(rehearsal: Rehearsal, days: int) -> date:
    """Return a day by the sandbox's clock; negative days are in the future."""
    return today(rehearsal) - timedelta(days=days)


def confirmation(on: date) -> Document:
    """Return the fact that a counsellor takes a referral on."""
    return {"soort": "bevestiging", "datum": on.isoformat(), "gegevens": {"trajectbegeleider": _COUNSELLOR}}


def appointment(registered_on: date, on: date, *, three_way: bool = False) -> Document:
    """Return the fact that the intake is planned on a day, at ten o'clock."""
    contents: Document = {
        "begint": datetime.combine(on, time(10), AMSTERDAM).isoformat(),
        "plaats": _PLACE,
        "driegesprek": "J" if three_way else "N",
        "trajectbegeleider": _COUNSELLOR,
        "deelnemers": [],
    }
    return {"soort": "afspraak", "datum": registered_on.isoformat(), "gegevens": contents}


def attendance(on: date, *, attended: bool) -> Document:
    """Return the fact that the client came to the intake, or did not."""
    return {"soort": "aanwezigheid", "datum": on.isoformat(), "gegevens": {"verschenen": "J" if attended else "N"}}


def contact_lost(on: date) -> Document:
    """Return the fact that nobody can reach the client."""
    return {"soort": "contact_verloren", "datum": on.isoformat()}


def unreachable(on: date) -> Document:
    """Return the fact that a referral ends because nobody can reach the client."""
    return {"soort": "onbereikbaar", "datum": on.isoformat()}


def missed(rehearsal: Rehearsal, *, on_day: int) -> tuple[Document, Document]:
    """Return the facts of an intake that the client missed, this number of days ago."""
    on = days_ago(rehearsal, on_day)
    return appointment(on - timedelta(days=1), on), attendance(on, attended=False)


def whole_route(rehearsal: Rehearsal, role: Role) -> tuple[RegisterRow, list[Document]]:
    """Return a row that ends in a result, and everything that the counsellor registers about it."""
    start = days_ago(rehearsal, 100)
    row = replace(
        _row(rehearsal, role, 100),
        intake_on=start + timedelta(days=10),
        attended=True,
        intake_result=IntakeResult.ROUTE_TO_KBR,
        plan_signed_on=start + timedelta(days=17),
        decision_on=start + timedelta(days=70),
        trajectory_result=TrajectoryResult.NO_FURTHER_SUPPORT if role is RMW_TEAM else TrajectoryResult.KBR_APPLICATION,
        kbr_status=None if role is RMW_TEAM else KbrStatus.IN_PROGRESS,
    )
    return row, [dated.fact for dated in counsellor_facts(row)]


async def _path_of_finance_team(rehearsal: Rehearsal, reference: str) -> str:
    found: list[str] = []

    async def look() -> bool:
        answer = await rehearsal.finance_team.post("/referrals/_search", {"reference": reference})
        found.extend(f"/referrals/{item['id']}" for item in answer["items"])
        return bool(found)

    await until(f"the hub has referral {reference}", look)
    rehearsal.points_at("The referral as the finance team reads it", f"GET {found[0]}", FINANCE_TEAM)
    return found[0]


async def _in_allegro(rehearsal: Rehearsal, reference: str) -> bool:
    return reference in await rehearsal.env.partner_console.references_in_allegro()


def _row(rehearsal: Rehearsal, role: Role, days: int) -> RegisterRow:
    kind, system = _KINDS[role]
    return RegisterRow(
        number=new_number(),
        received_on=days_ago(rehearsal, days),
        kind=kind,
        organisation=role.organisation,
        system=system,
        area="Charlois",
        given_name="Noor",
        family_name="Voorbeeld",
        sex=None,
        birth_date=date(1990, 1, 1),
        bsn=None,
        three_way_meeting=False,
        intake_on=None,
        attended=None,
        intake_result=None,
        plan_signed_on=None,
        decision_on=None,
        trajectory_result=None,
        kbr_status=None,
    )
