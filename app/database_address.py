"""Where the database is, as its URL says, and how the hub connects with it.

The URL of PostgreSQL is that of libpq, its own client, which operators know; the driver reads only a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from typing_extensions import override

GIVE = "give sqlite:///path, or postgresql://user:password@host:port/database"

_DEFAULT_PORT = 5432
_PLACE = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(:(?P<port>\d+))?")

# What the driver reads from a URL.
_OF_THE_DRIVER = frozenset(
    {
        "dbname",
        "gsslib",
        "krbsrvname",
        "passfile",
        "password",
        "service",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslpassword",
        "sslrootcert",
        "user",
    }
)
_FILES = ("passfile", "sslcert", "sslcrl", "sslkey", "sslrootcert")
_SECRET_FILES = ("passfile", "sslkey")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    # A standby takes no writes, and every process of the hub writes.
    "target_session_attrs": ("any", "primary", "read-write"),
}
_VERIFYING = ("verify-ca", "verify-full")
_SETTINGS = frozenset({"application_name", "options"})
_PLACES = frozenset({"host", "port"})


class DatabaseUrlInvalid(ValueError):
    """A URL names no database that the hub can use; the message follows the name of the setting.

    It never repeats the URL, because that may hold a password.
    """


class SocketOption(StrEnum):
    """A parameter of libpq about the connection's socket: when a lost network is noticed."""

    KEEPALIVES = "keepalives"
    KEEPALIVES_COUNT = "keepalives_count"
    KEEPALIVES_IDLE = "keepalives_idle"
    KEEPALIVES_INTERVAL = "keepalives_interval"
    TCP_USER_TIMEOUT = "tcp_user_timeout"


_NUMBERS = frozenset({"connect_timeout", *SocketOption})
_KNOWN = _OF_THE_DRIVER | _CHOICES.keys() | _SETTINGS | _PLACES | _NUMBERS


