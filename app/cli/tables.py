"""Prints the results of commands: tables and blocks for people, or JSON for programs."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.markup import escape
from rich.table import Column, Table

from app.api.forms import LINE
from app.api.schemas.fields import FIRST_YEAR, LAST_YEAR
from app.cli.program import console
from app.domain.local_time import AMSTERDAM
from app.operations.subscriptions.deliveries import DeliveryState

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="The most that are listed.")]
InState = Annotated[
    DeliveryState | None, typer.Option(help="Only those in this state: pending waits, dead was given up.")
]

MOST_SHOWN = 50
"""The most items of a list in a report that people are shown; programs get all of them."""

A_MOMENT = "DATE[THH:MM[:SS]]"
"""How an option states a moment."""

# What a report has, in the order in which people read it: a database returns its names in any order.
_NAMES_OF_REPORTS = (
    "links", "acceptBsnAndDay", "quarantineId", "error",
    "read", "compared", "linked", "alreadyLinked", "applied", "unchanged", "filtered", "quarantined", "unreadable",
    "missing", "different", "deleted", "extra", "deletionsHeldBack", "healed",
    "byReference", "byBsnAndDate", "ambiguous", "withoutReferral", "withoutCase", "refused",
    "count", "causes", "keys", "cases", "toldAgain", "advice",
)  # fmt: skip
_PLACES = {name: place for place, name in enumerate(_NAMES_OF_REPORTS)}


def moment(text: str) -> datetime:
    """Return the moment of an option, in Dutch time as moments are printed, unless it states its offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            "is a date, or a date and a time, such as 2026-11-23T08:00, in Dutch time or with an offset"
        ) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise typer.BadParameter(f"has a year from {FIRST_YEAR} to {LAST_YEAR}")
    return found if found.tzinfo else found.replace(tzinfo=AMSTERDAM)


def line(text: str) -> str:
    """Return the text of an option that is one line, as the API has it."""
    if not re.fullmatch(LINE.pattern, text):
        raise typer.BadParameter(f"must be {LINE.words}")
    return text


def print_items(items: Sequence[BaseModel], columns: Sequence[str], *, as_json: bool) -> None:
    """Print items: these fields of each as a table, or all fields as JSON with the names of the API."""
    if as_json:
        print_json([each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in items])
        return
    # Text is never cut off, and an id is never folded, so that it can be copied.
    table = Table(*(Column(name.replace("_", " "), overflow="fold", no_wrap=name == "id") for name in columns))
    for item in items:
        fields = item.model_dump()
        table.add_row(*(as_text(fields[name]) for name in columns))
    console.print(table)


def print_blocks(items: Sequence[BaseModel], fields: Sequence[str], *, nothing: str, as_json: bool) -> None:
    """Print items: these fields of each that have a value, below each other, or all fields as JSON.

    Args:
        items: what is printed; a table of it would be wider than a terminal of 80 columns.
        fields: in the order in which they are printed.
        nothing: the sentence that says that there is no item.
        as_json: as JSON instead, with the names of the API.
    """
    if as_json:
        print_items(items, fields, as_json=True)
    elif not items:
        console.print(nothing)
    else:
        console.print(*(_block(item, fields) for item in items), sep="\n")


def _block(item: BaseModel, fields: Sequence[str]) -> Table:
    block = Table.grid(Column(style="bold"), Column(overflow="fold"), padding=(0, 2))
    values = item.model_dump()
    for name in fields:
        if text := as_text(values[name]):
            block.add_row(name.replace("_", " "), text)
    return block


def print_report(report: Mapping[str, object], *, as_json: bool) -> None:
    """Print a report: a row for each name in it, or all of it as JSON."""
    if as_json:
        print_json(report)
        return
    table = Table("", "count", show_header=False)
    for name, value in _rows(report):
        table.add_row(name, as_text(value))
    console.print(table)


def print_json(content: object) -> None:
    """Print JSON without wrapping or colours."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def as_text(value: object) -> str:
    """Return a value as people read it, for the terminal."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case datetime():
            text = value.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S %Z")
        case float():
            text = f"{value:.0f}"
        case Mapping():
            text = ", ".join(f"{name}: {count}" for name, count in value.items())
        case list():
            text = _listed(value)
        case _:
            text = str(value)
    return escape(text)


def _listed(items: list[object]) -> str:
    """Return items with commas between them; objects, such as links, each in a line, without the names of fields."""
    shown, more = items[:MOST_SHOWN], len(items) - MOST_SHOWN
    lines = [" ".join(map(_plain, each.values())) for each in shown if isinstance(each, Mapping)]
    text = "\n".join(lines) if lines else ", ".join(map(str, shown))
    return f"{text} … and {more} more: see --json" if more > 0 else text


def _plain(value: object) -> str:
    return _listed(value) if isinstance(value, list) else str(value)


def _rows(report: Mapping[str, object], within: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name in sorted(report, key=lambda each: _PLACES.get(each, len(_PLACES))):
        value = report[name]
        if isinstance(value, Mapping):
            rows += _rows(value, f"{within}{name} ")
        else:
            rows.append((within + name, value))
    return rows
