"""What a referrer could do next with a case, and what it would read then; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import (
    CancellationReason,
    ConsentScope,
    OrganisationRole,
    SignalKind,
    System,
    WithdrawalReason,
)
from app.domain.commands import (
    AmendReferral,
    CancelAppointment,
    Command,
    EnterInError,
    GiveSignal,
    RespondToAppointment,
    WithdrawReferral,
)
from app.domain.errors import HubError
from app.domain.lifecycle import Action
from app.domain.values import Consent
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.execute import ReferralRef, execute
from app.operations.cases.known_case import known_step
from app.operations.cases.queries import ReferralActions, referral_actions, released_appointments, released_referral
from app.operations.cases.unit_of_work import UnitOfWork
from tests.support.hub import CONTENTS, TODAY, InProcessHub, context_of
from tests.support.lives import as_disclosed

ACTIONS: dict[type[Command], frozenset[Action]] = {
    WithdrawReferral: frozenset({Action.WITHDRAW, Action.REQUEST_WITHDRAWAL}),
    GiveSignal: frozenset({Action.GIVE_SIGNAL}),
    EnterInError: frozenset({Action.ENTER_IN_ERROR}),
    AmendReferral: frozenset({Action.AMEND}),
    RespondToAppointment: frozenset({Action.RESPOND}),
    CancelAppointment: frozenset({Action.CANCEL_APPOINTMENT, Action.CANCEL_ATTENDANCE}),
}
"""What the possible actions call each step."""

_SCOPES = frozenset({ConsentScope.FEEDBACK_TO_REFERRER})


def random_own_step(random: Random, case: Case) -> Command:
    """Return a step about an appointment that the referrer knows, or a consent of another day."""
    known = sorted(case.disclosed.appointments)
    if known and random.random() < 0.5:
        id, accepts = random.choice(known), random.random() < 0.5
        if random.random() < 0.5:
            return answer_to(case, id, accepts=accepts)
        return CancelAppointment(CancellationReason.CLIENT_CANCELLED, id)
    day = random.choice([TODAY, TODAY + timedelta(days=1), TODAY - timedelta(days=9), None])
    return AmendReferral(replace(CONTENTS, consent=Consent(_SCOPES, day)))


def answer_to(case: Case, id: UUID, *, accepts: bool) -> RespondToAppointment:
    """Return an answer to an appointment: of a proposal the last time is accepted."""
    proposed = next((each.proposed_times for each in case.appointments if each.id == id), ())
    return RespondToAppointment(id, accepts, (), chosen_time=proposed[-1] if proposed and accepts else None)


def own_steps(case: Case) -> Iterator[Command]:
    """Return every kind of step that the referrer of a case could take next."""
    yield WithdrawReferral(WithdrawalReason.OTHER)
    yield GiveSignal(SignalKind.CONTACT_RESTORED)
    yield EnterInError()
    yield AmendReferral(replace(CONTENTS, area="Feijenoord", consent=Consent()))
    for id in sorted(case.disclosed.appointments)[-2:]:
        yield answer_to(case, id, accepts=True)
        yield CancelAppointment(CancellationReason.CLIENT_CANCELLED, id)


@dataclass(frozen=True)
class Effect:
    """What the referrer is answered to a step, and reads then.

    Attributes:
        refusal: the text with which it is refused; None when it is taken.
        read: what the referrer reads afterwards.
        is_announced: whether it is taken exactly when the possible actions say so.
    """

    refusal: str | None
    read: tuple[object, ...] = ()
    is_announced: bool = True


def effects_of_own_steps(
    tx: Connection, hub: InProcessHub, scope: CallerScope, case: Case
) -> Iterator[tuple[str, Effect]]:
    """Return what would come of each step that the referrer could take."""
    found = referral_actions(tx, hub.services, scope, case.id)
    for number, step in enumerate(own_steps(case)):
        effect = effect_of(tx, hub, scope, case, step, role=OrganisationRole.REFERRER)
        yield f"{type(step).__name__} {number}", replace(effect, is_announced=_is_announced(step, effect, found))
    if case.referral.organisation.system in (System.GIDSO, System.RMW):
        step = WithdrawReferral(WithdrawalReason.OTHER)
        reported = effect_of(tx, hub, scope, case, step, role=OrganisationRole.PARTNER_SYSTEM, catch_up=True)
        yield "withdrawal that the partner reports", reported


def _is_announced(step: Command, effect: Effect, found: ReferralActions) -> bool:
    """Return whether a step is taken exactly when the possible actions say so."""
    possible = ACTIONS[type(step)] & set(found.actions)
    if not isinstance(step, RespondToAppointment | CancelAppointment):
        return bool(possible) == (effect.refusal is None)
    # An action names one appointment, and what is accepted may have passed.
    named = {found.appointments.get(each) for each in possible}
    is_past = effect.refusal is not None and effect.refusal.startswith("InvalidInput")
    is_possible = step.appointment_id in named
    return is_past or (effect.refusal is None if is_possible else effect.refusal is not None or bool(possible))


def effect_of(
    tx: Connection, hub: InProcessHub, scope: CallerScope, case: Case, step: Command, **context: Any
) -> Effect:
    """Return what would come of one step."""
    system, visibility = case.referral.organisation.system, scope.visibility
    taken = context_of(step, system=system, visibility=visibility, **context)
    try:
        changed = execute(UnitOfWork(tx, hub.services), ReferralRef(case.id), step, taken)
    except HubError as error:
        return Effect(f"{type(error).__name__}: {error}")
    read = (
        as_disclosed(hub.services, scope, released_referral(hub.services, scope, changed)),
        [dict(each.fields) for each in released_appointments(hub.services, scope, changed)],
        [(known_step(each).action, each.disclosed_status, each.disclosed_consent) for each in changed.new_history],
        changed.referral.disclosed_status,
    )
    return Effect(None, read)
