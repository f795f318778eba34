"""Requests and responses about the connections with the partner systems."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.codes import JobKind, JobState, JobWaitsFor, RunKind
from app.api.schemas.fields import In, Line, LongLine, Out, Timestamp
from app.domain.codes import System

Reason = Annotated[
    LongLine,
    Field(
        description="Why (*reden*), for colleagues; it is stored. Write no personal data in it.",
        examples=["Maintenance at the partner until 14:00"],
    ),
]
Drift = Annotated[
    dict[str, int],
    Field(
        description="What the partner's contract does not know, by place, and how often it occurred (*afwijkingen*).",
        examples=[{"mutatie.nieuwVeld": 3}],
    ),
]


class PartnerPauseIn(In):
    """Why a partner is not to be pulled for a while."""

    reason: Reason


class DismissalIn(In):
    """Why a record will not be applied."""

    reason: Reason


class CaseLinkIn(In):
    """A case of the partner and the referral that it is (*koppeling*)."""

    case_id: Line = Field(description="The partner's own id of the case (*dossier*).", examples=["A0000042"])
    referral_id: UUID = Field(
        description="The hub's id of the referral.", examples=["019ab3f2-7c00-7000-8000-000000000001"]
    )


class JobIn(In):
    """A job that is requested."""

    kind: JobKind = Field(
        description="`reconcile`: compare everything that the partner has with what the hub applied, and repair the "
        "differences; `backfill`: read everything again, without feedback to anybody; `retry`: read the records in "
        "quarantine again; `link`: find the referrals of cases that the partner has from before the hub, and link "
        "them.",
        examples=["reconcile"],
    )
    dry_run: bool = Field(
        False, description="Report what the job would do, and change nothing (*proefdraaien*).", examples=[True]
    )
    since: Timestamp | None = Field(
        None,
        description="Of a `backfill`: apply what happened from this time on; without it everything.",
        examples=["2026-01-01T00:00:00+01:00"],
    )
    links: tuple[CaseLinkIn, ...] = Field(
        (),
        max_length=1000,
        description="Of a `link`: which referral a case is, chosen from those that a dry run reports for it. What is "
        "found by the referrer's reference is linked without it.",
    )
    accept_bsn_and_day: bool = Field(
        False,
        description="Of a `link`: link also what was found only by the client's citizen service number and the day of "
        "the referral, where it is one case and one referral. Say yes only after somebody looked at them.",
        examples=[False],
    )


class RunOut(Out):
    """The counts of a page that was not wholly unchanged; read = applied + unchanged + filtered + quarantined."""

    id: UUID
    kind: RunKind = Field(
        description="What the run is part of; a `pull` is the regular reading of changes.", examples=["pull"]
    )
    started_at: datetime = Field(description="When the page was applied.", examples=["2026-11-23T09:30:00Z"])
    mapping_version: str = Field(description="Version of the mapping that read it.", examples=["1"])
    read: int = Field(description="Records read (*gelezen*).", examples=[120])
    applied: int = Field(description="Records applied (*verwerkt*).", examples=[18])
    unchanged: int = Field(description="Records known already (*ongewijzigd*).", examples=[101])
    filtered: int = Field(description="Records that do not concern the hub.", examples=[1])
    quarantined: int = Field(description="Records put in quarantine.", examples=[0])
    drift: Drift | None = None


class RunsOut(Out):
    """The newest runs, newest first."""

    items: list[RunOut]


class PartnerOut(Out):
    """The status of the connection with a partner system (*registratiesysteem*)."""

    system: System = Field(description="The partner system.", examples=["allegro"])
    paused: bool = Field(
        description="Whether it is paused: not pulled until it is resumed (*gepauzeerd*).", examples=[False]
    )
    pause_reason: str | None = Field(None, description="Why it is paused.", examples=["Maintenance until 14:00"])
    paused_by: str | None = Field(None, description="Id of the client that paused it.", examples=["beheer-1"])
    last_success_at: datetime | None = Field(
        None, description="When its changes were last read.", examples=["2026-11-23T09:30:00Z"]
    )
    lag_seconds: float | None = Field(
        None, description="Seconds since then (*achterstand*); absent before the first time.", examples=[12]
    )
    failing_since: datetime | None = Field(
        None,
        description="When the first of the failed pulls was; absent when the last pull succeeded.",
        examples=["2026-11-23T09:30:00Z"],
    )
    failures: int = Field(description="Failed pulls in a row.", examples=[0])
    retry_at: datetime | None = Field(
        None, description="Not called before this time, after failed pulls.", examples=["2026-11-23T09:35:00Z"]
    )
    last_error: str | None = Field(
        None,
        description="Why the last pull failed (*storing*), for people; absent when it succeeded.",
        examples=["RMW gave no answer: the connection is refused; check that it runs, its address and its port"],
    )
    alerted_at: datetime | None = Field(
        None,
        description="When operators were alerted that its changes cannot be read (*storingsmelding*); absent without "
        "an open alert.",
        examples=["2026-11-23T09:40:00Z"],
    )
    sending_alerted_at: datetime | None = Field(
        None,
        description="When operators were alerted that nothing can be sent to it; absent without an open alert.",
        examples=["2026-11-23T09:40:00Z"],
    )
    quarantine_alerted_at: datetime | None = Field(
        None,
        description="Since when records are in quarantine for a cause that operators were alerted of, the oldest; "
        "absent without an open alert.",
        examples=["2026-11-23T09:40:00Z"],
    )
    quarantined: int = Field(description="Records in quarantine (*quarantaine*).", examples=[0])
    jobs_waiting_since: datetime | None = Field(
        None,
        description="When its oldest waiting job was requested; absent when no job waits.",
        examples=["2026-11-23T09:30:00Z"],
    )


class PartnerDetailsOut(PartnerOut):
    """The status of one connection, with its newest run."""

    last_run: RunOut | None = Field(None, description="The newest run that read something new.")


class PartnersOut(Out):
    """Every partner that was ever pulled or paused."""

    items: list[PartnerOut]


class QuarantinedOut(Out):
    """A partner's record that could not be applied; its contents stay sealed."""

    id: UUID
    kind: str = Field(description="The partner's own type of record.", examples=["mutatie"])
    external_id: str = Field(description="The partner's own id of the record.", examples=["M-000123"])
    case_id: str = Field(description="The partner's own id of the case (*dossier*).", examples=["A0000042"])
    version: str = Field(description="The partner's own version of the record.", examples=["17"])
    field: str = Field(
        description="The partner's name of the field that could not be read or applied.", examples=["redencode"]
    )
    reason: str = Field(description="Why, as a stable code.", examples=["unknown-code"])
    message: str = Field(description="Why, for people; without personal data.")
    since: datetime = Field(description="When it was put in quarantine.", examples=["2026-11-23T09:30:00Z"])


