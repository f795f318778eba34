"""The settings of the hub; each is an environment variable, ``TRAJECTHUB_`` and the name of the field in capitals."""

from __future__ import annotations

import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import time
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.adapters.allegro import AllegroSettings
from app.adapters.common.settings import BaseUrl, Credential, PartnerSettings
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.database_address import (
    Connections,
    DatabaseUrlInvalid,
    PostgresServers,
    SqliteFile,
    read_database_url,
    read_postgresql_url,
)
from app.domain.codes import System
from app.limits import Limits
from app.network_settings import OWN_SENTENCE, Networks, NetworksOfOrganisations
from app.private_files import make_folder, write_new_file
from app.setting_files import ca_file_fault, certificate_faults, missing_files, sqlite_faults
from app.weak_settings import (
    WIDEST_PREFIX,
    is_example,
    is_open_network,
    is_weak_key,
    is_weak_token,
    is_wide_network,
    open_places,
    unknown_variables,
)

MASTER_KEY_BYTES = 32
NEW_MASTER_KEY = f"openssl rand -base64 {MASTER_KEY_BYTES}"
NO_OIN = "0" * 20

PREFIX = "TRAJECTHUB_"
"""Every variable begins with this."""

_SettingPath = tuple[str, ...]
"""The name of a setting; that of a partner's setting follows the partner's."""

# A partner whose address cannot be read is to be connected, and so needs its credentials.
_SOME_URL = "https://partner.invalid"

# User name and password in a URL; a password may have a slash or an @ that was not encoded.
_LOGIN = re.compile(r"//.*@")

# Work in flight is finished, and connections are closed.
_LEAST_SECONDS_AFTER_DRAIN = 4.0

# What a value that cannot be read must be, by the type of pydantic's error; its own sentences are for programmers.
_MUST_BE = {
    "bool_parsing": "true or false",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_parsing": "a whole number",
    "less_than_equal": "at most {le}",
    "literal_error": "{expected}",
    "time_parsing": "a time, as 03:30",
}
_BASE_ADDRESS = (
    "an address that begins with https:// or http://, with a host, a port of at most 65535 if it has one, and without "
    "spaces, user name, ?, # and the parts . and .. in its path"
)
_MUST_BE_OF = {
    "oin": "20 digits",
    "url": _BASE_ADDRESS,
    "public_url": f"{_BASE_ADDRESS}, in characters of a URL: a host such as café.nl is written as xn--caf-dma.nl",
    "maintenance": "hours separated by commas, as 22:00-06:00,12:00-12:30",
}

# What RFC 3986 permits: it is part of headers, which take no others.
_IN_ASCII = r"^[A-Za-z0-9._~%!$&'()*+,;=:@/\[\]-]*$"

# Outside the sandbox the hub does not start without them.
_WITHOUT_DEFAULT = {("master_key",), ("oin",), ("public_url",)}


def _none_if_empty(given: object) -> object:
    return None if given == "" else given


