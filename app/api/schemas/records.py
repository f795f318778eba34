"""Looking up records by what an organisation knows of them, for the operator."""

from uuid import UUID

from pydantic import Field

from app.api.forms import ORGANISATION_CODE
from app.api.schemas.fields import In, Out, ReferenceText
from app.domain.records import RecordKind


class RecordSearchIn(In):
    """What an organisation states: its own id of a record, or its own reference of a referral."""

    organisation: str = Field(
        pattern=ORGANISATION_CODE.pattern,
        description=f"Code of the organisation that states it (*organisatie*): {ORGANISATION_CODE.words}.",
        examples=["dock"],
    )
    id: UUID | None = Field(
        None,
        description="As that organisation knows it, of a referral, trajectory, appointment, subscription or delivery; "
        "or the `webhook-id` of an event.",
        examples=["019ab3f2-7c00-7000-8000-000000000001"],
    )
    reference: ReferenceText | None = Field(None, description="Its own reference of a referral (*kenmerk*).")


class RecordOut(Out):
    """Which record an organisation means, under the hub's own ids."""

    kind: RecordKind = Field(description="What it is.", examples=["referral"])
    id: UUID = Field(description="The hub's id of it.")
    referral_id: UUID | None = Field(
        None, description="The hub's id of the referral that it belongs to; absent when it belongs to none."
    )
