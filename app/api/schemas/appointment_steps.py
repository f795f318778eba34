"""What a caller sends of appointments: proposed, planned, answered, cancelled, attended or missed."""

from typing import Annotated
from uuid import UUID

from pydantic import Field as Described
from pydantic import StrictBool
from typing_extensions import override

from app.api.schemas.fields import In, LongLine, Name, Timestamp
from app.api.schemas.steps import CounsellorIn, StepIn
from app.domain.codes import AppointmentKind, CancellationReason, ParticipantRole
from app.domain.commands import (
    MAX_PROPOSED_TIMES,
    CancelAppointment,
    ProposeAppointment,
    RecordAttendance,
    RespondToAppointment,
    ScheduleIntake,
)
from app.domain.values import Participant

_MOST_ATTENDEES = 20

_Yes = Annotated[StrictBool, Described(examples=[True])]
_Kind = Annotated[AppointmentKind, Described(description="What it is for (*soort*).", examples=["follow_up"])]
_Minutes = Annotated[
    int | None,
    Described(strict=True, ge=5, le=480, description="How long it lasts, in minutes (*duur*).", examples=[60]),
]
_Place = Annotated[LongLine | None, Described(description="Where (*plaats*).", examples=["Huis van de Wijk, Noord"])]
_Counsellor = Annotated[CounsellorIn | None, Described(description="With whom (*trajectbegeleider*).")]


class AttendeeIn(In):
    """Who takes part in addition to the client and the counsellor (*deelnemer*)."""

    role: ParticipantRole = Described(description="As what (*rol*).", examples=["referrer_worker"])
    name: Name | None = Described(None, description="Name (*naam*).", examples=["A. de Vries"])

    def value(self) -> Participant:
        """Return the participant."""
        return Participant(self.name, self.role)


class AttendeeAttendanceIn(AttendeeIn):
    """Whether a participant other than the client appeared (*aanwezigheid*)."""

    attended: _Yes = Described(description="Whether this participant appeared.")

    @override
    def value(self) -> Participant:
        """Return the participant with its attendance."""
        return Participant(self.name, self.role, self.attended)


class AppointmentIn(StepIn):
    """An appointment is planned, or moved when one of its kind is planned (*afspraak*)."""

    starts_at: Timestamp = Described(
        description="When it begins (*aanvang*); still to come.", examples=["2026-12-01T10:00:00+01:00"]
    )
    kind: _Kind = AppointmentKind.INTAKE
    place: _Place = None
    minutes: _Minutes = None
    three_way: Annotated[StrictBool, Described(examples=[True])] = Described(
        False,
        description="Whether the referrer's worker takes part (*driegesprek*). Unless the worker gave this time, or "
        "did not answer an earlier proposal, nothing is planned yet: the time is proposed to the worker.",
    )
    counsellor: _Counsellor = None
    participants: tuple[Name, ...] = Described(
        (), max_length=_MOST_ATTENDEES, description="Who else takes part (*deelnemers*).", examples=[["A. de Vries"]]
    )
    attendees: tuple[AttendeeIn, ...] = Described(
        (), max_length=_MOST_ATTENDEES, description="Who else takes part, with the role (*deelnemers met rol*)."
    )

    def to_command(self) -> ScheduleIntake:
        """Return the command."""
        return ScheduleIntake(
            starts_at=self.starts_at,
            kind=self.kind,
            place=self.place,
            minutes=self.minutes,
            three_way=self.three_way,
            counsellor=self.counsellor.value() if self.counsellor else None,
            participants=(*map(Participant, self.participants), *(each.value() for each in self.attendees)),
        )


class ProposalIn(StepIn):
    """The referrer's worker is asked which of some times suits (*afspraakvoorstel*)."""

    times: tuple[Timestamp, ...] = Described(
        min_length=1,
        max_length=MAX_PROPOSED_TIMES,
        description="From which times the worker chooses (*voorgestelde tijden*): in order, within a year from now.",
        examples=[["2026-12-03T10:00:00+01:00", "2026-12-04T14:00:00+01:00"]],
    )
    kind: _Kind = AppointmentKind.INTAKE
    place: _Place = None
    minutes: _Minutes = None
    counsellor: _Counsellor = None
    attendees: tuple[AttendeeIn, ...] = Described(
        (), max_length=_MOST_ATTENDEES, description="Who else takes part, with the role (*deelnemers met rol*)."
    )

    def to_command(self) -> ProposeAppointment:
        """Return the command."""
        return ProposeAppointment(
            times=self.times,
            kind=self.kind,
            place=self.place,
            minutes=self.minutes,
            counsellor=self.counsellor.value() if self.counsellor else None,
            participants=tuple(each.value() for each in self.attendees),
        )


class AttendanceIn(StepIn):
    """The client appeared at the appointment, or did not (*verschenen*, *niet verschenen*)."""

    attended: _Yes = Described(description="Whether the client appeared.")
    others: tuple[AttendeeAttendanceIn, ...] = Described(
        (), max_length=_MOST_ATTENDEES, description="Who else appeared, and who did not (*aanwezigheid van anderen*)."
    )

    def to_command(self, appointment_id: UUID) -> RecordAttendance:
        """Return the command for an appointment."""
        return RecordAttendance(self.attended, appointment_id, others=tuple(each.value() for each in self.others))


class ResponseIn(StepIn):
    """The referrer's worker accepts a proposal or a three-way meeting, or proposes other times (*reactie*)."""

    accepted: _Yes = Described(description="Whether the worker accepts (*akkoord*).")
    chosen_time: Timestamp | None = Described(
        None,
        description="Which of the `proposedTimes` is accepted (*gekozen tijd*); may be absent where there is one.",
        examples=["2026-12-03T10:00:00+01:00"],
    )
    other_times: tuple[Timestamp, ...] = Described(
        (),
        max_length=10,
        description="Times that do suit (*andere tijden*), when the proposed ones do not.",
        examples=[["2026-12-02T10:00:00+01:00"]],
    )

    def to_command(self, appointment_id: UUID) -> RespondToAppointment:
        """Return the command for an appointment."""
        return RespondToAppointment(appointment_id, self.accepted, self.other_times, chosen_time=self.chosen_time)


class CancellationIn(StepIn):
    """The planned appointment falls through, or the proposal is withdrawn (*afzegging*)."""

    reason: CancellationReason = Described(description="Who cancelled (*reden*).", examples=["client_cancelled"])

    def to_command(self, appointment_id: UUID) -> CancelAppointment:
        """Return the command for an appointment."""
        return CancelAppointment(self.reason, appointment_id)
