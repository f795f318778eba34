"""What happens in a hub so that every example of a referral's way can be sent: from receipt to the end of guidance."""

from datetime import UTC, datetime
from typing import Any

from tests.support.example_run import ExampleRun

Json = Any

_COUNSELLOR = {"name": "B. Bakker", "phone": "+31 10 555 01 00"}
_PLANNED = {"startsAt": "2026-12-01T10:00:00+01:00"}
_TIMES = ["2026-12-03T10:00:00+01:00"]
_CLIENT = {"client": {"familyName": "Jansen", "birthDate": "1988-04-12"}, "area": "Noord"}
_AGAIN = "transition-not-allowed"


async def tell_referrals(run: ExampleRun) -> None:
    """Show how clients are referred, and every first answer of the finance team."""
    usual = await run.show("dock", "createReferral", "usual")
    await run.refused("dock", "createReferral", "duplicate-reference", {**_CLIENT, "reference": usual["reference"]})
    for example in ("smallest", "full", "three-way-meeting", "backdated-consent", "birth-date-in-part"):
        await run.show("dock", "createReferral", example)
    number = await run.show("gidso", "createReferral", "with-citizen-service-number")
    own = {"referralId": usual["id"]}
    await run.show("dock", "getReferral", answer="as-its-referrer", ids=own)
    for example in ("by-reference", "by-status"):
        await run.show("dock", "searchReferrals", example)
    await run.show("gidso", "searchReferrals", "by-citizen-service-number")
    await run.show("dock", "listReferrals", answer="first-page", query="limit=2")
    team = await _as_team(run, usual["reference"])
    await run.show("team", "getReferral", answer="as-the-finance-team", ids=team)
    await _change(run, own, team)
    await _first_answers(run, number["id"])


async def _change(run: ExampleRun, own: dict[str, str], team: dict[str, str]) -> None:
    await run.show("dock", "updateReferral", "smallest", ids=own)
    for example in ("removed", "consent"):
        await run.show("dock", "updateReferral", example, ids=own)
    await run.refused("team", "updateReferral", "not-the-owner", {"worker": {"name": "D. Jong"}}, ids=team)
    for example in ("smallest", "contact-restored"):
        await run.show("dock", "sendSignal", example, ids=own)


async def _first_answers(run: ExampleRun, gidso_id: str) -> None:
    referred = [await _referred(run, number) for number in range(16)]
    (confirmed, other), rest = referred[:2], referred[2:]
    await run.show("team", "confirmReferral", "smallest", again=_AGAIN, ids=confirmed[1])
    await run.refused("dock", "confirmReferral", "not-the-owner", {"counsellor": _COUNSELLOR}, ids=other[0])
    await run.show("team", "confirmReferral", "full", ids=other[1])
    steps = (
        ("team", "rejectReferral", "smallest", _AGAIN),
        ("team", "rejectReferral", "full", None),
        ("team", "forwardReferral", "smallest", _AGAIN),
        ("team", "forwardReferral", "full", None),
        ("team", "forwardReferral", "outside", None),
        ("dock", "withdrawReferral", "smallest", _AGAIN),
        ("dock", "withdrawReferral", "full", None),
        ("dock", "reportEntryError", "smallest", _AGAIN),
        ("dock", "reportEntryError", "full", None),
    )
    for (who, operation, example, again), (own, team) in zip(steps, rest, strict=False):
        await run.show(who, operation, example, again=again, ids=(own if who == "dock" else team))
    for example, (own, team) in zip(("smallest", "full"), rest[9:11], strict=True):
        await run.do("team", "confirmReferral", {}, ids=team)
        await run.do("team", "reportLostContact", {"lostOn": "2026-11-23"}, ids=team)
        await run.do("dock", "sendSignal", {"kind": "contact_not_restored"}, ids=own)
        await run.show("team", "reportContactLoss", example, again=_AGAIN, ids=team)
        await run.show("team", "reportRestoredContact", example, ids=team)
    for example, (own, team) in zip(("granted", "refused-by-counsellor"), rest[11:13], strict=True):
        await run.do("team", "confirmReferral", {}, ids=team)
        await run.do("dock", "withdrawReferral", {"reason": "other"}, ids=own)
        await run.show("team", "answerWithdrawalRequest", example, again=_AGAIN, ids=team)
    await _in_every_phase(run, rest[13], ended=rest[5][1])
    await run.refused("dock", "sendSignal", _AGAIN, {"kind": "worker_changed"}, ids=rest[5][0])
    await run.refused("dock", "updateReferral", _AGAIN, {"reason": "Huur"}, ids=rest[5][0])


