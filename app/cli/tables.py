"""Prints the results of commands: a table for people, or JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.markup import escape
from rich.table import Column, Table

from app.cli.runtime import console
from app.domain.local_time import AMSTERDAM

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def print_items(items: Sequence[BaseModel], columns: Sequence[str], *, as_json: bool) -> None:
    """Print items: these fields of each as a table, or all fields as JSON with the names of the API."""
    if as_json:
        print_json([each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in items])
        return
    # Text is never cut off, and an id is never folded, so that it can be copied.
    table = Table(*(Column(name.replace("_", " "), overflow="fold", no_wrap=name == "id") for name in columns))
    for item in items:
        fields = item.model_dump()
        table.add_row(*(_text(fields[name]) for name in columns))
    console.print(table)


def print_report(report: Mapping[str, object], *, as_json: bool) -> None:
    """Print a report: a row for each name in it, or all of it as JSON."""
    if as_json:
        print_json(report)
        return
    table = Table("", "count", show_header=False)
    for name, value in _rows(report):
        table.add_row(name, _text(value))
    console.print(table)


def print_json(content: object) -> None:
    """Print JSON without wrapping or colours."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def _rows(report: Mapping[str, object], within: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in report.items():
        if isinstance(value, Mapping):
            rows += _rows(value, f"{within}{name} ")
        else:
            rows.append((within + name, value))
    return rows


def _text(value: object) -> str:
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case datetime():
            text = value.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S")
        case float():
            text = f"{value:.0f}"
        case Mapping():
            text = ", ".join(f"{name}: {count}" for name, count in value.items())
        case list():
            text = ", ".join(map(str, value))
        case _:
            text = str(value)
    return escape(text)
