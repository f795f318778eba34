"""The lengths of texts: contract, simulator and adapter agree, and no text is cut off."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.adapters.allegro import drift as allegro_drift
from app.adapters.allegro import mapping as allegro_mapping
from app.adapters.allegro import schemas as allegro_schemas
from app.adapters.gidso import answers as gidso_answers
from app.adapters.gidso import journal
from app.adapters.gidso import schemas as gidso_schemas
from app.adapters.gidso.source import read_row
from app.adapters.rmw import answers as rmw_answers
from app.adapters.rmw import mapping as rmw_mapping
from app.adapters.rmw import schemas as rmw_schemas
from app.domain import codes
from app.domain.errors import PartnerUnreadable
from app.domain.fields import Field
from app.sandbox.allegro import messages as allegro_messages
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.gidso import messages as gidso_messages
from app.sandbox.lengths import Limits
from app.sandbox.rmw import messages as rmw_messages
from app.sandbox.runtime import SettableClock, Store
from tests.support import allegro_env, gidso_env, rmw_env
from tests.support.contracts import OPENAPI, Lengths, lengths, model_lengths, xsd_lengths

KINDS = (
    "Bevestiging",
    "Afspraakvoorstel",
    "Afspraak",
    "Aanwezigheid",
    "Plan",
    "Doorverwijzing",
    "AndereHulp",
    "AndereTrajectbegeleider",
    "Informatievraag",
    "Contactpoging",
    "StandDoorverwijzing",
    "KbrSignaal",
    "TermijnVerlenging",
)
ALLEGRO_KIND = {
    "plaats": "afspraak",
    "deelnemers": "afspraak",
    "betrokkenen": "afspraakvoorstel",
    "tijden": "afspraakvoorstel",
    "anderen": "aanwezigheid",
    "rddKenmerk": "plan",
    "organisatie": "doorverwijzing",
    "vraagId": "informatievraag",
    "vraag": "informatievraag",
    "toelichting": "kbr_signaal",
    "termijn": "termijn_verlengd",
}
NEEDED: Mapping[str, dict[str, Any]] = {
    "afspraak": {"begint": "2020-03-20T10:00:00+01:00", "driegesprek": "J"},
    "afspraakvoorstel": {"tijden": ["2020-03-20T10:00:00+01:00"]},
    "aanwezigheid": {"verschenen": "J"},
    "plan": {"ondertekendOp": "2020-03-20"},
    "termijn_verlengd": {
        "uiterlijkOp": "2020-06-01",
        "redencode": {"code": 604, "omschrijving": "Geen plaats binnen de termijn"},
    },
    "informatievraag": {"vraagId": "V-1", "onderwerp": {"code": 799, "omschrijving": "Anders"}},
    "contactpoging": {"wijze": {"code": 901, "omschrijving": "Telefoon"}},
    "kbr_signaal": {"signaal": {"code": 804, "omschrijving": "Heronderzoek"}},
    "trajectbegeleider": {"trajectbegeleider": {"naam": "S. Visser"}},
}
"""What each kind of mutation, or group, cannot be without."""
LISTS = ("deelnemers", "andereTijden", "tijden")
GROUPS: Mapping[str, Any] = {
    "tijden": "2020-03-20T10:00:00+01:00",
    "Tijden": "2020-03-20T10:00:00+01:00",
    "anderen": {"rol": "Tolk", "verschenen": "J"},
    "betrokkenen": {"rol": "Tolk"},
    "Betrokken": {"Soort": "Zorginstelling"},
    "betrokken": {"soort": "ZO"},
    "betrokkenOrganisaties": {"soort": "Zorginstelling"},
}
"""An item of each list whose items are no plain text, with what it needs."""
CODES: Mapping[Field, type[codes.Code]] = {
    Field.APPOINTMENT_KIND: codes.AppointmentKind,
    Field.APPOINTMENT_RESPONSE: codes.AppointmentResponse,
    Field.APPOINTMENT_CANCELLATION_REASON: codes.CancellationReason,
    Field.INTAKE_RESULT: codes.IntakeResult,
    Field.RESULT_CODE: codes.TrajectoryResult,
    Field.RESULT_DROP_OUT_REASON: codes.DropOutReason,
    Field.KBR_STATUS: codes.KbrStatus,
    Field.TRAJECTORY_STATUS: codes.TrajectoryStatus,
    Field.TRAJECTORY_CLOSURE_REASON: codes.ClosureReason,
    Field.REFERRAL_REJECTION_REASON: codes.RejectionReason,
    Field.REFERRAL_WITHDRAWAL_REASON: codes.WithdrawalReason,
    Field.REFERRAL_CLOSURE_REASON: codes.ClosureReason,
    Field.REFERRAL_REQUESTED_ACTION: codes.RequestedAction,
    Field.PROGRESS_STATE: codes.ProgressState,
    Field.PROGRESS_NEXT_STEP: codes.NextStep,
    Field.TERM_EXTENSION_REASON: codes.ExtensionReason,
    Field.INFORMATION_TOPIC: codes.InformationTopic,
    Field.ONWARD_STATUS: codes.OnwardStatus,
}
NOTHING: dict[str, Any] = {}


def schema(name: str, kind: str) -> Lengths:
    """Return the lengths in a schema of a contract."""
    return lengths(name, OPENAPI[name]["components"]["schemas"][kind])


def without_places(field: str) -> str:
    """Return the path of a field without the places in lists."""
    return re.sub(r"[.]\d+", "", field)


def limited(found: Limits) -> dict[str, int]:
    """Return the lengths that are limits."""
    return {path: limit for path, limit in found.items() if limit is not None}


def of_kinds(found: Callable[[Any], Lengths], kinds: Any) -> dict[str, int]:
    """Return the limits in the contents of Allegro's changes, of every kind."""
    return {path: limit for kind in kinds for path, limit in limited(found(kind)).items()}


