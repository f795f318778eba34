"""The steps of a referral by REST: who may make them, and what each side reads of them."""

import httpx

from tests.support.api_calls import attempt, attended, fault, path_for, read, refer, step, unanswered

Api = httpx.AsyncClient


async def test_finance_team_cannot_do_the_referrers_steps(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    answered = await attempt(etf, f"{path}/signals", {"kind": "worker_changed"})

    assert (answered.status_code, answered.json()["code"]) == (403, "forbidden")


async def test_referrer_cannot_do_the_finance_teams_steps(dock: Api) -> None:
    made = await refer(dock)

    answered = await attempt(dock, f"/referrals/{made['id']}/confirmation")

    assert (answered.status_code, answered.json()["code"]) == (403, "forbidden")


async def test_operator_is_kept_out_by_its_role_although_it_has_every_scope(dock: Api, etf: Api, operator: Api) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    answered = await attempt(operator, f"{path}/confirmation")

    assert (answered.status_code, answered.json()["code"]) == (403, "forbidden")


async def test_rejection_is_told_with_its_reason(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")

    await step(etf, f"{await path_for(etf, 'A-1')}/rejection", {"reason": "not_a_resident"})

    told = await read(dock, f"/referrals/{made['id']}")
    assert (told["status"], told["rejectionReason"]) == ("rejected", "not_a_resident")


async def test_referral_is_forwarded_to_a_known_organisation(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    refused = await attempt(etf, f"{path}/forwarding", {"organisationCode": "nobody"})
    forwarded = await step(etf, f"{path}/forwarding", {"organisationCode": "pit010"})

    assert fault(refused) == ("organisationCode", "known-organisation")
    assert forwarded["status"] == "forwarded"


async def test_withdrawal_is_immediate_until_confirmed(dock: Api) -> None:
    made = await refer(dock)

    withdrawn = await step(dock, f"/referrals/{made['id']}/withdrawal", {"reason": "helped_elsewhere"})

    assert (withdrawn["status"], withdrawn["closureReason"]) == ("withdrawn", "withdrawn_by_referrer")


async def test_court_knows_that_it_withdrew_itself(court: Api) -> None:
    made = await refer(court)

    withdrawn = await step(court, f"/referrals/{made['id']}/withdrawal", {"reason": "duplicate"})

    assert withdrawn["status"] == "withdrawn"
    assert (await read(court, f"/referrals/{made['id']}/available-actions"))["items"] == []


async def test_withdrawal_afterwards_is_a_request_that_the_counsellor_answers(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")
    await step(etf, f"{path}/confirmation")

    requested = await step(dock, f"/referrals/{made['id']}/withdrawal", {"reason": "helped_elsewhere"})
    refused = await step(etf, f"{path}/withdrawal-answer", {"granted": False})
    again = await attempt(etf, f"{path}/withdrawal-answer", {"granted": True})
    await step(dock, f"/referrals/{made['id']}/withdrawal", {"reason": "helped_elsewhere"})
    granted = await step(etf, f"{path}/withdrawal-answer", {"granted": True})

    assert (requested["status"], requested["flags"]) == ("confirmed", ["withdrawal_requested"])
    assert refused["flags"] == []
    assert again.status_code == 409
    assert granted["status"] == "withdrawn"


async def test_referral_made_by_mistake_is_marked(dock: Api) -> None:
    made = await refer(dock)

    marked = await step(dock, f"/referrals/{made['id']}/entry-error")

    assert marked["status"] == "entered_in_error"


async def test_client_who_cannot_be_reached_ends_the_referral(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")
    await step(etf, f"{path}/confirmation")
    await unanswered(dock, etf, "A-1")

    await step(etf, f"{path}/contact-loss")

    told = await read(dock, f"/referrals/{made['id']}")
    assert (told["status"], told["closureReason"]) == ("unreachable", "no_contact")


async def test_step_cannot_lie_in_the_future(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    answered = await attempt(etf, f"{path}/confirmation", {"occurredAt": "2027-01-01T00:00:00Z"})

    assert fault(answered) == ("occurredAt", "not-in-future")


async def test_history_tells_when_it_happened_and_who_did_it(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")
    await step(etf, f"{path}/confirmation", {"occurredAt": "2026-03-02T09:00:00+01:00"})

    entries = (await read(etf, f"{path}/history"))["items"]

    assert [(entry["action"], entry["role"], entry["toStatus"]) for entry in entries] == [
        ("register", "referrer", "received"),
        ("confirm", "finance_team", "confirmed"),
    ]
    assert entries[1]["occurredAt"] == "2026-03-02T08:00:00Z"
    assert entries[1]["recordedAt"] == "2026-03-02T09:30:00Z"


async def test_history_of_a_court_shows_no_status_that_it_was_not_told(court: Api, etf: Api) -> None:
    path = await attended(court, etf, "C-1")
    await step(etf, f"{path}/intake-result", {"result": "no_support_wanted", "concludedOn": "2026-03-02"})
    own = (await read(court, "/referrals"))["items"][0]["id"]
    await step(court, f"/referrals/{own}/signals", {"kind": "worker_changed"})

    entries = (await read(court, f"/referrals/{own}/history"))["items"]

    told = [(entry["action"], entry.get("toStatus")) for entry in entries]
    assert told == [("register", "received"), ("confirm", "confirmed"), ("attend", "attended"), ("give_signal", None)]
    assert all("fromStatus" not in entry and "reason" not in entry for entry in entries)


async def test_a_step_is_judged_on_what_the_referrer_knows_and_changes_no_state_that_has_moved_on(
    court: Api, etf: Api
) -> None:
    path = await attended(court, etf, "C-1")
    await step(etf, f"{path}/intake-result", {"result": "no_support_wanted", "concludedOn": "2026-03-02"})
    own = (await read(court, "/referrals"))["items"][0]["id"]

    answered = await attempt(court, f"/referrals/{own}/withdrawal", {"reason": "duplicate"})

    assert answered.status_code == 200
    assert (answered.json()["status"], answered.json()["flags"]) == ("attended", ["withdrawal_requested"])
    assert (await read(etf, path))["status"] == "concluded"
    *_, late = (await read(etf, f"{path}/history"))["items"]
    assert (late["action"], late["toStatus"]) == ("request_withdrawal", "concluded")


async def test_refusal_of_a_step_names_no_status_that_was_not_disclosed(court: Api, etf: Api) -> None:
    path = await attended(court, etf, "C-1")
    await step(etf, f"{path}/intake-result", {"result": "no_support_wanted", "concludedOn": "2026-03-02"})
    own = (await read(court, "/referrals"))["items"][0]["id"]
    await step(court, f"/referrals/{own}/entry-error", {})

    answered = await attempt(court, f"/referrals/{own}/withdrawal", {"reason": "duplicate"})

    assert answered.status_code == 409
    assert "concluded" not in answered.text


async def test_court_never_reads_an_intake_result_and_a_welfare_organisation_does(
    court: Api, dock: Api, etf: Api
) -> None:
    for referrer, reference in ((court, "C-1"), (dock, "D-1")):
        path = await attended(referrer, etf, reference)
        await step(etf, f"{path}/intake-result", {"result": "route_to_kbr", "concludedOn": "2026-03-02"})

    courts = (await court.get("/v1/referrals")).json()["items"][0]
    docks = (await dock.get("/v1/referrals")).json()["items"][0]

    assert "intake" not in courts
    assert courts["status"] == "attended"
    assert "route_to_kbr" not in (await court.get(f"/v1/referrals/{courts['id']}")).text
    assert docks["intake"]["result"] == "route_to_kbr"
    assert (await read(dock, f"/referrals/{docks['id']}"))["intake"]["result"] == "route_to_kbr"


async def test_tag_of_what_a_referrer_reads_does_not_change_by_what_is_withheld(court: Api, etf: Api) -> None:
    path = await attended(court, etf, "C-1")
    own = (await read(court, "/referrals"))["items"][0]["id"]
    before = await court.get(f"/v1/referrals/{own}")

    await step(etf, f"{path}/intake-result", {"result": "route_to_kbr", "concludedOn": "2026-03-02"})

    after = await court.get(f"/v1/referrals/{own}")
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])


async def test_available_actions_are_those_that_succeed(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    teams = (await read(etf, f"{path}/available-actions"))["items"]
    referrers = (await read(dock, f"/referrals/{made['id']}/available-actions"))["items"]

    ask = ["await_information", "request_information", "extend_term", "record_contact_attempt"]
    assert teams == ["confirm", "reject", "forward", *ask]
    assert referrers == ["withdraw", "amend", "give_signal", "enter_in_error"]


async def test_answers_are_available_while_they_are_asked_for(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")
    await step(etf, f"{path}/confirmation")
    await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00", "threeWay": True})
    await step(dock, f"/referrals/{made['id']}/withdrawal", {"reason": "helped_elsewhere"})

    teams = set((await read(etf, f"{path}/available-actions"))["items"])
    referrers = set((await read(dock, f"/referrals/{made['id']}/available-actions"))["items"])

    assert {"grant_withdrawal", "refuse_withdrawal"} <= teams
    assert "respond" in referrers


async def test_nothing_was_disclosed_before_anything_is_sent(dock: Api) -> None:
    made = await refer(dock)

    assert (await read(dock, f"/referrals/{made['id']}/disclosures"))["items"] == []


async def test_contact_is_lost_and_restored_once_however_often_it_is_reported(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")
    path, own = await path_for(etf, "A-1"), f"/referrals/{made['id']}"
    await step(etf, f"{path}/confirmation")

    for _ in range(2):
        await step(etf, f"{path}/lost-contact", {"lostOn": "2026-03-02"})
    lost = await read(dock, own)
    for _ in range(2):
        await step(etf, f"{path}/restored-contact", {"restoredOn": "2026-03-02"})
    restored = await read(dock, own)

    history = [each["action"] for each in (await read(etf, f"{path}/history"))["items"]]
    assert history == ["register", "confirm", "report_contact_lost", "report_contact_restored"]
    assert (lost["status"], lost["flags"]) == ("confirmed", ["contact_lost"])
    assert (restored["status"], restored["flags"]) == ("confirmed", [])


async def test_restored_contact_of_before_the_loss_is_refused_with_what_to_do(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")
    await step(etf, f"{path}/confirmation")
    await step(etf, f"{path}/lost-contact", {"lostOn": "2026-03-02"})

    body = {"restoredOn": "2026-03-01"}
    refused = await attempt(etf, f"{path}/restored-contact", body, **{"Accept-Language": "nl"})

    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert "geef de juiste dag" in refused.json()["detail"]


async def test_the_referrer_reopens_what_was_closed_without_contact(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")
    path, own = await path_for(etf, "A-1"), f"/referrals/{made['id']}"
    await step(etf, f"{path}/confirmation")
    await unanswered(dock, etf, "A-1")
    await step(etf, f"{path}/contact-loss")

    reopened = await step(dock, f"{own}/signals", {"kind": "contact_restored"})

    assert (reopened["status"], reopened["flags"]) == ("confirmed", [])
    assert "closureReason" not in reopened
    await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})


async def test_a_referral_is_forwarded_to_one_place(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    nowhere = await attempt(etf, f"{path}/forwarding")
    twice = await attempt(etf, f"{path}/forwarding", {"organisationCode": "pit010", "outsideBody": "legal_desk"})
    forwarded = await step(etf, f"{path}/forwarding", {"outsideBody": "legal_desk"})

    assert fault(nowhere) == fault(twice) == ("organisationCode", "one-destination")
    assert forwarded["status"] == "forwarded"
    assert (await read(etf, f"{path}/history"))["items"][-1]["reason"] == "legal_desk"
