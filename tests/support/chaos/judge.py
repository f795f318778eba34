"""What became of the changes: what the record, the subscribers and the partners have, against what was accepted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass

from app.database import Connection
from app.domain.codes import System
from app.models.cases.history import list_history
from app.models.delivery.lease import all_leases
from app.models.delivery.outbox import unrelayed_since
from app.models.delivery.receiver_health import failing_receivers
from app.models.partners.quarantine import count_quarantined_by_partner
from app.models.statistics import undelivered
from app.operations.cases.queries import find_referral
from tests.support.chaos.cases import CHANGES, Change, ChangingCase
from tests.support.chaos.installation import PLACES_OF_EVENTS, Installation
from tests.support.receiver_process import Arrival


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of the changes.

    Attributes:
        lost: what is missing in the record, at a subscriber or at a partner, by place.
        doubled: what is there once more than it happened, by place.
        stuck: what waits although nothing is in its way, by kind.
        out_of_order: cases whose events have other numbers than 1, 2, 3, …, or another order, by place.
        repeated: arrivals of an event under an id that had arrived before, which at-least-once delivery allows.
    """

    lost: Mapping[str, int]
    doubled: Mapping[str, int]
    stuck: Mapping[str, int]
    out_of_order: Mapping[str, int]
    repeated: int


@dataclass(frozen=True)
class Comparison:
    """What has to be in a place of one case, and what is there.

    Attributes:
        is_in_order: what is there has the right order.
    """

    place: str
    expected: Sequence[str]
    found: Sequence[str]
    _: KW_ONLY
    is_in_order: bool = True


async def judge(installation: Installation, cases: Sequence[ChangingCase], polled: Sequence[Arrival]) -> Verdict:
    """Compare what there is, and which events were ``polled``, with the changes that were made."""
    arrivals = [*(await installation.receiver.arrivals())[0], *polled]
    async with installation.database() as db:
        records = [Comparison("record", _actions(case), await db.read(_history, case)) for case in cases]
        waiting = await db.read(_waiting)
    at_partners = [await _at_partner(installation, case) for case in cases if case.row.system is not System.API]
    compared = [
        *records,
        *at_subscribers(arrivals, _expected(installation, cases)),
        *at_partners,
        await _at_allegro(installation, cases),
    ]
    unfinished = {"changes": sum(len(CHANGES) - case.accepted for case in cases)}
    return verdict_on(compared, waiting | unfinished, arrivals)


def verdict_on(compared: Sequence[Comparison], stuck: Mapping[str, int], arrivals: Sequence[Arrival]) -> Verdict:
    """Return what follows from the comparisons, from the numbers of what waits, and from all arrivals."""
    return Verdict(
        lost=_totals((each.place, _surplus(each.expected, each.found)) for each in compared),
        doubled=_totals((each.place, _surplus(each.found, each.expected)) for each in compared),
        stuck=_totals(stuck.items()),
        out_of_order=_totals((each.place, int(not each.is_in_order)) for each in compared),
        repeated=len(arrivals) - len({(each.path, each.id) for each in arrivals}),
    )


def at_subscribers(arrivals: Sequence[Arrival], expected: Mapping[str, Sequence[str]]) -> Iterator[Comparison]:
    """Compare the events that arrived at subscribers with those that are expected, by subject."""
    arrived: dict[tuple[str, str], dict[str, Arrival]] = defaultdict(dict)
    for each in arrivals:
        arrived[each.path, each.subject][each.id] = each
    for path in PLACES_OF_EVENTS:
        subjects = expected.keys() | {subject for at, subject in arrived if at == path}
        for subject in sorted(subjects):
            numbered = sorted((each.sequence, each.type.split(".")[3]) for each in arrived[path, subject].values())
            wanted, found = expected.get(subject, ()), [name for _, name in numbered]
            is_in_order = numbered == list(enumerate(wanted, start=1))
            yield Comparison(f"subscriber {path}", wanted, found, is_in_order=is_in_order)


def _expected(installation: Installation, cases: Sequence[ChangingCase]) -> Mapping[str, Sequence[str]]:
    """Return the events of each referral that was made over the API."""
    of_cases = {case.id: events_of(case.changes) for case in cases if case.id}
    return of_cases | dict.fromkeys(installation.probes, events_of(CHANGES[:1]))


def events_of(changes: Sequence[Change]) -> Sequence[str]:
    """Return the events that are sent to the referrer, in this order."""
    return [each.event for each in changes if each.event]


def _actions(case: ChangingCase) -> Sequence[str]:
    return [action for each in case.changes for action in each.actions]


async def waits(installation: Installation) -> bool:
    """Return whether anything is still on its way."""
    async with installation.database() as db:
        return any((await db.read(_waiting)).values())


def _history(tx: Connection, case: ChangingCase) -> Sequence[str]:
    """Return the actions on a case; those that a later one implies are no changes that somebody made."""
    found = find_referral(tx, case.row.organisation_code, case.row.reference)
    return [each.action for each in list_history(tx, found) if not each.implied] if found else []


async def _at_partner(installation: Installation, case: ChangingCase) -> Comparison:
    if case.row.system is System.GIDSO:
        lines = await installation.console.journal(case.row.reference)
        categories = [each.category for each in case.changes if each.category]
        return Comparison("journal in GIDSO", categories, [each["Categorie"] for each in lines])
    lines = (await installation.console.registration(case.row.reference))["statussen"]
    statuses = [each.status for each in case.changes if each.status]
    return Comparison("statuses in RMW", statuses, [each["statuscode"] for each in lines])


async def _at_allegro(installation: Installation, cases: Sequence[ChangingCase]) -> Comparison:
    """Compare the files in Allegro with the cases, by the referrer's reference."""
    wanted = {case.row.reference for case in cases}
    found = [each for each in await installation.console.references_in_allegro() if each in wanted]
    return Comparison("files in Allegro", sorted(wanted), found)


def _waiting(tx: Connection) -> dict[str, int]:
    return {
        "events": int(unrelayed_since(tx) is not None),
        "deliveries": undelivered(tx),
        "leases": len(all_leases(tx)),
        "receivers": sum(not each.is_closed for each in failing_receivers(tx).values()),
        "records in quarantine": sum(count_quarantined_by_partner(tx).values()),
    }


def _surplus(of: Sequence[str], over: Sequence[str]) -> int:
    return (Counter(of) - Counter(over)).total()


def _totals(counted: Iterable[tuple[str, int]]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for name, number in counted:
        totals[name] += number
    return {name: number for name, number in totals.items() if number}
