"""Judges what a partner lists: its forms, codes, ids, order and times. Shows its kind and id, no other value of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from app.kit.judgement import Judgement, Verdict
from app.kit.partner.reading import PartnerReading

__all__ = ["judged_records"]

_AHEAD: Final = timedelta(minutes=1)
_MOST_SHOWN: Final = 5


def judged_records(first: PartnerReading, second: PartnerReading, now: datetime, contract: str) -> Iterator[Judgement]:
    """Yield what two readings of everything, one after the other, show.

    Args:
        first: the earlier reading.
        second: the later one.
        now: the present moment, aware.
        contract: the file of the contract.
    """
    yield from _forms(first, contract)
    yield from _listing(first, second, contract)
    yield from _stamps(first, now, contract)


def _forms(first: PartnerReading, contract: str) -> Iterator[Judgement]:
    yield _judged(
        "form",
        "every field of every record",
        [f"{field}: {message}" for field, message in _unread(first, "unreadable")],
        "Send each field in the type and format of the contract; until then such a record waits in quarantine.",
        contract,
    )
    yield _judged(
        "codes",
        "every code of every record",
        [f"{field}: {message}" for field, message in _unread(first, "unknown-code")],
        "Send only codes of the contract's lists; for a new one, agree on its meaning first. Until then such a record "
        "waits in quarantine.",
        contract,
    )
    yield _judged(
        "fields",
        "the names of all fields",
        [f"{place} ({number} times)" for place, number in sorted(first.drift.items())],
        "Describe these fields in the contract; the hub reads past them.",
        contract,
        Verdict.ADVICE,
    )


def _listing(first: PartnerReading, second: PartnerReading, contract: str) -> Iterator[Judgement]:
    yield _judged(
        "once",
        "each record once in a reading",
        [f"{kind} {key}" for (kind, key), number in Counter(first.keys).items() if number > 1],
        "List each record once; the hub recognises a repetition, but pages that overlap may also leave records out.",
        contract,
    )
    yield _judged(
        "kept",
        "the same records at the second reading",
        [f"{kind} {key}" for kind, key in dict.fromkeys(first.keys) if (kind, key) not in set(second.keys)],
        "Keep what was listed, and show a deletion as the contract says (a tombstone), or the hub goes on with it.",
        contract,
    )
    yield _judged(
        "order",
        "the same order at the second reading, by the contract's key",
        _moved(first, second),
        "List records in the order of the contract, oldest first and the same each time, so that pages fit together.",
        contract,
    )


def _stamps(first: PartnerReading, now: datetime, contract: str) -> Iterator[Judgement]:
    yield _judged(
        "numbers",
        "numbers that follow each other",
        ["a few numbers are far above the others"] if first.jumps else [],
        "Use numbers without jumps; the hub waits before it believes one.",
        contract,
        Verdict.ADVICE,
    )
    yield _judged(
        "clock",
        "moments that are not in the future",
        [f"{each.kind} {each.external_id}" for each in first.records if each.occurred_at > now + _AHEAD],
        "Synchronise the clock, and send moments with their offset or in the time zone of the contract.",
        contract,
    )


def _unread(reading: PartnerReading, reason: str) -> dict[tuple[str, str], None]:
    faults = (each.unread for each in reading.records if each.unread and each.unread.reason == reason)
    return dict.fromkeys((fault.field, fault.message) for fault in faults)


def _moved(first: PartnerReading, second: PartnerReading) -> list[str]:
    """Return what is in another place than before, or behind a later record by its own count of changes."""
    both = set(first.keys) & set(second.keys)
    before, after = ([key for key in dict.fromkeys(each.keys) if key in both] for each in (first, second))
    moved = [f"{kind} {key}" for (kind, key), other in zip(before, after, strict=True) if (kind, key) != other]
    return moved or _behind_later(first)


def _behind_later(reading: PartnerReading) -> list[str]:
    """Return the records of a case that are behind a later one of the same case."""
    last: dict[str, int] = {}
    behind = []
    for each in reading.records:
        if each.revision is not None:
            if each.revision < last.get(each.case_id, each.revision):
                behind.append(f"{each.kind} {each.external_id}")
            last[each.case_id] = max(each.revision, last.get(each.case_id, each.revision))
    return behind


def _judged(  # noqa: PLR0913 - the columns of the table above
    check: str, sent: str, faults: list[str], mend: str, contract: str, verdict: Verdict = Verdict.WRONG
) -> Judgement:
    more = f"; and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
    return Judgement(
        check=check,
        verdict=verdict if faults else Verdict.OK,
        sent=sent,
        came="; ".join(faults[:_MOST_SHOWN]) + more if faults else "as it should be",
        mend=mend if faults else None,
        docs=contract if faults else None,
    )
