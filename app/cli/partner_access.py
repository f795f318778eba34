"""How a command reaches a partner system: by its options, or as the hub of the environment does."""

from collections.abc import Mapping, Sequence
from typing import Final

import typer
from pydantic import ValidationError

from app.adapters.allegro import AllegroSettings
from app.adapters.common.settings import Credential, PartnerSettings
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.cli.runtime import usable_settings
from app.domain.codes import System

_KINDS: Final[Mapping[System, type[PartnerSettings]]] = {
    each.system: each for each in (AllegroSettings, GidsoSettings, RmwSettings)
}
_UNKNOWN: Final = Credential("no-such-credential")


def partner_settings(system: System, url: str, stated: Sequence[str]) -> PartnerSettings:
    """Return the settings of a partner at this address.

    Args:
        system: the partner.
        url: its address.
        stated: settings as ``name=value``; without any, those of the environment are used.

    Raises:
        typer.BadParameter: a setting is unknown or unusable, or a credential is missing.
    """
    given = {"url": url, **(_named(system, stated) if stated else _of_environment(system))}
    try:
        settings = _KINDS[system].model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = ".".join(map(str, fault["loc"]))
        raise typer.BadParameter(f"{name}: {fault['msg']}", param_hint="URL or --credential") from error
    if missing := ", ".join(settings.missing_credentials()):
        raise typer.BadParameter(f"is needed for: {missing}", param_hint="--credential")
    return settings


def with_unknown_credentials(settings: PartnerSettings) -> PartnerSettings:
    """Return the same settings with credentials that no partner knows."""
    names = [name for name, value in settings if isinstance(value, Credential)]
    return settings.model_copy(update=dict.fromkeys(names, _UNKNOWN))


def _named(system: System, stated: Sequence[str]) -> dict[str, str]:
    known = _KINDS[system].model_fields.keys() - {"url"}
    pairs = dict(each.partition("=")[::2] for each in stated)
    if unknown := ", ".join(sorted(pairs.keys() - known)):
        names = ", ".join(sorted(known))
        raise typer.BadParameter(f"{unknown}: no setting of {system}; it has {names}", param_hint="--credential")
    return pairs


def _of_environment(system: System) -> dict[str, object]:
    settings = usable_settings()
    return {name: value for name, value in settings.partners[system] if name != "url"} if settings else {}
