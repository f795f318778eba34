"""A referral from each road in arrives at Allegro whole, and its text is found with its author only besides."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx import HTTPStatusError

from app.adapters.allegro.client import AllegroClient
from app.domain.codes import System
from app.log import configure_logging
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.gidso.documents import aanmelding as gidso_registration
from app.sandbox.rmw.documents import aanmelding as rmw_registration
from app.sandbox.roles import BAILIFF, FINANCE_TEAM, OPERATOR, REFERRER, ROLES, Role
from app.sandbox.runtime import SettableClock
from app.sandbox.scenarios import register_roles
from app.sandbox.tester_files import Kit
from tests.support.hub import dump_of
from tests.support.picture import PICTURE, message, shown

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TEAM, WORK = "wijkteam-charlois", "werk-inkomen-prematching"
NUMBERS = {"api": "K-1", "gidso": "G-1", "rmw": "R000001"}
OWNERS = {"api": REFERRER.organisation, "gidso": TEAM, "rmw": WORK}
CANARY = "kanarie"
CHANGED: Mapping[str, dict[str, object]] = {
    "api": {
        "reason": "Kanarie-Anders",
        "tried": None,
        "otherOrganisations": [{"kind": "care", "name": "Kanarie-Zorg"}],
    },
    "gidso": {
        "Aanleiding": "Kanarie-Anders",
        "EerderGeprobeerd": None,
        "Betrokken": [{"Soort": "Zorginstelling", "Naam": "Kanarie-Zorg"}],
    },
    "rmw": {
        "aanleiding": "Kanarie-Anders",
        "eerderGeprobeerd": None,
        "betrokken": [{"soort": "ZO", "naam": "Kanarie-Zorg"}],
    },
}
"""What the referrer says otherwise afterwards."""


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[SandboxEnv]:
    """Return a sandbox with an organisation on each road, and a client for each role."""
    configure_logging("DEBUG", "json")
    async with running_sandbox(tmp_path, SettableClock(NOW)) as running:
        await running.set_clocks(NOW)
        await register_roles(running)
        await running.save_roles(Kit(tmp_path / "kit"))
        yield running


async def refer(env: SandboxEnv) -> None:
    """Refer a client on each road, with everything that can be said there."""
    await env.refer(REFERRER.organisation, message("api") | {"reference": NUMBERS["api"]}, "everything")
    await env.partner_console.refer(System.GIDSO, [gidso_document()])
    await env.partner_console.refer(System.RMW, [rmw_document()])
    await env.worker.pull_and_deliver(System.GIDSO, System.RMW)


def gidso_document(**changes: object) -> dict[str, Any]:
    return gidso_registration(NUMBERS["gidso"], TEAM, "Wijkteam", NOW.isoformat(), **message("gidso") | changes)


def rmw_document(**changes: object) -> dict[str, Any]:
    said = {name: value for name, value in (message("rmw") | changes).items() if value is not None}
    return rmw_registration(NUMBERS["rmw"], WORK, NOW.date(), said.pop("klant"), **said)


async def amend(env: SandboxEnv) -> None:
    """Let each referrer change what it said."""
    id = (await own(env, REFERRER, "api"))["id"]
    await env.caller(REFERRER.organisation).patch(f"/referrals/{id}", CHANGED["api"])
    await env.partner_console.refer(System.GIDSO, [gidso_document(**CHANGED["gidso"])])
    await env.set_clocks(NOW + timedelta(minutes=5))
    await env.partner_console.refer(System.RMW, [rmw_document(**CHANGED["rmw"])])
    await env.worker.pull_and_deliver(System.GIDSO, System.RMW)


async def own(env: SandboxEnv, role: Role, road: str) -> dict[str, Any]:
    """Return the referral of a road as a role reads it."""
    found = await env.caller(role.client_id).post("/referrals/_search", {"reference": NUMBERS[road]})
    (only,) = found["items"]
    return await env.caller(role.client_id).get(f"/referrals/{only['id']}")


async def at_allegro(env: SandboxEnv, road: str) -> Mapping[str, Any]:
    """Return what Allegro stores of the referral of a road."""
    client = AllegroClient(env.urls[System.ALLEGRO], CLIENT_ID, CLIENT_SECRET)
    try:
        stored = await client.find_referral(await env.find(OWNERS[road], NUMBERS[road]))
    finally:
        await client.close()
    assert stored
    return stored.contents


async def go_on(env: SandboxEnv) -> None:
    """Let the counsellor take every referral on, plan the intake and record what it led to."""
    counsellor = {"naam": "T. Begeleider", "telefoon": "010-5550100"}
    begins = (NOW + timedelta(days=3)).isoformat()
    contents = {
        "bevestiging": {"trajectbegeleider": counsellor},
        "afspraak": {"begint": begins, "driegesprek": "N", "trajectbegeleider": counsellor, "deelnemers": []},
    }
    for number in NUMBERS.values():
        head = {"kenmerkVerwijzer": number, "datum": NOW.date().isoformat()}
        await env.partner_console.register(
            [{**head, "feitId": f"{number}-{kind}", "soort": kind, "gegevens": each} for kind, each in contents.items()]
        )
    await env.worker.pull_and_deliver(System.ALLEGRO)


async def test_everything_that_was_agreed_arrives_at_allegro_from_each_road_and_arrives_changed(
    env: SandboxEnv,
) -> None:
    await refer(env)

    arrived = {road: await at_allegro(env, road) for road in NUMBERS}

    missing = [
        (road, content.name, shown(document, content.allegro[0]))
        for road, document in arrived.items()
        for content in PICTURE
        if content.place(road) and shown(document, content.allegro[0]) != content.allegro[1]
    ]
    assert missing == []

    await amend(env)

    for road in NUMBERS:
        changed = await at_allegro(env, road)
        assert changed["aanleiding"] == "Kanarie-Anders", road
        assert changed["betrokkenOrganisaties"] == [{"soort": "Zorginstelling", "naam": "Kanarie-Zorg"}]
        assert "eerderGeprobeerd" not in changed
        assert changed["motivatie"] == "Kanarie-Motivatie"


async def test_what_was_said_for_the_counsellor_is_found_with_the_author_and_the_finance_team_only(
    env: SandboxEnv, capfd: pytest.CaptureFixture[str]
) -> None:
    await refer(env)
    await go_on(env)
    await amend(env)
    ids = {road: await env.find(OWNERS[road], number) for road, number in NUMBERS.items()}

    others = {
        "webhooks": env.receiver.received,
        "journal": await env.partner_console.journal(NUMBERS["gidso"]),
        "status lines": (await env.partner_console.registration(NUMBERS["rmw"]))["statussen"],
        "changes at Allegro": await feed_of_allegro(env),
        **{f"feed of {each.name}": await events_of(env, each) for each in ROLES if "events:read" in each.scopes},
        **{f"{each.name} reads": [await seen(env, each, id) for id in ids.values()] for each in (OPERATOR, BAILIFF)},
        "refusal": await refused(env),
        "stored": await stored(env),
        "log": capfd.readouterr().err,
    }

    assert [place for place, content in others.items() if CANARY in json.dumps(content, default=str).lower()] == []
    assert others["webhooks"], "the referrer over the API is sent events"
    assert others["journal"]
    assert others["status lines"]
    reader, author = await own(env, FINANCE_TEAM, "gidso"), await own(env, REFERRER, "api")
    assert (reader["reason"], author["reason"]) == ("Kanarie-Anders", "Kanarie-Anders")
    assert (reader["assessment"]["reference"], author["assessment"]["reference"]) == ("Kanarie-Kenmerk",) * 2


async def events_of(env: SandboxEnv, role: Role) -> object:
    return await env.caller(role.client_id).get("/events?limit=100")


async def feed_of_allegro(env: SandboxEnv) -> list[Mapping[str, object]]:
    client = AllegroClient(env.urls[System.ALLEGRO], CLIENT_ID, CLIENT_SECRET)
    try:
        return await client.changes(0, 500)
    finally:
        await client.close()


async def seen(env: SandboxEnv, role: Role, id: UUID) -> list[str]:
    """Return what a role is answered that asks for a referral, what was disclosed of it, and its history."""
    headers = await env.caller(role.client_id).headers()
    paths = (f"/v1/referrals/{id}", f"/v1/referrals/{id}/disclosures", f"/v1/referrals/{id}/history", "/v1/referrals")
    return [(await env.http.get(path, headers=headers)).text for path in paths]


async def refused(env: SandboxEnv) -> str:
    """Return the answer to a change that cannot be: with a canary in every text, and some of them too long."""
    id = (await own(env, REFERRER, "api"))["id"]
    headers = {**await env.caller(REFERRER.client_id).headers(), "Idempotency-Key": "refused", "If-Match": "*"}
    body = {
        "reason": "Kanarie" * 1000,
        "tried": ["Kanarie"],
        "assessment": {"reference": "Kanarie" * 20, "lifeDomains": ["Kanarie"]},
        "otherOrganisations": [{"kind": "Kanarie", "name": "Kanarie" * 50}],
    }
    answer = await env.http.patch(f"/v1/referrals/{id}", json=body, headers=headers)
    with pytest.raises(HTTPStatusError):
        answer.raise_for_status()
    return answer.text


async def stored(env: SandboxEnv) -> str:
    """Return every value of the hub's database that is no sealed one, and the bytes of those."""
    dump = await env.hub.db.read(dump_of)
    values = [value for rows in dump.values() for row in rows for value in row]
    return "\n".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values)
