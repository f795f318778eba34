"""Queries of lists, and the smaller resources: history, actions, parties, appointments, disclosures."""

from datetime import date, datetime
from functools import partial
from uuid import UUID

from pydantic import Field

from app.api.paging import CURSOR_WORDS, DEFAULT_LIMIT, LIMIT_WORDS, MAX_LIMIT, IdCursor, PositionCursor
from app.api.schemas.codes import ActionMethod, CaseStatus, DisclosureReceiver, ReferralFlag
from app.api.schemas.fields import Bsn, CodeText, In, Line, Out, ReferenceText, ShortLine, Timestamp
from app.api.schemas.referral_out import (
    AppointmentFacts,
    AppointmentOut,
    AwaitedOut,
    OpenTermOut,
    ReferralSummaryOut,
    TrajectoryOut,
)
from app.domain.codes import (
    DisclosureOccasion,
    OrganisationRole,
    PartyRole,
    ReferralStatus,
    ReferrerKind,
    System,
    TrajectoryStatus,
)
from app.domain.lifecycle import Action, Machine

# Of the fields of a query, and always optional.
_cursor = partial(Field, None, max_length=500, description=CURSOR_WORDS)


class PageIn(In):
    """Which page of a list to read."""

    cursor: IdCursor | None = _cursor()
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description=LIMIT_WORDS, examples=[DEFAULT_LIMIT])


class CasePageIn(PageIn):
    """Which page of a list to read that begins at a moment."""

    cursor: PositionCursor | None = _cursor()


class ReferralFilters(CasePageIn):
    """A query of the list of referrals (*aanmeldingen*)."""

    status: ReferralStatus | None = Field(
        None, description="Its status; for a referrer the last status that was disclosed to it.", examples=["received"]
    )
    organisation: CodeText | None = Field(
        None, description="Code of the referring organisation (*verwijzer*).", examples=["wijkteam-noord"]
    )
    referrer_kind: ReferrerKind | None = Field(
        None, description="Kind of referrer (*vindplaats*).", examples=["wijkteam"]
    )
    area: ShortLine | None = Field(None, description="Area of the city (*gebied*).", examples=["Noord"])
    counsellor: Line | None = Field(
        None, description="Name of the counsellor (*trajectbegeleider*).", examples=["B. Bakker"]
    )
    received_from: Timestamp | None = Field(
        None, description="Received at this moment or later.", examples=["2026-11-01T00:00:00+01:00"]
    )
    received_until: Timestamp | None = Field(
        None, description="Received before this moment.", examples=["2026-12-01T00:00:00+01:00"]
    )


class ReferralSearchIn(ReferralFilters):
    """A search for referrals by data that may not be part of a URL (*zoekvraag*)."""

    bsn: Bsn | None = Field(
        None,
        description="Citizen service number (*burgerservicenummer*), from organisations that may use it.",
        examples=["999990019"],
    )
    reference: ReferenceText | None = Field(
        None, description="The referrer's own reference (*kenmerk*).", examples=["2026-0042"]
    )


class TrajectoryFilters(PageIn):
    """A query of the list of trajectories (*trajecten*)."""

    status: TrajectoryStatus | None = Field(None, description="Its status.", examples=["running"])
    referrer_kind: ReferrerKind | None = Field(
        None, description="Kind of referrer (*vindplaats*).", examples=["wijkteam"]
    )
    area: ShortLine | None = Field(None, description="Area of the city (*gebied*).", examples=["Noord"])
    counsellor: Line | None = Field(
        None, description="Name of the counsellor (*trajectbegeleider*).", examples=["B. Bakker"]
    )


class WorkFilters(CasePageIn):
    """A query of a list of work (*werklijst*)."""

    counsellor: Line | None = Field(
        None, description="Name of the counsellor (*trajectbegeleider*).", examples=["B. Bakker"]
    )


class OwnWorkFilters(CasePageIn):
    """A query of the work of one counsellor."""

    counsellor: Line = Field(
        description="Name of the counsellor (*trajectbegeleider*), as it is in `counsellor.name` of the referrals.",
        examples=["B. Bakker"],
    )


class ReferralPageOut(Out):
    """A page of referrals, newest first."""

    items: list[ReferralSummaryOut]
    next_cursor: str | None = None


class WorkItemOut(ReferralSummaryOut):
    """A case in which something is to be done (*werkvoorraad*); nothing about the client."""

    flags: list[ReferralFlag] | None = Field(
        None, description="What holds in addition to the status; for a referrer: as it was disclosed to it."
    )
    appointment: AppointmentFacts | None = Field(
        None, description="The newest appointment (*afspraak*), as it was disclosed to the referrer; for a referrer."
    )
    terms: list[OpenTermOut] | None = Field(
        None,
        description="The terms that run (*lopende termijnen*), the first to end first; for the finance team.",
    )
    awaited: list[AwaitedOut] | None = Field(
        None, description="What the case waits for (*wie is aan zet*), of each at most one step; for the finance team."
    )


