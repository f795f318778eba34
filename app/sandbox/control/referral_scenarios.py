"""Scenarios about what people do with a referral."""

from datetime import timedelta

from app.sandbox.control.cases import (
    appointment,
    attendance,
    confirmation,
    contact_lost,
    days_ago,
    has_status,
    missed,
    refer,
    refer_row,
    register,
    unreachable,
    whole_route,
)
from app.sandbox.control.rehearsal import Rehearsal, until
from app.sandbox.roles import BAILIFF, GIDSO_TEAM, REFERRER, RMW_TEAM, Role

_REFERRAL, _FEEDBACK = ["referral"], ["referral", "feedback_to_referrer"]


async def full_route(rehearsal: Rehearsal, role: Role) -> None:
    """Refer, and register everything up to a result."""
    row, facts = whole_route(rehearsal, role)
    case = await refer_row(rehearsal, role, row)
    await register(rehearsal, case, *facts)
    await has_status(rehearsal, case, "concluded")


async def missed_intake(rehearsal: Rehearsal) -> None:
    """Let the client of a welfare organisation miss the intake."""
    case = await refer(rehearsal, REFERRER)
    await register(rehearsal, case, confirmation(days_ago(rehearsal, 11)), *missed(rehearsal, on_day=5))
    await has_status(rehearsal, case, "missed")


async def second_missed_intake(rehearsal: Rehearsal) -> None:
    """Let the client of a neighbourhood team miss two intakes: the team is notified of the second one only."""
    case = await refer(rehearsal, GIDSO_TEAM)
    await register(rehearsal, case, confirmation(days_ago(rehearsal, 11)), *missed(rehearsal, on_day=8))
    await has_status(rehearsal, case, "missed")
    rehearsal.says("The neighbourhood team is not notified of the first one: that was not agreed.")
    await register(rehearsal, case, *missed(rehearsal, on_day=3))

    async def notified() -> bool:
        lines = await rehearsal.env.partner_console.journal(case.reference)
        return any("verschenen" in line["Tekst"] for line in lines)

    await until("GIDSO's journal has a line about the missed intake", notified)
    rehearsal.says("A line about the missed intake is in GIDSO's journal.")


async def progress_due(rehearsal: Rehearsal) -> None:
    """Let the first talk of a client of work and income be eight weeks ago: it is informed where the case is."""
    held_on = days_ago(rehearsal, 8 * 7)
    case = await refer(rehearsal, RMW_TEAM, days_ago=70)
    planned = appointment(days_ago(rehearsal, 68), held_on)
    await register(rehearsal, case, confirmation(days_ago(rehearsal, 69)), planned, attendance(held_on, attended=True))
    await has_status(rehearsal, case, "attended")

    async def informed() -> bool:
        registration = await rehearsal.env.partner_console.registration(case.reference)
        return any(line["statuscode"] == "VG" for line in registration["statussen"])

    await until("RMW has a status about the progress", informed)
    rehearsal.says("Eight weeks after the first talk, decided or not: RMW has a status with where the case is.")


async def lost_contact(rehearsal: Rehearsal) -> None:
    """Lose contact with a client: the referrer is asked to restore it, and its signal reopens the closed referral."""
    case = await refer(rehearsal, REFERRER)
    await register(rehearsal, case, confirmation(days_ago(rehearsal, 11)), contact_lost(days_ago(rehearsal, 8)))
    await has_status(rehearsal, case, "confirmed")
    rehearsal.says("The welfare organisation is asked to restore contact; the referral goes on.")
    await register(rehearsal, case, unreachable(days_ago(rehearsal, 1)))
    await has_status(rehearsal, case, "unreachable")
    path = f"/referrals/{rehearsal.ids['referral']}"
    await rehearsal.caller(REFERRER).post(f"{path}/signals", {"kind": "contact_restored"})
    rehearsal.says(f"{REFERRER.who}: signals that the client can be reached again.")
    await has_status(rehearsal, case, "confirmed")


