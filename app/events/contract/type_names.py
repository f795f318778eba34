"""The names of event types and their parts in documents and generated clients."""

from app.domain.events import EventType

__all__ = ["data_name", "event_name", "message_name"]


def event_name(event_type: EventType) -> str:
    """Return the name of the schema of whole events of a type, such as ``ReferralsIntakeMissedEvent``."""
    return f"{_words(event_type)}Event"


def data_name(event_type: EventType) -> str:
    """Return the name of the schema of the ``data`` of a type, such as ``ReferralsIntakeMissedData``."""
    return f"{_words(event_type)}Data"


def message_name(event_type: EventType) -> str:
    """Return the name of a type as a member, such as ``referralsIntakeMissed``; a dot has a meaning in references."""
    words = _words(event_type)
    return words[0].lower() + words[1:]


def _words(event_type: EventType) -> str:
    parts = event_type.value.removeprefix("nl.trajecthub.").removesuffix(".v1").replace(".", "-").split("-")
    return "".join(part.capitalize() for part in parts)
