"""The values that a conflict is about: as they are compared, and sealed as JSON under the key of their client."""

import json
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue

from app.domain.ownership import json_form
from app.models.partners.field_sync import ConflictTexts, SealedValues, open_texts, seal_texts
from app.vault import Sealer


@dataclass(frozen=True, kw_only=True)
class ConflictValues:
    """Two values of a field that contradict each other.

    Attributes:
        is_base: whether the partner is known to have had the hub's value before.
    """

    hub: object
    partner: object
    is_base: bool


@dataclass(frozen=True)
class OpenedValues:
    """The values of a stored conflict in their JSON form; None where one is not known, or all are purged."""

    hub: JsonValue = None
    partner: JsonValue = None
    base: JsonValue = None


def seal_values(sealer: Sealer, conflict_id: UUID, values: ConflictValues) -> SealedValues:
    """Return the values of a conflict as they are stored; ``sealer`` has the key of the client."""
    hub = json.dumps(json_form(values.hub))
    texts = ConflictTexts(hub, json.dumps(json_form(values.partner)), hub if values.is_base else None)
    return seal_texts(sealer, conflict_id, texts)


def open_values(sealer: Sealer, conflict_id: UUID, sealed: SealedValues) -> OpenedValues:
    """Return the stored values of a conflict."""
    texts = open_texts(sealer, conflict_id, sealed)
    return OpenedValues(*(None if text is None else json.loads(text) for text in texts))