def filled(path: str, size: int) -> dict[str, Any]:
    """Return a document in which the field at a path has this size; a list of this many items when it ends with []."""
    *groups, name = path.removesuffix("[]").split(".")
    value: Any = [GROUPS.get(name, "x")] * size if path.endswith("[]") else "x" * size
    # Where the contract has a list of texts, one of them has the length.
    document = {name: [value] if name in LISTS and isinstance(value, str) else value}
    for group in reversed(groups):
        document = {group: [GROUPS[group] | document] if group in GROUPS else document}
    return document


def merged(document: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with a change, also inside its groups."""
    inside = {
        name: merged(document.get(name) or {}, value) if isinstance(value, dict) else value
        for name, value in change.items()
    }
    return {**document, **inside}


def too_long_and_just_right(limits: Limits) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Return for each limit a document that is over it and one that fits, with the path."""
    for path, limit in limited(limits).items():
        yield path, filled(path, limit + 1), False
        yield path, filled(path, limit), True


def test_allegro_its_contract_and_its_adapter_have_the_same_lengths() -> None:
    in_contract = of_kinds(lambda kind: schema("allegro", kind), KINDS)
    read = of_kinds(model_lengths, allegro_drift.CONTENTS.values())
    around = limited(model_lengths(allegro_schemas.Change))

    assert schema("allegro", "Verwijzing") == dict(allegro_messages.REFERRAL)
    assert schema("allegro", "Bericht") == dict(allegro_messages.MESSAGE)
    assert in_contract == limited(allegro_messages.CONTENTS) == read
    # The length of a UUID follows from its form.
    assert around == limited(schema("allegro", "Mutatie")) | {"mutatieId": len(str(UUID(int=0)))}


def is_answer(path: str) -> bool:
    """Return whether a field of a registration in GIDSO or RMW is read as part of a record of its own."""
    return path.removesuffix("[]").split(".")[0] in gidso_answers.LISTS | rmw_answers.LISTS | {"doorverwijzing"}


def test_gidso_its_contract_and_its_adapter_have_the_same_lengths() -> None:
    in_contract = limited(schema("gidso", "Aanmelding"))
    read = model_lengths(gidso_schemas.Aanmelding)
    for name, model in (("Reacties", gidso_schemas.Reactie), ("Signalen", gidso_schemas.Signaal)):
        read |= model_lengths(model, name)

    assert in_contract == limited(gidso_messages.REGISTRATION)
    # That of its registration is added to each reaction and signal.
    assert in_contract | {"Reacties.AanmeldingId": 40, "Signalen.AanmeldingId": 40} == limited(read)
    assert limited(schema("gidso", "NieuweJournaalregel")) == limited(gidso_messages.LINE)


def test_rmw_its_contract_and_its_adapter_have_the_same_lengths() -> None:
    in_contract = limited(xsd_lengths("Aanmelding"))
    read = model_lengths(rmw_schemas.Aanmelding)
    for name, model in (("reactie", rmw_schemas.Reactie), ("signaal", rmw_schemas.Signaal)):
        read |= model_lengths(model, name)
    own = [name for name in rmw_messages.REQUEST if "." not in name]
    written = {name: xsd_lengths(name.capitalize())[""] for name in own}
    asked = {f"verzoek.{name}": limit for name, limit in xsd_lengths("Verzoek").items()}

    assert in_contract == limited(rmw_messages.REGISTRATION)
    # A reference that is too long is no reference; the number of the registration is added to each.
    references = {"reactie.kenmerk", "doorverwijzing.kenmerk"}
    numbers = {"reactie.aanmeldnummer": 20, "signaal.aanmeldnummer": 20}
    assert limited(read) == {path: limit for path, limit in in_contract.items() if path not in references} | numbers
    assert written | limited(asked) == limited(rmw_messages.REQUEST)


async def test_the_console_of_allegro_refuses_what_is_too_long_and_stores_nothing() -> None:
    async with allegro_env.running_allegro(Store()) as env:
        await env.refer()
        for number, (path, change, fits) in enumerate(too_long_and_just_right(allegro_messages.CONTENTS)):
            answer = await env.console.post("/_console/feiten", json=[allegro_env.fact(number, gegevens=change)])

            assert answer.status_code == (200 if fits else 400), path
            assert fits or f"gegevens.{path.removesuffix('[]')}: ten hoogste" in answer.json()["details"][0]
        stored = allegro_env.records(await env.pull())
    assert len(stored) == len(limited(allegro_messages.CONTENTS))


async def test_allegro_refuses_a_referral_and_a_message_that_are_too_long() -> None:
    async with allegro_env.running_allegro(Store()) as env:
        calls = _Calls(env)
        await calls.log_in()
        note = {"soort": "signaal", "gebeurdOp": "2020-03-16T13:05:00+00:00", "tekst": "Kort."}
        for path, change, fits in too_long_and_just_right(allegro_messages.REFERRAL):
            answer = await calls.put(change)

            assert (answer.status_code < 300) is fits, path
            assert fits or answer.json()["details"][0].startswith(f"{path.removesuffix('[]')}: ten hoogste")
        for path, change, fits in too_long_and_just_right(allegro_messages.MESSAGE):
            answer = await calls.post({**note, **change, "berichtId": str(uuid4())})

            assert (answer.status_code == 201) is fits, path


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"bijnaam": "x"}, "bijnaam: geen veld van dit bericht."),
        ({"client": {"bijnaam": "x"}}, "client.bijnaam: geen veld van dit bericht."),
        ({"client": "x"}, "client: geen veld van dit bericht."),
        ({"gebied": 5}, "gebied: geen tekst."),
        ({"betrokkenOrganisaties": ["x"]}, "betrokkenOrganisaties: geen veld van dit bericht."),
        ({"betrokkenOrganisaties": [{"bijnaam": "x"}]}, "betrokkenOrganisaties.bijnaam: geen veld van dit bericht."),
        ({"betrokkenOrganisaties": [{"soort": 5}]}, "betrokkenOrganisaties.soort: geen tekst."),
        ({"dreigingen": [5]}, "dreigingen: geen tekst."),
    ],
)
async def test_allegro_refuses_a_referral_that_is_not_as_the_contract_says(body: object, detail: str) -> None:
    async with allegro_env.running_allegro(Store()) as env:
        calls = _Calls(env)
        await calls.log_in()

        answer = await calls.put(body)

    assert (answer.status_code, answer.json()["details"]) == (400, [detail])
    assert allegro_env.is_by_contract(answer.json(), "Foutmelding")


