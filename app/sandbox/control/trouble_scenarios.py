"""Scenarios about what goes wrong: partners, receivers, records and keys."""

from typing import Any
from urllib.parse import quote

from app.domain.codes import System
from app.sandbox.control.cases import attendance, confirmation, days_ago, has_status, missed, refer, register
from app.sandbox.control.rehearsal import Rehearsal, until
from app.sandbox.faults.plan import FaultFrequency, FaultKind, FaultSettings
from app.sandbox.receiver import Behaviour
from app.sandbox.roles import FINANCE_TEAM, GIDSO_TEAM, OPERATOR, REFERRER

_SUBSCRIPTION = "subscription"

_BEHAVIOURS = {
    Behaviour.UP: "The webhook receiver accepts events again. The hub tries again automatically; at once when you ask.",
    Behaviour.DOWN: "The webhook receiver of the demo answers 503.",
    Behaviour.SLOW: "The webhook receiver of the demo answers after 20 seconds, which is too late.",
    Behaviour.GONE: "The webhook receiver of the demo answers 410: it wants no more events.",
}


async def receiver_behaves(rehearsal: Rehearsal, behaviour: Behaviour) -> None:
    """Let the demo's webhook receiver behave in some way; unless it is up, cause an event for it."""
    rehearsal.env.receiver.behaviour = behaviour
    rehearsal.says(_BEHAVIOURS[behaviour])
    subscription = rehearsal.env.demo_subscription.id
    rehearsal.ids[_SUBSCRIPTION] = subscription
    path = f"/subscriptions/{quote(subscription, safe='')}"
    if behaviour is Behaviour.UP:
        rehearsal.points_at("Have what waits sent now", f"POST {path}/retry", REFERRER)
    else:
        case = await refer(rehearsal, REFERRER)
        await register(rehearsal, case, confirmation(days_ago(rehearsal, 11)))
        await has_status(rehearsal, case, "confirmed")
    rehearsal.points_at("The attempts, with the time of the next one", f"GET {path}/deliveries", REFERRER)


async def partner_down(rehearsal: Rehearsal, system: System) -> None:
    """Let a partner refuse every call; the hub calls it less and less often."""
    unavailable = {FaultKind.UNAVAILABLE: FaultFrequency(rate=1.0)}
    await rehearsal.env.partner_console.make_faults(system, FaultSettings(faults=unavailable, retry_after_seconds=5))
    rehearsal.says(f"{system.label} answers every call with 503.")
    await _partner_is(rehearsal, system, failing=True)
    rehearsal.says("The hub has noticed, and keeps what it owes this partner.")
    _point_at_partner(rehearsal, system)


async def partner_up(rehearsal: Rehearsal, system: System) -> None:
    """Let a partner answer again; the hub goes on where it was."""
    await rehearsal.env.end_faults(system)
    rehearsal.says(f"{system.label} answers again.")
    await rehearsal.operator.post(f"/partners/{system}/resumption")
    rehearsal.says("The operator resumes the connection, so that the hub does not wait for its next try.")
    await _partner_is(rehearsal, system, failing=False)
    rehearsal.says("The hub reads it again from where it was, and sends what waits.")
    _point_at_partner(rehearsal, system)


async def conflict(rehearsal: Rehearsal) -> None:
    """Let two people change one field at the same time, one in GIDSO and one over the API."""
    before = await _ids(rehearsal, "/partners/gidso/conflicts")
    case = await refer(rehearsal, GIDSO_TEAM)
    found = await rehearsal.caller(GIDSO_TEAM).post("/referrals/_search", {"reference": case.reference})
    rehearsal.ids["referral"] = found["items"][0]["id"]
    console = rehearsal.env.partner_console
    await rehearsal.caller(GIDSO_TEAM).patch(f"/referrals/{rehearsal.ids['referral']}", {"caseLead": "A. de Vries"})
    rehearsal.says("The neighbourhood team changes the case lead over the API to A. de Vries.")
    await console.change_registration(case.reference, {"Casusregisseur": "B. Jansen"})
    rehearsal.says("Somebody who did not see that changes it in GIDSO to B. Jansen.")
    await _appears(rehearsal, "/partners/gidso/conflicts", before, "conflict")
    rehearsal.says("The hub has noted a conflict, which the operator decides.")


async def quarantined_record(rehearsal: Rehearsal) -> None:
    """Let a counsellor register something with a code that the hub does not know."""
    before = await _ids(rehearsal, "/partners/allegro/quarantine")
    case = await refer(rehearsal, REFERRER)
    unknown = {"code": 999, "omschrijving": "Nieuwe waarde"}
    on = days_ago(rehearsal, 2)
    result = {"soort": "intakeresultaat", "datum": on.isoformat(), "gegevens": unknown}
    await register(rehearsal, case, confirmation(on), attendance(on, attended=True), result)
    await _appears(rehearsal, "/partners/allegro/quarantine", before, "quarantined")
    rehearsal.says("The hub guesses nothing: the record, and later ones of this file, wait in quarantine.")


