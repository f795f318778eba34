"""The pages of the simulators: people do there what the contract then tells the hub; nobody else's page can."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from html import escape
from html.parser import HTMLParser

import httpx
import pytest
from typing_extensions import override

from app.domain.codes import ContactCaution, HelpOrganisationKind, LifeDomain, System
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.allegro.forms import counsellor_forms
from app.sandbox.console import CLOCK_PATH, REWIND_PATH, PartnerConsole
from app.sandbox.faults.middleware import FAULTS_PATH
from app.sandbox.gidso.app import API_KEY
from app.sandbox.gidso.codes import CODES as GIDSO_CODES
from app.sandbox.referral_form import SystemCodes
from app.sandbox.rmw.codes import CODES as RMW_CODES
from app.sandbox.runtime import SettableClock, Store, serving
from app.sandbox.simulate import SIMULATORS, simulator
from tests.support.picture import PICTURE, message, places_in

DAY = "2026-11-23"
PERSON = {"voornaam": "Noor", "achternaam": "<b>Voorbeeld</b>", "geboortedatum": "1990-01-01", "gebied": "Charlois"}
ENTRY = {"invoerId": "i-1", "verwijzing": {"kenmerkVerwijzer": "WC-9"}}


class Inputs(HTMLParser):
    """The fields of a page by their ids, and the texts of labels by the id that they are for."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Mapping[str, str | None]] = {}
        self.labelled: set[str | None] = set()
        self.tags: set[str] = set()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        if tag in ("input", "select") and found.get("type") != "hidden":
            assert found["id"] not in self.fields, "an id occurs twice"
            self.fields[str(found["id"])] = found
        elif tag == "label":
            self.labelled.add(found["for"])


@asynccontextmanager
async def simulated(system: System) -> AsyncIterator[httpx.AsyncClient]:
    served = serving(SIMULATORS[system](Store(), SettableClock()))
    async with served as server, httpx.AsyncClient(base_url=server.url) as http:
        yield http


async def filled_in(http: httpx.AsyncClient, path: str, **values: str) -> httpx.Response:
    return await http.post(path, data=values, follow_redirects=True)


REGISTERED = {
    "afspraakvoorstel": {
        "afspraaksoort": "Vervolggesprek",
        "tijden": [f"{DAY}T11:00:00+01:00", f"{DAY}T12:00:00+01:00"],
        "plaats": None,
        "duur": 45,
        "trajectbegeleider": {"naam": "S. El Amrani", "telefoon": None},
        "betrokkenen": [{"rol": "Medewerker van de verwijzer"}],
    },
    "afspraak_vervallen": {
        "afspraaksoort": "Vervolggesprek",
        "redencode": {"code": 402, "omschrijving": "Afgezegd door trajectbegeleider"},
    },
    "aanwezigheid": {
        "afspraaksoort": "Vervolggesprek",
        "verschenen": "N",
        "anderen": [{"rol": "Medewerker van de verwijzer", "verschenen": "J"}],
    },
    "intakeresultaat": {"code": 3, "omschrijving": "Toeleiding aanvraag KBR"},
    "andere_hulp": {"leefgebieden": ["Huisvesting"]},
    "doorverwijzing": {"instantie": {"code": 502, "omschrijving": "Juridisch Loket"}},
    "doorverwijzing_andere_hulp": {"instantie": {"code": 502, "omschrijving": "Juridisch Loket"}},
    "stand_doorverwijzing": {"instantie": {"code": 502, "omschrijving": "Juridisch Loket"}, "stand": "Opgepakt"},
    "contactpoging": {"wijze": {"code": 905, "omschrijving": "Huisbezoek"}},
    "informatie_gevraagd": {},
    "informatie_ontvangen": {},
    "termijn_verlengd": {
        "termijn": "decision",
        "uiterlijkOp": "2020-07-01",
        "redencode": {"code": 602, "omschrijving": "Wacht op een andere partij"},
    },
    "afsluiting": {"redencode": {"code": 301, "omschrijving": "Resultaat bereikt"}},
}
"""What becomes of the forms that the test fills in."""