async def test_allegro_takes_a_referral_in_which_every_list_is_empty() -> None:
    lists: dict[str, list[str]] = {
        path.removesuffix("[]"): [] for path in allegro_messages.REFERRAL if path.endswith("[]")
    }
    async with allegro_env.running_allegro(Store()) as env:
        calls = _Calls(env)
        await calls.log_in()

        answer = await calls.put({**lists, "dreigingen": []})

    assert lists
    assert answer.status_code == 201


async def test_allegro_refuses_a_message_without_what_it_needs() -> None:
    async with allegro_env.running_allegro(Store()) as env:
        calls = _Calls(env)
        await calls.log_in()
        await calls.put({})

        answer = await calls.post({"berichtId": "1", "tekst": "Kort."})

    assert answer.json()["details"] == ["soort: ontbreekt.", "gebeurdOp: ontbreekt.", "berichtId: geen uuid."]


async def test_the_console_and_the_journal_of_gidso_refuse_what_is_too_long() -> None:
    async with (
        gidso_env.running_gidso(SettableClock(gidso_env.NOON)) as server,
        gidso_env.console_of(server) as console,
    ):
        for path, change, fits in too_long_and_just_right(gidso_messages.REGISTRATION):
            answer = await console.put("/_console/aanmeldingen", json=[merged(gidso_env.row(1), change)])

            assert answer.status_code == (200 if fits else 400), path
            assert fits or f"Niets opgeslagen. Aanmelding 0: {path.removesuffix('[]')}: ten hoogste" in answer.text
        line: dict[str, Any] = {
            "Kenmerk": "k",
            "Datum": "2019-09-05T10:00:00+02:00",
            "Categorie": "PLAN",
            "Tekst": "t",
            "Auteur": "a",
        }
        line |= {"Verzoek": {"Soort": "AFSPRAAK", "Kenmerk": str(UUID(int=1))}}
        for path, change, fits in too_long_and_just_right(gidso_messages.LINE):
            answer = await console.post(
                gidso_env.LINES.replace("{AanmeldingId}", "G-000001"), json=merged(line, change)
            )

            assert answer.status_code == (201 if fits else 400), path


