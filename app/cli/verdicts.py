"""Prints what checks of other systems found, one after the other, and ends with their exit code."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

import typer
from rich.markup import escape

from app.cli.program import console, run, stopped_with
from app.cli.tables import print_json
from app.kit.judgement import Judgement, NotExamined, Verdict, exit_code

NOT_EXAMINED: Final = 2
"""The exit code of a command that examined nothing; also that of wrong arguments."""

_COLOURS: Final = {Verdict.OK: "green", Verdict.WRONG: "red", Verdict.ADVICE: "yellow", Verdict.SKIPPED: "dim"}
_WIDTH: Final = 9


def print_findings(findings: AsyncIterator[Judgement], *, as_json: bool) -> None:
    """Print findings, each as soon as it is known, or all of them as JSON; end with exit code 1 when one is wrong."""
    try:
        found = run(_collected(findings, as_json=as_json))
    except NotExamined as error:
        stopped_with(str(error))
        raise typer.Exit(NOT_EXAMINED) from error
    if as_json:
        print_json([each.model_dump(mode="json", exclude_none=True) for each in found])
    else:
        _print_summary(found)
    if code := exit_code(found):
        raise typer.Exit(code)


async def _collected(findings: AsyncIterator[Judgement], *, as_json: bool) -> list[Judgement]:
    found = []
    async for each in findings:
        found.append(each)
        if not as_json:
            _print(each)
    return found


def _print(finding: Judgement) -> None:
    verdict = f"[{_COLOURS[finding.verdict]}]{finding.verdict:<{_WIDTH}}[/]"
    console.print(f"{verdict}[bold]{escape(finding.check)}[/]", soft_wrap=True)
    for name in ("sent", "came", "mend", "docs"):
        if text := getattr(finding, name):
            console.print(f"{'':{_WIDTH}}{name}: {escape(text)}", soft_wrap=True)


def _print_summary(found: list[Judgement]) -> None:
    counts = Counter(each.verdict for each in found)
    console.print(", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]) + ".")
