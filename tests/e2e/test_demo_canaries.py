"""The demo with canaries in everything personal and secret: none is in clear in what the hub stores, logs and calls."""

import json
import logging
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from sqlalchemy import select
from typing_extensions import override

from app.domain.codes import System
from app.domain.local_time import local_date
from app.log import configure_logging
from app.models.access.idempotency import stored_answer
from app.operations.retention import purge_batch
from app.sandbox.allegro.app import CLIENT_SECRET
from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.gidso.app import API_KEY
from app.sandbox.gidso.documents import aanmelding as gidso_registration
from app.sandbox.register import RegisterRow
from app.sandbox.rmw.app import PASSWORD
from app.sandbox.rmw.documents import aanmelding as rmw_registration
from app.sandbox.rmw.documents import klant
from app.sandbox.runtime import SettableClock
from app.sandbox.scenarios import demo_scenarios, play, register_roles
from app.sandbox.tester_files import Kit
from tests.support.hub import Dump, dump_of
from tests.support.stored_answers import open_answers

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CANARY = "kanarie"
"""A part of every text that is planted."""

BSN, PHONE, BORN = "999990032", "0687654321", date(1971, 7, 17)
PLANTED = (CANARY, BSN, "999990019", "999990020", PHONE, "+31 6 87654321", BORN.isoformat(), f"{BORN:%Y%m%d}")
METRICS_TOKEN = "a-token-for-metrics-that-nobody-guesses"
DOCK, TEAM, WORK = "dock", "wijkteam-charlois", "werk-inkomen-prematching"
WORKER = {"naam": "Kanarie-Medewerker", "telefoon": PHONE, "email": "medewerker@kanarie.example"}
CONTACT = {"address": "Kanariestraat 77", "phone": "+31 6 87654321", "email": "klant@kanarie.example"}
REFERRAL: dict[str, Any] = {
    "reference": "D-100",
    "area": "Charlois",
    "client": {"givenName": "Kanarie-Voor", "familyName": "Kanarie-Achter", "birthDate": BORN.isoformat(), **CONTACT},
    "worker": {"name": WORKER["naam"], "phone": "+31 6 87654321", "email": WORKER["email"]},
    "reason": "Kanarie-Aanleiding",
    "motivation": "Kanarie-Motivatie",
    "meetingPlace": "Kanarie-Locatie",
    "threeWayMeeting": True,
    "tried": "Kanarie-Poging",
    "assessment": {"doneBy": "Kanarie-Uitvraag", "reference": "Kanarie-Kenmerk", "lifeDomains": ["mental_health"]},
    "otherOrganisations": [{"kind": "care", "name": "Kanarie-Betrokken"}],
    "caseLead": "Kanarie-Regie",
    "consent": {"scopes": ["feedback_to_referrer"], "givenOn": "2026-11-20", "evidence": "Kanarie-Wijze"},
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the hub stored, logged, called and answered.

    Attributes:
        secrets: those that it showed or uses.
        answers: those that were stored for their keys, opened.
        sealed: the same as they were stored.
    """

    dump: Dump
    files: bytes
    log: str
    metrics: str
    urls: list[str]
    secrets: tuple[str, ...]
    answers: list[str]
    sealed: list[bytes]
    dump_after_term: Dump
    files_after_term: bytes
    problems: list[str]


class Urls(logging.Handler):
    """Collects the addresses that clients of HTTP in this process call."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.seen: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


@pytest.fixture
def urls() -> Iterator[Urls]:
    """Collect the addresses that are called."""
    handler, logger = Urls(), logging.getLogger("httpx")
    configure_logging("DEBUG", "json")
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield handler
    logger.removeHandler(handler)
    logger.level, logger.propagate = before


@pytest.fixture(params=["sqlite", "postgresql"])
def hub_url(request: pytest.FixtureRequest) -> str | None:
    """Return the URL of the hub's database on PostgreSQL; None for SQLite in the sandbox's folder."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def play_with_canaries(env: SandboxEnv) -> None:
    """Play every scenario of the demo about people with canaries for names, and then refer one with everything."""
    scenarios = demo_scenarios(local_date(env.clock.now()))
    await play(env, Console(file=StringIO()), [replace(each, row=_about_canary(each.row)) for each in scenarios])
    await env.set_clocks(NOW)
    await env.refer(DOCK, REFERRAL, "everything")
    await env.partner_console.refer(System.GIDSO, [_gidso("G-100"), _gidso("G-101", Inkomen="Kanarie heeft niets")])
    await env.partner_console.refer(System.RMW, [_rmw("R000100")])
    await env.worker.pull_and_deliver(System.GIDSO, System.RMW)
    for reference in ("D-100", "G-100", "R000100"):
        await env.partner_console.register(_facts(reference))
    await env.worker.pull_and_deliver(System.ALLEGRO)


def _about_canary(row: RegisterRow) -> RegisterRow:
    return replace(row, given_name="Kanarie-Voor", family_name="Kanarie-Achter", birth_date=BORN)


def _gidso(number: str, **values: object) -> dict[str, Any]:
    burger = {
        "Bsn": BSN, "Voornaam": "Kanarie-Voor", "Achternaam": "Kanarie-Achter", "Geboortedatum": BORN.isoformat(),
        "Adres": CONTACT["address"], "Telefoon": PHONE, "Email": CONTACT["email"],
    }  # fmt: skip
    known = {
        "Gebied": "Charlois",
        "Burger": burger,
        "Medewerker": {name.capitalize(): text for name, text in WORKER.items()},
        "Casusregisseur": "Kanarie-Regie",
        "Driegesprek": {"Gewenst": True, "Locatie": "Kanarie-Locatie"},
        "Aanleiding": "Kanarie-Aanleiding",
        "Motivatie": "Kanarie-Motivatie",
        "EerderGeprobeerd": "Kanarie-Poging",
        "BredeUitvraag": {"Door": "Kanarie-Uitvraag", "Leefgebieden": ["Huisvesting"], "Kenmerk": "Kanarie-Kenmerk"},
        "Betrokken": [{"Soort": "Zorginstelling", "Naam": "Kanarie-Betrokken"}],
    }
    return gidso_registration(number, TEAM, "Wijkteam", NOW.isoformat(), **known | values)


def _rmw(number: str) -> dict[str, Any]:
    known = klant("Kanarie-Voor", "Kanarie-Achter", BORN, "V", BSN)
    contact = {"adres": CONTACT["address"], "telefoon": PHONE, "email": CONTACT["email"]}
    return rmw_registration(
        number,
        WORK,
        NOW.date(),
        known | contact,
        gebied="Charlois",
        consulent=WORKER,
        regie="Kanarie-Regie",
        locatie="Kanarie-Locatie",
        aanleiding="Kanarie-Aanleiding",
        motivatie="Kanarie-Motivatie",
        eerderGeprobeerd="Kanarie-Poging",
        bredeUitvraag={"door": "Kanarie-Uitvraag", "leefgebied": ["HU"], "kenmerk": "Kanarie-Kenmerk"},
        betrokken=[{"soort": "ZO", "naam": "Kanarie-Betrokken"}],
    )


def _facts(reference: str) -> list[dict[str, Any]]:
    counsellor = {"naam": "T. Begeleider", "telefoon": "010-5550100"}
    place = {"plaats": "Kanarie-Zaal", "deelnemers": ["Kanarie-Deelnemer"], "driegesprek": "N"}
    begins = (NOW + timedelta(days=3)).isoformat()
    contents = {
        "bevestiging": {"trajectbegeleider": counsellor},
        "afspraak": {"begint": begins, "trajectbegeleider": counsellor, **place},
        "plan": {"ondertekendOp": NOW.date().isoformat(), "rddKenmerk": "Kanarie-Document"},
    }
    head = {"kenmerkVerwijzer": reference, "datum": NOW.date().isoformat()}
    return [
        {**head, "feitId": f"{reference}-{kind}", "soort": kind, "gegevens": each} for kind, each in contents.items()
    ]


async def ask_for_secrets(env: SandboxEnv) -> tuple[str, ...]:
    """Have the hub show new secrets to a subscriber. Return them."""
    await register_roles(env)
    await env.save_roles(Kit(env.database.parent / "kit"))
    url = f"{env.urls['receiver']}/hooks/{DOCK}?token=kanarie-token"
    made = (await post(env, "/v1/subscriptions", {"url": url})).raise_for_status().json()
    path = f"/v1/subscriptions/{made['id']}/secret-rotation"
    return made["secret"], (await post(env, path, {})).raise_for_status().json()["secret"]


def secret_of(value: str) -> str:
    """Return the secret in a value of the sandbox's state: a subscription is stored with its address."""
    return str(json.loads(value)["secret"]) if value.startswith("{") else value


async def post(env: SandboxEnv, path: str, body: Mapping[str, Any]) -> httpx.Response:
    """Send a change in the name of the referrer, with a key of its own."""
    key = sha256(json.dumps([path, body]).encode()).hexdigest()
    headers = {"Authorization": f"Bearer {await env.token(DOCK)}", "Idempotency-Key": key, "If-Match": "*"}
    return await env.http.post(path, json=body, headers=headers)


async def misuse(env: SandboxEnv) -> list[str]:
    """Send canaries where they are refused. Return the answers."""
    wrong = [
        REFERRAL | {"area": CANARY, "surprise": CANARY},
        REFERRAL | {"client": {**REFERRAL["client"], "bsn": BSN, "birthDate": CANARY}},
    ]
    answers = [await post(env, "/v1/referrals", body) for body in wrong]
    assert {each.status_code for each in answers} == {400}
    return [each.text for each in answers]


async def observed(folder: Path, hub_url: str | None, urls: Urls, log: Any) -> Seen:
    def files() -> bytes:
        return b"".join(each.read_bytes() for each in sorted(folder.glob("hub.db*")))

    async with running_sandbox(folder, SettableClock(NOW), hub_url) as env:
        await play_with_canaries(env)
        shown, problems = await ask_for_secrets(env), await misuse(env)
        read = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        metrics = (await env.http.get("/metrics", headers=read)).raise_for_status().text
        db, services = env.hub.db, env.hub.services
        sealed = await db.read(lambda tx: list(tx.scalars(select(stored_answer.c.sealed))))
        answers, dump, raw = await db.read(open_answers, services), await db.read(dump_of), files()
        env.clock.set(NOW + services.answer_term + timedelta(seconds=1))
        while await purge_batch(db, services):
            pass
        stored = json.loads((folder / "state.json").read_text())
        secrets = [secret_of(value) for name, value in stored.items() if name.startswith(("client:", "webhook:"))]
        return Seen(
            dump=dump,
            files=raw,
            log=log.readouterr().err,
            metrics=metrics,
            urls=urls.seen,
            secrets=(*shown, *secrets, await env.token(DOCK), CLIENT_SECRET, API_KEY, PASSWORD, *key_of(folder)),
            answers=[each.text for each in answers],
            sealed=sealed,
            dump_after_term=await db.read(dump_of),
            files_after_term=files(),
            problems=problems,
        )


def key_of(folder: Path) -> Iterator[str]:
    key = (folder / "master.key").read_text()
    yield key
    yield b64decode(key).decode("latin-1")


def found_in(text: str, searched: tuple[str, ...]) -> list[str]:
    return [each for each in searched if each.lower() in text.lower()]


def text_of(dump: Dump) -> str:
    values = [value for rows in dump.values() for row in rows for value in row]
    return "\n".join(
        value.decode("latin-1") if isinstance(value, bytes) else json.dumps(value, default=str) for value in values
    )


async def test_the_demo_leaves_no_canary_in_clear_and_nothing_of_answers_after_their_term(
    tmp_path: Path,
    hub_url: str | None,
    urls: Urls,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRAJECTHUB_METRICS_TOKEN", METRICS_TOKEN)

    seen = await observed(tmp_path, hub_url, urls, capfd)

    searched = (*PLANTED, *seen.secrets)
    places = {
        "rows": text_of(seen.dump),
        "files": seen.files.decode("latin-1"),
        "log": seen.log,
        "metrics": seen.metrics,
        "addresses": "\n".join(seen.urls),
        "problems": "\n".join(seen.problems),
    }
    assert {place: found for place, text in places.items() if (found := found_in(text, searched))} == {}
    assert [found for each in seen.answers if (found := found_in(each, seen.secrets))] == []

    assert found_in("\n".join(seen.answers), (CANARY, BORN.isoformat())) == [CANARY, BORN.isoformat()]
    assert len(seen.dump["stored_answer"]) == len(seen.sealed) >= 6
    assert seen.dump["quarantine"], "a record that cannot be read is stored"
    assert {"rows_purged", "request_refused"} <= {json.loads(line)["event"] for line in seen.log.splitlines()}
    assert any("/api/v1/verwijzingen/" in each for each in seen.urls)

    assert seen.dump_after_term["stored_answer"] == []
    parts = [each[at : at + 32] for each in seen.sealed for at in range(0, len(each) - 32, 500)]
    assert not [each for each in parts if each in seen.files_after_term]
    assert hub_url or sum(each in seen.files for each in parts) > len(parts) / 2


def test_every_text_that_is_planted_has_a_canary() -> None:
    texts = [*_texts(REFERRAL["client"]), *_texts(REFERRAL["worker"]), *_texts(_gidso("G")["Burger"])]

    assert [each for each in texts if not found_in(each, PLANTED)] == []


def _texts(values: Mapping[str, Any]) -> Iterator[str]:
    return (each for each in values.values() if isinstance(each, str))