async def _in_every_phase(
    run: ExampleRun, referral: tuple[dict[str, str], dict[str, str]], ended: dict[str, str]
) -> None:
    own, team = referral
    await run.do("team", "confirmReferral", {"counsellor": _COUNSELLOR}, ids=team)
    for operation in ("reportLostContact", "reportOtherHelp", "changeCounsellor"):
        for example in ("smallest", "full"):
            await run.show("team", operation, example, ids=team)
    steps: dict[str, Json] = {
        "reportLostContact": {"lostOn": "2026-11-23"},
        "reportOtherHelp": {"lifeDomains": ["work"]},
        "changeCounsellor": {"counsellor": _COUNSELLOR},
    }
    for operation, body in steps.items():
        await run.refused("team", operation, _AGAIN, body, ids=ended)
        await run.refused("dock", operation, "not-the-owner", body, ids=own)
    await run.refused("dock", "reportRestoredContact", "not-the-owner", {"restoredOn": "2026-11-23"}, ids=own)
    await run.refused("team", "reportRestoredContact", _AGAIN, {"restoredOn": "2020-01-01"}, ids=team)


async def tell_appointments(run: ExampleRun) -> None:
    """Show intakes: proposed, planned, moved, answered, called off, missed and attended; and a meeting afterwards."""
    own, team = await _referred(run, 20)
    await run.do("team", "confirmReferral", {"counsellor": _COUNSELLOR}, ids=team)
    await run.show("team", "scheduleAppointment", "three-way-meeting", ids=team)
    await run.show("team", "scheduleAppointment", "smallest", ids=team)
    moved = await run.show("team", "scheduleAppointment", "moved", ids=team)
    await run.show("team", "listAppointments", ids=team)
    for operation in ("getAppointment", "getAppointmentCalendar"):
        await run.show("team", operation, ids={**team, "appointmentId": moved["id"]})
    await run.show("team", "recordAttendance", "no-show", again=_AGAIN, ids={**team, "appointmentId": moved["id"]})
    for example in ("smallest", "full"):
        made = await run.do("team", "scheduleAppointment", _PLANNED, ids=team)
        await run.show("team", "cancelAppointment", example, again=_AGAIN, ids={**team, "appointmentId": made["id"]})
    await _proposals(run, own, team)
    made = await run.do("team", "scheduleAppointment", _PLANNED, ids=team)
    attended = {**team, "appointmentId": made["id"]}
    await run.refused("dock", "recordAttendance", "not-the-owner", {"attended": False}, ids=await _last(run, own))
    await run.show("team", "recordAttendance", "appeared", ids=attended)
    await run.refused("team", "scheduleAppointment", _AGAIN, _PLANNED, ids=team)
    await run.show("team", "listReferralActions", ids=team)
    followed = await run.show("team", "scheduleAppointment", "follow-up", ids=team)
    await run.show("team", "recordAttendance", "with-others", ids={**team, "appointmentId": followed["id"]})


async def _proposals(run: ExampleRun, own: dict[str, str], team: dict[str, str]) -> None:
    await run.show("team", "proposeAppointment", "smallest", ids=team)
    await run.show("dock", "answerAppointment", "other-times", ids=await _last(run, own))
    await run.show("dock", "answerAppointment", "accepted", ids=await _last(run, own))
    await run.show("team", "proposeAppointment", "full", ids=team)
    await run.show("dock", "answerAppointment", "chosen", ids=await _last(run, own))
    _, ended = await _referred(run, 21)
    await run.refused("dock", "proposeAppointment", "not-the-owner", {"times": _TIMES}, ids=own)
    await run.do("team", "rejectReferral", {"reason": "not_eligible"}, ids=ended)
    await run.refused("team", "proposeAppointment", _AGAIN, {"times": _TIMES}, ids=ended)


async def tell_correspondence(run: ExampleRun) -> None:
    """Show questions to the referrer, answered and withdrawn, and signals of both sides."""
    own, team = await _referred(run, 50)
    await run.do("team", "confirmReferral", {"counsellor": _COUNSELLOR}, ids=team)
    asked = [await run.show("team", "requestInformation", example, ids=team) for example in ("smallest", "full")]
    asked.append(await run.do("team", "requestInformation", {"topic": "housing"}, ids=team))
    await run.show("dock", "listInformationRequests", ids=own)
    of_dock = (await run.do("dock", "listInformationRequests", ids=own))["items"]
    await run.show("dock", "getInformationRequest", ids={**own, "requestId": of_dock[1]["id"]})
    for example, each in zip(("smallest", "at-its-moment"), of_dock, strict=False):
        await run.show("dock", "answerInformationRequest", example, ids={**own, "requestId": each["id"]})
    ended = {**own, "requestId": of_dock[0]["id"]}
    await run.refused("dock", "answerInformationRequest", _AGAIN, {"answer": "Toch niet."}, ids=ended)
    withdrawn = {**team, "requestId": asked[2]["id"]}
    await run.show("team", "withdrawInformationRequest", "smallest", ids=withdrawn)
    answered = {**team, "requestId": asked[0]["id"]}
    await run.refused("team", "withdrawInformationRequest", _AGAIN, {}, ids=answered)
    await run.refused("dock", "requestInformation", "not-the-owner", {"topic": "other"}, ids=own)
    await run.show("dock", "sendSignal", "with-a-text", ids=own)
    await run.show("dock", "listSignals", ids=own)
    _, rejected = await _referred(run, 51)
    await run.do("team", "rejectReferral", {"reason": "not_eligible"}, ids=rejected)
    await run.refused("team", "requestInformation", _AGAIN, {"topic": "other"}, ids=rejected)
    guided = await _trajectory(run, 52)
    for example in ("smallest", "with-a-text"):
        await run.show("team", "sendBankSignal", example, ids=guided)


