"""Trajectories: open, plan, pause, result, credit bank application, close, parties."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.database import Connection
from app.domain.codes import (
    ClosureReason,
    DropOutReason,
    OrganisationRole,
    PartyRole,
    ReferrerKind,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.commands import (
    ActionContext,
    AddParty,
    CloseTrajectory,
    ConcludeIntake,
    PauseTrajectory,
    RecordKbrStatus,
    RecordResult,
    ResumeTrajectory,
    SignPlan,
)
from app.domain.dates import check_not_future
from app.domain.errors import FieldFault, Forbidden, InvalidInput, NotFound, TransitionNotAllowed
from app.domain.events import EventType, FactValue
from app.domain.fields import Field
from app.domain.input_rules import InputRule
from app.domain.lifecycle import KBR_ACTION, Action, Machine, is_ended
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import Party
from app.models.cases.client import wrapped_key_of
from app.models.cases.trajectory import (
    has_result,
    insert_kbr_application,
    insert_parties,
    insert_result,
    insert_trajectory,
    kbr_application_row_of,
    referral_id_of,
    save_plan,
    trajectory_row_of,
    update_kbr_application,
    update_trajectory,
)
from app.operations.cases.steps import Chain, Step, open_chain
from app.operations.services import Services


def open_trajectory(chain: Chain, trajectory_id: UUID, fact: ConcludeIntake) -> None:
    """Open the trajectory that follows on an intake, due after the term that holds on that day."""
    row = chain.row
    kind = ReferrerKind(row.organisation_kind) if row.organisation_kind else None
    weeks = chain.services.reference.decision_weeks(kind, fact.concluded_on)
    insert_trajectory(
        chain.tx,
        {
            "id": trajectory_id,
            "referral_id": chain.id,
            "client_id": row.client_id,
            "status": TrajectoryStatus.PLANNING,
            "started_on": fact.concluded_on,
            "due_on": fact.concluded_on + timedelta(weeks=weeks),
            "counsellor_name": row.counsellor_name,
            "counsellor_phone": row.counsellor_phone,
            "created_at": chain.now,
            "changed_at": chain.now,
        },
    )
    step = Step(Machine.TRAJECTORY, trajectory_id, None, Action.OPEN, EventType.TRAJECTORY_STARTED)
    chain.take(replace(step, trajectory_id=trajectory_id))
    _add_first_parties(chain, trajectory_id, fact.concluded_on)


def open_trajectory_chain(
    tx: Connection, services: Services, trajectory_id: UUID, context: ActionContext, visibility: Visibility = EVERYTHING
) -> Chain:
    """Lock the chain that a trajectory belongs to.

    Raises:
        NotFound: there is no such trajectory, or the caller may not see it.
    """
    referral_id = referral_id_of(tx, trajectory_id)
    if referral_id is None:
        raise NotFound("There is no trajectory with this id for this client.")
    return open_chain(tx, services, referral_id, context, visibility)


def sign_plan(tx: Connection, services: Services, chain: Chain, fact: SignPlan) -> None:
    """Record that the client signed the support plan.

    Raises:
        InvalidInput: signed before the intake, or in the future.
    """
    check_not_future("signedOn", fact.signed_on, chain.now)
    row = _trajectory(tx, chain)
    if fact.signed_on < row.started_on:
        message = "The plan is signed on the day of the intake or later."
        raise InvalidInput(FieldFault("signedOn", InputRule.NOT_BEFORE_INTAKE, message))
    status = chain.take(
        _step(row, Action.SIGN_PLAN, EventType.PLAN_SIGNED, {Field.PLAN_SIGNED_ON: fact.signed_on.isoformat()})
    )
    values = {
        "trajectory_id": row.id,
        "signed_on": fact.signed_on,
        "document_reference": fact.document_reference,
        "recorded_at": chain.now,
    }
    save_plan(tx, values)
    _save(chain, row, status)


def pause_trajectory(tx: Connection, services: Services, chain: Chain, fact: PauseTrajectory) -> None:
    """Let guidance rest."""
    row = _trajectory(tx, chain)
    _save(chain, row, chain.take(_step(row, Action.PAUSE, EventType.TRAJECTORY_PAUSED)))


def resume_trajectory(tx: Connection, services: Services, chain: Chain, fact: ResumeTrajectory) -> None:
    """Let guidance go on."""
    row = _trajectory(tx, chain)
    _save(chain, row, chain.take(_step(row, Action.RESUME, EventType.TRAJECTORY_RESUMED)))


def record_result(tx: Connection, services: Services, chain: Chain, fact: RecordResult) -> None:
    """Record a result; *wil geen (verdere) ondersteuning* is a drop-out and ends the trajectory.

    The first result is a feedback moment; a later one is told as a change.

    Raises:
        InvalidInput: a drop-out reason beside a result that is none, or a day in the future.
    """
    check_not_future("decidedOn", fact.decided_on, chain.now)
    row = _trajectory(tx, chain)
    dropped_out = fact.result is TrajectoryResult.NO_FURTHER_SUPPORT
    if fact.drop_out_reason and not dropped_out:
        message = "A drop-out reason goes with the result 'no_further_support' only; leave it out."
        raise InvalidInput(FieldFault("dropOutReason", InputRule.ONLY_WITH_DROP_OUT, message))
    if dropped_out:
        _drop_out(chain, row, fact)
    else:
        first = not has_result(tx, row.id)
        event = EventType.RESULT_RECORDED if first else EventType.TRAJECTORY_CHANGED
        step = _step(row, Action.DECIDE, event, _result_facts(fact), fact.result)
        _save(chain, row, chain.take(step))
    insert_result(tx, _new_result(chain, row, fact))


def close_trajectory(tx: Connection, services: Services, chain: Chain, fact: CloseTrajectory) -> None:
    """End the guidance: closed after a decision, stopped before one."""
    check_not_future("closedOn", fact.closed_on, chain.now)
    row = _trajectory(tx, chain)
    decided = row.status == TrajectoryStatus.DECIDED
    event = EventType.TRAJECTORY_CLOSED if decided else EventType.TRAJECTORY_STOPPED
    step = _step(row, Action.CLOSE, event, {Field.TRAJECTORY_CLOSURE_REASON: fact.reason.value}, fact.reason)
    status = chain.take(step)
    if status:
        _save(chain, row, status, closure_reason=fact.reason, ended_on=fact.closed_on)


def record_kbr_status(tx: Connection, services: Services, chain: Chain, fact: RecordKbrStatus) -> None:
    """Record where the application to the credit bank stands; the first report makes the record."""
    check_not_future("changedOn", fact.changed_on, chain.now)
    trajectory = _trajectory(tx, chain)
    row = kbr_application_row_of(tx, trajectory.id)
    application_id = row.id if row else services.new_id(chain.now)
    step = Step(
        Machine.KBR_APPLICATION,
        application_id,
        row.status if row else None,
        KBR_ACTION[fact.status],
        EventType.KBR_APPLICATION_CHANGED,
        facts=_kbr_facts(fact),
        trajectory_id=trajectory.id,
    )
    status = chain.take(step)
    if status:
        values = _application_values(chain, status, fact)
        if row:
            update_kbr_application(tx, application_id, values)
        else:
            insert_kbr_application(tx, {"id": application_id, "trajectory_id": trajectory.id, **values})
    chain.save()


def add_party(tx: Connection, services: Services, chain: Chain, fact: AddParty) -> UUID:
    """Add an organisation that takes part; returns the party's id.

    Raises:
        Forbidden: only the finance team says who takes part.
        TransitionNotAllowed: the trajectory has ended.
    """
    if chain.context.role is not OrganisationRole.FINANCE_TEAM:
        raise Forbidden(
            f"Adding a party is for {OrganisationRole.FINANCE_TEAM}; this client acts as {chain.context.role}."
        )
    row = _trajectory(tx, chain)
    if is_ended(TrajectoryStatus(row.status)):
        raise TransitionNotAllowed("A party cannot be added to a trajectory that has ended.")
    from_on = fact.from_on or chain.now.date()
    party = Party(services.new_id(chain.now), fact.organisation, fact.role, fact.contact, from_on)
    sealer = services.vault.client_sealer(wrapped_key_of(tx, chain.row.client_id))
    insert_parties(tx, sealer, row.id, [party])
    return party.id


def _add_first_parties(chain: Chain, trajectory_id: UUID, day: date) -> None:
    services, row = chain.services, chain.row
    sealer = services.vault.client_sealer(wrapped_key_of(chain.tx, row.client_id))
    team = services.reference.institution(OrganisationRole.FINANCE_TEAM)
    parties = [
        Party(services.new_id(chain.now), row.organisation_name, PartyRole.REFERRER, None, day),
        Party(services.new_id(chain.now), team.name, PartyRole.COUNSELLOR, row.counsellor_name, day),
    ]
    insert_parties(chain.tx, sealer, trajectory_id, parties)


def _trajectory(tx: Connection, chain: Chain) -> Any:  # a row
    row = trajectory_row_of(tx, chain.id)
    if row is None:
        raise TransitionNotAllowed("There is no trajectory yet: it opens with the intake result.")
    return row


def _step(
    row: Any,  # a row
    action: Action,
    event: EventType,
    facts: dict[Field, FactValue] | None = None,
    reason: str | None = None,
) -> Step:
    return Step(Machine.TRAJECTORY, row.id, row.status, action, event, reason, facts or {}, trajectory_id=row.id)


def _save(chain: Chain, row: Any, status: str | None, **values: Any) -> None:
    update_trajectory(chain.tx, row.id, {"status": status or row.status, "changed_at": chain.now, **values})


def _drop_out(chain: Chain, row: Any, fact: RecordResult) -> None:
    reason = fact.drop_out_reason or DropOutReason.UNKNOWN
    closure = ClosureReason.NO_CONTACT if reason is DropOutReason.LOST_CONTACT else ClosureReason.NO_SUPPORT_WANTED
    facts = {**_result_facts(fact), Field.TRAJECTORY_CLOSURE_REASON: closure.value}
    status = chain.take(_step(row, Action.DROP_OUT, EventType.TRAJECTORY_STOPPED, facts, reason))
    if status:
        _save(chain, row, status, closure_reason=closure, ended_on=fact.decided_on or chain.context.occurred_at.date())


def _result_facts(fact: RecordResult) -> dict[Field, FactValue]:
    return {
        Field.RESULT_CODE: fact.result.value,
        Field.RESULT_DECIDED_ON: fact.decided_on.isoformat() if fact.decided_on else None,
        Field.RESULT_DROP_OUT_REASON: fact.drop_out_reason.value if fact.drop_out_reason else None,
    }


def _new_result(chain: Chain, row: Any, fact: RecordResult) -> dict[str, Any]:
    return {
        "id": chain.services.new_id(chain.now),
        "trajectory_id": row.id,
        "code": fact.result,
        "decided_on": fact.decided_on,
        "drop_out_reason": fact.drop_out_reason,
        "recorded_at": chain.now,
    }


def _kbr_facts(fact: RecordKbrStatus) -> dict[Field, FactValue]:
    return {
        Field.KBR_STATUS: fact.status.value,
        Field.KBR_CHANGED_ON: fact.changed_on.isoformat() if fact.changed_on else None,
    }


def _application_values(chain: Chain, status: str, fact: RecordKbrStatus) -> dict[str, Any]:
    values: dict[str, Any] = {"status": status, "changed_on": fact.changed_on, "changed_at": chain.now}
    if fact.service_decision_meeting_on:
        values["service_decision_meeting_on"] = fact.service_decision_meeting_on
    return values
