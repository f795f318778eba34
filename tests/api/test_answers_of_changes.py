"""The answer of a change, built from the case in memory, is what the next GET reads from the store."""

import httpx

from tests.support.api_calls import Json, attempt, path_for, refer, referral

Api = httpx.AsyncClient
DAY = "2026-03-02"
PLANNED = {"startsAt": "2026-03-09T10:00:00+01:00"}


async def same(api: Api, path: str, answered: httpx.Response) -> Json:
    """Compare the answer of a change with the GET that follows, with the ETag; returns the record."""
    assert answered.status_code in (200, 201), answered.text
    stored = await api.get(f"/v1{path}")
    assert (stored.json(), stored.headers["etag"]) == (answered.json(), answered.headers["etag"]), answered.url
    body: Json = answered.json()
    return body


async def changed(api: Api, path: str, action: str, body: Json | None = None) -> Json:
    """Make a step; its answer equals the GET that follows."""
    return await same(api, path, await attempt(api, f"{path}/{action}", body))


async def planned(team: Api, path: str, **stated: object) -> str:
    """Plan the intake, or propose it; returns the path of the appointment."""
    answered = await attempt(team, f"{path}/appointments", PLANNED | stated)
    address = f"{path}/appointments/{answered.json()['id']}"
    await same(team, address, answered)
    return address


async def test_answer_of_each_change_of_a_referral_equals_the_next_read(dock: Api, etf: Api) -> None:
    created = await dock.post("/v1/referrals", json=referral(reference="A-1"))
    own = f"/referrals/{created.json()['id']}"
    await same(dock, own, created)
    patch = {"area": "Delfshaven"}
    await same(dock, own, await dock.patch(f"/v1{own}", json=patch, headers={"If-Match": created.headers["etag"]}))
    path = await path_for(etf, "A-1")

    await changed(etf, path, "confirmation", {"counsellor": {"name": "B. Bakker"}})
    await changed(dock, own, "signals", {"kind": "worker_changed"})
    await changed(dock, own, "withdrawal", {"reason": "helped_elsewhere"})
    await changed(etf, path, "withdrawal-answer", {"granted": False})
    await changed(etf, path, "lost-contact", {"lostOn": "2026-03-02"})
    await changed(dock, own, "signals", {"kind": "contact_not_restored"})
    await changed(etf, path, "contact-loss")


async def test_answer_of_each_way_to_end_a_referral_equals_the_next_read(dock: Api, etf: Api) -> None:
    for number, (action, body) in enumerate(
        (("rejection", {"reason": "not_a_resident"}), ("forwarding", {"organisationCode": "pit010"}))
    ):
        await refer(dock, reference=f"E-{number}")
        await changed(etf, await path_for(etf, f"E-{number}"), action, body)
    for action, body in (("withdrawal", {"reason": "duplicate"}), ("entry-error", {})):
        made = await refer(dock)
        await changed(dock, f"/referrals/{made['id']}", action, body)


async def test_answer_of_each_change_of_an_appointment_equals_the_next_read(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")
    own, path = f"/referrals/{made['id']}", await path_for(etf, "A-1")
    await changed(etf, path, "confirmation", {"counsellor": {"name": "B. Bakker"}})

    await changed(etf, await planned(etf, path), "cancellation", {"reason": "counsellor_cancelled"})
    missed = await planned(etf, path, threeWay=True)
    (*_, told) = (await dock.get(f"/v1{own}/appointments")).json()["items"]
    await changed(dock, f"{own}/appointments/{told['id']}", "response", {"accepted": True})
    await changed(etf, missed, "attendance", {"attended": False})
    await changed(etf, await planned(etf, path), "attendance", {"attended": True})


async def test_answer_of_each_change_of_a_trajectory_equals_the_next_read(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    referred = await path_for(etf, "A-1")
    await changed(etf, referred, "confirmation", {"counsellor": {"name": "B. Bakker"}})
    await changed(etf, await planned(etf, referred), "attendance", {"attended": True})
    concluded = await changed(etf, referred, "intake-result", {"result": "route_to_kbr", "concludedOn": DAY})
    path = f"/trajectories/{concluded['trajectory']['id']}"

    for action, body in (
        ("plan", {"signedOn": DAY, "documentReference": "RDD-1"}),
        ("pause", {}),
        ("resumption", {}),
        ("result", {"result": "kbr_application", "decidedOn": DAY}),
        ("kbr-application", {"status": "submitted", "changedOn": DAY}),
        ("closure", {"reason": "result_reached", "closedOn": DAY}),
    ):
        await changed(etf, path, action, body)