async def test_the_console_of_rmw_refuses_what_is_too_long() -> None:
    async with rmw_env.running_rmw() as env:
        whole = rmw_env.registration(**rmw_env.FULL)
        for path, change, fits in too_long_and_just_right(rmw_messages.REGISTRATION):
            answer = await env.console.put("/aanmeldingen", json=[merged(whole, change)])

            assert answer.status_code == (200 if fits else 400), path
            assert fits or answer.json()["fout"].startswith(f"Niets opgeslagen. {path.removesuffix('[]')}: ten hoogste")


@pytest.mark.parametrize("path", limited(allegro_messages.CONTENTS))
def test_what_is_too_long_at_allegro_goes_to_quarantine_whole(path: str) -> None:
    kind = ALLEGRO_KIND.get(path.removesuffix("[]").split(".")[0], "bevestiging")
    needed = NEEDED.get(path.split(".")[0] if path.startswith("trajectbegeleider") else kind, NOTHING)
    contents = merged(needed, filled(path, allegro_messages.CONTENTS[path] or 0))
    longer = merged(needed, filled(path, (allegro_messages.CONTENTS[path] or 0) + 1))

    fits, too_long = (allegro_mapping.read_change(_change(kind, each)) for each in (contents, longer))

    assert fits.unread is None
    assert too_long.unread
    assert without_places(too_long.unread.field).startswith(f"gegevens.{path.removesuffix('[]')}")
    assert too_long.payload["gegevens"] == longer
    assert "xxx" not in too_long.unread.message


