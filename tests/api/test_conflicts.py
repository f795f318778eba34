"""Conflicts with a partner over the API: seen, decided, and withheld from who may not."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.api.state import AppState
from app.database import Connection
from app.domain.codes import System
from app.domain.commands import RegisterReferral
from app.domain.ports import Page, PartnerRecord
from app.domain.values import ClientDetails, ReferralContents, Worker
from app.models.cases.external_id import referral_of
from app.models.delivery.outbox import chain_events
from app.operations.access.clients import save_client
from app.operations.intake.apply import apply_page
from app.operations.partners.lease import PartnerLease, acquire_lease
from tests.api.conftest import NOW, SECRET, Api, SignIn

PATH = "/v1/partners/gidso/conflicts"
TEAM = "wijkteam-feijenoord"
REFERRER_FIELDS = RegisterReferral(
    organisation_code=TEAM,
    client=ClientDetails(given_name="Jan", family_name="Jansen", birth_date=date(1988, 4, 12)),
    contents=ReferralContents(area="Noord", worker=Worker("a"), reason="a", case_lead="a"),
)
FIELDS = ("reason", "case_lead", "worker")
NAMES = {"reason": "referral.reason", "case_lead": "referral.case_lead", "worker": "worker.name"}


@dataclass(kw_only=True)
class Writers:
    """A referral of a team that changes it in GIDSO, and of callers that change it over the API."""

    hub: AppState
    api: Api
    case_id: str
    organisation: str = TEAM
    version: int = 0
    path: str | None = None
    said: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, "a"))

    async def gidso_says(self, **values: str) -> None:
        """Let GIDSO give its whole record again, with these values changed."""
        self.said |= values
        self.version += 1
        said: dict[str, Any] = {name: text for name, text in self.said.items() if name != "worker"}
        contents = replace(REFERRER_FIELDS.contents, worker=Worker(self.said["worker"]), **said)
        fact = replace(REFERRER_FIELDS, organisation_code=self.organisation, contents=contents, reference=self.case_id)
        payload = {"id": self.case_id, "version": self.version}
        record = PartnerRecord(
            kind="aanmelding",
            external_id=self.case_id,
            case_id=self.case_id,
            version=str(self.version),
            payload=payload,
            occurred_at=NOW,
            commands=(fact,),
        )

        def work(tx: Connection) -> None:
            lease = PartnerLease(System.GIDSO, "test")
            acquire_lease(tx, self.hub.services, lease)
            assert apply_page(tx, self.hub.services, lease, "1", Page((record,), "1")).applied == 1

        await self.hub.db.write(work)

    async def api_says(self, **values: str) -> None:
        """Let a caller patch the referral."""
        body = {name: value for name, value in values.items() if name != "worker"}
        body = {("caseLead" if name == "case_lead" else name): value for name, value in body.items()}
        worker = {"worker": {"name": values["worker"]}} if "worker" in values else {}
        answer = await self.api.patch(await self._path(), json=body | worker, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text

    async def now(self) -> dict[str, str]:
        """Return what the API shows."""
        body = (await self.api.get(await self._path())).json()
        return {"reason": body["reason"], "case_lead": body["caseLead"], "worker": body["worker"]["name"]}

    async def events(self) -> int:
        """Return how many events the referral has."""
        return len(await self.hub.db.read(chain_events, await self.referral_id()))

    async def referral_id(self) -> UUID:
        """Return the hub's id."""
        return (await self.hub.db.read(referral_of, System.GIDSO, [self.case_id]))[self.case_id]

    async def _path(self) -> str:
        if self.path is None:
            found = (await self.api.post("/v1/referrals/_search", json={"reference": self.case_id})).json()
            self.path = f"/v1/referrals/{found['items'][0]['id']}"
        return self.path


@pytest.fixture
async def team(hub: AppState, sign_in: SignIn) -> Api:
    """Return a team that registers in GIDSO and uses the API besides."""
    scopes = {"referrals:read", "referrals:write"}
    await hub.db.write(save_client, hub.services, "team", organisation_code=TEAM, scopes=scopes, secret=SECRET)
    return await sign_in("team")


@pytest.fixture
async def writers(hub: AppState, team: Api) -> Writers:
    """Return a referral of which both sides changed the case lead."""
    writers = Writers(hub=hub, api=team, case_id="G-1")
    await writers.gidso_says()
    await writers.api_says(case_lead="from the hub")
    await writers.gidso_says(case_lead="from GIDSO")
    return writers