async def three_way_meeting(rehearsal: Rehearsal) -> None:
    """Plan an intake with the referrer's worker, who is asked to respond."""
    case = await refer(rehearsal, REFERRER, three_way_meeting=True)
    planned = appointment(days_ago(rehearsal, 1), days_ago(rehearsal, -5), three_way=True)
    await register(rehearsal, case, confirmation(days_ago(rehearsal, 2)), planned)
    await has_status(rehearsal, case, "scheduled")
    path = f"/referrals/{rehearsal.ids['referral']}/appointments"
    (first, *_) = (await rehearsal.caller(REFERRER).get(path))["items"]
    rehearsal.ids["appointment"] = first["id"]
    rehearsal.says("The hub asks the referrer's worker whether the time suits.")
    rehearsal.points_at('Answer with {"accepted": true}', f"POST {path}/{first['id']}/response", REFERRER)


async def attended(rehearsal: Rehearsal) -> None:
    """Let a client come to the intake; the result is still to be registered."""
    case = await refer(rehearsal, REFERRER)
    on = days_ago(rehearsal, 1)
    planned = appointment(on - timedelta(days=3), on)
    await register(rehearsal, case, confirmation(on - timedelta(days=5)), planned, attendance(on, attended=True))
    await has_status(rehearsal, case, "attended")


async def backdated_consent(rehearsal: Rehearsal) -> None:
    """Let a bailiff state a consent that was given long ago: it works from now on, and never backwards."""
    case = await refer(rehearsal, BAILIFF)
    await register(rehearsal, case, confirmation(days_ago(rehearsal, 11)), *missed(rehearsal, on_day=8))
    await has_status(rehearsal, case, "missed")
    rehearsal.says("The bailiff is not notified: there is consent to the referral, and none to feedback.")
    path = f"/referrals/{rehearsal.ids['referral']}"
    consent = {"scopes": _FEEDBACK, "givenOn": days_ago(rehearsal, 200).isoformat(), "form": "written"}
    await rehearsal.caller(BAILIFF).patch(path, {"consent": consent})
    rehearsal.says(f"The bailiff states a consent of {consent['givenOn']}. What happened before stays unknown to it.")
    await register(rehearsal, case, *missed(rehearsal, on_day=3))
    await _knows(rehearsal, path, "missed")
    rehearsal.says("The client misses another intake: now the bailiff is notified, by webhook and when it reads.")


async def consent_withdrawn(rehearsal: Rehearsal) -> None:
    """Let a client take back the consent under which a bailiff was notified."""
    given_on = days_ago(rehearsal, 12).isoformat()
    consent = {"scopes": _FEEDBACK, "givenOn": given_on, "form": "written"}
    case = await refer(rehearsal, BAILIFF, consent=consent)
    await register(rehearsal, case, confirmation(days_ago(rehearsal, 11)), *missed(rehearsal, on_day=5))
    path = f"/referrals/{rehearsal.ids['referral']}"
    await _knows(rehearsal, path, "missed")
    rehearsal.says("The client misses the intake, and the bailiff is notified under the consent.")
    await rehearsal.caller(BAILIFF).patch(path, {"consent": consent | {"scopes": _REFERRAL}})
    await _knows(rehearsal, path, "confirmed")
    rehearsal.says("The client takes the consent to feedback back: the bailiff reads the referral as it was before.")


async def support_stopped(rehearsal: Rehearsal) -> None:
    """Let a neighbourhood team note in GIDSO that its support stopped, which the counsellor reads in Allegro."""
    case = await refer(rehearsal, GIDSO_TEAM)
    await register(rehearsal, case, confirmation(days_ago(rehearsal, 11)))
    await has_status(rehearsal, case, "confirmed")
    stopped_on = days_ago(rehearsal, 1).isoformat()
    await rehearsal.env.partner_console.change_registration(case.reference, {"OndersteuningGestoptOp": stopped_on})
    rehearsal.says(f"{GIDSO_TEAM.who}: notes in GIDSO that its support stopped on {stopped_on}.")

    async def in_history() -> bool:
        history = (await rehearsal.finance_team.get(f"{case.finance_path}/history"))["items"]
        return any(each["action"] == "give_signal" for each in history)

    await until("the hub has the signal", in_history)
    rehearsal.says("The hub passes the signal to the counsellor in Allegro.")


async def _knows(rehearsal: Rehearsal, path: str, status: str) -> None:
    async def found() -> bool:
        return bool((await rehearsal.caller(BAILIFF).get(path))["status"] == status)

    await until(f"the bailiff reads that the referral is {status}", found)
