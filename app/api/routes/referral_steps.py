"""The steps of a referral: taken on or not, withdrawn, signalled, out of contact, concluded; and of its guidance."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.api.context import WriteContext, changing
from app.api.http.problems import owned_responses
from app.api.routes.referrals import ReferralId, Refers
from app.api.schemas.referral_out import ReferralOut
from app.api.schemas.steps import (
    AwaitedInformationIn,
    ConfirmationIn,
    ContactAttemptIn,
    ContactLossIn,
    CounsellorChangeIn,
    EntryErrorIn,
    FirstPlanIn,
    ForwardingIn,
    IntakeResultIn,
    LostContactIn,
    OtherHelpIn,
    ReceivedInformationIn,
    RejectionIn,
    RestoredContactIn,
    TermExtensionIn,
    WithdrawalAnswerIn,
    WithdrawalIn,
)

_PROBLEMS = owned_responses(400, 401, 403, 404, 409, 412, 428)

router = APIRouter(prefix="/referrals/{referral_id}", tags=["referrals"], responses=_PROBLEMS)

Processes = Annotated[WriteContext, changing("referrals:process")]


@router.post("/confirmation", summary="Confirm a referral", response_model=ReferralOut)
async def confirm_referral(referral_id: ReferralId, body: ConfirmationIn, change: Processes) -> Response:
    """Take the referral on (*bevestigen*), for the finance team; within 24 hours."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/rejection", summary="Reject a referral", response_model=ReferralOut)
async def reject_referral(referral_id: ReferralId, body: RejectionIn, change: Processes) -> Response:
    """Do not take the referral on (*afwijzen*), with a coded reason; for the finance team."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/forwarding", summary="Forward a referral", response_model=ReferralOut)
async def forward_referral(referral_id: ReferralId, body: ForwardingIn, change: Processes) -> Response:
    """Pass the referral on to an organisation of the hub or to a body outside it (*doorverwijzen*).

    The referral ends here, and its referrer is notified; the hub sends nothing to whoever takes over.
    """
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/withdrawal", summary="Withdraw a referral", response_model=ReferralOut)
async def withdraw_referral(referral_id: ReferralId, body: WithdrawalIn, change: Refers) -> Response:
    """Take the referral back (*intrekken*): at once until it is confirmed, afterwards by a request."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/withdrawal-answer", summary="Answer a requested withdrawal", response_model=ReferralOut)
async def answer_withdrawal_request(referral_id: ReferralId, body: WithdrawalAnswerIn, change: Processes) -> Response:
    """Grant or refuse a requested withdrawal (*verzoek tot intrekking*); for the finance team."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/contact-loss", summary="End a referral without contact", response_model=ReferralOut)
async def report_contact_loss(referral_id: ReferralId, body: ContactLossIn, change: Processes) -> Response:
    """End the referral because the client cannot be reached (*niet bereikbaar*); the referrer may refer again.

    Where contact was not reported lost, that is reported first. `lost-contact` reports it and ends nothing.
    """
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/lost-contact", summary="Report that contact is lost", response_model=ReferralOut)
async def report_lost_contact(referral_id: ReferralId, body: LostContactIn, change: Processes) -> Response:
    """Report that nobody can reach the client (*contact verloren*), before the intake or in the trajectory.

    The referral goes on; whoever agreed to help is asked to restore contact. While contact is lost, the same again
    changes nothing.
    """
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/restored-contact", summary="Report that contact is restored", response_model=ReferralOut)
async def report_restored_contact(referral_id: ReferralId, body: RestoredContactIn, change: Processes) -> Response:
    """Report that contact with the client is restored (*contact hersteld*).

    A referral or a trajectory that ended for want of contact is open again: an intake can be planned, or guidance goes
    on where it was.
    """
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/other-help", summary="Report that other help is needed", response_model=ReferralOut)
async def report_other_help(referral_id: ReferralId, body: OtherHelpIn, change: Processes) -> Response:
    """Report that the client needs other help too (*andere hulp nodig*): in which domains of life, and no more.

    Domains that were reported before change nothing.
    """
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/counsellor", summary="Change the counsellor", response_model=ReferralOut)
async def change_counsellor(referral_id: ReferralId, body: CounsellorChangeIn, change: Processes) -> Response:
    """Let another counsellor guide the client (*andere trajectbegeleider*); the same again changes nothing."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/entry-error", summary="Mark a referral as made by mistake", response_model=ReferralOut)
async def report_entry_error(referral_id: ReferralId, body: EntryErrorIn, change: Refers) -> Response:
    """Mark the referral as made by mistake (*foutief ingevoerd*)."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/contact-attempts", summary="Record an attempt to reach the client", response_model=ReferralOut)
async def record_contact_attempt(referral_id: ReferralId, body: ContactAttemptIn, change: Processes) -> Response:
    """Count an attempt to reach the client (*contactpoging*), until contact is had; only the finance team reads it."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/awaited-information", summary="Wait for information", response_model=ReferralOut)
async def await_information(referral_id: ReferralId, body: AwaitedInformationIn, change: Processes) -> Response:
    """Note that the counsellor waits for information (*wacht op gegevens*): terms that pause stand still."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/received-information", summary="Go on with what was awaited", response_model=ReferralOut)
async def report_information_received(
    referral_id: ReferralId, body: ReceivedInformationIn, change: Processes
) -> Response:
    """Note that the counsellor has what it waited for (*gegevens ontvangen*): terms that paused go on."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/term-extensions", summary="Extend a term", response_model=ReferralOut)
async def extend_term(referral_id: ReferralId, body: TermExtensionIn, change: Processes) -> Response:
    """Move the last day of a term (*termijnverlenging*); a new day of the decision is sent to who gets progress."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/plan", summary="Record the plan of the first talk", response_model=ReferralOut)
async def record_first_plan(referral_id: ReferralId, body: FirstPlanIn, change: Processes) -> Response:
    """Record the plan (*ondersteuningsplan*) that was signed before the intake has a result; opens the trajectory."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)


@router.post("/intake-result", summary="Record the result of the intake", response_model=ReferralOut)
async def record_intake_result(referral_id: ReferralId, body: IntakeResultIn, change: Processes) -> Response:
    """Record what the intake led to (*resultaat intake*); opens a trajectory, or closes the referral."""
    return await change.change_referral(referral_id, body.to_command(), body.occurred_at)
