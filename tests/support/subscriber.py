"""A subscriber of the API: its requests, and its deliveries."""

from uuid import UUID

import httpx
from sqlalchemy import select

from app.api.state import AppState
from app.models.cases.referral import referral
from tests.support.api_calls import Json, path_for, refer, step

Api = httpx.AsyncClient
INTAKE_MISSED = "nl.trajecthub.referrals.intake-missed.v1"
CONSENT = {"scopes": ["feedback_to_referrer"], "givenOn": "2026-03-01"}


async def subscribe(api: Api, url: str, **changes: object) -> Json:
    """Create a subscription. Return it with its secret."""
    answered = await api.post("/v1/subscriptions", json={"url": url, **changes})
    assert answered.status_code == 201, answered.text
    made: Json = answered.json()
    return made


async def deliveries(api: Api, subscription: Json, query: str = "") -> list[Json]:
    """Return the most recent page of deliveries."""
    answered = await api.get(f"/v1/subscriptions/{subscription['id']}/deliveries{query}")
    assert answered.status_code == 200, answered.text
    items: list[Json] = answered.json()["items"]
    return items


async def confirmed(dock: Api, etf: Api, reference: str = "D-1", **changes: object) -> Json:
    """Refer a client and confirm the referral as the finance team. Return the referral as its referrer reads it."""
    referred = await refer(dock, reference=reference, consent=CONSENT, **changes)
    await step(etf, f"{await path_for(etf, reference)}/confirmation", {"counsellor": {"name": "B. Bakker"}})
    return referred


async def missed_intake(bailiff: Api, etf: Api, reference: str) -> Json:
    """Refer a client who consents to feedback and misses the intake, which is disclosed with consent only."""
    referred = await refer(bailiff, reference=reference, consent=CONSENT)
    path = await path_for(etf, reference)
    await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker"}})
    planned = await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})
    return referred


async def withdraw_consent(bailiff: Api, referred: Json, consent: Json | None = None) -> None:
    """Change the consent of a referral; None removes it."""
    body, headers = {"consent": consent}, {"If-Match": "*"}
    changed = await bailiff.patch(f"/v1/referrals/{referred['id']}", json=body, headers=headers)
    assert changed.status_code == 200, changed.text


async def only_referral(hub: AppState) -> UUID:
    """Return the hub's own id of the only referral."""
    found: UUID = await hub.db.read(lambda tx: tx.execute(select(referral.c.id)).scalar_one())
    return found
