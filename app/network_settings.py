"""Networks as the value of a setting: CIDR separated by commas, with or without the organisation of each."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

__all__ = ["OWN_SENTENCE", "Networks", "NetworksOfOrganisations"]

OWN_SENTENCE = "setting"
"""The type of an error whose message is for the operator as it is."""


def _networks(given: object) -> object:
    if not isinstance(given, str):
        return given
    parts = _parts(given)
    _refuse([_network_fault(part) for part in parts])
    return parts


def _networks_of_organisations(given: object) -> object:
    if not isinstance(given, str):
        return given
    pairs = [part.rpartition("=")[::2] for part in _parts(given)]
    _refuse([_network_fault(network) or _owner_fault(code, network) for code, network in pairs])
    return pairs


def _parts(given: str) -> list[str]:
    return [part.strip() for part in given.split(",")] if given.strip() else []


def _refuse(found: list[str | None]) -> None:
    if faults := "; ".join(filter(None, found)):
        raise PydanticCustomError(OWN_SENTENCE, "{faults}", {"faults": faults})


def _network_fault(network: str) -> str | None:
    try:
        whole = ip_network(network, strict=False)
    except ValueError:
        return f"'{network}' is no network, as 10.1.0.0/16"
    if "/" in network and network.partition("/")[0] != str(whole.network_address):
        return f"'{network}' begins within a network, which is {whole}"
    return None


def _owner_fault(code: str, network: str) -> str | None:
    return None if code else f"'{network}' has no organisation whose subscriptions may be there, as dock={network}"


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
"""Networks, such as those of proxies."""

NetworksOfOrganisations = Annotated[
    tuple[tuple[str, IPv4Network | IPv6Network], ...], NoDecode, BeforeValidator(_networks_of_organisations)
]
"""Networks, each after the code of the organisation that it belongs to."""
