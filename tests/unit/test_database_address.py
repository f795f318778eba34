"""The URL of the database: libpq's parameters are understood, and what is not is refused by name."""

from pathlib import Path

import pytest

from app.database_address import (
    DatabaseUrlInvalid,
    Place,
    PostgresServers,
    SocketOption,
    SqliteFile,
    read_database_url,
)


def servers(url: str) -> PostgresServers:
    address = read_database_url(url)
    assert isinstance(address, PostgresServers)
    return address


@pytest.mark.parametrize(
    ("url", "places"),
    [
        ("postgresql:///hub", []),
        ("postgres://hub@one/hub", [("one", 5432)]),
        ("postgresql+asyncpg://hub:p%40ss@one:6432/hub", [("one", 6432)]),
        ("postgresql://one,two:5433,[::1]:5434/hub", [("one", 5432), ("two", 5433), ("::1", 5434)]),
        ("postgresql://%2Frun%2Fpostgresql/hub", [("/run/postgresql", 5432)]),
        ("postgresql:///hub?host=/run/postgresql", [("/run/postgresql", 5432)]),
        ("postgresql://hub@/hub?host=one,two&port=5433", [("one", 5433), ("two", 5433)]),
        ("postgresql://hub@/hub?host=one,two&port=5433,5434", [("one", 5433), ("two", 5434)]),
    ],
)
def test_every_form_of_hosts_and_ports_is_read(url: str, places: list[tuple[str, int]]) -> None:
    assert servers(url).places == tuple(Place(*each) for each in places)


def test_parameters_of_libpq_are_understood_as_libpq_does() -> None:
    address = servers(
        "postgresql://hub:p%40ss@one/my%20hub?sslmode=verify-full&sslrootcert=/etc/ca.pem&sslcert=&connect_timeout=2"
        "&application_name=hub-north&options=-c%20search_path%3Dhub&target_session_attrs=primary"
        "&keepalives_idle=3&tcp_user_timeout=9000"
    )

    assert address.driver_url == "postgresql://hub:p%40ss@/my%20hub?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"
    assert address.files == {"sslrootcert": Path("/etc/ca.pem")}
    assert address.session == "primary"
    assert address.connect_seconds == 2
    assert address.settings == {"application_name": "hub-north", "options": "-c search_path=hub"}
    assert address.socket_options == {SocketOption.KEEPALIVES_IDLE: 3, SocketOption.TCP_USER_TIMEOUT: 9000}


@pytest.mark.parametrize(
    ("url", "session"),
    [
        ("postgresql://one/hub", None),
        ("postgresql://one,two/hub", "read-write"),
        ("postgresql://one,two/hub?target_session_attrs=any", "any"),
    ],
)
def test_of_several_servers_the_one_that_takes_writes_is_wanted(url: str, session: str | None) -> None:
    assert servers(url).session == session


def test_a_file_of_sqlite_is_named_by_its_path() -> None:
    assert read_database_url("sqlite:///hub.db") == SqliteFile(Path("hub.db"))
    assert read_database_url("sqlite:////var/lib/hub.db") == SqliteFile(Path("/var/lib/hub.db"))


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "names no kind of database"),
        ("postgresql//geheim", "names no kind of database"),
        ("mysql://hub:geheim@host/hub", "names no kind of database"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql:/hub", "cannot be read as an address"),
        ("postgresql://hub:geheim@host:port/hub", "cannot be read as an address"),
        ("postgresql://one,,two/hub", "cannot be read as an address"),
        ("postgresql://[::1/hub", "cannot be read as an address"),
        ("postgresql://hub/hub?geheim", "cannot be read as an address"),
        ("postgresql:///hub?host=one,two&port=1,2,3", "has hosts and ports that do not match"),
        ("postgresql:///hub?host=one&port=geheim", "has hosts and ports that do not match"),
        ("postgresql://one/hub?sslmod=require&ssl=geheim", "has ssl, sslmod, which the hub does not know: leave out"),
        ("postgresql://one/hub?connect_timeout=geheim", "has connect_timeout that is no whole number"),
        ("postgresql://one/hub?sslmode=geheim", "has another sslmode than disable, allow, prefer, require, verify-ca"),
        ("postgresql://one/hub?target_session_attrs=standby", "has another target_session_attrs than any, primary"),
        ("postgresql://one/hub?sslmode=verify-full", "has sslmode=verify-full without sslrootcert"),
    ],
)
def test_what_is_not_understood_is_refused_by_name_and_not_repeated(url: str, fault: str) -> None:
    with pytest.raises(DatabaseUrlInvalid) as caught:
        read_database_url(url)

    assert str(caught.value).startswith(fault)
    assert "geheim" not in str(caught.value)
