"""The settings of the hub; each is an environment variable, ``TRAJECTHUB_`` and the name of the field in capitals."""

from __future__ import annotations

import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import time
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.adapters.allegro import AllegroSettings
from app.adapters.common.settings import BaseUrl, PartnerSettings
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.domain.codes import System

MASTER_KEY_BYTES = 32
NEW_MASTER_KEY = f"openssl rand -base64 {MASTER_KEY_BYTES}"
NO_OIN = "0" * 20

PREFIX = "TRAJECTHUB_"
"""Every variable begins with this."""

_SettingPath = tuple[str, ...]
"""The name of a setting; that of a partner's setting follows the partner's."""

# A partner whose address cannot be read is to be connected, and so needs its credentials.
_SOME_URL = "https://partner.invalid"

# User name and password in a URL.
_LOGIN = re.compile(r"//[^/@]*@")

Networks = Annotated[
    tuple[IPv4Network | IPv6Network, ...],
    NoDecode,
    BeforeValidator(lambda given: [part.strip() for part in given.split(",")] if isinstance(given, str) else given),
]


class WeakSettings(ValueError):
    """Settings with which the hub does not start.

    Attributes:
        faults: a sentence for each, with the name of the variable and the remedy.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(["the hub does not start like this:", *(f"- {fault}" for fault in faults)]))
        self.faults = faults


class Settings(BaseSettings):
    """The hub's settings, read once at an entry point and passed down as plain values."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        # A partner's settings are a model of their own: TRAJECTHUB_GIDSO_API_KEY is gidso.api_key.
        env_nested_delimiter="_",
        env_nested_max_split=1,
        frozen=True,
        extra="ignore",
        # A refused value may be a secret.
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    mode: Literal["sandbox", "production"] = "production"
    """``sandbox`` runs with simulated partners and generated keys; ``production`` refuses weak settings."""

    database_url: str = "sqlite:///trajecthub.db"
    """The store: ``sqlite:///path`` for one process, ``postgresql://…`` for several."""

    master_key: SecretStr | None = None
    """Base64 of the 32 bytes from which every other key is derived; without it no personal data can be read again."""

    data_dir: Path = Path("data")
    """Folder for files that the hub makes, such as the sandbox's master key."""

    public_url: BaseUrl = "http://127.0.0.1:8000"
    """Base URL of the API as callers see it, without ``/v1``; used in links and as issuer and audience of tokens."""

    oin: Annotated[str, Field(pattern=r"^\d{20}$")] = NO_OIN
    """Organisation identification number of the hub's owner, 20 digits; part of every event's source."""

    system_name: str = "trajecthub"
    """Name of this installation in the source of events: ``urn:nld:oin:<oin>:systeem:<system_name>``."""

    host: str = "127.0.0.1"
    """Address on which the API listens."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port on which the API listens; 0 lets the operating system choose."""

    municipality: str = "rotterdam"
    """Name of the set of reference data and of the privacy policy."""

    token_lifetime_seconds: Annotated[int, Field(gt=0, le=3600)] = 3600
    """Lifetime of an access token, at most an hour: a token cannot be revoked, only its client."""

    allegro: AllegroSettings = AllegroSettings()
    """The connection with Allegro."""

    gidso: GidsoSettings = GidsoSettings()
    """The connection with GIDSO."""

    rmw: RmwSettings = RmwSettings()
    """The connection with RMW."""

    pull_interval_seconds: Annotated[float, Field(gt=0)] = 5.0
    """Time between two pulls of a partner's changes; shorter means sooner feedback and more calls to the partner."""

    subscriptions_per_organisation: Annotated[int, Field(ge=1)] = 50
    """Most subscriptions that one organisation may have; each is sent every event that it asks for."""

    reconcile_at: Annotated[time | None, BeforeValidator(lambda given: given or None)] = time(3, 30)
    """Time of the nightly comparison with each partner, or after its maintenance; empty switches it off."""

    webhook_allowed_networks: Networks = ()
    """Networks outside the public internet in which subscribers may be, as CIDR: ``10.1.0.0/16,fd00:1::/32``."""

    webhook_ca_file: Path | None = None
    """PEM file of authorities to trust at subscribers in addition to the system's own, such as PKIoverheid's."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least serious level that is logged."""

    log_format: Literal["json", "console"] = "json"
    """``json`` for machines, one object per line; ``console`` for people."""

    @model_validator(mode="after")
    def refuse_weak_settings(self) -> Self:
        """Refuse settings with which the hub does not start."""
        if faults := self.weaknesses():
            raise WeakSettings(faults)
        return self

    def weaknesses(self) -> list[str]:
        """Return a sentence for each weak setting, with the variable and the remedy; the sandbox needs little."""
        faults = [*self._key_faults(), *self._file_faults()]
        if self.mode != "sandbox":
            faults += [*self._exposure_faults(), *self._credential_faults()]
        return faults

    @property
    def partners(self) -> Mapping[System, PartnerSettings]:
        """Return the settings of each partner."""
        return {each.system: each for _, each in self if isinstance(each, PartnerSettings)}

    @property
    def master_key_file(self) -> Path:
        """Return where the sandbox keeps the master key that it made."""
        return self.data_dir / "master.key"

    def known_master_key(self) -> bytes | None:
        """Return the 32 bytes of the master key, None if they are still to be made."""
        if self.master_key is not None:
            return _decoded(self.master_key)
        return b64decode(self.master_key_file.read_bytes()) if self.master_key_file.exists() else None

    def master_key_bytes(self) -> bytes:
        """Return the 32 bytes of the master key.

        In the sandbox without a ``master_key`` they are made once and kept in ``master_key_file``, readable by its
        owner only.
        """
        if (key := self.known_master_key()) is not None:
            return key
        self.data_dir.mkdir(parents=True, exist_ok=True)
        _write_once(self.master_key_file, b64encode(secrets.token_bytes(MASTER_KEY_BYTES)))
        return b64decode(self.master_key_file.read_bytes())

    def _key_faults(self) -> Iterator[str]:
        if self.master_key is None:
            if self.mode != "sandbox":
                yield f"TRAJECTHUB_MASTER_KEY is missing: make one with `{NEW_MASTER_KEY}` and keep it safe"
        elif len(_decoded(self.master_key)) != MASTER_KEY_BYTES:
            yield f"TRAJECTHUB_MASTER_KEY is not the base64 of {MASTER_KEY_BYTES} bytes: use `{NEW_MASTER_KEY}`"

    def _file_faults(self) -> Iterator[str]:
        for system, partner in self.partners.items():
            if partner.ca_file is not None and not partner.ca_file.is_file():
                variable = _variable(system, "ca_file")
                yield f"{variable} is {partner.ca_file}, where no file is: correct it, or unset it"

    def _exposure_faults(self) -> Iterator[str]:
        urls: dict[str, str | None] = {_variable("public_url"): self.public_url}
        urls |= {_variable(system, "url"): each.url for system, each in self.partners.items()}
        for variable, url in urls.items():
            if url is not None and not url.startswith("https://"):
                shown = _LOGIN.sub("//", url)
                yield f"{variable} is {shown}: personal data need https://, or set TRAJECTHUB_MODE=sandbox"
        if self.oin == NO_OIN:
            yield "TRAJECTHUB_OIN is all zeros: give your organisation's number from the OIN register"

    def _credential_faults(self) -> Iterator[str]:
        for system, partner in self.partners.items():
            for name in partner.missing_credentials() if partner.url else ():
                yield f"{_variable(system, name)} is missing: set it, or unset {_variable(system, 'url')}"


def faults_of(error: ValidationError) -> list[str]:
    """Return a sentence for everything that is wrong with the settings, with the variable and the remedy.

    Args:
        error: what ``Settings()`` raised. It names weak settings only when every value can be read; so the values that
            cannot are replaced by ones that can, and the rest is examined too.
    """
    weak = [fault for each in error.errors() if not each["loc"] for fault in each["ctx"]["error"].faults]
    # A value that may be of several types has a finding for each of them.
    unreadable = {_path_at(each["loc"]): each["msg"] for each in error.errors() if each["loc"]}
    return [
        *(f"{_variable(*path)}: {finding}; correct it, or unset it" for path, finding in unreadable.items()),
        *weak,
        *_weak_without(unreadable.keys()),
    ]


def _weak_without(unreadable: Set[_SettingPath]) -> list[str]:
    if not unreadable:
        return []
    replaced = tuple(f"{_variable(*path)} " for path in unreadable)
    try:
        Settings(**_readable_values(unreadable))
    except ValidationError as error:
        return [fault for fault in faults_of(error) if not fault.startswith(replaced)]
    return []


def _readable_values(paths: Set[_SettingPath]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, *inner in paths:
        default = Settings.model_fields[name].default
        if inner:
            # The other settings of the partner are still read from the environment.
            values.setdefault(name, {})[inner[0]] = _SOME_URL if inner == ["url"] else getattr(default, inner[0])
        else:
            values[name] = default
    return values


def _path_at(location: Sequence[str | int]) -> _SettingPath:
    """Return the names of the setting of a finding; what follows them in the location is a place within its value."""
    nested = tuple(map(str, location[:2]))
    return nested if _variable(*nested) in {variable for variable, _ in variables()} else nested[:1]


def variables(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[tuple[str, FieldInfo]]:
    """Return the name of each environment variable with the field that describes it, those of partners included."""
    for name, field in model.model_fields.items():
        variable, inner = f"{prefix}{name.upper()}", field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from variables(inner, f"{variable}_")
        else:
            yield variable, field


def _variable(*path: str) -> str:
    return f"{PREFIX}{'_'.join(path)}".upper()


def _decoded(key: SecretStr) -> bytes:
    try:
        return b64decode(key.get_secret_value(), validate=True)
    except ValueError:
        return b""


def _write_once(path: Path, content: bytes) -> None:
    # Another process may have been first; its key is the one to use.
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "wb") as opened:
        opened.write(content)
