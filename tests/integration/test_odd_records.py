"""A record that is odd in whatever way goes to quarantine, and its neighbours arrive; on both stores, over HTTP."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from app.domain.codes import ReferrerKind
from app.domain.partners import JobKind, JobRequest
from app.operations.access.organisations import ReferrerDetails, save_referrer
from app.operations.partners.jobs import request_job
from app.sandbox.gidso.documents import aanmelding
from tests.support.hub import InProcessHub
from tests.support.raw_partner import CONNECT, SYSTEMS, RawPartner, raw_partner, says, soap_list

TEAM = "team-of-odd-records"
MARK = "@odd@"
"""The place in a record where something odd is."""

Odd = str | bytes

BROKEN_TEXTS: Mapping[str, Odd] = {
    "nul": "\\u0000",
    "lone surrogate": "\\ud83d",
    "control character": "\\u001f",
    "raw control character": "\x1f",
    "byte of another encoding": b"\xe9",
    "byte that is no UTF-8": b"\xff\xfe",
    "half a pair": "\\ude00\\ud83d",
}
BROKEN_REFERENCES: Mapping[str, Odd] = {
    "control character": "&#x1F;",
    "nul": "&#0;",
    "surrogate": "&#xD83D;",
    "beyond all characters": "&#x110000;",
    "thousands of digits": "&#" + "9" * 5000 + ";",
    "raw control character": "\x1f",
    "byte of another encoding": b"\xe9",
    "unknown entity": "&nbsp;",
    "bare ampersand": "Jansen & zoon",
    "element that does not end": "<b>",
    "nested too deep": "<a>" * 300 + "</a>" * 300,
}
ODD_ROWS = ("null", "[]", '"text"', "{}", "17", '{"a": }', "[" * 5000 + "]" * 5000, "NaN")
ODD_MOMENTS = ("00010101000000", "99991231235959", "00000000000000", "20260230000000", "x")
ODD_VALUES: Mapping[str, object] = {
    "year 1": "0001-01-01T00:00:00+01:00",
    "year 9999": "9999-12-31T23:59:59-01:00",
    "no moment": "2026-02-30T25:00:00Z",
    "number": 10**30,
    "long text": "9" * 100_000,
    "object": {"a": {"b": [None]}},
    "null": None,
    "list": [[[]]],
    "nul": "a\x00b",
}


def gidso_row(number: int, **values: object) -> dict[str, Any]:
    row = aanmelding(f"G-{number}", TEAM, "Wijkteam", "2026-02-20T09:30:00+01:00", Gebied="Charlois", **values)
    return row | {"Versie": 1, "GewijzigdOp": "2026-02-20T09:30:00+01:00"} | values


def template_row(number: int, **values: object) -> dict[str, Any]:
    row = {
        "nummer": f"G-{number}",
        "versie": 1,
        "gewijzigdOp": "2026-02-20T10:00:00+01:00",
        "stand": "open",
        "team": TEAM,
        "aangemeldOp": "2026-02-20T09:00:00+01:00",
        "gebied": "Charlois",
        "klant": {"voornaam": "Yara", "achternaam": "Voorbeeld", "geboortedatum": "1990-05-17", "bsn": None},
        "inkomen": "loon",
        "terugkoppeling": True,
    }
    return {"volgnummer": number, "aanmelding": row | values}


def allegro_row(number: int, **values: object) -> dict[str, Any]:
    row = {
        "volgnummer": number,
        "mutatieId": f"M-{number}",
        "dossiernummer": f"A-{number}",
        "externReferentie": None,
        "soort": "notitie",
        "datum": "2026-02-20",
        "geregistreerdOp": "2026-02-20T09:30:00+01:00",
        "gegevens": {},
    }
    return row | values


def rmw_row(number: int, **values: str) -> str:
    texts = {
        "aanmeldnummer": f"R-{number}",
        "mutatienummer": "1",
        "tijdstipMutatie": "20260220093000",
        "teamcode": TEAM,
        "datumAanmelding": "20260220",
        "gebied": "Charlois",
        "klant": "<voornaam>Yara</voornaam><achternaam>Kaya</achternaam><geboortedatum>19930308</geboortedatum>",
        "inkomen": "ON",
        "schulden": "ON",
        "driegesprek": "N",
        "aanleiding": "Huurschuld",
        "indBewind": "N",
        "indWsnp": "N",
        "indWmo": "N",
        "vervallen": "N",
    }
    elements = "".join(f"<{name}>{text}</{name}>" for name, text in (texts | values).items())
    return f"<aanmelding>{elements}</aanmelding>"


ROW = {"gidso": gidso_row, "template": template_row, "allegro": allegro_row}
ROWS = {"gidso": "value", "template": "wijzigingen", "allegro": "mutaties"}
PLACES = {
    "gidso": ["AanmeldingId", "Teamcode", "GewijzigdOp", "Motivatie", "Inkomen", "NieuwVeld"],
    "template": ["nummer", "team", "gewijzigdOp", "inkomen", "nieuwVeld"],
    "allegro": ["mutatieId", "dossiernummer", "soort", "geregistreerdOp", "datum", "nieuwVeld"],
}


Case = tuple[object, Callable[[int], Odd]]
"""What is odd, and the page of three rows from a number on, the one in the middle odd."""


def page(name: str, *rows: object) -> str:
    following = {"@odata.deltaLink": "?$deltatoken=t"} if name == "gidso" else {}
    return json.dumps({ROWS[name]: rows, **following})


def in_text(name: str, place: str, broken: Odd) -> Callable[[int], bytes]:
    """Return what makes a page whose second row has something odd in the text of a field."""

    def made(first: int) -> bytes:
        middle = ROW[name](first + 1, **{place: f"x{first}{MARK}"})
        whole = page(name, ROW[name](first), middle, ROW[name](first + 2))
        return _marked(whole, broken)

    return made


def in_row(name: str, row: str) -> Callable[[int], bytes]:
    """Return what makes a page whose second row is this JSON."""
    return lambda first: _marked(page(name, ROW[name](first), MARK, ROW[name](first + 2)), row, f'"{MARK}"')


def in_value(name: str, field: str, value: object) -> Callable[[int], str]:
    """Return what makes a page whose second row has this value."""
    return lambda first: page(name, ROW[name](first), ROW[name](first + 1, **{field: value}), ROW[name](first + 2))


def in_element(field: str, broken: Odd) -> Callable[[int], bytes]:
    """Return what makes a list of RMW whose second registration has something odd in an element."""

    def made(first: int) -> bytes:
        middle = rmw_row(first + 1, **{field: f"{first}{MARK}"})
        return _marked(soap_list(rmw_row(first), middle, rmw_row(first + 2)).decode(), broken)

    return made


def _marked(whole: str, broken: Odd, mark: str = MARK) -> bytes:
    return whole.encode().replace(mark.encode(), broken if isinstance(broken, bytes) else broken.encode())


def json_cases(name: str) -> Iterator[Case]:
    """Return every odd page of a partner that speaks JSON."""
    places = PLACES[name]
    yield from ((kind, in_text(name, places[0], broken)) for kind, broken in BROKEN_TEXTS.items())
    yield from ((place, in_text(name, place, "\\ud83d")) for place in places[1:])
    yield from ((row[:20], in_row(name, row)) for row in ODD_ROWS)
    for field in (places[1], places[3 if name == "allegro" else 2], *places[:1]):
        values = ODD_VALUES if "Op" in field else {name: ODD_VALUES[name] for name in ("long text", "nul", "null")}
        yield from (((field, kind), in_value(name, field, value)) for kind, value in values.items())


def rmw_cases() -> Iterator[Case]:
    """Return every odd list of RMW."""
    yield from ((kind, in_element("aanleiding", broken)) for kind, broken in BROKEN_REFERENCES.items())
    for field in ("aanmeldnummer", "mutatienummer", "teamcode", "datumAanmelding", "tijdstipMutatie"):
        yield from (((field, text[:10]), in_element(field, text)) for text in ("a&#x1F;b", "9" * 100_000))
    yield from ((moment, at_moment(moment)) for moment in ODD_MOMENTS)
    yield (
        "latin-1",
        lambda first: (
            in_element("aanleiding", "café &#x1F;")(first).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
        ),
    )


def at_moment(moment: str) -> Callable[[int], bytes]:
    return lambda first: soap_list(rmw_row(first), rmw_row(first + 1, tijdstipMutatie=moment), rmw_row(first + 2))


def cases_of(name: str) -> list[Case]:
    """Return every odd page of a partner."""
    return list(rmw_cases() if name == "rmw" else json_cases(name))


@pytest.mark.parametrize("name", CONNECT)
async def test_a_record_that_is_odd_in_any_way_holds_up_no_other(hub: InProcessHub, name: str) -> None:
    await set_up(hub, name)
    faults = []
    async with raw_partner(hub, name, says("")) as partner:
        for number, (kind, make) in enumerate(cases_of(name)):
            before = await account(partner)
            partner.answer = says(make(10 * number + 1), "text/xml" if name == "rmw" else "application/json")
            state = await partner.pull()
            after = await account(partner)
            gained = (state.failures, after[0] - before[0], after[1] - before[1])
            if gained != (0, 2, 1):
                faults.append((kind, gained))

    assert faults == []


async def set_up(hub: InProcessHub, name: str) -> None:
    """Register the team that refers through a partner."""
    if name != "allegro":
        team = ReferrerDetails(code=TEAM, name="Team", kind=ReferrerKind.WIJKTEAM, system=SYSTEMS[name])
        await hub.db.write(save_referrer, hub.services, team)


async def account(partner: RawPartner) -> tuple[int, int]:
    """Return how many records arrived, and how many are in quarantine."""
    return len((await partner.hub.dump())["partner_record"]), len(await partner.quarantined())


@pytest.mark.parametrize("name", CONNECT)
async def test_an_answer_that_cannot_be_taken_apart_is_a_failed_pull(hub: InProcessHub, name: str) -> None:
    broken = ['{"value": [{"a": 1}', "<html>onderhoud</html>", "<s:Envelope><aanmelding><b></aanmelding>", "", "\x1f"]
    async with raw_partner(hub, name, says("")) as partner:
        for failures, content in enumerate(broken, 1):
            partner.answer = says(content)
            state = await partner.pull()
            assert state.failures == failures, content
            assert state.retry_at
            hub.clock.set(state.retry_at)


async def test_a_key_that_no_store_keeps_is_stored_escaped_and_known_again(hub: InProcessHub) -> None:
    content = page("gidso", gidso_row(1, AanmeldingId="G\x00\ud83d" + "9" * 5000))
    async with raw_partner(hub, "gidso", says(content)) as partner:
        await partner.pull()
        first = await hub.quarantine(system=SYSTEMS["gidso"])
        await partner.pull()
        second = await hub.quarantine(system=SYSTEMS["gidso"])

    (entry,) = first
    assert entry.external_id.startswith("G\\u0000\\ud83d999")
    assert len(entry.external_id) <= 200
    assert [each.id for each in second] == [entry.id]


@pytest.mark.parametrize("name", ["gidso", "rmw"])
async def test_a_retry_of_an_odd_record_changes_nothing_and_its_correction_is_applied(
    hub: InProcessHub, name: str
) -> None:
    await set_up(hub, name)
    odd = in_element("aanleiding", "&#x1F;") if name == "rmw" else in_text(name, "Motivatie", "\\ud83d")
    right = in_element("aanleiding", "") if name == "rmw" else in_text(name, "Motivatie", "")
    media_type = "text/xml" if name == "rmw" else "application/json"
    async with raw_partner(hub, name, says(odd(1), media_type)) as partner:
        await partner.pull()
        await hub.db.write(request_job, hub.services, SYSTEMS[name], "beheer", JobRequest(kind=JobKind.RETRY))
        await partner.pull()
        after_retry = await account(partner)
        partner.answer = says(right(1), media_type)
        await partner.pull()
        after_correction = await account(partner)

    assert (after_retry, after_correction) == ((2, 1), (3, 0))
