"""Two writers over real HTTP: callers of the API, and the console of GIDSO that the hub pulls, in every order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp

from app.adapters.common.settings import Credential
from app.adapters.engine.puller import Puller
from app.adapters.gidso import GidsoSettings
from app.api.state import AppState
from app.bootstrap import build_worker
from app.domain.codes import ReferrerKind, System
from app.models.cases.external_id import referral_of
from app.models.delivery.outbox import chain_events
from app.operations.access.clients import save_client
from app.operations.access.organisations import ReferrerDetails, save_referrer
from app.operations.services import Services
from app.sandbox.gidso.app import API_KEY
from app.sandbox.gidso.documents import aanmelding
from app.sandbox.runtime import SettableClock, serving
from app.settings import Settings
from tests.api.conftest import SECRET, token_of
from tests.support.conflicts import stored_values
from tests.support.gidso_env import console_of, running_gidso, save

TEAM = "wijkteam-feijenoord"
FIELDS = ("referral.reason", "referral.case_lead", "worker.name")
NUMBERS = count(1)

Step = tuple[Literal["api", "console", "pull"], str, str]
LAST: Step = ("pull", "worker.name", "a")
STEPS = st.lists(
    st.tuples(st.sampled_from(["api", "console", "console", "pull"]), st.sampled_from(FIELDS), st.sampled_from("abc")),
    min_size=5,
    max_size=10,
)
HOLD = settings(max_examples=10, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True, kw_only=True)
class HubAndGidso:
    """The hub behind a socket, GIDSO behind another, and what pulls it."""

    hub: AppState
    hub_url: str
    tokens: dict[str, str]
    console: httpx.AsyncClient
    puller: Puller
    http: httpx.AsyncClient

    async def call(self, who: str, method: str, path: str, body: object = None) -> Any:
        """Call the hub as one of its clients; returns the body of the answer."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "If-Match": "*", "Idempotency-Key": str(uuid4())}
        answer = await self.http.request(method, f"{self.hub_url}/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
async def env(hub: AppState, app: ASGIApp, services: Services, clock: SettableClock) -> AsyncIterator[HubAndGidso]:
    """Return the hub and GIDSO, each at a port of its own."""
    scopes = {"referrals:read", "referrals:write"}
    await hub.db.write(save_client, hub.services, TEAM, organisation_code=TEAM, scopes=scopes, secret=SECRET)
    tokens = {name: await token_of(hub, name) for name in (TEAM, "dock", "operator")}
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(app))
        gidso = await stack.enter_async_context(running_gidso(clock))
        given = GidsoSettings(url=gidso.url, api_key=Credential(API_KEY))
        worker = build_worker(hub.db, services, Settings(mode="sandbox", gidso=given))
        stack.push_async_callback(worker.close)
        console = await stack.enter_async_context(console_of(gidso))
        http = await stack.enter_async_context(httpx.AsyncClient())
        yield HubAndGidso(
            hub=hub,
            hub_url=server.url,
            tokens=tokens,
            console=console,
            puller=worker.pullers[System.GIDSO],
            http=http,
        )


