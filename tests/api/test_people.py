"""People as they are: one name, telephone numbers as they are written, texts however they were typed."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.adapters.common.parsing import parse
from app.domain.text import composed, is_readable_name, plain_phone
from tests.api.conftest import Api
from tests.support.api_calls import attempt, fault, path_for, read, refer, referral


def client(**changes: Any) -> dict[str, Any]:
    return {"birthDate": "1988-04-12", **changes}


@pytest.mark.parametrize(
    "names", [{"familyName": "Suharto"}, {"givenName": "Madonna"}, {"givenName": None, "familyName": "U"}]
)
async def test_client_with_one_name_is_referred_and_reaches_the_team(
    dock: Api, etf: Api, names: dict[str, str | None]
) -> None:
    await refer(dock, reference="K-1", client=client(**names))

    shown = await read(etf, await path_for(etf, "K-1"))

    assert {name: shown["client"].get(name) for name in ("givenName", "familyName")} == {
        "givenName": names.get("givenName"),
        "familyName": names.get("familyName"),
    }


@pytest.mark.parametrize("names", [{}, {"givenName": None}, {"givenName": None, "familyName": None}])
async def test_client_without_a_name_is_refused(dock: Api, names: dict[str, None]) -> None:
    assert fault(await dock.post("/v1/referrals", json=referral(client=client(**names)))) == (
        "client.familyName",
        "one-name",
    )


async def test_last_name_cannot_be_taken_away(dock: Api) -> None:
    path = f"/v1/referrals/{(await refer(dock))['id']}"
    one = await dock.patch(path, json={"client": {"givenName": None}}, headers={"If-Match": "*"})
    none = await dock.patch(path, json={"client": {"familyName": None}}, headers={"If-Match": "*"})

    assert one.status_code == 200
    assert fault(none) == ("client.familyName", "one-name")


@pytest.mark.parametrize("birth_date", ["1965-00-00", "1965-03-00", "1965-03-31"])
async def test_date_of_birth_is_taken_as_far_as_it_is_known(dock: Api, etf: Api, birth_date: str) -> None:
    created = await refer(dock, reference="K-1", client=client(familyName="Jansen", birthDate=birth_date))

    shown = await read(etf, await path_for(etf, "K-1"))

    assert created["client"]["birthDate"] == shown["client"]["birthDate"] == birth_date


async def test_date_of_birth_can_become_known_later(dock: Api) -> None:
    path = f"/v1/referrals/{(await refer(dock, client=client(familyName='Jansen', birthDate='1965-00-00')))['id']}"
    unchanged = await dock.patch(path, json={"client": {"phone": "010 1234567"}}, headers={"If-Match": "*"})
    known = await dock.patch(path, json={"client": {"birthDate": "1965-03-31"}}, headers={"If-Match": "*"})

    shown = [answer.json()["client"]["birthDate"] for answer in (unchanged, known)]
    assert shown == ["1965-00-00", "1965-03-31"]


@pytest.mark.parametrize(
    ("birth_date", "rule"),
    [
        ("1965", "birth-date"),
        ("1965-03", "birth-date"),
        ("1965-00-12", "birth-date"),
        ("1965-13-00", "birth-date"),
        ("1965-02-30", "birth-date"),
        ("0000-00-00", "birth-date"),
        ("1850-00-00", "year"),
        ("2090-00-00", "not-in-future"),
        (None, "birth-date"),
        (1965, "birth-date"),
    ],
)
async def test_what_is_no_date_of_birth_is_refused(dock: Api, birth_date: object, rule: str) -> None:
    body = referral(client=client(familyName="Jansen", birthDate=birth_date))

    assert fault(await dock.post("/v1/referrals", json=body)) == ("client.birthDate", rule)


UNREADABLE = [
    "\u200b\u200b",
    "\u2060",
    "\u3164",
    "\u115f\u1160",
    "\u2800",
    "12",
    "- -",
    "\u202eneslaJ",
    "Jan\u200bsen",
    "\u2066Jan\u2069",
    "Jan\u00adsen",
    "\ufeffJan",
    "Jan\u200f",
]


@pytest.mark.parametrize("name", UNREADABLE, ids=ascii)
async def test_name_that_cannot_be_read_is_refused(dock: Api, etf: Api, name: str) -> None:
    of_client = await dock.post("/v1/referrals", json=referral(client=client(familyName=name)))
    of_worker = await dock.post("/v1/referrals", json=referral(worker={"name": name}))
    await refer(dock, reference="K-1")
    path = await path_for(etf, "K-1")
    of_counsellor = await attempt(etf, f"{path}/confirmation", {"counsellor": {"name": name}})

    assert fault(of_client) == ("client.familyName", "readable-name")
    assert fault(of_worker) == ("worker.name", "readable-name")
    assert fault(of_counsellor) == ("counsellor.name", "readable-name")


@pytest.mark.parametrize(
    "name",
    [
        "O",
        "Ng",
        "d'Arc-van 't Hof",
        "Çağla Ünal",
        "王芳",
        "\u0645\u062d\u0645\u062f",
        "Jānis 3e",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "ක්\u200dෂ",
        "Nuñez",
        "\u02bbAlohi",
    ],
)
def test_names_of_all_kinds_can_be_read(name: str) -> None:
    assert is_readable_name(name)


HIDDEN = ("\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u2060", "\u200f", "\u3164")


@pytest.mark.parametrize("hidden", HIDDEN)
async def test_hidden_characters_in_a_short_text_are_left_out(dock: Api, etf: Api, hidden: str) -> None:
    await refer(dock, reference=f"K{hidden}-1", caseLead=f"A. {hidden}Regie", meetingPlace=f"{hidden}Coolsingel 40")

    shown = await read(etf, await path_for(etf, f"K-1{hidden}"))

    assert (shown["reference"], shown["caseLead"], shown["meetingPlace"]) == ("K-1", "A. Regie", "Coolsingel 40")


async def test_what_languages_need_is_kept_in_a_short_text(dock: Api, etf: Api) -> None:
    lead = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06dd ක්\u200dෂ"
    await refer(dock, reference="K-1", caseLead=lead)

    assert (await read(etf, await path_for(etf, "K-1")))["caseLead"] == lead


class _Said(BaseModel):
    plaats: str
    personen: list[dict[str, str]]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_characters_of_a_partner_are_left_out(hidden: str) -> None:
    raw = {"plaats": f"Cool{hidden}singel", "personen": [{"naam": f"{hidden}Jansen"}]}

    said = parse(_Said, raw, "GIDSO")

    assert said == _Said(plaats="Coolsingel", personen=[{"naam": "Jansen"}])


@pytest.mark.parametrize(
    ("given_", "stored"),
    [
        ("(010) 123 45 67", "010 123 45 67"),
        ("010.123.45.67", "010 123 45 67"),
        ("010 123  45 67", "010 123 45 67"),
        ("+31 (0)10 123 45 67", "+31 10 123 45 67"),
        ("+31(0)101234567", "+31 101234567"),
        ("(010)1234567", "010 1234567"),
        ("+31 10 123 45 67", "+31 10 123 45 67"),
        ("010-1234567", "010-1234567"),
    ],
)
async def test_telephone_number_is_taken_as_it_is_written(dock: Api, etf: Api, given_: str, stored: str) -> None:
    await refer(dock, reference="K-1", client=client(familyName="Jansen", phone=given_), worker={"phone": given_})

    shown = await read(etf, await path_for(etf, "K-1"))

    assert (shown["client"]["phone"], shown["worker"]["phone"]) == (stored, stored)


@given(st.text("+0123456789 ().-", max_size=40))
def test_plain_number_is_plain_already(text: str) -> None:
    assert plain_phone(plain_phone(text)) == plain_phone(text)
    assert [each for each in plain_phone(text) if each.isdigit()][-5:] == [each for each in text if each.isdigit()][-5:]


async def test_reference_is_one_however_it_was_typed(dock: Api) -> None:
    reference = "Café-42"
    await refer(dock, reference=unicodedata.normalize("NFD", reference))

    again = await dock.post("/v1/referrals", json=referral(reference=unicodedata.normalize("NFC", reference)))
    found = [
        await dock.post("/v1/referrals/_search", json={"reference": unicodedata.normalize(form, reference)})
        for form in ("NFC", "NFD")
    ]

    assert (again.status_code, again.json()["code"]) == (409, "duplicate-reference")
    assert [each.json()["items"][0]["reference"] for each in found] == [composed(reference)] * 2


async def test_every_text_is_stored_composed(dock: Api, etf: Api) -> None:
    text = unicodedata.normalize("NFD", "Zoë é")
    body = {
        "reason": text,
        "caseLead": text,
        "tried": text,
        "otherOrganisations": [{"kind": "care", "name": text}],
        "worker": {"name": text},
    }

    await refer(dock, reference="K-1", client=client(familyName=text, address=text), **body)
    shown = await read(etf, await path_for(etf, "K-1"))

    kept = [
        shown["reason"],
        shown["caseLead"],
        shown["tried"],
        shown["otherOrganisations"][0]["name"],
        shown["worker"]["name"],
        shown["client"]["address"],
    ]
    assert kept == [composed(text)] * 6