async def test_a_counsellor_registers_everything_in_the_forms_of_a_file() -> None:
    values = {"naam": "S. El Amrani", "begint": f"{DAY}T10:00", "verschenen": "N", "datum": DAY}
    values |= {"leefgebied": "Huisvesting", "organisatie": "", "instantie": "502"}
    values |= {"afspraaksoort": "Vervolggesprek", "tijd1": f"{DAY}T11:00", "tijd2": f"{DAY}T12:00", "duur": "45"}
    values |= {"verwijzer": "J", "stand": "Opgepakt"}
    values |= {"termijn": "decision", "uiterlijkOp": "2020-07-01"}
    values |= {
        "wijze": "905",
        "onderwerp": "702",
        "vraag": "Welke schulden?",
        "vraagId": "V-1",
        "signaal": "801",
        "toelichting": "Twee keer.",
    }
    chosen = {"intakeresultaat": "3", "trajectresultaat": "10", "kbr_aanvraag": "120", "afsluiting": "301"}
    reasons = {"afsluiting": "301", "afwijzing": "203", "termijn_verlengd": "602", "afspraak_vervallen": "402"}
    async with simulated(System.ALLEGRO) as http:
        (number,) = (await http.post("/_console/dossiers", json=[ENTRY])).json()["dossiernummers"]
        kinds = [form.name for form in counsellor_forms(date.fromisoformat(DAY))]
        for kind in kinds:
            given = values | {"code": chosen.get(kind, ""), "reden": reasons.get(kind, "")}
            answer = await filled_in(http, f"/dossiers/{number}", formulier=kind, **given)
            assert answer.status_code == 200, answer.text
            assert "Vastgelegd:" in answer.text
        form = {"grant_type": "client_credentials"}
        token = (await http.post("/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))).json()["access_token"]
        feed = await http.get("/api/v1/mutaties", headers={"Authorization": f"Bearer {token}"})

    changes = {each["soort"]: each for each in feed.json()["mutaties"]}
    assert list(changes) == kinds
    assert {each["datum"] for each in changes.values()} == {DAY}
    assert changes["afspraak"]["gegevens"]["begint"] == f"{DAY}T10:00:00+01:00"
    assert {kind: changes[kind]["gegevens"] for kind in REGISTERED} == REGISTERED


async def test_a_worker_refers_in_gidso_and_notes_that_the_support_stopped() -> None:
    async with simulated(System.GIDSO) as http:
        team = {"teamcode": "wijkteam-charlois", "teamsoort": "Wijkteam"}
        made = await filled_in(http, "/aanmeldingen", datum=DAY, **team, **PERSON)
        (key,) = set(re.findall(r"/aanmeldingen/(G-\d+)", made.text))
        stopped = {"formulier": "ondersteuning-gestopt", "datum": DAY}
        changed = await filled_in(http, f"/aanmeldingen/{key}", **stopped)
        listed = await http.get("/odata/v4/Aanmeldingen", headers={"X-Api-Key": API_KEY})

    (row,) = listed.json()["value"]
    assert (row["Burger"]["Voornaam"], row["Gebied"], row["OndersteuningGestoptOp"]) == ("Noor", "Charlois", DAY)
    assert "Vastgelegd: Ondersteuning gestopt." in changed.text
    assert "<b>Voorbeeld" not in made.text


async def test_a_list_says_how_many_records_it_shows() -> None:
    for system, values in ((System.GIDSO, {"teamsoort": "Wijkteam"}), (System.RMW, {})):
        async with simulated(system) as http:
            for _ in range(2):
                await filled_in(http, "/aanmeldingen", teamcode="wi", datum=DAY, **values, **PERSON)
            shown = (await http.get("/")).text
        assert "De 2 laatst gewijzigde aanmeldingen" in shown, system


async def test_a_consultant_refers_in_rmw() -> None:
    async with simulated(System.RMW) as http:
        made = await filled_in(http, "/aanmeldingen", teamcode="wi", datum=DAY, driegesprek="J", **PERSON)
        (number,) = re.findall(r"Vastgelegd: Aanmelding (R\d+)", made.text)
        console = PartnerConsole({System.RMW: str(http.base_url)})
        registration = await console.registration(number)
        await console.close()

    assert (registration["aanmeldcode"], registration["driegesprek"]) == ("SHV", "J")
    assert registration["klant"]["geboortedatum"] == "19900101"
    assert "<b>Voorbeeld" not in made.text


FOR_COUNSELLOR = {
    "aanleiding": "Huurschuld",
    "motivatie": "Wil rust",
    "eerdergeprobeerd": "Trajectplan light",
    "tolktaal": "ti",
    "organisatienaam": "Humanitas",
    "uitvraagdoor": "Wijkteam",
    "uitvraagkenmerk": "BU-77",
}


async def test_a_worker_tells_the_counsellor_everything_in_gidso_and_changes_the_texts() -> None:
    chosen = {"aandachtspunt": "NietBellen", "organisatiesoort": "Vrijwilligers", "leefgebied-Huisvesting": "J"}
    values = {"teamcode": "wijkteam-charlois", "teamsoort": "Wijkteam", "datum": DAY, **PERSON}
    texts = {"formulier": "trajectbegeleider", "aanleiding": "Ontruiming", "motivatie": "Wil rust"}
    async with simulated(System.GIDSO) as http:
        made = await filled_in(http, "/aanmeldingen", **values, **FOR_COUNSELLOR, **chosen)
        (key,) = set(re.findall(r"/aanmeldingen/(G-\d+)", made.text))
        (first,) = (await http.get("/odata/v4/Aanmeldingen", headers={"X-Api-Key": API_KEY})).json()["value"]
        await filled_in(http, f"/aanmeldingen/{key}", **texts)
        (changed,) = (await http.get("/odata/v4/Aanmeldingen", headers={"X-Api-Key": API_KEY})).json()["value"]
        refused = [
            await filled_in(http, "/aanmeldingen", **values, **wrong)
            for wrong in (
                {"organisatienaam": "Humanitas"},
                {"organisatiesoort": "Kerk"},
                {"aandachtspunt": "Fluisteren"},
                {"uitvraagkenmerk": "BU-77"},
            )
        ]

    assert (first["Aanleiding"], first["EerderGeprobeerd"]) == ("Huurschuld", "Trajectplan light")
    assert first["BredeUitvraag"] == {"Door": "Wijkteam", "Leefgebieden": ["Huisvesting"], "Kenmerk": "BU-77"}
    assert first["Betrokken"] == [{"Soort": "Vrijwilligers", "Naam": "Humanitas"}]
    assert (first["Burger"]["Tolktaal"], first["Burger"]["Aandachtspunten"]) == ("ti", ["NietBellen"])
    assert (changed["Aanleiding"], changed["Motivatie"], changed["EerderGeprobeerd"]) == (
        "Ontruiming",
        "Wil rust",
        None,
    )
    assert [answer.status_code for answer in refused] == [400] * 4


async def test_a_consultant_tells_the_counsellor_everything_in_rmw() -> None:
    chosen = {"aandachtspunt": "NB", "organisatiesoort": "VR", "leefgebied-HU": "J", "leefgebied-FI": "J"}
    async with simulated(System.RMW) as http:
        made = await filled_in(http, "/aanmeldingen", teamcode="wi", datum=DAY, **PERSON, **FOR_COUNSELLOR, **chosen)
        (number,) = re.findall(r"Vastgelegd: Aanmelding (R\d+)", made.text)
        console = PartnerConsole({System.RMW: str(http.base_url)})
        registration = await console.registration(number)
        await console.close()

    assert (registration["aanleiding"], registration["eerderGeprobeerd"]) == ("Huurschuld", "Trajectplan light")
    assert registration["bredeUitvraag"] == {"door": "Wijkteam", "leefgebied": ["FI", "HU"], "kenmerk": "BU-77"}
    assert registration["betrokken"] == [{"soort": "VR", "naam": "Humanitas"}]
    assert (registration["klant"]["tolktaal"], registration["klant"]["aandachtspunt"]) == ("ti", ["NB"])


async def test_a_counsellor_sees_everything_that_the_referrer_said_in_allegro() -> None:
    said = message("allegro")
    async with simulated(System.ALLEGRO) as http:
        (number,) = (await http.post("/_console/dossiers", json=[{"invoerId": "i-2", "verwijzing": said}])).json()[
            "dossiernummers"
        ]
        page = (await http.get(f"/dossiers/{number}")).text

    values = [each for content in PICTURE for each in texts_in(content.allegro[1])]
    assert [value for value in values if escape(value) not in page] == []
    assert "Eerder geprobeerd" in page


def texts_in(value: object) -> list[str]:
    """Return the texts in a value, at whatever depth."""
    if isinstance(value, Mapping):
        value = list(value.values())
    return [text for each in value for text in texts_in(each)] if isinstance(value, list) else [str(value)]


@pytest.mark.parametrize(
    ("codes", "domains", "cautions", "organisations"),
    [
        (GIDSO_CODES, "BredeUitvraag.Leefgebieden", "Burger.Aandachtspunten", "Betrokken.Soort"),
        (RMW_CODES, "bredeUitvraag.leefgebied", "klant.aandachtspunt", "betrokken.soort"),
    ],
)
def test_the_forms_have_the_codes_of_the_contract(
    codes: SystemCodes, domains: str, cautions: str, organisations: str
) -> None:
    in_contract = places_in("gidso" if codes is GIDSO_CODES else "rmw")

    assert set(codes.life_domains) == set(LifeDomain)
    assert set(codes.cautions) == set(ContactCaution)
    assert set(codes.organisations) == set(HelpOrganisationKind)
    assert set(codes.life_domains.values()) == in_contract[domains]
    assert set(codes.cautions.values()) == in_contract[cautions]
    assert set(codes.organisations.values()) == in_contract[organisations]


async def test_what_cannot_be_used_is_named_and_pages_of_others_change_nothing() -> None:
    async with simulated(System.ALLEGRO) as http:
        (number,) = (await http.post("/_console/dossiers", json=[ENTRY])).json()["dossiernummers"]
        path = f"/dossiers/{number}"
        answers = {
            "no form": await filled_in(http, path, datum=DAY),
            "no day": await filled_in(http, path, formulier="onbereikbaar", datum="gisteren"),
            "another code": await filled_in(http, path, formulier="afsluiting", datum=DAY, reden="12"),
            "nobody": await filled_in(http, path, formulier="bevestiging", datum=DAY),
            "too long": await filled_in(http, path, formulier="bevestiging", datum=DAY, naam="x" * 300),
            "no text": await http.post(path, content=b"formulier=%ff"),
            "foreign": await http.post(
                path, data={"formulier": "onbereikbaar", "datum": DAY}, headers={"Origin": "https://elsewhere.example"}
            ),
        }
        page, unknown = await http.get(path), await http.get("/dossiers/A9")

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 400)
    assert all('role="alert"' in answer.text for answer in answers.values())
    assert "onbereikbaar" not in re.findall(r"<li>(.*?)</li>", page.text)
    assert unknown.status_code == 404


async def test_no_page_of_another_site_uses_what_belongs_to_no_contract() -> None:
    foreign = ({"Origin": "https://elsewhere.example"}, {"Host": "rebound.example"}, {"Host": "["})
    paths = (REWIND_PATH, CLOCK_PATH, FAULTS_PATH, "/_console/feiten")
    async with serving(simulator(System.ALLEGRO, Store())) as server, httpx.AsyncClient(base_url=server.url) as http:
        (number,) = (await http.post("/_console/dossiers", json=[ENTRY])).json()["dossiernummers"]
        refused = [(await http.post(path, headers=each)).status_code for path in paths for each in foreign]
        kept = await http.get(f"/dossiers/{number}")

    assert set(refused) == {403}
    assert kept.status_code == 200


@pytest.mark.parametrize("system", [System.ALLEGRO, System.GIDSO, System.RMW])
async def test_every_field_has_a_label_and_no_page_has_a_script(system: System) -> None:
    async with simulated(system) as http:
        address = "/"
        if system is System.ALLEGRO:
            await http.post("/_console/dossiers", json=[ENTRY])
            address = "/dossiers/A0000001"
        page = await http.get(address)

    inputs = Inputs()
    inputs.feed(page.text)
    assert inputs.fields
    assert set(inputs.fields) == inputs.labelled
    assert "script" not in inputs.tags
    assert 'lang="nl"' in page.text
    assert 'name="viewport"' in page.text