class WorkPageOut(Out):
    """A page of a list of work, what is most pressing first."""

    items: list[WorkItemOut]
    next_cursor: str | None = None


class TrajectoryPageOut(Out):
    """A page of trajectories, newest first."""

    items: list[TrajectoryOut]
    next_cursor: str | None = None


class HistoryEntryOut(Out):
    """A change of status of a referral (*stap*)."""

    id: UUID
    machine: Machine = Field(description="What changed.", examples=["referral"])
    action: Action = Field(description="The action that changed it.", examples=["confirm"])
    from_status: CaseStatus | None = Field(None, description="The status before.", examples=["received"])
    to_status: CaseStatus | None = Field(
        None, description="The status after; absent when it was not disclosed to you.", examples=["confirmed"]
    )
    reason: str | None = Field(
        None, description="Why, as a code of the code list of the step.", examples=["helped_elsewhere"]
    )
    role: OrganisationRole = Field(description="Role of the organisation that did it.")
    system: System = Field(
        description="Where the organisation that did it registers, also when it did it over this API."
    )
    occurred_at: datetime = Field(description="When it happened.")
    recorded_at: datetime = Field(description="When the hub recorded it.")
    implied: bool = Field(description="True when a later step that a partner reported implies it.")


class HistoryOut(Out):
    """The history, oldest first (*geschiedenis*); a referrer reads the steps that were disclosed to it."""

    items: list[HistoryEntryOut]


class ActionOperationOut(Out):
    """The operation by which an action is done (*handeling*)."""

    action: Action = Field(description="The action.", examples=["confirm"])
    operation_id: str = Field(description="Id of the operation in this document.", examples=["confirmReferral"])
    method: ActionMethod = Field(description="Its method.", examples=["POST"])
    href: str = Field(
        description="Its address, with your own ids.",
        examples=["https://trajecthub.example.org/v1/referrals/019ab3f2-7c00-7000-8000-000000000001/confirmation"],
        json_schema_extra={"format": "uri"},
    )


class ActionsOut(Out):
    """What this caller may do now (*mogelijke handelingen*)."""

    items: list[Action] = Field(description="The actions.", examples=[["confirm", "reject"]])
    operations: list[ActionOperationOut] = Field(
        description="How each is done, in the order of `items`. An action on an appointment that was not disclosed to "
        "you has none."
    )


class PartyOut(Out):
    """An organisation that takes part in a trajectory (*betrokken partij*)."""

    id: UUID
    organisation: str = Field(description="Its name (*organisatie*).", examples=["Humanitas"])
    role: PartyRole = Field(description="What it does (*rol*).")
    contact: str | None = Field(None, description="Whom to reach (*contactpersoon*).", examples=["C. Smit"])
    from_on: date = Field(description="From when (*vanaf*).")
    until_on: date | None = Field(None, description="Until when (*tot*); absent until further notice.")


class PartiesOut(Out):
    """The organisations that take part, in the order in which they joined (*betrokken partijen*)."""

    items: list[PartyOut]


class AppointmentsOut(Out):
    """The appointments, oldest first (*afspraken*)."""

    items: list[AppointmentOut]


class DisclosureOut(Out):
    """Which fields were disclosed to whom (*verstrekking*); names of fields, never their values."""

    id: UUID
    receiver: DisclosureReceiver = Field(
        description="`webhook`, `polling`, `reading`, or the partner system that received it.", examples=["webhook"]
    )
    event_type: str = Field(
        description="The event that disclosed it; `reading` when the record was read under the client's consent.",
        examples=["nl.trajecthub.referrals.confirmed.v1"],
    )
    moment: DisclosureOccasion | None = Field(
        None, description="Feedback moment (*terugkoppelmoment*).", examples=["confirmed"]
    )
    fields: list[str] = Field(
        description="The fields that were disclosed; one without a value was not.",
        examples=[["referral.id", "referral.status"]],
    )
    policy_version: str = Field(description="Version of the rules that decided.", examples=["rotterdam/1"])
    digest: str = Field(description="SHA-256 of what was sent, in hex.")
    disclosed_at: datetime = Field(description="When it was disclosed.")


class DisclosuresOut(Out):
    """A page of disclosures, oldest first (*verstrekkingen*)."""

    items: list[DisclosureOut]
    next_cursor: str | None = None
