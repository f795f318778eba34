"""Random lives of a case, and everything that its referrer can read and ask on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from app.bootstrap import build_delivery_builder
from app.database import Connection
from app.domain.case import Case
from app.domain.codes import (
    FEEDBACK_MOMENTS,
    AppointmentKind,
    CancellationReason,
    ClosureReason,
    ConsentScope,
    ContactAttemptKind,
    DisclosureOccasion,
    DropOutReason,
    ExtensionReason,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OrganisationRole,
    RejectionReason,
    SignalKind,
    TrajectoryResult,
    WithdrawalReason,
)
from app.domain.commands import (
    AmendReferral,
    AnswerWithdrawal,
    AwaitInformation,
    CancelAppointment,
    ChangeCounsellor,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    EnterInError,
    ExtendTerm,
    ForwardReferral,
    GiveSignal,
    InformationReceived,
    MarkUnreachable,
    PauseTrajectory,
    ProposeAppointment,
    RecordAttendance,
    RecordContactAttempt,
    RecordKbrStatus,
    RecordResult,
    RejectReferral,
    ReportContactLost,
    ReportContactRestored,
    ReportOtherHelp,
    RespondToAppointment,
    ResumeTrajectory,
    ScheduleIntake,
    SignPlan,
    WithdrawReferral,
)
from app.domain.errors import HubError, TrajectoryNotFound
from app.domain.events import OCCASION_OF
from app.domain.field_values import appointment_values, field_values
from app.domain.fields import PROGRESS, FactValue, Field, FieldValues
from app.domain.queries import ReferralQuery, TrajectoryQuery, WorkList, WorkQuery
from app.domain.values import Consent, Counsellor, Organisation
from app.events.delivery.routing import referrer_as_receiver
from app.models.delivery.outbox import StoredEvent
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.lists import page_of_referrals, page_of_trajectories
from app.operations.cases.queries import (
    read_appointments,
    read_history,
    read_referral,
    read_trajectory,
    read_trajectory_history,
    referral_actions,
    trajectory_actions,
)
from app.operations.cases.term_watch import TermWatch
from app.operations.cases.work_lists import page_of_work
from app.operations.disclosure.explanation import explain
from app.operations.services import Services
from app.operations.subscriptions.feed import EventFeed
from app.operations.subscriptions.preview import PreviewRequest, preview_for
from app.privacy.gate import Released
from tests.support.hub import CONTENTS, COUNSELLOR, SCHEDULE, TODAY, InProcessHub
from tests.support.privacy_canaries import ORIGIN
from tests.support.subscriptions import subscription

TO_REFERRERS = [each for each, occasion in OCCASION_OF.items() if occasion is not None]
BY_REFERRER = (AmendReferral, WithdrawReferral, EnterInError, GiveSignal, RespondToAppointment)

CONSENT = Consent(frozenset({ConsentScope.FEEDBACK_TO_REFERRER}), TODAY)
APPOINTMENTS = list(AppointmentKind)
OTHER_COUNSELLOR = Counsellor("B. Andere", "010-5550199")
MOVED = replace(SCHEDULE, starts_at=SCHEDULE.starts_at + timedelta(days=2), place="Wijkhuis", three_way=True)


def proposal(random: Random) -> ProposeAppointment:
    """Return a proposal of one or two times, which may have passed when it is made."""
    days = sorted(random.sample(range(60), random.choice([1, 2])))
    times = tuple(SCHEDULE.starts_at + timedelta(days=each, hours=3) for each in days)
    return ProposeAppointment(times=times, kind=random.choice(APPOINTMENTS), place="Buurthuis")


def meeting(random: Random) -> ScheduleIntake:
    """Return a meeting after the intake."""
    starts_at = SCHEDULE.starts_at + timedelta(days=random.randrange(60), hours=6)
    return ScheduleIntake(starts_at=starts_at, place="Buurthuis", kind=random.choice(APPOINTMENTS[1:]))


def random_steps(random: Random, count: int) -> Iterator[Command]:
    """Return steps of the finance team, the credit bank and the referrer in random order; many fit no state."""
    days = [TODAY, TODAY - timedelta(days=3)]
    kinds: list[Callable[[], Command]] = [
        lambda: ConfirmReferral(random.choice([COUNSELLOR, None, OTHER_COUNSELLOR])),
        lambda: replace(random.choice([SCHEDULE, MOVED]), counsellor=random.choice([None, OTHER_COUNSELLOR])),
        lambda: CancelAppointment(random.choice(list(CancellationReason)), kind=random.choice(APPOINTMENTS)),
        lambda: RecordAttendance(attended=random.random() < 0.6),
        lambda: ConcludeIntake(random.choice(list(IntakeResult)), TODAY),
        lambda: SignPlan(TODAY, random.choice([None, "RDD-1", "RDD-2"])),
        PauseTrajectory,
        ResumeTrajectory,
        lambda: RecordResult(
            random.choice([each for each in TrajectoryResult if each is not TrajectoryResult.NO_FURTHER_SUPPORT]),
            random.choice([None, *days]),
        ),
        lambda: RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, random.choice(list(DropOutReason))),
        lambda: CloseTrajectory(random.choice(list(ClosureReason)), TODAY),
        lambda: RecordKbrStatus(random.choice(list(KbrStatus)), random.choice([None, *days])),
        MarkUnreachable,
        lambda: RejectReferral(random.choice(list(RejectionReason))),
        lambda: ForwardReferral("dock"),
        lambda: AnswerWithdrawal(granted=random.random() < 0.3),
        lambda: WithdrawReferral(random.choice(list(WithdrawalReason))),
        lambda: GiveSignal(random.choice(list(SignalKind))),
        EnterInError,
        lambda: AmendReferral(replace(CONTENTS, consent=random.choice([CONSENT, Consent()]))),
        lambda: AmendReferral(replace(CONTENTS, area="Noord", consent=random.choice([CONSENT, Consent()]))),
        lambda: ReportContactLost(random.choice(days)),
        lambda: ReportContactRestored(random.choice(days)),
        lambda: ReportOtherHelp((random.choice(list(LifeDomain)),)),
        lambda: ChangeCounsellor(random.choice([COUNSELLOR, OTHER_COUNSELLOR])),
        lambda: AmendReferral(replace(CONTENTS, case_lead="W. Werker", consent=random.choice([CONSENT, Consent()]))),
        AwaitInformation,
        InformationReceived,
        lambda: ExtendTerm(
            random.choice(["decision", "intake"]),
            TODAY + timedelta(days=random.randrange(300)),
            random.choice(list(ExtensionReason)),
        ),
        lambda: proposal(random),
        lambda: replace(meeting(random), three_way=random.random() < 0.3),
        lambda: RecordAttendance(attended=random.random() < 0.5, kind=random.choice(APPOINTMENTS)),
        lambda: RecordContactAttempt(random.choice(list(ContactAttemptKind))),
    ]
    # Steps that end a life at its beginning are rare, so that most lives get far.
    weights = [9, 6, 2, 6, 6, 3, 3, 3, 5, 0.5, 0.5, 9, 0.4, 0.1, 0.1, 1, 0.5, 1, 0.05, 1, 0.5, 3, 3, 2, 3, 0.5, 2, 2, 3]
    weights += [6, 4, 3, 2]
    for make in random.choices(kinds, weights, k=count):
        yield make()


def as_disclosed(services: Services, scope: CallerScope, read: Released) -> dict[Field, FactValue]:
    """Return what a referrer reads of a referral because it was disclosed to it, or it supplied it.

    That is everything, but where the case is now to those with whom reading that is agreed: welfare and probation.
    """
    is_asked = services.gate.reads_as_it_is(scope.itself, Field.PROGRESS_STATE, {})
    return {name: value for name, value in read.fields.items() if not (is_asked and name in PROGRESS)}


def everything_read(
    tx: Connection, hub: InProcessHub, scope: CallerScope, referral_id: UUID, trajectory_id: UUID | None
) -> Iterator[tuple[str, object]]:
    """Return everything that a referrer reads of a case, by what it asks for; a refusal is a reading too."""
    services = hub.services
    yield "referral", as_disclosed(services, scope, read_referral(tx, services, scope, referral_id))
    yield "appointments", [dict(each.fields) for each in read_appointments(tx, services, scope, referral_id)]
    yield "history", read_history(tx, services, scope, referral_id)
    yield "actions", referral_actions(tx, services, scope, referral_id)
    readers: dict[str, Callable[[UUID], object]] = {
        "trajectory": lambda id: dict(read_trajectory(tx, services, scope, id).fields),
        "trajectory history": lambda id: read_trajectory_history(tx, services, scope, id),
        "trajectory actions": lambda id: trajectory_actions(tx, services, scope, id),
    }
    for name, read in readers.items():
        try:
            # Whoever knows of no trajectory asks for one that does not exist.
            yield name, read(trajectory_id or UUID(int=1))
        except TrajectoryNotFound:
            yield name, "not found"
    referrals, _ = page_of_referrals(tx, services, scope, ReferralQuery(visibility=scope.visibility, limit=10))
    yield "list", [dict(each.fields) for each in referrals]
    listed, _ = page_of_trajectories(tx, services, scope, TrajectoryQuery(visibility=scope.visibility, limit=10))
    yield "trajectories", [dict(each.fields) for each in listed]
    asked = WorkQuery(list=WorkList.AWAITING_REFERRER, now=services.clock.now(), limit=10)
    yield "asked", [dict(each.fields) for each in page_of_work(tx, services, scope, asked)[0]]
    yield from _explained(tx, hub, scope, referral_id)


def _explained(
    tx: Connection, hub: InProcessHub, scope: CallerScope, referral_id: UUID
) -> Iterator[tuple[str, object]]:
    stored = subscription(scope.organisation.id, hub.services.clock.now(), id=UUID(int=1))
    for occasion in (*FEEDBACK_MOMENTS, DisclosureOccasion.READING):
        yield f"explanation of {occasion}", explain(tx, hub.services, scope, referral_id, occasion)
    for each in TO_REFERRERS:
        request = PreviewRequest(referral_id, each)
        yield f"preview of {each}", preview_for(tx, hub.services, scope, stored, request)


async def read_all(hub: InProcessHub, scope: CallerScope, case: Case) -> dict[str, object]:
    """Return everything that a referrer reads and can have explained of a case."""
    trajectory_id = case.trajectory.id if case.trajectory else None
    return await hub.db.read(lambda tx: dict(everything_read(tx, hub, scope, case.id, trajectory_id)))


async def take(
    hub: InProcessHub, case: Case, step: Command, *, is_own: bool | None = None, catch_up: bool = False
) -> bool:
    """Take a step on a case as whoever takes it does; return False when it is refused.

    Args:
        hub: stores it.
        case: of a referrer.
        step: what is done.
        is_own: whether the referrer takes it; None goes by the kind of step.
        catch_up: whether it is a report of a partner, which may come late or leave out others.
    """
    owner = case.referral.organisation
    by_referrer = isinstance(step, BY_REFERRER) if is_own is None else is_own
    context = {"role": OrganisationRole.REFERRER, "system": owner.system} if by_referrer else {}
    try:
        await hub.execute(case.id, step, visibility=CallerScope(owner).visibility, catch_up=catch_up, **context)
    except HubError:
        return False
    return True


async def look(hub: InProcessHub, days: float) -> None:
    """Let a worker look for terms and weeks that are due, a number of days later."""
    hub.clock.set(hub.clock.now() + timedelta(days=days))
    while await TermWatch(hub.db, hub.services).once():
        pass


def is_disclosed(hub: InProcessHub, case: Case, stored: StoredEvent) -> bool:
    """Return whether the policy discloses an event to the referrer of its case, judged on the event's own facts."""
    event, occasion = stored.event, OCCASION_OF[stored.event.type]
    if occasion is None:
        return False
    facts: FieldValues = field_values(case)
    for each in case.appointments:
        if each.id == event.appointment_id:
            facts |= appointment_values(each)
    stated = {Field(name): value for name, value in event.facts.items()}
    receiver = referrer_as_receiver(case.referral.organisation)
    return Field.REFERRAL_ID in hub.services.gate.release(receiver, occasion, {**facts, **stated}).fields


def feed_of(hub: InProcessHub, owner: Organisation) -> EventFeed:
    """Return the feed of a referrer."""
    return EventFeed(hub.services, build_delivery_builder(hub.services, ORIGIN), owner)


def differences(before: dict[str, object], after: dict[str, object]) -> Sequence[str]:
    """Return which readings differ."""
    return [name for name in before if before[name] != after.get(name)]


def flat(document: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return the values of a document by their paths."""
    found: dict[str, object] = {}
    for name, value in document.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found