@dataclass(frozen=True)
class SqliteFile:
    """A file of SQLite."""

    path: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the file, and those that SQLite and the hub make next to it."""
        return (self.path, *(self.path.with_name(f"{self.path.name}{each}") for each in ("-wal", "-shm", ".lock")))


@dataclass(frozen=True)
class Place:
    """Where a server listens: a name, an address, or the folder of its socket."""

    host: str
    port: int

    @override
    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True, repr=False)
class PostgresServers:
    """The servers of one PostgreSQL database; one of them takes writes.

    Attributes:
        places: in the order in which they are tried; none leaves it to the driver.
        driver_url: what the driver reads of the URL, such as the login and how to use TLS.
        files: the files that it names, by parameter.
        sslmode: whether connections use TLS, as libpq names it; None leaves it to the driver.
        password: of the login in the URL, None without one.
        session: which server will do (``target_session_attrs``), None for any.
        connect_seconds: the longest that connecting with one of them may take, None for the usual time.
        settings: what a session asks of the server, by name.
        socket_options: when a lost network is noticed; those that are not given are the usual ones.
    """

    places: tuple[Place, ...]
    driver_url: str
    files: Mapping[str, Path]
    sslmode: str | None
    password: str | None
    session: str | None
    connect_seconds: float | None
    settings: Mapping[str, str]
    socket_options: Mapping[SocketOption, int]

    @property
    def secret_files(self) -> tuple[Path, ...]:
        """Return those of the files that have a key or a password."""
        return tuple(path for name, path in self.files.items() if name in _SECRET_FILES)


@dataclass(frozen=True, kw_only=True)
class Connections:
    """How the connections of one process with PostgreSQL are made and shared; SQLite needs the times and the share.

    Attributes:
        pool_size: the most that units of work use at a time.
        pool_wait_seconds: the longest wait for one of them that is free.
        client_share: the part of them that one client uses at a time.
        work_seconds: the longest that a unit of work may take, the wait included.
        request_seconds: the same for a unit of work of a request, for which a client waits.
        close_seconds: the longest wait when they are closed; those that went silent are left behind.
        direct_url: names the same database without the pooler to which its URL leads; None without a pooler.
        names_statements: whether statements are prepared under names, which a pooler may not pass on.
    """

    pool_size: int = 10
    pool_wait_seconds: float = 2.0
    client_share: float = 0.5
    work_seconds: float = 30.0
    request_seconds: float = 10.0
    close_seconds: float = 5.0
    direct_url: str | None = None
    names_statements: bool = True


def read_database_url(url: str) -> SqliteFile | PostgresServers:
    """Return where the database is.

    Raises:
        DatabaseUrlInvalid: the URL cannot be read, names another kind of database, or has an unknown parameter.
    """
    match url.partition(":")[0].partition("+")[0]:
        case "sqlite":
            return SqliteFile(_path(url))
        case "postgresql" | "postgres":
            return _servers(_split(url))
        case _:
            raise DatabaseUrlInvalid(f"names no kind of database that the hub can use: {GIVE}")


def read_postgresql_url(url: str) -> PostgresServers:
    """Return where the servers are.

    Raises:
        DatabaseUrlInvalid: the URL cannot be read, or names no servers of PostgreSQL.
    """
    match read_database_url(url):
        case PostgresServers() as servers:
            return servers
        case SqliteFile():
            raise DatabaseUrlInvalid("names a file of SQLite, which has no pooler: unset it")


def _path(url: str) -> Path:
    name = url.partition("///")[2].partition("?")[0]
    if name in ("", ":memory:"):
        raise DatabaseUrlInvalid("names no file: give one, as sqlite:///trajecthub.db")
    return Path(name)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _unreadable() from error
    if not url.startswith(f"{parts.scheme}://"):
        raise _unreadable()
    return parts


def _unreadable() -> DatabaseUrlInvalid:
    return DatabaseUrlInvalid(f"cannot be read as an address: {GIVE}")


def _servers(parts: SplitResult) -> PostgresServers:
    given = _parameters(parts.query)
    login, _, hosts = parts.netloc.rpartition("@")
    places = _places_of(given) if "host" in given else tuple(_places_in(hosts))
    session = given.get("target_session_attrs")
    seconds = given.get("connect_timeout")
    return PostgresServers(
        places=places,
        driver_url=_driver_url(login, parts.path, given),
        files={name: Path(given[name]) for name in _FILES if name in given},
        sslmode=given.get("sslmode"),
        password=given.get("password") or (unquote(login.partition(":")[2]) or None),
        session=session or ("read-write" if len(places) > 1 else None),
        connect_seconds=float(seconds) if seconds else None,
        settings={name: given[name] for name in sorted(_SETTINGS) if name in given},
        socket_options={name: int(given[name]) for name in SocketOption if name in given},
    )


def _parameters(query: str) -> dict[str, str]:
    try:
        # An empty value is the default.
        given = dict(parse_qsl(query, strict_parsing=True)) if query else {}
    except ValueError as error:
        raise _unreadable() from error
    if faults := list(_faults_of(given)):
        raise DatabaseUrlInvalid("; ".join(faults))
    return given


def _faults_of(given: Mapping[str, str]) -> Iterator[str]:
    if unknown := sorted(given.keys() - _KNOWN):
        yield f"has {', '.join(unknown)}, which the hub does not know: leave out what is no parameter of libpq"
    for name in sorted(given.keys() & _NUMBERS):
        if not given[name].isdecimal():
            yield f"has {name} that is no whole number: correct it"
    for name, choices in _CHOICES.items():
        if name in given and given[name] not in choices:
            yield f"has another {name} than {', '.join(choices)}: give one of these"
    if given.get("sslmode") in _VERIFYING and "sslrootcert" not in given:
        yield f"has sslmode={given['sslmode']} without sslrootcert: give the file of the authorities to trust"


def _places_in(hosts: str) -> Iterator[Place]:
    for each in hosts.split(",") if hosts else ():
        match = _PLACE.fullmatch(each)
        if match is None or not match["host"]:
            raise _unreadable()
        yield Place(unquote(match["host"]).strip("[]"), int(match["port"] or _DEFAULT_PORT))


def _places_of(given: Mapping[str, str]) -> tuple[Place, ...]:
    hosts, ports = given["host"].split(","), given.get("port", str(_DEFAULT_PORT)).split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts) or not all(hosts) or not all(port.isdecimal() for port in ports):
        raise DatabaseUrlInvalid("has hosts and ports that do not match: give one port, or one for each host")
    return tuple(Place(host, int(port)) for host, port in zip(hosts, ports, strict=True))


def _driver_url(login: str, path: str, given: Mapping[str, str]) -> str:
    read = {name: value for name, value in given.items() if name in _OF_THE_DRIVER}
    return f"postgresql://{f'{login}@' if login else ''}{quote(path, safe='/%')}?{urlencode(read, quote_via=quote)}"
