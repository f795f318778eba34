"""The connections with the partner systems on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.schemas.fields import Out
from app.domain.codes import System


class PartnerOut(Out):
    """How the connection with a partner system (*registratiesysteem*) does."""

    system: System = Field(description="The partner system.", examples=["allegro"])
    paused: bool = Field(description="Whether it is not pulled at present (*gepauzeerd*).", examples=[False])
    last_success_at: datetime | None = Field(
        None, description="When it last gave its changes.", examples=["2026-11-23T09:30:00Z"]
    )
    failing_since: datetime | None = Field(
        None, description="Since when it does not answer; absent while it does.", examples=["2026-11-23T09:30:00Z"]
    )
    quarantined: int = Field(description="Records in quarantine (*quarantaine*).", examples=[0])


class PartnersOut(Out):
    """Every partner that was ever pulled."""

    items: list[PartnerOut]


class RunOut(Out):
    """The account of one pull that brought something; read = applied + unchanged + filtered + quarantined."""

    id: UUID
    started_at: datetime = Field(description="When the page was applied.", examples=["2026-11-23T09:30:00Z"])
    mapping_version: str = Field(description="Version of the mapping that read it.", examples=["1"])
    read: int = Field(description="Records read (*gelezen*).", examples=[120])
    applied: int = Field(description="Records applied (*verwerkt*).", examples=[18])
    unchanged: int = Field(description="Records known already (*ongewijzigd*).", examples=[101])
    filtered: int = Field(description="Records that do not concern the hub.", examples=[1])
    quarantined: int = Field(description="Records put in quarantine.", examples=[0])


class RunsOut(Out):
    """The newest runs, newest first."""

    items: list[RunOut]


class QuarantinedOut(Out):
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
