"""What happens in a hub so that the examples of subscriptions, partners and access can be sent."""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.openapi.examples import request_examples
from app.database import Connection
from app.domain.codes import System
from app.models.delivery.delivery import DeliveryState, delivery
from app.sandbox.runtime import serving
from tests.api.conftest import sandbox_settings
from tests.support.example_run import ExampleRun
from tests.support.quarantine import quarantine_two

Json = Any

_CONSENT = {"scopes": ["feedback_to_referrer"], "givenOn": "2026-11-20", "form": "written"}
_CLIENT = {"client": {"familyName": "Jansen", "birthDate": "1988-04-12"}, "area": "Noord", "consent": _CONSENT}
_CONFIRMED = {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}}
_RECEIVER = "https://hooks.example.nl/trajecthub"


async def tell_subscriptions(run: ExampleRun) -> None:
    """Show subscriptions: made, agreed to, changed, sent to, and ended."""
    await run.use_key("dock", "operator")
    for example in ("chosen-events", "ids-only", "full"):
        await run.show("dock", "createSubscription", example)
    async with serving(_receiver()) as receiver:
        run.replaced[receiver.url] = _RECEIVER
        made = await run.do("dock", "createSubscription", {"url": receiver.url})
        own = {"subscriptionId": made["id"]}
        await run.show("dock", "createSubscription", "smallest")
        await run.show("dock", "requestSubscriptionConsent", ids=own)
        await run.show("dock", "getSubscription", ids=own)
        await run.show("dock", "listSubscriptions", query="limit=2")
        await run.show("dock", "sendTestEvent", ids=own)
        referred = await _confirmed(run, "2026-0200")
        await run.deliver()
        await run.show("dock", "previewEvent", "confirmed", ids={**own, **referred})
        await _deliveries(run, own)
        await run.show("dock", "listEvents")
        await run.show("dock", "listReferralDisclosures", ids=referred)
        await run.show("dock", "listReferralActions", answer="of-its-referrer", ids=referred)
        await run.show("dock", "rotateSubscriptionSecret", "smallest", ids=own)
        await run.show("dock", "rotateSubscriptionSecret", "at-once", ids=own)
        await run.show("dock", "pauseSubscription", ids=own)
        await run.show("dock", "resumeSubscription", ids=own)
        await _changes(run, f"{receiver.url}/silent")


async def _deliveries(run: ExampleRun, own: dict[str, str]) -> None:
    listed = await run.show("dock", "listDeliveries", ids=own)
    sent = {**own, "deliveryId": listed["items"][0]["id"]}
    await run.show("dock", "redeliverDelivery", ids=sent)
    for example in ("smallest", "full"):
        await run.show("dock", "replayDeliveries", example, ids=own)
    await run.show("dock", "retryDeliveries", ids=own)
    await run.deliver()
    await run.hub.db.write(_give_up, sent["deliveryId"])
    await run.show("dock", "recoverDeliveries", "smallest", ids=own)
    await run.deliver()


def _give_up(tx: Connection, delivery_id: str) -> None:
    row = delivery.c.id == UUID(delivery_id)
    tx.execute(update(delivery).where(row).values(state=DeliveryState.DEAD))


async def _changes(run: ExampleRun, url: str) -> None:
    waiting = {"subscriptionId": (await run.do("dock", "createSubscription", {"url": url}))["id"]}
    await run.refused("dock", "requestSubscriptionConsent", "no-consent", ids=waiting)
    await run.refused("dock", "sendTestEvent", "not-active", ids=waiting)
    for example in ("smallest", "removed"):
        await run.show("dock", "updateSubscription", example, ids=waiting)
    asked = {"organisation": "dock", "id": waiting["subscriptionId"]}
    known = await run.do("operator", "searchRecords", asked)
    await run.show("operator", "approveSubscription", ids={"subscriptionId": known["id"]})
    await run.show("dock", "deleteSubscription", ids=waiting)


def _receiver() -> Starlette:
    """Return a receiver that takes everything, and consents at one of its two addresses."""

    async def answer(request: Request) -> Response:
        headers = {"WebHook-Allowed-Origin": "*"} if request.url.path == "/" else {}
        return Response(status_code=204, headers=headers)

    return Starlette(routes=[Route(path, answer, methods=["OPTIONS", "POST"]) for path in ("/", "/silent")])