EmptyIsNone = BeforeValidator(_none_if_empty)


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
    )

    mode: Literal["sandbox", "production"] = "production"
    """``sandbox`` runs with simulated partners and generated keys; ``production`` refuses weak settings."""

    database_url: str = "sqlite:///trajecthub.db"
    """The store: ``sqlite:///path`` for one process, ``postgresql://…`` for several, with the parameters of libpq."""

    database_direct_url: Annotated[str | None, EmptyIsNone] = None
    """The database without the pooler (PgBouncer) to which its URL leads: for notifications and migrations."""

    database_prepared_statements: Annotated[bool | None, EmptyIsNone] = None
    """Whether statements are prepared under names: faster. Unset: without a pooler only; PgBouncer can since 1.21."""

    database_without_tls: bool = False
    """Accept that connections with a database on another machine have no TLS, as in a private network of containers."""

    database_pool_size: Annotated[int, Field(ge=1, le=1000)] = Connections.pool_size
    """Most connections with PostgreSQL that the requests and loops of one process use; notifications use two more."""

    database_pool_wait_seconds: Annotated[float, Field(gt=0, le=30)] = Connections.pool_wait_seconds
    """Longest wait for one of them that is free; a request that waited in vain is answered with 503."""

    database_client_share: Annotated[float, Field(gt=0, le=1)] = Connections.client_share
    """Part of these connections (of the reading threads of SQLite) that one client uses at a time; more is queued."""

    database_request_seconds: Annotated[float, Field(gt=0, le=30)] = Connections.request_seconds
    """Longest that the database may work for a request at a time, the wait included; then it is answered with 503."""

    master_key: SecretStr | None = None
    """Base64 of the 32 bytes from which every other key is derived; without it no personal data can be read again."""

    data_dir: Path = Path("data")
    """Folder for files that the hub makes, such as the sandbox's master key."""

    public_url: Annotated[BaseUrl, Field(pattern=_IN_ASCII)] = "http://127.0.0.1:8000"
    """Base URL of the API as callers see it, without ``/v1``; used in links and as issuer and audience of tokens."""

    oin: Annotated[str, Field(pattern=r"^\d{20}$")] = NO_OIN
    """Organisation identification number of the hub's owner, 20 digits; part of every event's source."""

    system_name: str = "trajecthub"
    """Name of this installation in the source of events: ``urn:nld:oin:<oin>:systeem:<system_name>``."""

    host: str = "127.0.0.1"
    """Address on which the API listens."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port on which the API listens; 0 lets the operating system choose."""

    trusted_proxies: Networks = ()
    """Networks of the proxies in front of the API, as CIDR: what they say in ``X-Forwarded-For`` is the address of the
    caller, in the security log and where failed token requests are counted. Unset: that of the connection."""

    worker_port: Annotated[int | None, Field(ge=1, le=65535)] = None
    """Port on which ``worker`` answers ``GET /healthz/live`` with what its loops last did; without it there is none."""

    metrics_token: Annotated[SecretStr | None, EmptyIsNone] = None
    """Bearer token with which Prometheus reads ``/metrics``, at least 32 characters; without it nobody reads them."""

    municipality: str = "rotterdam"
    """Name of the set of reference data and of the privacy policy."""

    token_lifetime_seconds: Annotated[int, Field(gt=0, le=3600)] = 3600
    """Lifetime of an access token, at most an hour."""

    signing_key_days: Annotated[int | None, Field(ge=1, le=3650), EmptyIsNone] = 90
    """Age at which a new key takes over signing access tokens, while the old one goes on verifying; empty: never."""

    allegro: AllegroSettings = AllegroSettings()
    """The connection with Allegro."""

    gidso: GidsoSettings = GidsoSettings()
    """The connection with GIDSO."""

    rmw: RmwSettings = RmwSettings()
    """The connection with RMW."""

    pull_interval_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 5.0
    """Time between two pulls of a partner's changes; shorter means sooner feedback and more calls to the partner."""

    limit: Limits = Limits()
    """What is read of others at most."""

    idempotency_hours: Annotated[int, Field(ge=24, le=72)] = 24
    """How long an answer is stored for a repeated request with its Idempotency-Key; afterwards the key is new again."""

    subscriptions_per_organisation: Annotated[int, Field(ge=1)] = 50
    """Most subscriptions that one organisation may have; each is sent every event that it asks for."""

    waiting_polls: Annotated[int, Field(ge=1)] = 500
    """Most polls for events that wait in one process at a time; one more is answered with 503."""

    waiting_polls_per_client: Annotated[int, Field(ge=1)] = 10
    """Most of them that one client has; one more is answered with 429."""

    reconcile_at: Annotated[time | None, EmptyIsNone] = time(3, 30)
    """Time of the nightly comparison with each partner, or after its maintenance; empty switches it off."""

    webhook_allowed_networks: NetworksOfOrganisations = ()
    """Networks outside the public internet in which the subscriptions of an organisation may be, each with its code, as
    CIDR: ``dock=10.1.0.0/16,beheer=fd00:1::/32``."""

    webhook_ca_file: Path | None = None
    """PEM file of authorities to trust at subscribers in addition to the system's own, such as PKIoverheid's."""

    drain_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 3.0
    """How long the API still answers after SIGTERM, although it is no longer ready, so that balancers notice it."""

    stop_seconds: Annotated[float, Field(ge=4, allow_inf_nan=False)] = 9.0
    """The longest time from SIGTERM to the end of a process, the drain included; containers get 10 seconds."""

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
        faults = [*self._key_faults(), *self._database_faults(), *self._municipality_faults(), *self._file_faults()]
        faults += self._stop_faults()
        if self.mode != "sandbox":
            faults += [*self._exposure_faults(), *self._credential_faults(), *self._weak_secret_faults()]
            faults += [*self._open_database_faults(), *self._open_network_faults(), *_unknown_variable_faults()]
        return faults

    def sandbox_exceptions(self) -> list[str]:
        """Return the variables whose values only the sandbox accepts, by name; none outside it."""
        if self.mode != "sandbox":
            return []
        missing = [] if self.master_key else [_variable("master_key")]
        faults = [*self._exposure_faults(), *self._credential_faults()]
        return [*missing, *(fault.partition(" ")[0] for fault in faults)]

    @property
    def partners(self) -> Mapping[System, PartnerSettings]:
        """Return the settings of each partner."""
        return {each.system: each for _, each in self if isinstance(each, PartnerSettings)}

    @property
    def connections(self) -> Connections:
        """Return how this process connects with PostgreSQL."""
        names_statements = self.database_prepared_statements
        return Connections(
            pool_size=self.database_pool_size,
            pool_wait_seconds=self.database_pool_wait_seconds,
            client_share=self.database_client_share,
            request_seconds=self.database_request_seconds,
            direct_url=self.database_direct_url,
            names_statements=self.database_direct_url is None if names_statements is None else names_statements,
        )

    @property
    def migration_url(self) -> str:
        """Return the URL of the database for migrations, which take place in one session."""
        return self.database_direct_url or self.database_url

    @property
    def master_key_file(self) -> Path:
        """Return where the sandbox keeps the master key that it made."""
        return self.data_dir / "master.key"

    @property
    def own_files(self) -> tuple[Path, ...]:
        """Return the files that the hub makes, there or not: those of SQLite, and the master key of the sandbox."""
        address = read_database_url(self.database_url)
        of_database = address.files if isinstance(address, SqliteFile) else ()
        return of_database if self.master_key else (*of_database, self.master_key_file)

    @property
    def given_secret_files(self) -> tuple[Path, ...]:
        """Return the files with keys and passwords that the settings name."""
        address = read_database_url(self.database_url)
        of_database = address.secret_files if isinstance(address, PostgresServers) else ()
        return (*of_database, *(each.key_file for each in self.partners.values() if each.key_file))

    def known_master_key(self) -> bytes | None:
        """Return the 32 bytes of the master key, None if they are still to be made."""
        if self.master_key is not None:
            return _decoded(self.master_key.get_secret_value())
        return _decoded(self.master_key_file.read_text("ascii")) if self.master_key_file.exists() else None

    def master_key_bytes(self) -> bytes:
        """Return the 32 bytes of the master key.

        In the sandbox without a ``master_key`` they are made once and kept in ``master_key_file``, readable by its
        owner only.
        """
        if (key := self.known_master_key()) is not None:
            return key
        make_folder(self.data_dir)
        write_new_file(self.master_key_file, b64encode(secrets.token_bytes(MASTER_KEY_BYTES)))
        return _decoded(self.master_key_file.read_text("ascii"))

    def _key_faults(self) -> Iterator[str]:
        if self.master_key is None:
            if self.mode != "sandbox":
                yield f"TRAJECTHUB_MASTER_KEY is missing: make one with `{NEW_MASTER_KEY}` and keep it safe"
            elif not self._has_sound_key_file():
                yield (
                    f"TRAJECTHUB_DATA_DIR has a file {self.master_key_file} that is not the base64 of "
                    f"{MASTER_KEY_BYTES} bytes: restore it, or set TRAJECTHUB_MASTER_KEY"
                )
        elif len(_decoded(self.master_key.get_secret_value())) != MASTER_KEY_BYTES:
            yield f"TRAJECTHUB_MASTER_KEY is not the base64 of {MASTER_KEY_BYTES} bytes: use `{NEW_MASTER_KEY}`"

    def _has_sound_key_file(self) -> bool:
        try:
            key = self.known_master_key()
        except (OSError, UnicodeDecodeError):
            return False
        return key is None or len(key) == MASTER_KEY_BYTES

    def _database_faults(self) -> Iterator[str]:
        variable, direct = _variable("database_url"), _variable("database_direct_url")
        yield from _url_faults(variable, self.database_url, read_database_url)
        if self.database_direct_url is not None:
            yield from _url_faults(direct, self.database_direct_url, read_postgresql_url)
            if self.database_url.startswith("sqlite"):
                yield f"{direct} is set and {variable} names a file of SQLite: unset one of them"

    def _municipality_faults(self) -> Iterator[str]:
        found = files("app").joinpath("reference").iterdir()
        names = sorted(each.name.removesuffix(".toml") for each in found if each.name.endswith(".toml"))
        if self.municipality not in names:
            variable = _variable("municipality")
            yield f"{variable} names no set of reference data: set one of {', '.join(names)}, or unset it"

    def _file_faults(self) -> Iterator[str]:
        given = {_variable("webhook_ca_file"): self.webhook_ca_file}
        given |= {_variable(system, "ca_file"): each.ca_file for system, each in self.partners.items()}
        for variable, path in given.items():
            if path is not None and (fault := ca_file_fault(path)):
                yield f"{variable} is {path}, {fault}: correct it, or unset it"
        for system, each in self.partners.items():
            certificate, key = _variable(system, "certificate_file"), _variable(system, "key_file")
            yield from certificate_faults({certificate: each.certificate_file, key: each.key_file})

    def _stop_faults(self) -> Iterator[str]:
        most = self.stop_seconds - _LEAST_SECONDS_AFTER_DRAIN
        if self.drain_seconds > most:
            yield (
                f"TRAJECTHUB_DRAIN_SECONDS is {self.drain_seconds:g}, which leaves no time to finish requests: set at "
                f"most {most:g}, or more than {self.stop_seconds:g} for TRAJECTHUB_STOP_SECONDS"
            )

    def _exposure_faults(self) -> Iterator[str]:
        urls: dict[str, str | None] = {_variable("public_url"): self.public_url}
        urls |= {_variable(system, "url"): each.url for system, each in self.partners.items()}
        for variable, url in urls.items():
            if url is not None and not url.startswith("https://"):
                shown = _LOGIN.sub("//", url)
                yield f"{variable} is {shown}: personal data need https://, or set TRAJECTHUB_MODE=sandbox"
        if self.oin == NO_OIN:
            yield "TRAJECTHUB_OIN is all zeros: give your organisation's number from the OIN register"

    def _weak_secret_faults(self) -> Iterator[str]:
        key = _decoded(self.master_key.get_secret_value()) if self.master_key else b""
        if len(key) == MASTER_KEY_BYTES and is_weak_key(key):
            remedy = f"make one with `{NEW_MASTER_KEY}` for a new database; one that is sealed opens with its own only"
            yield f"{_variable('master_key')} was not made by chance: {remedy}"
        if self.metrics_token and is_weak_token(self.metrics_token.get_secret_value()):
            yield f"{_variable('metrics_token')} can be guessed: make one with `{NEW_MASTER_KEY}`, or unset it"
        for system, partner in self.partners.items():
            for name, value in partner:
                if isinstance(value, Credential) and partner.url and is_example(value.get_secret_value()):
                    yield f"{_variable(system, name)} is an example's: set the one that the partner issued"

    def _open_database_faults(self) -> Iterator[str]:
        accepts = _variable("database_without_tls")
        for name, url in (("database_url", self.database_url), ("database_direct_url", self.database_direct_url)):
            servers = _servers_of(url) if url else None
            if servers is None:
                continue
            variable = _variable(name)
            if servers.password and is_example(servers.password):
                yield f"{variable} has the password of an example: set another one"
            if not self.database_without_tls and (places := open_places(servers)):
                yield (
                    f"{variable} leads to {', '.join(map(str, places))} without TLS: add sslmode=verify-full and "
                    f"sslrootcert to it, or accept that in a private network with {accepts}=true"
                )

    def _open_network_faults(self) -> Iterator[str]:
        variable = _variable("webhook_allowed_networks")
        for _, network in self.webhook_allowed_networks:
            if is_open_network(network):
                yield (
                    f"{variable} has {network}, which is wider than /{WIDEST_PREFIX} or has addresses of this machine "
                    "in it: name the networks in which the subscribers are"
                )

        variable = _variable("trusted_proxies")
        for network in self.trusted_proxies:
            if is_wide_network(network):
                yield (
                    f"{variable} has {network}, which is wider than /{WIDEST_PREFIX}, so that callers may state "
                    "their own addresses: name the networks of the proxies"
                )

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
    unreadable = {_path_at(each["loc"]): each for each in reversed(error.errors()) if each["loc"]}
    return [
        *(_sentence(path, unreadable[path]) for path in reversed(unreadable)),
        *weak,
        *_weak_without(unreadable.keys()),
    ]