async def tell_onward_referrals(run: ExampleRun) -> None:
    """Show clients who are referred onward, and what becomes of that."""
    _, team = await _referred(run, 60, consent={"scopes": ["referral"], "givenOn": "2026-11-20"})
    await run.do("team", "confirmReferral", {"counsellor": _COUNSELLOR}, ids=team)
    made = [
        await run.show("team", "createOnwardReferral", each, ids=team) for each in ("to-a-body", "to-an-organisation")
    ]
    await run.refused("team", "createOnwardReferral", _AGAIN, {"organisationCode": "dock"}, ids=team)
    (arrived,) = (await run.show("bailiff", "listArrivals", answer="first-page", query="limit=2"))["items"]
    ids = {"onwardId": arrived["id"]}
    await run.show("bailiff", "getArrival", ids=ids)
    for example in ("smallest", "at-its-moment"):
        await run.show("bailiff", "answerArrival", example, ids=ids)
    await run.refused("bailiff", "answerArrival", _AGAIN, {"status": "accepted"}, ids=ids)
    await run.show("team", "listOnwardReferrals", ids=team)
    outside = {**team, "onwardId": made[0]["id"]}
    for example in ("smallest", "at-its-moment"):
        await run.show("team", "reportOnwardStatus", example, ids=outside)
    await run.refused("team", "reportOnwardStatus", _AGAIN, {"status": "accepted"}, ids=outside)


async def tell_trajectories(run: ExampleRun) -> None:
    """Show guidance: from the result of the intake to the end."""
    run.clock.set(datetime(2026, 11, 23, 15, tzinfo=UTC))
    own, team = await _attended(run, 30)
    concluded = await run.show("team", "recordIntakeResult", "smallest", again=_AGAIN, ids=team)
    _, missed = await _referred(run, 31)
    await run.do("team", "confirmReferral", {}, ids=missed)
    made = await run.do("team", "scheduleAppointment", _PLANNED, ids=missed)
    await run.do("team", "recordAttendance", {"attended": False}, ids={**missed, "appointmentId": made["id"]})
    await run.show("team", "recordIntakeResult", "no-support-wanted", ids=missed)
    for number, example in ((35, "smallest"), (36, "full")):
        _, talked = await _attended(run, number)
        await run.show("team", "recordFirstPlan", example, ids=talked)
    await run.refused("team", "recordFirstPlan", _AGAIN, {"signedOn": "2026-11-23"}, ids=missed)
    await _terms(run)
    await run.show("team", "getReferralHistory", answer="as-the-finance-team", ids=team)
    await run.show("dock", "getReferralHistory", answer="as-its-referrer", ids=own)
    run.clock.set(datetime(2026, 11, 26, 15, tzinfo=UTC))
    await _guidance(run, {"trajectoryId": concluded["trajectory"]["id"]})
    for number, example in ((32, "full"), (33, "dropped-out")):
        await run.show("team", "recordTrajectoryResult", example, again=None, ids=await _trajectory(run, number))
    other = await _trajectory(run, 34)
    await run.show("team", "closeTrajectory", "full", ids=other)
    await run.refused("team", "recordTrajectoryResult", _AGAIN, {"result": "social_loan"}, ids=other)
    await run.refused("team", "addTrajectoryParty", _AGAIN, {"organisation": "Humanitas", "role": "support"}, ids=other)
    await run.show("team", "listTrajectories", answer="first-page", query="limit=2")


