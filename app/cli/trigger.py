"""``trajecthub trigger`` and ``trajecthub sandbox``: rehearse with a demo that runs."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import httpx
import typer
from rich.markup import escape
from rich.table import Table

from app.cli.options import HUB_URL
from app.cli.program import console, stopped_with
from app.cli.tables import AsJson, print_json
from app.connection_failure import failure_of

commands = typer.Typer()
sandbox = typer.Typer(help="The clock of a demo that runs, and its return to how it started.", no_args_is_help=True)
commands.add_typer(sandbox, name="sandbox")

_ANSWER_SECONDS = 120.0
_NEVER_STARTED = "start it with `trajecthub demo`, or name its address with --hub"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Hub = Annotated[str, typer.Option(envvar=HUB_URL, help="Address of the demo's hub.")]
_DEFAULT_HUB = "http://127.0.0.1:8000"


@commands.command()
def trigger(
    name: Annotated[str | None, typer.Argument(help="The scenario; --list shows them all.")] = None,
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the scenario.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the scenarios and what they take.")] = False,
    hub: Hub = _DEFAULT_HUB,
    as_json: AsJson = False,
) -> None:
    """Rehearse a scenario with a demo that runs, and show what happened.

    Exit code 1 when it did not come to its end.
    """
    with _connected(hub) as http:
        if listed:
            _show_scenarios(_read(http.get("/sandbox/scenarios")), as_json=as_json)
            return
        played = _read(http.post(f"/sandbox/scenarios/{_scenario(name)}", json=_parameters(given or [])))
        if as_json:
            print_json(played)
        else:
            _show_played(played)


@sandbox.command()
def clock(
    forward: Annotated[str | None, typer.Option(help="Move it forward, by 90s, 10m, 26h or 3d.")] = None,
    to: Annotated[str | None, typer.Option(help="Move it to this moment, 2027-01-31T09:00:00+01:00.")] = None,
    hub: Hub = _DEFAULT_HUB,
    as_json: AsJson = False,
) -> None:
    """Show the clock of a demo, or move it forward; what is due then happens."""
    if forward and to:
        raise typer.BadParameter("cannot go with --to", param_hint="--forward")
    move: dict[str, object] = {"now": to} if to else {"forwardSeconds": _seconds(forward)} if forward else {}
    with _connected(hub) as http:
        shown = _read(http.put("/sandbox/clock", json=move) if move else http.get("/sandbox/clock"))
    if as_json:
        print_json(shown)
        return
    console.print(f"{shown['now']}, {timedelta(seconds=shown['aheadSeconds'])} ahead of this computer")
    if not shown.get("settled", True):
        console.print("Something that fell due was not done yet: a partner or receiver does not answer, or is slow.")


@sandbox.command()
def reset(hub: Hub = _DEFAULT_HUB) -> None:
    """Put a demo back as it was when it had started, with the same clients, secrets and keys."""
    with _connected(hub) as http:
        _read(http.post("/sandbox/reset"))
    console.print("The sandbox is as it was when it had started.")


@contextmanager
def _connected(hub: str) -> Iterator[httpx.Client]:
    try:
        with httpx.Client(base_url=hub, timeout=_ANSWER_SECONDS) as http:
            yield http
    except httpx.InvalidURL as error:
        raise stopped_with(f"{hub} is no address of a hub: give one like {_DEFAULT_HUB}.") from error
    except httpx.TimeoutException as error:
        raise stopped_with(f"The demo at {hub} did not answer within {_ANSWER_SECONDS:.0f} seconds.") from error
    except httpx.TransportError as error:
        raise stopped_with(f"No demo runs at {hub} ({failure_of(error)}): {_NEVER_STARTED}.") from error


def _read(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json() if response.content else {}
        of_sandbox = isinstance(answer, dict) and (response.is_success or answer.get("type") == "about:blank")
    except (ValueError, RecursionError):
        answer, of_sandbox = {}, False
    if of_sandbox and response.is_success:
        return dict(answer)
    if not of_sandbox and (response.is_success or response.status_code == httpx.codes.NOT_FOUND):
        raise stopped_with(f"The hub at {response.url.copy_with(path='/')} is no demo: {_NEVER_STARTED}.")
    raise stopped_with(str((of_sandbox and answer.get("detail")) or f"{response.url} answered {response.status_code}."))


def _scenario(name: str | None) -> str:
    # One with a slash or dots would be another address.
    if name is None or not re.fullmatch(r"[\w-]+", name, re.ASCII):
        wrong = "is needed" if name is None else "is no name of a scenario"
        raise typer.BadParameter(f"{wrong}; --list shows them all", param_hint="NAME")
    return name


def _parameters(given: list[str]) -> dict[str, str]:
    parameters = {}
    for each in given:
        name, separator, value = each.partition("=")
        if not (name and separator):
            raise typer.BadParameter("has the form name=value", param_hint="--set")
        parameters[name] = value
    return parameters


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if text.startswith("-"):
        raise typer.BadParameter(
            "moves the clock forward only; start again with `sandbox reset`", param_hint="--forward"
        )
    if not found:
        raise typer.BadParameter("has the form 90s, 10m, 26h or 3d", param_hint="--forward")
    return timedelta(**{_UNITS[found[2]]: int(found[1])}).total_seconds()


def _show_scenarios(found: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found["items"])
        return
    table = Table(title="Scenarios", title_justify="left")
    table.add_column("name", no_wrap=True)
    table.add_column("what it shows")
    for each in found["items"]:
        parameters = [f"--set {name}=…: {meaning}" for name, meaning in each["parameters"].items()]
        table.add_row(each["name"], escape("\n".join([each["summary"], *parameters])))
    console.print(table)


def _show_played(played: Mapping[str, Any]) -> None:
    for sentence in played["happened"]:
        console.print(f"- {escape(sentence)}", soft_wrap=True)
    for name, value in played["ids"].items():
        console.print(f"{escape(name)}: [bold]{escape(value)}[/]", soft_wrap=True)
    for each in played["look"]:
        client = f"  (as {each['client']})" if "client" in each else ""
        console.print(f"[dim]{escape(each['what'])}:[/] {each['method']} {escape(each['url'])}{client}", soft_wrap=True)
