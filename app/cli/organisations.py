"""``trajecthub organisation``: the organisations that refer; the API can do the same."""

import re
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from app.api.forms import ORGANISATION_CODE
from app.api.schemas.fields import Name
from app.api.schemas.reference import OrganisationOut
from app.cli.program import console
from app.cli.runtime import change_access, read_stored
from app.cli.tables import AsJson, Limit, print_blocks
from app.domain.codes import ReferrerKind, System
from app.operations.access.organisations import ReferrerDetails, page_of_organisations, save_referrer
from app.operations.organisation_state import activate_organisation, deactivate_organisation

commands = typer.Typer()
organisations = typer.Typer(no_args_is_help=True, help="The organisations that refer clients.")
commands.add_typer(organisations, name="organisation")

_ORGANISATION = ("code", "name", "role", "kind", "system", "area", "active")
_NAME: TypeAdapter[str] = TypeAdapter(Name)


def _code(text: str) -> str:
    if not re.fullmatch(ORGANISATION_CODE.pattern, text):
        raise typer.BadParameter(f"must be {ORGANISATION_CODE.words}")
    return text


def _name(text: str) -> str:
    try:
        return _NAME.validate_python(text)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"]) from error


Code = Annotated[str, typer.Argument(parser=_code, metavar="CODE", help="Its code.")]


@organisations.command()
def register(
    code: Annotated[
        str, typer.Argument(parser=_code, metavar="CODE", help="Its code; of a team in GIDSO or RMW, its code there.")
    ],
    name: Annotated[str, typer.Option(parser=_name, metavar="TEXT", help="Its name.")],
    kind: Annotated[ReferrerKind, typer.Option(help="Kind of referrer: decides what it receives.")],
    system: Annotated[System, typer.Option(help="Where it registers referrals; api: nowhere else.")] = System.API,
    area: Annotated[str | None, typer.Option(help="Area in which it works; without it the whole city.")] = None,
) -> None:
    """Register an organisation that refers, or change the one with this code."""
    details = ReferrerDetails(code=code, name=name, kind=kind, system=system, area=area)
    saved = change_access(f"PUT /v1/organisations/{code}", lambda tx, services: save_referrer(tx, services, details))
    console.print(f"'{saved.code}' ({saved.name}) refers clients as {kind.value}, registered in {system.value}.")


@organisations.command()
def deactivate(code: Code) -> None:
    """Cut an organisation off: within a second its clients are refused, and its subscriptions are paused."""
    request = f"POST /v1/organisations/{code}/deactivation"
    change_access(request, lambda tx, services: deactivate_organisation(tx, services, code))
    console.print(f"'{code}' is cut off; the tokens of its clients are refused within a second.")


@organisations.command()
def activate(code: Code) -> None:
    """Take an organisation back that was cut off; its clients get new tokens, its subscriptions what was parked."""
    request = f"POST /v1/organisations/{code}/activation"
    change_access(request, lambda tx, services: activate_organisation(tx, services, code))
    console.print(f"'{code}' is active.")


@organisations.command("list")
def list_all(limit: Limit = 100, as_json: AsJson = False) -> None:
    """List organisations by code, the city's institutions too."""
    found, _more = read_stored(page_of_organisations, None, limit)
    shown = [OrganisationOut.model_validate(each) for each in found]
    print_blocks(shown, _ORGANISATION, nothing="There is no organisation yet.", as_json=as_json)