async def _terms(run: ExampleRun) -> None:
    _, team = await _attended(run, 37)
    await run.show("team", "recordContactAttempt", "smallest", ids=team)
    await run.show("team", "recordContactAttempt", "full", ids=team)
    # What has a moment of its own is earlier than what happens now.
    for example in ("full", "smallest"):
        await run.show("team", "awaitInformation", example, ids=team)
        await run.show("team", "reportInformationReceived", example, ids=team)
    for example in ("smallest", "full"):
        await run.show("team", "extendTerm", example, ids=team)
    extension = {"term": "decision", "dueOn": "2026-12-01", "reason": "other"}
    await run.refused("team", "extendTerm", _AGAIN, extension, ids=team)
    _, rejected = await _referred(run, 38)
    await run.do("team", "rejectReferral", {"reason": "not_a_resident"}, ids=rejected)
    for operation in ("awaitInformation", "reportInformationReceived"):
        await run.refused("team", operation, _AGAIN, {}, ids=rejected)
    await run.refused("team", "recordContactAttempt", _AGAIN, {"kind": "letter"}, ids=rejected)


async def tell_work_lists(run: ExampleRun) -> None:
    """Show what is to be done in the cases so far."""
    _, waiting = await _referred(run, 40)
    await run.do("team", "confirmReferral", {"counsellor": _COUNSELLOR}, ids=waiting)
    await run.do("team", "awaitInformation", {}, ids=waiting)
    _, proposed = await _referred(run, 41)
    await run.do("team", "confirmReferral", {"counsellor": _COUNSELLOR}, ids=proposed)
    await run.do("team", "scheduleAppointment", _PLANNED, ids=proposed)
    await run.show("team", "listWorkOfCounsellor", answer="first-page", query="counsellor=B.+Bakker&limit=2")
    for operation in ("listOverdueWork", "listWorkAwaitingReferrer", "listWorkAwaitingCounsellor"):
        await run.show("team", operation, answer="as-the-finance-team", query="limit=2")
    await run.show("dock", "listWorkAwaitingReferrer", answer="as-its-referrer", query="limit=2")


async def _guidance(run: ExampleRun, of: dict[str, str]) -> None:
    await run.show("team", "getTrajectory", ids=of)
    await run.show("team", "addTrajectoryParty", "smallest", ids=of)
    await run.show("team", "addTrajectoryParty", "full", ids=of)
    await run.show("team", "listTrajectoryParties", ids=of)
    await run.show("team", "listTrajectoryActions", ids=of)
    await run.show("team", "recordPlan", "smallest", ids=of)
    await run.show("team", "recordPlan", "full", ids=of)
    await run.show("team", "pauseTrajectory", "smallest", again=_AGAIN, ids=of)
    await run.show("team", "resumeTrajectory", "smallest", again=_AGAIN, ids=of)
    await run.show("team", "pauseTrajectory", "full", ids=of)
    await run.show("team", "resumeTrajectory", "full", ids=of)
    await run.show("team", "recordTrajectoryResult", "smallest", ids=of)
    await run.show("team", "recordKbrApplication", "smallest", again=_AGAIN, ids=of)
    await run.show("team", "recordKbrApplication", "full", ids=of)
    await run.show("team", "closeTrajectory", "smallest", again=_AGAIN, ids=of)
    await run.show("team", "getTrajectoryHistory", ids=of)


async def _as_team(run: ExampleRun, reference: str) -> dict[str, str]:
    found = await run.do("team", "searchReferrals", {"reference": reference})
    return {"referralId": found["items"][0]["id"]}


async def _referred(run: ExampleRun, number: int, **more: object) -> tuple[dict[str, str], dict[str, str]]:
    """Refer a client; return the id of the referral for its referrer and for the finance team."""
    reference = f"2026-01{number:02}"
    made = await run.do("dock", "createReferral", {**_CLIENT, "reference": reference, **more})
    return {"referralId": made["id"]}, await _as_team(run, reference)


async def _attended(run: ExampleRun, number: int) -> tuple[dict[str, str], dict[str, str]]:
    own, team = await _referred(run, number)
    await run.do("team", "confirmReferral", {"counsellor": _COUNSELLOR}, ids=team)
    made = await run.do("team", "scheduleAppointment", _PLANNED, ids=team)
    await run.do("team", "recordAttendance", {"attended": True}, ids={**team, "appointmentId": made["id"]})
    return own, team


async def _trajectory(run: ExampleRun, number: int) -> dict[str, str]:
    _, team = await _attended(run, number)
    body = {"result": "route_to_kbr", "concludedOn": "2026-11-23"}
    concluded = await run.do("team", "recordIntakeResult", body, ids=team)
    return {"trajectoryId": concluded["trajectory"]["id"]}


async def _appointments(run: ExampleRun, who: str, referral: dict[str, str]) -> list[Json]:
    items: list[Json] = (await run.do(who, "listAppointments", ids=referral))["items"]
    return items


async def _last(run: ExampleRun, own: dict[str, str]) -> dict[str, str]:
    return {**own, "appointmentId": (await _appointments(run, "dock", own))[-1]["id"]}
