from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.domain.codes import IntakeResult, SignalKind
from app.domain.errors import FeedWentBack
from app.domain.events import EventType
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.allegro.codes import intake_result_code
from app.sandbox.runtime import Store
from tests.support.allegro_env import START, AllegroEnv, about, fact, is_by_contract, records, running_allegro


@pytest.fixture
async def env() -> AsyncIterator[AllegroEnv]:
    async with running_allegro(Store()) as opened:
        yield opened


async def test_a_console_fact_registered_twice_makes_one_change(env: AllegroEnv) -> None:
    await env.refer()

    first = await env.register(fact(1))
    second = await env.register(fact(1), fact(2))

    assert first == {"verwerkt": 1, "bekend": 0}
    assert second == {"verwerkt": 1, "bekend": 1}
    assert len(records(await env.pull())) == 2


async def test_a_console_fact_on_an_unknown_file_stores_nothing(env: AllegroEnv) -> None:
    await env.refer()

    response = await env.console.post("/_console/feiten", json=[fact(1), fact(2, kenmerkVerwijzer="WC-2")])

    assert (response.status_code, response.json()["details"]) == (404, ["feit-2"])
    assert records(await env.pull()) == []


async def test_a_reference_that_two_referrers_use_finds_no_file(env: AllegroEnv) -> None:
    await env.refer()
    await env.refer()

    response = await env.console.post("/_console/feiten", json=[fact(1)])

    assert response.status_code == 404
    assert await env.register(fact(1, dossiernummer="A0000002")) == {"verwerkt": 1, "bekend": 0}


async def test_the_page_shows_what_was_registered_and_runs_no_script(env: AllegroEnv) -> None:
    await env.refer()
    counsellor = {"naam": "<script>alert(1)</script>", "telefoon": None}
    await env.register(
        fact(1, "afspraak", gegevens={"trajectbegeleider": counsellor, "deelnemers": ["Team A", "Team B"]})
    )

    page = await env.page()

    assert "deelnemers: Team A, Team B" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    "entry", ["pauze", fact(1, feitId=None), fact(1, soort=3), fact(1, datum="gisteren"), fact(1, gegevens=[])]
)
async def test_a_console_entry_that_is_no_fact_stores_nothing(env: AllegroEnv, entry: object) -> None:
    await env.refer()

    response = await env.console.post("/_console/feiten", json=[fact(2), entry])

    assert (response.status_code, response.json()["details"]) == (400, [1])
    assert records(await env.pull()) == []


@pytest.mark.parametrize("number", ["B1", "A", "A-1"])
async def test_the_console_cannot_list_after_what_is_no_file_number(env: AllegroEnv, number: str) -> None:
    response = await env.console.get("/_console/dossiers", params={"na": number})

    assert response.status_code == 400


async def test_the_console_lists_files_made_after_another(env: AllegroEnv) -> None:
    await env.refer()
    second = await env.refer()

    answer = (await env.console.get("/_console/dossiers", params={"na": "A0000001"})).json()

    assert answer["dossiers"] == [
        {
            "dossiernummer": "A0000002",
            "externReferentie": str(second.referral_id),
            "kenmerkVerwijzer": "WC-1",
        }
    ]


async def test_the_same_message_twice_is_stored_once(env: AllegroEnv) -> None:
    signal = about(await env.refer(), EventType.SIGNAL_GIVEN, SIGNAL_KIND=SignalKind.WORKER_CHANGED.value)

    for _ in range(2):
        await env.adapter.sink.deliver(signal)

    assert (await env.page()).count(SignalKind.WORKER_CHANGED.label) == 1


async def test_the_simulator_remembers_after_a_restart(tmp_path: Path) -> None:
    async with running_allegro(_stored(tmp_path)) as first:
        referral = await first.refer()
        await first.register(fact(1), fact(2, laat=True))
        before = records(await first.pull())

    async with running_allegro(_stored(tmp_path)) as second:
        after = records(await second.pull())
        again = await second.register(fact(1))
        await second.console.post("/_console/vastleggingen")
        receipt = await second.adapter.sink.deliver(about(referral, EventType.REFERRAL_AMENDED))
        late = records(await second.pull())

    assert before == after
    assert len(late) == 2
    assert again == {"verwerkt": 0, "bekend": 1}
    assert receipt.external_id == referral.external_id