@dataclass(kw_only=True)
class Account:
    """What both writers did with one referral of a team, and what must therefore hold.

    Attributes:
        team: the organisation that referred; it has the last word, in GIDSO when it registers there.
        held: what GIDSO last told the hub.
        lost: field, reason, the hub's value and GIDSO's of every conflict, oldest first.
    """

    env: HubAndGidso
    team: str
    number: int = field(default_factory=lambda: next(NUMBERS))
    at_hub: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, "a"))
    at_console: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, "a"))
    held: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, "a"))
    lost: list[tuple[str, str, str, str]] = field(default_factory=list)

    async def begin(self) -> None:
        """Let GIDSO refer; an organisation without a system registers there until it gets the API."""
        if self.team != TEAM:
            await self._registers_in(System.GIDSO)
        await self._save()
        await self.env.puller.pull()
        if self.team != TEAM:
            await self._registers_in(System.API)

    async def _registers_in(self, system: System) -> None:
        hub = self.env.hub
        details = ReferrerDetails(code=self.team, name="DOCK", kind=ReferrerKind.WELZIJNSORGANISATIE, system=system)
        await hub.db.write(save_referrer, hub.services, details)

    async def step(self, who: str, name: str, value: str) -> None:
        """Let somebody write, or the hub pull."""
        if who == "api":
            self.at_hub[name] = value
            await self.env.call(self.team, "PATCH", await self._path(), _patch(name, value))
        elif who == "console":
            self.at_console[name] = value
            await self._save()
        else:
            for each in FIELDS:
                self._hear(each, self.at_console[each])
            await self.env.puller.pull()

    def _hear(self, name: str, said: str) -> None:
        hub, held, self.held[name] = self.at_hub[name], self.held[name], said
        if said in (hub, held):
            return
        owns = self.team == TEAM
        if hub != held:
            self.lost.append((name, "both-changed", hub, said))
        elif not owns:
            self.lost.append((name, "not-the-owner", hub, said))
        if owns:
            self.at_hub[name] = said

    async def found(self) -> dict[str, str]:
        """Return what the API shows."""
        body = await self.env.call(self.team, "GET", await self._path())
        return dict(zip(FIELDS, (body["reason"], body["caseLead"], body["worker"]["name"]), strict=True))

    async def conflicts(self) -> list[tuple[str, str, str, str]]:
        """Return the conflicts that the operator reads, with the values that are stored of them."""
        page = await self.env.call("operator", "GET", "/partners/gidso/conflicts?limit=100")
        mine = str(await self.referral_id())
        values = await stored_values(self.env.hub, "gidso")
        found = [(each, values[each["id"]]) for each in page["items"] if each["referralId"] == mine]
        return [(each["field"], each["reason"], value["hub"], value["partner"]) for each, value in found]

    async def referral_id(self) -> UUID:
        """Return the hub's id."""
        found = await self.env.hub.db.read(referral_of, System.GIDSO, [self._reference])
        return found[self._reference]

    async def _path(self) -> str:
        found = await self.env.call(self.team, "POST", "/referrals/_search", {"reference": self._reference})
        return f"/referrals/{found['items'][0]['id']}"

    @property
    def _reference(self) -> str:
        return f"G-{self.number:06d}"

    async def _save(self) -> None:
        reason, case_lead, worker = (self.at_console[name] for name in FIELDS)
        values: dict[str, object] = {"Aanleiding": reason, "Casusregisseur": case_lead}
        values["Medewerker"] = {"Naam": worker, "Telefoon": None, "Email": None}
        row = aanmelding(self._reference, self.team, "Wijkteam", "2026-03-02T09:30:00+01:00", **values)
        await save(self.env.console, row)


def _patch(name: str, value: str) -> dict[str, object]:
    if name == "worker.name":
        return {"worker": {"name": value}}
    return {"reason" if name == "referral.reason" else "caseLead": value}


@pytest.mark.parametrize("team", [TEAM, "dock"])
@given(steps=STEPS)
@HOLD
async def test_however_two_writers_interleave_the_owner_has_the_last_word_and_no_value_is_lost_in_silence(
    env: HubAndGidso, team: str, steps: list[Step]
) -> None:
    account = Account(env=env, team=team)
    await account.begin()

    for each in [*steps, LAST]:
        await account.step(*each)

    assert await account.found() == account.at_hub
    assert sorted(await account.conflicts()) == sorted(account.lost)


async def test_a_pull_without_news_is_no_third_writer(env: HubAndGidso) -> None:
    account = Account(env=env, team=TEAM)
    await account.begin()
    await account.step("api", "worker.name", "b")
    await account.step("console", "worker.name", "c")
    await account.step(*LAST)
    before = await env.hub.db.read(chain_events, await account.referral_id())

    await account.step(*LAST)

    assert len(before) == len(["received", "amended", "amended"])
    assert await env.hub.db.read(chain_events, await account.referral_id()) == before
    assert await account.conflicts() == [("worker.name", "both-changed", "b", "c")]
