"""The documents of a register row in each system: the referral, and the facts that the counsellor registers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app.domain.codes import KbrStatus, ReferrerKind, System, TrajectoryResult
from app.domain.local_time import AMSTERDAM
from app.domain.terms import Terms
from app.sandbox.allegro import codes as allegro
from app.sandbox.gidso import documents as gidso
from app.sandbox.register import RegisterRow
from app.sandbox.rmw import documents as rmw
from app.sandbox.runtime import Document

GIDSO_TEAM = {
    ReferrerKind.VRAAGWIJZER: "Vraagwijzer",
    ReferrerKind.WIJKTEAM: "Wijkteam",
    ReferrerKind.JONGERENLOKET: "Jongerenloket",
}
RMW_TEAM = {
    ReferrerKind.WERK_EN_INKOMEN: "WI",
    ReferrerKind.EXIT: "EX",
    ReferrerKind.STATUSHOUDERS: "SH",
    ReferrerKind.DETENTIE_REINTEGRATIE: "DR",
    ReferrerKind.PRESTATIE010: "PR",
}
_COUNSELLORS = ("A. Bakker", "S. El Amrani", "R. de Wit", "M. Pereira", "J. Vermeulen", "F. Yildiz")

# What every referrer says for the counsellor; one life domain, so that no other route is advised.
_REASON = "Huurachterstand van drie maanden; de klant opent geen post meer."
_MOTIVATION = "Wil rust en overzicht."
_TRIED = "Trajectplan light; de achterstand liep toch op."
_HELPING = "Humanitas Thuisadministratie"

# The credit bank starts on an application some days after it was received.
_DAYS_TO_NEXT_KBR_STATUS = 7


@dataclass(frozen=True)
class DatedFact:
    """A fact and the day on which the counsellor registers it in Allegro."""

    day: date
    fact: Document


def referral_document(row: RegisterRow) -> Document:
    """Return the referral as entered in GIDSO or RMW."""
    return _gidso_document(row) if row.system is System.GIDSO else _rmw_document(row)


def referral_body(row: RegisterRow) -> dict[str, Any]:
    """Return the referral as posted to the API by a referrer that uses none of the partner systems."""
    return {
        "reference": row.reference,
        "receivedAt": datetime.combine(row.received_on, time(9), AMSTERDAM).isoformat(),
        "area": row.area,
        "threeWayMeeting": row.three_way_meeting,
        "reason": _REASON,
        "motivation": _MOTIVATION,
        "tried": _TRIED,
        "otherOrganisations": [{"kind": "volunteers", "name": _HELPING}],
        "assessment": {
            "doneBy": row.organisation,
            "reference": _assessment_reference(row),
            "lifeDomains": ["finances"],
        },
        "consent": {"scopes": ["referral"], "givenOn": row.received_on.isoformat(), "form": "spoken"},
        "client": {
            "givenName": row.given_name,
            "familyName": row.family_name,
            "birthDate": row.birth_date.isoformat(),
            "sex": row.sex,
        },
    }


def counsellor_facts(row: RegisterRow) -> Iterator[DatedFact]:
    """Return the counsellor's facts in order: confirmation, intake, its result and the plan, decision, credit bank.

    A plan of the day of the intake was signed at that talk, before there was a result.
    """
    yield _fact(row, "bevestiging", row.received_on, {"trajectbegeleider": _counsellor(row)})
    if row.intake_on is None:
        return
    yield _fact(row, "afspraak", row.received_on, _appointment(row, row.intake_on))
    if row.attended is not None:
        yield _fact(row, "aanwezigheid", row.intake_on, {"verschenen": allegro.yes_no(row.attended)})
    at_talk = row.plan_signed_on is not None and row.plan_signed_on <= row.intake_on
    if at_talk:
        yield from _plan_fact(row)
    if row.intake_result:
        yield _fact(row, "intakeresultaat", row.intake_on, allegro.intake_result_code(row.intake_result))
    if not at_talk:
        yield from _plan_fact(row)
    yield from _decision_facts(row, row.intake_on)


def progress_days(row: RegisterRow, terms: Terms) -> Iterator[tuple[date, int]]:
    """Return the days on which the hub reports where the case is, unless it has ended by then, and after which week."""
    if row.intake_on and row.attended:
        yield from ((day, week) for week, day in terms.progress_days(row.kind, row.intake_on))


def _plan_fact(row: RegisterRow) -> Iterator[DatedFact]:
    if row.plan_signed_on:
        plan = {"ondertekendOp": row.plan_signed_on.isoformat(), "rddKenmerk": f"RDD-{row.number}"}
        yield _fact(row, "plan", row.plan_signed_on, plan)


def _decision_facts(row: RegisterRow, intake_on: date) -> Iterator[DatedFact]:
    if not row.trajectory_result:
        return
    # A decision without a date is registered after the plan, without a date.
    day = row.decision_on or max(intake_on, row.plan_signed_on or intake_on)
    decided_on = row.decision_on.isoformat() if row.decision_on else None
    code = allegro.trajectory_result_code(row.trajectory_result)
    decision = _fact(row, "trajectresultaat", day, {**code, "besluitdatum": decided_on})
    yield DatedFact(day, decision.fact | {"datum": decided_on})
    if row.trajectory_result is TrajectoryResult.KBR_APPLICATION and row.kbr_status:
        yield _kbr_fact(row, KbrStatus.RECEIVED, day)
        if row.kbr_status is not KbrStatus.RECEIVED:
            yield _kbr_fact(row, row.kbr_status, day + timedelta(days=_DAYS_TO_NEXT_KBR_STATUS))


def _kbr_fact(row: RegisterRow, status: KbrStatus, day: date) -> DatedFact:
    return _fact(row, "kbr_aanvraag", day, allegro.kbr_status_code(status), f"kbr-{status}")


def _fact(row: RegisterRow, kind: str, day: date, contents: Mapping[str, object], name: str | None = None) -> DatedFact:
    fact = {
        "kenmerkVerwijzer": row.reference,
        "feitId": f"{row.reference}-{name or kind}",
        "soort": kind,
        "datum": day.isoformat(),
        "gegevens": dict(contents),
    }
    return DatedFact(day, fact)


def _appointment(row: RegisterRow, intake_on: date) -> Document:
    return {
        "begint": datetime.combine(intake_on, time(10), AMSTERDAM).isoformat(),
        "plaats": "Kantoor Expertiseteam Financiën",
        "driegesprek": allegro.yes_no(row.three_way_meeting),
        "trajectbegeleider": _counsellor(row),
        "deelnemers": [],
    }


def _counsellor(row: RegisterRow) -> Document:
    place = sum(map(ord, row.number)) % len(_COUNSELLORS)
    return {"naam": _COUNSELLORS[place], "telefoon": f"010-555010{place}"}


def _gidso_document(row: RegisterRow) -> Document:
    return gidso.aanmelding(
        row.reference,
        row.organisation_code,
        GIDSO_TEAM[row.kind],
        row.received_on.isoformat(),
        Gebied=row.area,
        Burger={
            "Bsn": row.bsn,
            "Voornaam": row.given_name,
            "Achternaam": row.family_name,
            "Geboortedatum": row.birth_date.isoformat(),
            "Geslacht": {"m": "M", "f": "V"}.get(row.sex or ""),
        },
        Driegesprek={"Gewenst": row.three_way_meeting, "Locatie": None},
        Aanleiding=_REASON,
        Motivatie=_MOTIVATION,
        EerderGeprobeerd=_TRIED,
        Betrokken=[{"Soort": "Vrijwilligers", "Naam": _HELPING}],
        BredeUitvraag={
            "Door": row.organisation,
            "Leefgebieden": ["Financien"],
            "Kenmerk": _assessment_reference(row),
        },
    )


def _rmw_document(row: RegisterRow) -> Document:
    klant = rmw.klant(
        row.given_name, row.family_name, row.birth_date, {"m": "M", "f": "V"}.get(row.sex or "", "O"), row.bsn
    )
    return rmw.aanmelding(
        row.reference,
        row.organisation_code,
        row.received_on,
        klant,
        soortTeam=RMW_TEAM[row.kind],
        gebied=row.area,
        driegesprek=allegro.yes_no(row.three_way_meeting),
        aanleiding=_REASON,
        motivatie=_MOTIVATION,
        eerderGeprobeerd=_TRIED,
        betrokken=[{"soort": "VR", "naam": _HELPING}],
        bredeUitvraag={"door": row.organisation, "leefgebied": ["FI"], "kenmerk": _assessment_reference(row)},
    )


def _assessment_reference(row: RegisterRow) -> str:
    return f"BU-{row.number}"