class QuarantinePageOut(Out):
    """A page of the quarantine, in the order that was asked for."""

    items: list[QuarantinedOut]
    total: int = Field(description="How many the whole list has; counting stops at 10000.", examples=[17])
    next_cursor: str | None = Field(None, description="Cursor of the next page; absent on the last page.")


class JobOut(Out):
    """A job on a partner's records (*taak*); a worker does it at its next round."""

    id: UUID
    system: System = Field(description="The partner system.", examples=["allegro"])
    kind: JobKind = Field(description="What it does.")
    dry_run: bool = Field(description="Whether the job only reports.", examples=[True])
    state: JobState = Field(description="The state of the job.", examples=["done"])
    requested_by: str = Field(description="Id of the client that requested it.", examples=["beheer-1"])
    requested_at: datetime = Field(description="When it was requested.", examples=["2026-11-23T09:30:00Z"])
    started_at: datetime | None = Field(None, description="When a worker started it.")
    finished_at: datetime | None = Field(None, description="When it ended.")
    waits_for: JobWaitsFor | None = Field(
        None,
        description="What a waiting job waits for: `resumption` of the paused partner; the `partner`, which is not "
        "called after failed pulls; an `earlier-job`; or a `worker`, which starts it at its next round.",
        examples=["worker"],
    )
    report: dict[str, object] | None = Field(
        None,
        description="The result (*verslag*): counts, the partner's numbers and ids of referrals, never contents. From "
        "the start: the `since` of a backfill, the `quarantineId` of a retry of one record, the `links` and "
        "`acceptBsnAndDay` of a linking; of a cancelled job `cancelledBy`.",
        examples=[{"applied": 18}],
    )


class JobPageOut(Out):
    """A page of jobs, newest first."""

    items: list[JobOut]
    next_cursor: str | None = Field(None, description="Cursor of the next page; absent on the last page.")