async def duplicate_report(rehearsal: Rehearsal) -> None:
    """Let Allegro report the same fact twice: nothing happens twice."""
    case = await refer(rehearsal, REFERRER)
    await register(rehearsal, case, *_confirmed_once(rehearsal))
    await has_status(rehearsal, case, "confirmed")
    twice = FaultSettings(faults={FaultKind.DUPLICATE: FaultFrequency(rate=1.0)})
    await rehearsal.env.partner_console.make_faults(System.ALLEGRO, twice)
    try:
        await register(rehearsal, case, *missed(rehearsal, on_day=3))
        await has_status(rehearsal, case, "missed")
    finally:
        await rehearsal.env.end_faults(System.ALLEGRO)
    rehearsal.says("Allegro listed each of these twice. The history and the events have them once.")
    rehearsal.points_at("Each step once", f"GET {case.finance_path}/history", FINANCE_TEAM)


async def late_report(rehearsal: Rehearsal) -> None:
    """Let Allegro show a fact after later ones of another file: it is applied nevertheless."""
    late, other = await refer(rehearsal, REFERRER), await refer(rehearsal, REFERRER)
    confirmed = confirmation(days_ago(rehearsal, 11))
    await register(rehearsal, late, confirmed | {"laat": True})
    await register(rehearsal, other, confirmed)
    await has_status(rehearsal, other, "confirmed")
    rehearsal.says(f"Allegro has not shown yet what was registered about {late.reference} before that.")
    await rehearsal.env.partner_console.commit_late()
    await has_status(rehearsal, late, "confirmed")


async def secret_rotated(rehearsal: Rehearsal) -> None:
    """Renew the secret of a subscription; both sign for a day."""
    given = rehearsal.parameters.get(_SUBSCRIPTION)
    subscription = given or rehearsal.env.demo_subscription.id
    path = f"/subscriptions/{subscription}"
    renewed = await rehearsal.caller(REFERRER).post(f"{path}/secret-rotation", {})
    rehearsal.ids |= {_SUBSCRIPTION: subscription, "newSecret": renewed["secret"]}
    if not given:
        rehearsal.env.receiver.secrets[REFERRER.organisation] = renewed["secret"]
    await rehearsal.caller(REFERRER).post(f"{path}/test", {})
    rehearsal.says("The secret was renewed. A test event is sent, signed with both secrets.")
    rehearsal.points_at("The attempts", f"GET {path}/deliveries", REFERRER)


async def tokens_refused(rehearsal: Rehearsal) -> None:
    """Replace the key that signs access tokens at once, as after a leak: every token is refused from now on."""
    await rehearsal.operator.post("/signing-keys/rotation", {"revokeOthers": True})
    rehearsal.says("Every access token that was issued until now is refused with 401; get another one.")
    rehearsal.points_at("401 with a token from before", "GET /referrals", REFERRER)


async def pending_subscription(rehearsal: Rehearsal) -> None:
    """Create a subscription that waits for the consent of its address, as outside the sandbox."""
    url = rehearsal.parameters.get("url") or f"{rehearsal.env.urls['receiver']}/hooks/{REFERRER.organisation}-pending"
    created = await rehearsal.env.create_pending_subscription(REFERRER.organisation, url)
    rehearsal.ids |= {_SUBSCRIPTION: created.id, "secret": created.secret}
    rehearsal.says(f"A subscription at {url} waits for consent; events are kept until then.")
    rehearsal.points_at("Ask the address for its consent", f"POST /subscriptions/{created.id}/handshake", REFERRER)


async def _partner_is(rehearsal: Rehearsal, system: System, *, failing: bool) -> None:
    async def noticed() -> bool:
        status = await rehearsal.operator.get(f"/partners/{system}")
        return (status["failures"] > 0) is failing

    await until(f"the hub notices that {system.label} {'fails' if failing else 'answers'}", noticed)


def _point_at_partner(rehearsal: Rehearsal, system: System) -> None:
    rehearsal.points_at("The state of the connection", f"GET /partners/{system}", OPERATOR)
    rehearsal.points_at("What it is owed", f"GET /partners/{system}/deliveries", OPERATOR)


def _confirmed_once(rehearsal: Rehearsal) -> tuple[dict[str, Any], ...]:
    return (confirmation(days_ago(rehearsal, 11)),)


async def _ids(rehearsal: Rehearsal, path: str) -> set[str]:
    return {each["id"] for each in (await rehearsal.operator.get(f"{path}?limit=100"))["items"]}


async def _appears(rehearsal: Rehearsal, path: str, before: set[str], name: str) -> None:
    new: set[str] = set()

    async def found() -> bool:
        new.update(await _ids(rehearsal, path) - before)
        return bool(new)

    await until(f"the operator sees something new at {path}", found)
    rehearsal.ids[name] = min(new)
    rehearsal.points_at("What the operator sees", f"GET {path}", OPERATOR)