async def _confirmed(run: ExampleRun, reference: str) -> dict[str, str]:
    made = await run.do("dock", "createReferral", {**_CLIENT, "reference": reference})
    found = await run.do("team", "searchReferrals", {"reference": reference})
    await run.do("team", "confirmReferral", _CONFIRMED, ids={"referralId": found["items"][0]["id"]})
    return {"referralId": made["id"]}


async def tell_reference(run: ExampleRun) -> None:
    """Show what everybody reads, and the organisations."""
    await run.show("dock", "listCodeLists")
    await run.show("dock", "getCodeList", ids={"name": "consent-forms"})
    await run.show("dock", "getEventSchema", ids={"type": "nl.trajecthub.subscriptions.test.v1"})
    await run.show("dock", "listFeedbackPolicies")
    referred = await _confirmed(run, "2026-0300")
    for example in ("missed", "reading"):
        await run.show("dock", "explainDisclosure", example, ids=referred)
    await run.show("dock", "listOrganisations", query="limit=2")
    await run.show("dock", "getOrganisation", ids={"organisationCode": "dock"})
    saved = {"organisationCode": "wijkteam-charlois"}
    before = {"name": "Wijkteam Charlois", "kind": "wijkteam", "system": "gidso"}
    await run.do("operator", "saveOrganisation", before, if_match=None, ids=saved)
    await run.show("operator", "saveOrganisation", "full", ids=saved)
    await run.show("operator", "saveOrganisation", "smallest", if_match=None, ids={"organisationCode": "dock-zuid"})
    await run.show("operator", "deactivateOrganisation", ids=saved)
    await run.show("operator", "activateOrganisation", ids=saved)
    await run.refused("operator", "deactivateOrganisation", "operator-stays", ids={"organisationCode": "beheer"})
    await run.show("operator", "searchRecords", "by-id", ids=referred)
    await run.show("operator", "searchRecords", "by-reference")
    for document in ("getOpenapiDocument", "getDocumentWithoutWebhooks"):
        await run.show("dock", document, answer="shortened", only=("openapi",))


async def tell_access(run: ExampleRun) -> None:
    """Show clients of the API and the keys that sign their tokens."""
    of = {"clientId": "dock-2"}
    keys = next(each.body for each in request_examples("access")["saveApiClient"])["jwks"]
    before = {"organisationCode": "dock", "scopes": ["referrals:read"], "jwks": keys}
    await run.do("operator", "saveApiClient", before, if_match=None, ids=of)
    await run.show("operator", "saveApiClient", "full", ids=of)
    await run.show("operator", "saveApiClient", "smallest", if_match=None, ids={"clientId": "dock-3"})
    await run.show("operator", "listApiClients", query="limit=2")
    await run.show("operator", "getApiClient", ids=of)
    await run.show("operator", "saveApiClientScopes", "smallest", ids=of)
    for example in ("smallest", "leaked"):
        await run.show("operator", "rotateApiClientKeys", example, ids=of)
    await run.show("operator", "revokeApiClient", ids=of)
    await run.show("operator", "listSigningKeys")
    for example in ("smallest", "leaked"):
        await run.show("operator", "rotateSigningKeys", example)


async def tell_any_request(run: ExampleRun) -> None:
    """Show what any request may be refused for."""
    json = {"Content-Type": "application/json"}
    post = {"method": "POST", "url": "/v1/referrals"}
    poll = {"method": "GET", "url": "/v1/events?wait=30"}
    await run.refused_anywhere(
        "dock", 406, "not-acceptable", method="GET", url="/v1/referrals", headers={"Accept": "text/html"}
    )
    large = b" " * (run.hub.limits.body_bytes + 1)
    await run.refused_anywhere("dock", 413, "too-large", **post, content=large, headers=json)
    await run.refused_anywhere(
        "dock", 415, "unsupported-media-type", **post, content=b"x", headers={"Content-Type": "text/plain"}
    )
    settings = sandbox_settings()
    with ExitStack() as places:
        for _ in range(settings.waiting_polls_per_client):
            places.enter_context(run.hub.polls.place("dock"))
        await run.refused_anywhere("dock", 429, "too-many-requests", **poll)
        for number in range(settings.waiting_polls - settings.waiting_polls_per_client):
            places.enter_context(run.hub.polls.place(f"other-{number}"))
        await run.refused_anywhere("bailiff", 503, "unavailable", **poll)


