"""The links of the document: which of them a role may follow, and how often each was followed."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]


@dataclass
class Followed:
    """What the stateful phase did as one role.

    Attributes:
        allowed: the links that the role may follow, as schemathesis names them.
        requests: how many there were.
        links: of each link that was followed how often, by the status of the answer.
    """

    allowed: frozenset[str]
    requests: int = 0
    links: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, counts: Mapping[str, Any]) -> None:
        """Add what a run of schemathesis counted."""
        self.requests += counts["requests"]
        for link, statuses in counts["links"].items():
            self.links.setdefault(link, Counter()).update(statuses)

    def missed(self, links: Collection[str]) -> list[str]:
        """Return which of these links were never followed."""
        return sorted(set(links) - self.links.keys())


def operations_of(document: Document, scopes: Collection[str]) -> dict[str, str]:
    """Return the operations that a client with these scopes may call: method and path, by the id."""
    return {
        operation["operationId"]: label
        for label, operation in _operations(document)
        if all(set(each.get("oauth2", ())) <= set(scopes) for each in operation.get("security", ()))
    }


def links_between(document: Document, allowed: Mapping[str, str]) -> frozenset[str]:
    """Return the links from one of these operations to another, as schemathesis names them."""
    return frozenset(
        f"{source} -> [{status}] {name} -> {allowed[target]}"
        for source, operation in _operations(document)
        if operation["operationId"] in allowed
        for status, response in operation["responses"].items()
        for name in response.get("links", ())
        if (target := document["components"]["links"][name]["operationId"]) in allowed
    )


def groups_of(document: Document, allowed: Mapping[str, str]) -> list[set[str]]:
    """Return the ids of these operations in groups, between which there are no links."""
    ids = {label: operation_id for operation_id, label in allowed.items()}
    groups: list[set[str]] = []
    for link in sorted(links_between(document, allowed)):
        source, _, target = link.split(" -> ")
        linked = {ids[source], ids[target]}
        joined = [group for group in groups if group & linked]
        groups = [group for group in groups if group not in joined] + [linked.union(*joined)]
    return groups


def table(followed: Mapping[str, Followed]) -> Iterator[str]:
    """Return the lines of a Markdown table: of each link by role how often it was followed, and with success.

    Links of one name from several answers are in one line.
    """
    roles = list(followed)
    yield f"| link | {' | '.join(f'{role}: answers | followed | done' for role in roles)} |"
    yield "|---|" + "---|---|---|" * len(roles)
    names = sorted({_name(link) for each in followed.values() for link in each.allowed})
    for name in names:
        yield f"| {name} | {' | '.join(_cells(followed[role], [name]) for role in roles)} |"
    yield f"| all | {' | '.join(_cells(followed[role], names) for role in roles)} |"


def _cells(followed: Followed, names: Sequence[str]) -> str:
    links = [link for link in followed.allowed if _name(link) in names]
    if not links:
        return "| |"
    counts = [followed.links[link] for link in links if link in followed.links]
    times = sum(sum(each.values()) for each in counts)
    done = sum(number for each in counts for status, number in each.items() if status < "400")
    return f"{len(counts)} of {len(links)} | {times} | {done}"


def _name(link: str) -> str:
    return link.partition("] ")[2].partition(" ->")[0]


def _operations(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation
