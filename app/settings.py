"""Every environment variable of the hub, once: ``TRAJECTHUB_`` and the name of the field in capitals."""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.domain.codes import PARTNERS, System

MASTER_KEY_BYTES = 32
NEW_MASTER_KEY = f"openssl rand -base64 {MASTER_KEY_BYTES}"
NO_OIN = "0" * 20

Networks = Annotated[
    tuple[IPv4Network | IPv6Network, ...],
    NoDecode,
    BeforeValidator(lambda given: [part.strip() for part in given.split(",")] if isinstance(given, str) else given),
]
Windows = Annotated[
    tuple[tuple[time, time], ...],
    NoDecode,
    BeforeValidator(lambda given: [part.split("-") for part in given.split(",")] if isinstance(given, str) else given),
]
Pace = Annotated[float, Field(ge=2)]
BaseUrl = Annotated[str, Field(pattern=r"^https?://"), AfterValidator(lambda url: url.rstrip("/"))]

CREDENTIALS: Mapping[System, tuple[str, ...]] = {
    System.ALLEGRO: ("client_id", "client_secret"),
    System.GIDSO: ("api_key",),
    System.RMW: ("username", "password"),
}
"""How the hub is known at each partner; a setting of each is named after the system and this."""


@dataclass(frozen=True, repr=False)
class PartnerSettings:
    """What is set for one partner, as plain values.

    Attributes:
        url: its address; None: not connected.
        credentials: by the names of ``CREDENTIALS``; empty ones where none are given.
        requests_per_second: the most calls to it; None: nothing was said.
        maintenance: by Dutch time, each from and until.
    """

    url: str | None
    credentials: Mapping[str, str]
    requests_per_second: float | None
    maintenance: tuple[tuple[time, time], ...]


class Settings(BaseSettings):
    """The hub's settings, read once at an entry point and passed down as plain values."""

    model_config = SettingsConfigDict(
        env_prefix="TRAJECTHUB_",
        frozen=True,
        extra="ignore",
        # A refused value may be a secret.
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    mode: Literal["sandbox", "production"] = "production"
    """``sandbox`` runs beside simulated partners with generated keys; ``production`` refuses weak settings."""

    database_url: str = "sqlite:///trajecthub.db"
    """Where everything is kept: ``sqlite:///path`` for one process, ``postgresql://…`` for many."""

    master_key: SecretStr | None = None
    """Base64 of the 32 bytes from which every other key is derived; without it stored BSNs cannot be read again."""

    data_dir: Path = Path("data")
    """Folder for what the hub makes for itself, such as the sandbox's master key."""

    public_url: BaseUrl = "http://127.0.0.1:8000"
    """Base of the API as callers see it, without ``/v1``; it is in links, in tokens and in their audience."""

    oin: Annotated[str, Field(pattern=r"^\d{20}$")] = NO_OIN
    """Organisation identification number of the hub's owner, 20 digits; part of every event's source."""

    system_name: str = "trajecthub"
    """Name of this installation in the source of events: ``urn:nld:oin:<oin>:systeem:<system_name>``."""

    host: str = "127.0.0.1"
    """Address on which the API listens."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port on which the API listens; 0 lets the system choose."""

    municipality: str = "rotterdam"
    """Name of the set of reference data: areas, organisations and code lists."""

    token_lifetime_seconds: Annotated[int, Field(gt=0, le=3600)] = 3600
    """Seconds until an access token expires; at most an hour, because a token cannot be called back."""

    allegro_url: BaseUrl | None = None
    """Base of Allegro's API; without it Allegro is not connected."""

    allegro_client_id: str | None = None
    """The hub's client id at Allegro."""

    allegro_client_secret: SecretStr | None = None
    """The secret that goes with ``allegro_client_id``."""

    gidso_url: BaseUrl | None = None
    """Base of GIDSO's API; without it GIDSO is not connected."""

    gidso_api_key: SecretStr | None = None
    """The hub's API key at GIDSO."""

    rmw_url: BaseUrl | None = None
    """Address of RMW's SOAP service; without it RMW is not connected."""

    rmw_username: str | None = None
    """The hub's user name at RMW."""

    rmw_password: SecretStr | None = None
    """The password that goes with ``rmw_username``."""

    pull_interval_seconds: Annotated[float, Field(gt=0)] = 5.0
    """Seconds between two pulls of a partner's changes; a shorter time brings news sooner and asks more of them."""

    subscriptions_per_organisation: Annotated[int, Field(ge=1)] = 50
    """The most subscriptions that one organisation may have; each is sent every event that it asks for."""

    allegro_requests_per_second: Pace | None = None
    """Most calls to Allegro, pulls and deliveries together, 2 or more; without it 50, in the sandbox no limit."""

    gidso_requests_per_second: Pace | None = None
    """Most calls to GIDSO, pulls and deliveries together, 2 or more; without it 50, in the sandbox no limit."""

    rmw_requests_per_second: Pace | None = None
    """Most calls to RMW, pulls and deliveries together, 2 or more; without it 50, in the sandbox no limit."""

    allegro_maintenance: Windows = ()
    """When Allegro is in maintenance, by Dutch time, with commas: ``22:00-06:00``; it is not pulled then."""

    gidso_maintenance: Windows = ()
    """When GIDSO is in maintenance, by Dutch time, with commas: ``22:00-06:00``; it is not pulled then."""

    rmw_maintenance: Windows = ()
    """When RMW is in maintenance, by Dutch time, with commas: ``22:00-06:00``; it is not pulled then."""

    reconcile_at: Annotated[time | None, BeforeValidator(lambda given: given or None)] = time(3, 30)
    """When each partner is compared as a whole every night, by Dutch time, or after its maintenance; empty: never."""

    webhook_allowed_networks: Networks = ()
    """Networks off the public internet where subscribers may be, as CIDR with commas: ``10.1.0.0/16,fd00:1::/32``."""

    webhook_ca_file: Path | None = None
    """Certificates of authorities to trust at subscribers beside the system's own, PEM (for example PKIoverheid's)."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least serious level that is logged."""

    log_format: Literal["json", "console"] = "json"
    """``json`` for machines, one object a line; ``console`` for people."""

    @model_validator(mode="after")
    def refuse_weak_settings(self) -> Self:
        """Name every weak setting at once, each with the way out; outside the sandbox nothing weak may start."""
        faults = list(self._key_faults())
        if self.mode != "sandbox":
            faults += [*self._exposure_faults(), *self._credential_faults()]
        if faults:
            raise ValueError("\n".join(["the hub does not start like this:", *(f"- {fault}" for fault in faults)]))
        return self

    def of_partner(self, system: System) -> PartnerSettings:
        """Return what is set for a partner: the settings that are named after it."""
        url, pace, maintenance = (
            getattr(self, f"{system.value}_{name}") for name in ("url", "requests_per_second", "maintenance")
        )
        given = {name: getattr(self, f"{system.value}_{name}") or "" for name in CREDENTIALS[system]}
        return PartnerSettings(url, {name: _plain(value) for name, value in given.items()}, pace, maintenance)

    def master_key_bytes(self) -> bytes:
        """Return the 32 bytes of the master key.

        In the sandbox without a ``master_key`` they are made once and kept in ``data_dir/master.key``, readable by
        its owner only.
        """
        if self.master_key is not None:
            return _decoded(self.master_key)
        path = self.data_dir / "master.key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            _write_once(path, b64encode(secrets.token_bytes(MASTER_KEY_BYTES)))
        return b64decode(path.read_bytes())

    def _key_faults(self) -> Iterator[str]:
        if self.master_key is None:
            if self.mode != "sandbox":
                yield f"TRAJECTHUB_MASTER_KEY is missing: make one with `{NEW_MASTER_KEY}` and keep it safe"
        elif len(_decoded(self.master_key)) != MASTER_KEY_BYTES:
            yield f"TRAJECTHUB_MASTER_KEY is not the base64 of {MASTER_KEY_BYTES} bytes: use `{NEW_MASTER_KEY}`"

    def _exposure_faults(self) -> Iterator[str]:
        for name in ("public_url", *(f"{system.value}_url" for system in PARTNERS)):
            url = getattr(self, name)
            if url is not None and not url.startswith("https://"):
                yield f"{_variable(name)} is {url}: personal data need https://, or set TRAJECTHUB_MODE=sandbox"
        if self.oin == NO_OIN:
            yield "TRAJECTHUB_OIN is all zeros: give your organisation's number from the OIN register"

    def _credential_faults(self) -> Iterator[str]:
        for system in PARTNERS:
            given = self.of_partner(system)
            for name, value in given.credentials.items():
                if given.url is not None and not value:
                    way_out = f"set it, or unset {_variable(f'{system.value}_url')}"
                    yield f"{_variable(f'{system.value}_{name}')} is missing: {way_out}"


def _plain(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _variable(field: str) -> str:
    return f"TRAJECTHUB_{field.upper()}"


def _decoded(key: SecretStr) -> bytes:
    try:
        return b64decode(key.get_secret_value(), validate=True)
    except ValueError:
        return b""


def _write_once(path: Path, content: bytes) -> None:
    # Another process may have been first; its key stands.
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "wb") as opened:
        opened.write(content)