async def tell_damage(run: ExampleRun) -> None:
    """Show what a hub answers that finds what it never stored."""
    await run.hub.db.write(_damage)
    # Tokens of before were revoked.
    run.clock.set(run.clock.now() + timedelta(hours=2))
    await run.refused_anywhere("operator", 500, "internal-error", method="GET", url="/v1/organisations/dock-zuid")


def _damage(tx: Connection) -> None:
    tx.execute(text("UPDATE organisation SET kind = 'nothing' WHERE code = 'dock-zuid'"))


async def tell_partners(run: ExampleRun) -> None:
    """Show the connection with a partner: its state, its quarantine, jobs, deliveries and conflicts."""
    allegro = {"system": "allegro"}
    await run.hub.db.write(quarantine_two, run.hub.services)
    await run.show("operator", "listPartners")
    await run.show("operator", "getPartner", ids=allegro)
    await run.show("operator", "listPartnerRuns", ids=allegro)
    held = (await run.show("operator", "listQuarantinedRecords", query="order=oldest", ids=allegro))["items"]
    record = {**allegro, "quarantinedId": held[0]["id"]}
    await run.show("operator", "getQuarantinedRecord", ids=record)
    await run.show("operator", "retryQuarantinedRecord", ids=record)
    await run.show("operator", "dismissQuarantinedRecord", "smallest", ids=record)
    await run.show("operator", "pausePartner", "smallest", ids=allegro)
    await run.show("operator", "resumePartner", ids=allegro)
    await _jobs(run, allegro)
    await run.show("operator", "listWorkerProcesses")
    await _owed(run, allegro)
    await _conflicts(run)


async def _jobs(run: ExampleRun, allegro: dict[str, str]) -> None:
    referred = await run.do("operator", "listReferrals")
    linked = {**allegro, "referralId": referred["items"][0]["id"]}
    for example in ("smallest", "dry-run", "backfill", "link"):
        job = await run.show("operator", "createPartnerJob", example, ids=linked)
    await run.refused("operator", "createPartnerJob", "not-connected", {"kind": "reconcile"}, ids={"system": "rmw"})
    of = {**allegro, "jobId": job["id"]}
    await run.show("operator", "getPartnerJob", ids=of)
    await run.show("operator", "listPartnerJobs", query="limit=2", ids=allegro)
    await run.show("operator", "cancelPartnerJob", again="not-waiting", ids=of)


async def _owed(run: ExampleRun, allegro: dict[str, str]) -> None:
    listed = await run.show("operator", "listPartnerDeliveries", query="limit=2", ids=allegro)
    await run.show("operator", "redeliverPartnerDelivery", ids={**allegro, "deliveryId": listed["items"][0]["id"]})
    for example in ("smallest", "full"):
        await run.show("operator", "redeliverPartnerDeliveries", example, ids=allegro)


async def _conflicts(run: ExampleRun) -> None:
    """The finance team stated another worker than the referrer did."""
    of = {"system": str(System.ALLEGRO)}
    made = await run.do("dock", "createReferral", {**_CLIENT, "reference": "2026-0400", "worker": {"name": "A"}})
    assert made
    found = await run.do("team", "searchReferrals", {"reference": "2026-0400"})
    team = {"referralId": found["items"][0]["id"]}
    await run.refused("team", "updateReferral", "not-the-owner", {"worker": {"name": "D. Jong"}}, ids=team)
    await run.refused("team", "updateReferral", "not-the-owner", {"reason": "Energie"}, ids=team)
    listed = (await run.show("operator", "listConflicts", ids=of))["items"]
    for example, conflict in zip(("smallest", "partner"), listed, strict=False):
        decided = {**of, "conflictId": conflict["id"]}
        await run.show("operator", "decideConflict", example, again="decided-before", ids=decided)