def _sentence(path: _SettingPath, finding: ErrorDetails) -> str:
    remedy = "correct it" if path in _WITHOUT_DEFAULT else "correct it, or unset it"
    return f"{_variable(*path)}: {_wrong(path[-1], finding)}; {remedy}"


def _wrong(name: str, finding: ErrorDetails) -> str:
    if finding["type"] == OWN_SENTENCE:
        return finding["msg"]
    wanted = _MUST_BE_OF.get(name) or _MUST_BE.get(finding["type"], "readable")
    return f"must be {wanted.format_map(finding.get('ctx', {}))}"


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
    return nested if _variable(*nested) in variables() else nested[:1]


def variables(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[str]:
    """Return the name of each environment variable, those of partners included."""
    for name, field in model.model_fields.items():
        variable, inner = f"{prefix}{name.upper()}", field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from variables(inner, f"{variable}_")
        else:
            yield variable


def _unknown_variable_faults() -> Iterator[str]:
    known = list(variables())
    for name, meant in unknown_variables(os.environ, known, PREFIX):  # noqa: TID251 - names of settings only
        remedy = f"use {meant}, or unset it" if meant else "unset it"
        yield f"{name} is no setting: {remedy}"


def _servers_of(url: str) -> PostgresServers | None:
    try:
        address = read_database_url(url)
    except DatabaseUrlInvalid:
        return None
    return address if isinstance(address, PostgresServers) else None


def _variable(*path: str) -> str:
    return f"{PREFIX}{'_'.join(path)}".upper()


def _decoded(key: str) -> bytes:
    """Return the bytes of a key in base64; none if it is not."""
    try:
        return b64decode(key.strip(), validate=True)
    except ValueError:
        return b""


def _url_faults(variable: str, url: str, read: Callable[[str], SqliteFile | PostgresServers]) -> Iterator[str]:
    try:
        address = read(url)
    except DatabaseUrlInvalid as error:
        yield f"{variable} {error}"
        return
    faults = sqlite_faults(address.path) if isinstance(address, SqliteFile) else missing_files(address.files)
    yield from (f"{variable} {fault}" for fault in faults)