async def listed(operator: Api, query: str = "") -> list[dict[str, Any]]:
    """Return the conflicts that the operator reads."""
    answer = await operator.get(f"{PATH}?limit=100{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_an_operator_sees_the_values_of_what_the_policy_discloses_to_it(writers: Writers, operator: Api) -> None:
    await writers.api_says(area="Charlois")
    await writers.gidso_says(area="Delfshaven")

    found = {each["field"]: each for each in await listed(operator)}

    area, lead = found["referral.area"], found["referral.case_lead"]
    assert (lead["reason"], lead["state"]) == ("both-changed", "open")
    assert (area["hubValue"], area["partnerValue"]) == ("Charlois", "Delfshaven")
    assert not [name for name in lead if name.endswith("Value")]
    assert {each["referralId"] for each in found.values()} == {str(await writers.referral_id())}


async def test_an_operator_never_sees_whose_conflict_it_is(writers: Writers, operator: Api) -> None:
    await writers.api_says(worker="W. Erker", reason="Een reden")
    await writers.gidso_says(worker="Een Ander", reason="Een andere reden")

    answer = await operator.get(f"{PATH}?limit=100")

    assert {each["field"] for each in answer.json()["items"]} >= {"worker.name", "referral.reason"}
    assert not [each for each in ("from the hub", "from GIDSO", "Erker", "Ander", "reden") if each in answer.text]


@pytest.mark.usefixtures("writers")
async def test_values_are_withheld_from_who_may_not_decide(hub: AppState, sign_in: SignIn) -> None:
    await hub.db.write(
        save_client, hub.services, "watcher", organisation_code="beheer", scopes={"partners:read"}, secret=SECRET
    )

    (found,) = await listed(await sign_in("watcher"))

    assert found["field"] == "referral.case_lead"
    assert not [name for name in found if name.endswith("Value")]


@pytest.mark.usefixtures("writers")
async def test_nobody_but_the_operator_sees_or_decides(dock: Api, etf: Api, gidso: Api, operator: Api) -> None:
    (found,) = await listed(operator)

    for who in (dock, etf, gidso):
        assert (await who.get(PATH)).status_code == 403
        assert (await who.post(f"{PATH}/{found['id']}/decision", json={"keep": "hub"})).status_code == 403


@pytest.mark.parametrize(
    ("keep", "state", "value", "events"), [("hub", "kept", "from the hub", 1), ("partner", "taken", "from GIDSO", 0)]
)
async def test_what_is_decided_holds_and_who_must_know_is_told(
    writers: Writers, operator: Api, keep: str, state: str, value: str, events: int
) -> None:
    (found,) = await listed(operator)
    before = await writers.events()

    answer = await operator.post(f"{PATH}/{found['id']}/decision", json={"keep": keep})

    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["decidedBy"]) == (state, "operator")
    assert not [name for name in answer.json() if name.endswith("Value")]
    assert (await writers.now())["case_lead"] == value
    assert await writers.events() == before + events
    assert await listed(operator) == []
    assert [each["id"] for each in await listed(operator, f"&state={state}")] == [found["id"]]


async def test_a_decision_is_made_once(writers: Writers, operator: Api) -> None:
    (found,) = await listed(operator)
    await operator.post(f"{PATH}/{found['id']}/decision", json={"keep": "hub"})
    before = await writers.events()

    answer = await operator.post(f"{PATH}/{found['id']}/decision", json={"keep": "partner"})

    assert (answer.status_code, answer.json()["code"]) == (409, "transition-not-allowed")
    assert (await writers.now())["case_lead"] == "from the hub"
    assert await writers.events() == before


async def test_what_the_hub_decided_outlives_the_partners_next_word(writers: Writers, operator: Api) -> None:
    (found,) = await listed(operator)
    await operator.post(f"{PATH}/{found['id']}/decision", json={"keep": "hub"})

    await writers.gidso_says(reason="b")

    assert await writers.now() == {"reason": "b", "case_lead": "from the hub", "worker": "a"}


async def test_a_decision_does_not_overwrite_what_came_later(writers: Writers, operator: Api) -> None:
    (found,) = await listed(operator)
    await writers.api_says(case_lead="later")

    refused = await operator.post(f"{PATH}/{found['id']}/decision", json={"keep": "partner"})
    kept = await operator.post(f"{PATH}/{found['id']}/decision", json={"keep": "hub"})

    assert (refused.status_code, kept.status_code) == (409, 200)
    assert (await writers.now())["case_lead"] == "later"


async def test_there_is_nothing_to_decide_at_another_partner(writers: Writers, operator: Api) -> None:
    (found,) = await listed(operator)

    answer = await operator.post(f"/v1/partners/rmw/conflicts/{found['id']}/decision", json={"keep": "hub"})

    assert answer.status_code == 404
    assert await writers.events() == 3


async def test_conflicts_come_in_pages(writers: Writers, operator: Api) -> None:
    await writers.api_says(reason="from the hub")
    await writers.gidso_says(reason="from GIDSO")

    first = (await operator.get(f"{PATH}?limit=1")).json()
    second = (await operator.get(f"{PATH}?limit=1&cursor={first['nextCursor']}")).json()

    assert [page["items"][0]["field"] for page in (first, second)] == ["referral.case_lead", "referral.reason"]
    assert "nextCursor" not in second