async def test_every_answer_of_the_simulator_is_by_the_contract(env: AllegroEnv) -> None:
    await env.refer()
    await env.register(fact(1), fact(2, "intakeresultaat", gegevens=dict(intake_result_code(IntakeResult.UNKNOWN))))
    [number] = await env.make_files({"client": {"bsn": "999990019"}})
    file = f"/api/v1/dossiers/{number}"
    form = {"grant_type": "client_credentials"}
    token = (await env.console.post("/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))).json()
    referral, body = f"/api/v1/verwijzingen/{uuid4()}", {"berichtId": str(uuid4()), "soort": "signaal"}
    note = body | {"gebeurdOp": START.isoformat(), "tekst": "De verwijzer geeft een signaal."}
    calls: list[tuple[str, str, object, int, str]] = [
        ("GET", "/api/v1/mutaties?na=0&aantal=500", None, 200, "Mutatielijst"),
        ("GET", "/api/v1/mutaties?na=0&aantal=501", None, 400, "Foutmelding"),
        ("GET", "/api/v1/mutaties?na=-1", None, 400, "Foutmelding"),
        ("GET", "/api/v1/verwijzingen?na=&aantal=500", None, 200, "Verwijzingenlijst"),
        ("GET", "/api/v1/verwijzingen?na=B1", None, 400, "Foutmelding"),
        ("GET", "/api/v1/verwijzingen?aantal=0", None, 400, "Foutmelding"),
        ("PUT", referral, {"gebied": "Noord"}, 201, "Dossierverwijzing"),
        ("PUT", referral, {"gebied": "Noord"}, 200, "Dossierverwijzing"),
        ("GET", referral, None, 200, "Dossier"),
        ("GET", f"/api/v1/verwijzingen/{uuid4()}", None, 404, "Foutmelding"),
        ("PUT", referral, [], 400, "Foutmelding"),
        ("PUT", referral, None, 400, "Foutmelding"),
        ("PUT", "/api/v1/verwijzingen/1", {}, 400, "Foutmelding"),
        ("POST", f"{referral}/berichten", note, 201, "Bericht"),
        ("POST", f"{referral}/berichten", note, 200, "Bericht"),
        ("POST", f"{referral}/berichten", note | {"tekst": "Anders."}, 409, "Foutmelding"),
        ("POST", f"{referral}/berichten", {}, 400, "Foutmelding"),
        ("POST", f"/api/v1/verwijzingen/{uuid4()}/berichten", note, 404, "Foutmelding"),
        ("GET", f"{referral}/berichten/{note['berichtId']}", None, 200, "Bericht"),
        ("GET", f"{referral}/berichten/{uuid4()}", None, 404, "Foutmelding"),
        ("GET", "/api/v1/dossiers?na=&aantal=500", None, 200, "Dossierlijst"),
        ("GET", "/api/v1/dossiers?na=B1", None, 400, "Foutmelding"),
        ("PUT", f"{file}/verwijzing", {"externReferentie": str(uuid4())}, 200, "Dossierverwijzing"),
        ("PUT", f"{file}/verwijzing", {"externReferentie": str(uuid4())}, 409, "Foutmelding"),
        ("PUT", f"{file}/verwijzing", {"externReferentie": "1"}, 400, "Foutmelding"),
        ("PUT", "/api/v1/dossiers/A9/verwijzing", {"externReferentie": str(uuid4())}, 404, "Foutmelding"),
    ]
    env.console.headers["Authorization"] = f"Bearer {token['access_token']}"

    for method, path, sent, status, schema in calls:
        response = await env.console.request(method, path, json=sent)

        assert response.status_code == status, path
        assert is_by_contract(response.json(), schema), path
    assert is_by_contract(token, "Token")


async def test_the_feed_is_kept_whole_and_a_number_never_expires(env: AllegroEnv) -> None:
    await env.refer()
    await env.register(fact(1), fact(2))
    env.clock.set(START + timedelta(days=20 * 365))
    await env.register(fact(3))

    from_the_start, from_an_old_place = records(await env.pull()), records(await env.pull("1"))

    assert [record.version for record in from_the_start] == ["1", "2", "3"]
    assert from_an_old_place == from_the_start[1:]


async def test_a_place_beyond_the_newest_change_is_a_feed_that_went_back(env: AllegroEnv) -> None:
    await env.refer()
    await env.register(fact(1))

    with pytest.raises(FeedWentBack):
        await env.pull("999999")


@pytest.mark.parametrize("path", ["/api/v1/mutaties", f"/api/v1/verwijzingen/{UUID(int=1)}/berichten/{UUID(int=2)}"])
@pytest.mark.parametrize("authorization", ["", "Bearer guess", "Basic dHJhamVjdGh1Yjp4"])
async def test_nobody_reads_without_a_token(env: AllegroEnv, path: str, authorization: str) -> None:
    response = await env.console.get(path, headers={"Authorization": authorization})

    assert response.status_code == 401
    assert is_by_contract(response.json(), "Foutmelding")


def _stored(folder: Path) -> Store:
    return Store(folder / "allegro.jsonl")
