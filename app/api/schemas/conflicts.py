"""Values that contradict each other, on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field, JsonValue

from app.api.schemas.codes import ConflictReason, ConflictState, KeptValue
from app.api.schemas.fields import In, Out

_WITHHELD = "Absent when it is empty, or withheld: by the policy, or for want of the scope `partners:manage`."


class ConflictOut(Out):
    """Two values of one field that contradict each other (*tegenstrijdigheid*)."""

    id: UUID
    referral_id: UUID = Field(description="The referral (*aanmelding*).")
    field: str = Field(description="The field, by its name in the record.", examples=["worker.phone"])
    reason: ConflictReason = Field(
        description="`not-the-owner`: the partner, or a caller of the API, wrote a field that another party owns, and "
        "the hub kept its value. `both-changed`: the owner's value was kept. `loop`: both sides kept changing the "
        "field, and the exchange was stopped.",
        examples=["both-changed"],
    )
    state: ConflictState = Field(
        description="`kept` or `taken`: an operator decided for the hub's value or for the partner's.",
        examples=["open"],
    )
    since: datetime = Field(description="When they first differed.", examples=["2026-11-23T09:30:00Z"])
    hub_value: JsonValue = Field(None, description=f"What the hub had. {_WITHHELD}", examples=["010-5550100"])
    partner_value: JsonValue = Field(
        None, description=f"What the partner, or the caller, stated. {_WITHHELD}", examples=["010-5550200"]
    )
    base_value: JsonValue = Field(
        None,
        description="What the partner had before. Known only where that was what the hub had: of the rest the hub "
        f"keeps a fingerprint, not the value. {_WITHHELD}",
        examples=["010-5550100"],
    )
    decided_at: datetime | None = Field(None, description="When it was decided.", examples=["2026-11-23T10:30:00Z"])
    decided_by: str | None = Field(None, description="The client that decided.", examples=["beheer"])


class ConflictPageOut(Out):
    """A page of conflicts, oldest first."""

    items: list[ConflictOut]
    next_cursor: str | None = Field(None, description="Where to read on; absent on the last page.")


class DecisionIn(In):
    """Which of the two values is kept."""

    keep: KeptValue = Field(description="Whose value to keep.", examples=["hub"])
