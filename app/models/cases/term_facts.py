"""What the terms of a case depend on, as a document in the row of its referral."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.domain.codes import ExtensionReason
from app.domain.term_facts import Extension, Reported, Requested, TermFacts
from app.domain.terms import Milestone


def to_facts(document: Mapping[str, Any] | None) -> TermFacts | None:
    """Read what the terms of a case depend on; None in a case of before there were terms."""
    if document is None:
        return None
    return TermFacts(
        reached={Milestone(name): datetime.fromisoformat(at) for name, at in document.get("reached", {}).items()},
        awaited=tuple(map(datetime.fromisoformat, document.get("awaited", ()))),
        received=tuple(map(datetime.fromisoformat, document.get("received", ()))),
        requested={key: _to_requested(*each) for key, each in document.get("requested", {}).items()},
        extensions={key: _to_extension(*each) for key, each in document.get("extensions", {}).items()},
        reported={key: Reported(each) for key, each in document.get("reported", {}).items()},
        reported_weeks=tuple(document.get("weeks", ())),
        turned_at=datetime.fromisoformat(document["turned"]) if "turned" in document else None,
    )


def facts_document(facts: TermFacts | None) -> dict[str, Any] | None:
    """Return what the terms of a case depend on as it is stored; what is empty is left out."""
    if facts is None:
        return None
    document = {
        "reached": {name: at.isoformat() for name, at in facts.reached.items()},
        "awaited": [each.isoformat() for each in facts.awaited],
        "received": [each.isoformat() for each in facts.received],
        "requested": {
            key: [each.since.isoformat(), each.due_on.isoformat(), each.until and each.until.isoformat()]
            for key, each in facts.requested.items()
        },
        "extensions": {
            key: [each.due_on.isoformat(), each.reason, each.extended_at.isoformat()]
            for key, each in facts.extensions.items()
        },
        "reported": dict(facts.reported),
        "weeks": list(facts.reported_weeks),
        "turned": facts.turned_at and facts.turned_at.isoformat(),
    }
    return {name: value for name, value in document.items() if value}


def _to_requested(since: str, due_on: str, until: str | None) -> Requested:
    ended = datetime.fromisoformat(until) if until else None
    return Requested(datetime.fromisoformat(since), date.fromisoformat(due_on), ended)


def _to_extension(due_on: str, reason: str, extended_at: str) -> Extension:
    return Extension(date.fromisoformat(due_on), ExtensionReason(reason), datetime.fromisoformat(extended_at))
