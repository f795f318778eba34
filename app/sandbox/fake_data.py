"""Fictitious cases for the simulators; one seed always makes the same cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid5

from app.adapters.allegro.client import AllegroClient
from app.domain.birth_date import BirthDate, PartialDate
from app.domain.codes import IntakeResult, KbrStatus, ReferrerKind, System, TrajectoryResult
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.case_generator import counsellor_facts, referral_document
from app.sandbox.console import PartnerConsole
from app.sandbox.register import KINDS_IN, RegisterRow
from app.sandbox.runtime import Document

_REFERRALS = UUID("6f1b7a52-4f4e-5b0e-9a3b-0a11e6000002")
_START = date(2020, 1, 6)
_GIVEN = ("Yara", "Dennis", "Joke", "Piet", "Fatima", "Ahmed", "Sanne", "Bram", "Meryem", "Luuk")
_FAMILY = ("Voorbeeld", "Verzonnen", "Testman", "de Proef", "van Nergens", "Niemand", "Bedacht", "Fictief")
_EVERY_WITHOUT_REFERENCE, _EVERY_DOUBLE, _EVERY_UNKNOWN_DAY = 5, 11, 13
_AREAS = ("Charlois", "Feijenoord", "Delfshaven", "Noord", "IJsselmonde", "Prins Alexander")


def fake_cases(seed: int, number: int, systems: Collection[System]) -> list[RegisterRow]:
    """Return this number of fictitious cases, referred alternately in these systems."""
    random = Random(seed)  # noqa: S311  # fictitious data
    order = [system for system in (System.GIDSO, System.RMW, System.API) if system in systems]
    return [_case(random, position + 1, order[position % len(order)]) for position in range(number)]


async def register_fake_cases(urls: Mapping[System, str], seed: int, number: int, *, before_hub: bool = False) -> None:
    """Register fictitious cases at simulators; the same cases again change nothing.

    Args:
        urls: the simulators' URLs; referrals in a system without a simulator are left out.
        seed: the seed of the cases.
        number: the total number of cases; Allegro gets a file for each of them.
        before_hub: Allegro's files are made by hand, as before there was a hub.
    """
    systems = set(KINDS_IN) if System.ALLEGRO in urls else set(urls)
    cases, partner_console = fake_cases(seed, number, systems), PartnerConsole(urls)
    for system in urls.keys() - {System.ALLEGRO}:
        await partner_console.refer(system, [referral_document(row) for row in cases if row.system is system])
    if System.ALLEGRO in urls and before_hub:
        await _make_files_by_hand(partner_console, cases)
    elif System.ALLEGRO in urls:
        await _refer_to_allegro(urls[System.ALLEGRO], cases)
        await partner_console.register([dated.fact for row in cases for dated in counsellor_facts(row)])
    await partner_console.close()


async def _refer_to_allegro(url: str, cases: Collection[RegisterRow]) -> None:
    # Files are made through the contract only, so this is a client of the contract, like the hub.
    client = AllegroClient(url, CLIENT_ID, CLIENT_SECRET)
    for row in cases:
        contents = {"kenmerkVerwijzer": row.reference, "gebied": row.area, "client": _person(row)}
        await client.put_referral(uuid5(_REFERRALS, row.reference), contents)
    await client.close()


async def _make_files_by_hand(partner_console: PartnerConsole, cases: Sequence[RegisterRow]) -> None:
    """Make a file of each case as counsellors do from a mail: some without a reference, and some twice."""
    numbers = await partner_console.make_files([_entry(row, place) for place, row in enumerate(cases, start=1)])
    facts = [
        {**dated.fact, "kenmerkVerwijzer": None, "dossiernummer": number}
        for row, number in zip(cases, numbers, strict=True)
        for dated in counsellor_facts(row)
    ]
    await partner_console.register(facts)
    doubled = cases[_EVERY_DOUBLE - 1 :: _EVERY_DOUBLE]
    await partner_console.make_files([_entry(row, 1, f"{row.reference} again") for row in doubled])


def _entry(row: RegisterRow, place: int, entry_id: str | None = None) -> Document:
    names_reference = place % _EVERY_WITHOUT_REFERENCE != 0
    # A mail without a reference waited until the next day.
    day = row.received_on + timedelta(days=0 if names_reference else 1)
    contents = {
        "gebied": row.area,
        "ontvangenOp": f"{day}T09:00:00+01:00",
        "client": _person(row) | ({"bsn": row.bsn} if row.bsn else {}),
        "verwijzer": {"organisatie": row.organisation_code},
    }
    reference = {"kenmerkVerwijzer": row.reference} if names_reference else {}
    return {"invoerId": entry_id or row.reference, "verwijzing": contents | reference}


def _person(row: RegisterRow) -> Document:
    born = row.birth_date.isoformat()
    return {"voornaam": row.given_name, "achternaam": row.family_name, "geboortedatum": born}


def _case(random: Random, number: int, system: System) -> RegisterRow:
    kind = random.choice(sorted(KINDS_IN[system]))
    received_on = _START + timedelta(days=random.randrange(200))
    intake_on = received_on + timedelta(days=random.randrange(5, 15))
    attended = random.random() < 0.9
    signed_on = intake_on + timedelta(days=7) if attended and random.random() < 0.6 else None
    decision_on = signed_on + timedelta(days=random.randrange(30, 100)) if signed_on else None
    row = RegisterRow(
        number=f"9{number:05d}",
        received_on=received_on,
        kind=ReferrerKind(kind),
        organisation=f"{kind} {random.choice(_AREAS)}",
        system=system,
        area=random.choice(_AREAS),
        given_name=random.choice(_GIVEN),
        family_name=random.choice(_FAMILY),
        sex=random.choice(("m", "f", None)),
        birth_date=_birth_date(random, number),
        bsn=None if system is System.API else _citizen_number(random),
        three_way_meeting=random.random() < 0.3,
        intake_on=intake_on,
        attended=attended,
        intake_result=random.choice(list(IntakeResult)) if attended else None,
        plan_signed_on=signed_on,
        decision_on=decision_on,
        trajectory_result=random.choice(list(TrajectoryResult)) if decision_on else None,
        kbr_status=random.choice(list(KbrStatus)) if decision_on else None,
    )
    return row if row.intake_result and row.intake_result.opens_trajectory else _without_trajectory(row)


def _without_trajectory(row: RegisterRow) -> RegisterRow:
    return replace(row, plan_signed_on=None, decision_on=None, trajectory_result=None, kbr_status=None)


def _birth_date(random: Random, number: int) -> BirthDate:
    born = date(1950, 1, 1) + timedelta(days=random.randrange(55 * 365))
    # Of some people only the year is known.
    return born if number % _EVERY_UNKNOWN_DAY else PartialDate.of(born.year)


def _citizen_number(random: Random) -> str:
    """Return a number that passes the eleven-test, from the range 9999… that is never issued."""
    while True:
        digits = f"9999{random.randrange(10_000):04d}"
        check = sum((9 - place) * int(digit) for place, digit in enumerate(digits)) % 11
        if check < 10:
            return f"{digits}{check}"
