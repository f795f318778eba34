"""The connections with the partner systems on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.schemas.fields import In, LongLine, Out, Timestamp
from app.domain.codes import System

JobKind = Literal["reconcile", "backfill", "retry"]
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
WaitsFor = Literal["resumption", "partner", "earlier-job", "worker"]
RunKind = Literal["pull", "reconcile", "backfill", "retry"]

Reason = Annotated[
    LongLine,
    Field(
        description="Why, for colleagues and on record (*reden*); write no personal data in it.",
        examples=["Maintenance at the partner until 14:00"],
    ),
]
Drift = Annotated[
    dict[str, int],
    Field(
        description="What the partner's contract does not know, by place, and how often it was met (*afwijkingen*).",
        examples=[{"mutatie.nieuwVeld": 3}],
    ),
]


class PartnerPauseIn(In):
    """Why a partner is not to be pulled for a while."""

    reason: Reason


class DismissalIn(In):
    """Why a record will not be applied."""

    reason: Reason


class JobIn(In):
    """Work on a partner's records that is to be done."""

    kind: JobKind = Field(
        description="`reconcile`: compare everything that the partner has with what the hub applied, and mend it; "
        "`backfill`: read everything again, as at the first start; `retry`: read what is in quarantine again.",
        examples=["reconcile"],
    )
    dry_run: bool = Field(
        False, description="Report what it would do, and change nothing (*proefdraaien*).", examples=[True]
    )
    since: Timestamp | None = Field(
        None,
        description="Of a `backfill`: take what happened from this moment on; everything, when left out.",
        examples=["2026-01-01T00:00:00+01:00"],
    )


class _FromDomain(Out):
    """A body that is made from the attributes of a value of the domain or of an operation."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True, validate_by_alias=False)


class RunOut(_FromDomain):
    """The account of one pull that brought something; read = applied + unchanged + filtered + quarantined."""

    id: UUID
    kind: RunKind = Field(description="What it was a part of; a `pull` is the daily work.", examples=["pull"])
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


class PartnerOut(_FromDomain):
    """How the connection with a partner system (*registratiesysteem*) does."""

    system: System = Field(description="The partner system.", examples=["allegro"])
    paused: bool = Field(description="Whether it is not pulled at present (*gepauzeerd*).", examples=[False])
    pause_reason: str | None = Field(None, description="Why it is paused.", examples=["Maintenance until 14:00"])
    paused_by: str | None = Field(None, description="Id of the client that paused it.", examples=["beheer-1"])
    last_success_at: datetime | None = Field(
        None, description="When it last gave its changes.", examples=["2026-11-23T09:30:00Z"]
    )
    lag_seconds: float | None = Field(
        None, description="How long ago that was (*achterstand*); absent before the first time.", examples=[12]
    )
    failing_since: datetime | None = Field(
        None, description="Since when it does not answer; absent while it does.", examples=["2026-11-23T09:30:00Z"]
    )
    failures: int = Field(description="Pulls that failed on end.", examples=[0])
    retry_at: datetime | None = Field(
        None, description="Until when it is left alone after failures.", examples=["2026-11-23T09:35:00Z"]
    )
    alerted_at: datetime | None = Field(
        None,
        description="When operators were told that its changes cannot be read (*storingsmelding*); absent unless they "
        "were, and not yet of its end.",
        examples=["2026-11-23T09:40:00Z"],
    )
    sending_alerted_at: datetime | None = Field(
        None,
        description="When operators were told that nothing can be sent to it; absent unless they were, and not yet of "
        "its end.",
        examples=["2026-11-23T09:40:00Z"],
    )
    quarantined: int = Field(description="Records in quarantine (*quarantaine*).", examples=[0])
    jobs_waiting_since: datetime | None = Field(
        None,
        description="Since when its oldest job waits that no worker began; absent when none waits.",
        examples=["2026-11-23T09:30:00Z"],
    )


class PartnerDetailsOut(PartnerOut):
    """How one connection does, and what it last brought."""

    last_run: RunOut | None = Field(None, description="The newest pull that brought something.")


class PartnersOut(Out):
    """Every partner that was ever pulled or paused."""

    items: list[PartnerOut]


class QuarantinedOut(_FromDomain):
    """A partner's record that could not be applied; what it holds stays sealed."""

    id: UUID
    kind: str = Field(description="The partner's own type of record.", examples=["mutatie"])
    external_id: str = Field(description="The partner's own id of the record.", examples=["M-000123"])
    case_id: str = Field(description="The partner's own id of the case (*dossier*).", examples=["A0000042"])
    version: str = Field(description="The partner's own version of the record.", examples=["17"])
    field: str = Field(description="The field that stands in the way, by the partner's name.", examples=["redencode"])
    reason: str = Field(description="Why, as a stable code.", examples=["unknown-code"])
    message: str = Field(description="Why, for people; never holds personal data.")
    since: datetime = Field(description="When it was put there.", examples=["2026-11-23T09:30:00Z"])


class QuarantinePageOut(Out):
    """A page of the quarantine, oldest first."""

    items: list[QuarantinedOut]
    next_cursor: str | None = Field(None, description="Where to read on; absent on the last page.")


class JobOut(_FromDomain):
    """Work on a partner's records, as asked for (*taak*); a worker does it at its next round."""

    id: UUID
    system: System = Field(description="The partner system.", examples=["allegro"])
    kind: JobKind
    dry_run: bool = Field(description="Whether it only reports.", examples=[True])
    state: JobState = Field(description="Where it stands.", examples=["done"])
    requested_by: str = Field(description="Id of the client that asked for it.", examples=["beheer-1"])
    requested_at: datetime = Field(examples=["2026-11-23T09:30:00Z"])
    started_at: datetime | None = None
    finished_at: datetime | None = None
    waits_for: WaitsFor | None = Field(
        None,
        description="What a job that waits is waiting for: `resumption` of the paused partner; the `partner`, which is "
        "left alone after failures; an `earlier-job`; or a `worker`, which begins it at its next round.",
        examples=["worker"],
    )
    report: dict[str, object] | None = Field(
        None,
        description="What came of it (*verslag*): counts and the partner's record numbers, never contents. From the "
        "beginning: the `since` of a backfill, the `quarantineId` of a retry of one record; of a job that was "
        "cancelled, `cancelledBy`.",
        examples=[{"applied": 18}],
    )


class JobPageOut(Out):
    """A page of jobs, newest first."""

    items: list[JobOut]
    next_cursor: str | None = Field(None, description="Where to read on; absent on the last page.")
