"""What the tests of the API share: a valid referral, and steps made with the record's present ETag."""

from typing import Any

import httpx
from starlette.types import Scope

Json = dict[str, Any]


async def anybody(_scope: Scope) -> None:
    """Take any request for one with a valid token."""


def referral(**changes: Any) -> Json:
    """Return the body of a valid referral; keyword arguments replace fields."""
    client = {"givenName": "Jan", "familyName": "Jansen", "birthDate": "1988-04-12", "phone": "+31 10 123 45 67"}
    assessment = {"doneBy": "Vraagwijzer Noord"}
    return {"client": client, "area": "Noord", "worker": {"name": "A. de Vries"}, "assessment": assessment, **changes}


async def refer(api: httpx.AsyncClient, **changes: Any) -> Json:
    """Put a client forward; returns the referral as its referrer reads it."""
    answered = await api.post("/v1/referrals", json=referral(**changes))
    assert answered.status_code == 201, answered.text
    body: Json = answered.json()
    return body


async def read(api: httpx.AsyncClient, path: str) -> Json:
    """Return the body at a path under /v1."""
    answered = await api.get(f"/v1{path}")
    assert answered.status_code == 200, answered.text
    body: Json = answered.json()
    return body


async def attempt(api: httpx.AsyncClient, path: str, body: Json | None = None, **headers: str) -> httpx.Response:
    """Post to a sub-resource with the ETag that its record has now."""
    record = await api.get(f"/v1{path.rpartition('/')[0]}")
    if_match = {"If-Match": record.headers["etag"]} if "etag" in record.headers else {"If-Match": "*"}
    return await api.post(f"/v1{path}", json=body or {}, headers=if_match | headers)


async def step(api: httpx.AsyncClient, path: str, body: Json | None = None) -> Json:
    """Make a step that succeeds; returns the record."""
    answered = await attempt(api, path, body)
    assert answered.status_code in (200, 201), answered.text
    record: Json = answered.json()
    return record


async def path_for(team: httpx.AsyncClient, reference: str) -> str:
    """Return the path of a referral as the finance team knows it."""
    found = await team.post("/v1/referrals/_search", json={"reference": reference})
    (item,) = found.json()["items"]
    return f"/referrals/{item['id']}"


async def unanswered(referrer: httpx.AsyncClient, team: httpx.AsyncClient, reference: str) -> str:
    """Report contact lost, and that the referrer cannot restore it; returns the finance team's path of the referral."""
    path, own = await path_for(team, reference), await path_for(referrer, reference)
    await step(team, f"{path}/lost-contact", {"lostOn": "2026-03-02"})
    await step(referrer, f"{own}/signals", {"kind": "contact_not_restored"})
    return path


async def attended(referrer: httpx.AsyncClient, team: httpx.AsyncClient, reference: str, **changes: Any) -> str:
    """Bring a new referral to the point where the client appeared; returns the finance team's path of it."""
    await refer(referrer, reference=reference, **changes)
    path = await path_for(team, reference)
    await step(team, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}})
    planned = await step(team, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})
    await step(team, f"{path}/appointments/{planned['id']}/attendance", {"attended": True})
    return path


async def concluded(referrer: httpx.AsyncClient, team: httpx.AsyncClient, reference: str, **changes: Any) -> str:
    """Bring a new referral to a trajectory; returns the finance team's path of the trajectory."""
    path = await attended(referrer, team, reference, **changes)
    body = await step(team, f"{path}/intake-result", {"result": "route_to_kbr", "concludedOn": "2026-03-02"})
    return f"/trajectories/{body['trajectory']['id']}"


def fault(answered: httpx.Response) -> tuple[str, str]:
    """Return field and rule of the only fault of a refused request."""
    assert answered.status_code == 400, answered.text
    (only,) = answered.json()["errors"]
    assert only["message"].endswith(".")
    return only["field"], only["rule"]