@pytest.mark.parametrize("path", [path for path in limited(gidso_messages.REGISTRATION) if not is_answer(path)])
def test_what_is_too_long_at_gidso_goes_to_quarantine_whole(path: str) -> None:
    assessment = {"BredeUitvraag": {"Door": "Wijkteam", "Leefgebieden": []}} if path.startswith("Brede") else NOTHING
    row = gidso_env.row(1, Versie=1, GewijzigdOp="2019-09-03T08:12:00+00:00") | assessment
    limit = gidso_messages.REGISTRATION[path] or 0
    longer = merged(row, filled(path, limit + 1))

    (fits,) = read_row(merged(row, filled(path, limit)), gidso_env.NOON)
    (too_long,) = read_row(longer, gidso_env.NOON)

    assert fits.unread is None
    assert too_long.unread
    assert without_places(too_long.unread.field).startswith(path.removesuffix("[]"))
    assert too_long.payload.items() <= longer.items()
    assert "xxx" not in too_long.unread.message


@pytest.mark.parametrize("path", [path for path in limited(rmw_messages.REGISTRATION) if not is_answer(path)])
def test_what_is_too_long_at_rmw_cannot_be_read(path: str) -> None:
    whole, limit = rmw_env.registration(**rmw_env.FULL), rmw_messages.REGISTRATION[path] or 0
    fits, too_long = (
        rmw_schemas.ListedRegistration(merged(whole, filled(path, size)), "1", "20190902101500")
        for size in (limit, limit + 1)
    )

    assert rmw_mapping.to_commands(fits)
    with pytest.raises(PartnerUnreadable) as refused:
        rmw_mapping.to_commands(too_long)
    assert without_places(refused.value.field) == path.removesuffix("[]")


def test_the_longest_journal_line_that_the_hub_can_write_fits_in_gidso() -> None:
    moment = "2020-03-16T13:05:00+00:00"
    fields: dict[str, object] = {
        **dict.fromkeys(journal.PHRASES, moment[:10]),
        **{field: max(kind, key=lambda code: len(code.label)) for field, kind in CODES.items()},
        Field.APPOINTMENT_STARTS_AT: moment,
        Field.ONWARD_MADE_AT: moment,
        Field.ONWARD_TO: "n" * 200,
        Field.APPOINTMENT_PLACE: "p" * 300,
        Field.APPOINTMENT_PARTICIPANTS: ["n" * 200] * 20,
        Field.APPOINTMENT_OTHER_TIMES: [moment] * 10,
        Field.APPOINTMENT_PROPOSED_TIMES: [moment] * 5,
        Field.COUNSELLOR_NAME: "n" * 200,
        Field.COUNSELLOR_PHONE: "0" * 40,
        Field.PLAN_DOCUMENT_REFERENCE: "r" * 200,
        Field.REFERRAL_ADVICE: list(codes.RoutingAdvice),
        Field.REFERRAL_FLAGS: list(journal.FLAGS),
        Field.OTHER_HELP_LIFE_DOMAINS: list(codes.LifeDomain),
    }

    longest = max(len(journal.to_text(event, fields)) for event in journal.OPENINGS)

    assert 4000 < longest <= (gidso_messages.LINE["Tekst"] or 0)


def _change(kind: str, contents: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mutatieId": str(UUID(int=1)),
        "volgnummer": 1,
        "dossiernummer": "A0000042",
        "externReferentie": str(UUID(int=2)),
        "soort": kind,
        "datum": "2020-03-12",
        "geregistreerdOp": "2020-03-13T08:15:00+00:00",
        "gegevens": contents,
    }


class _Calls:
    """Calls Allegro as the hub does, but with any body."""

    def __init__(self, env: allegro_env.AllegroEnv) -> None:
        self._console, self._path = env.console, f"/api/v1/verwijzingen/{UUID(int=3)}"

    async def log_in(self) -> None:
        form = {"grant_type": "client_credentials"}
        secret = (CLIENT_ID, CLIENT_SECRET)
        token = (await self._console.post("/oauth/token", data=form, auth=secret)).json()["access_token"]
        self._console.headers["Authorization"] = f"Bearer {token}"

    async def put(self, body: object) -> httpx.Response:
        return await self._console.put(self._path, json=body)

    async def post(self, body: object) -> httpx.Response:
        return await self._console.post(f"{self._path}/berichten", json=body)
