"""A command says in one sentence why it cannot work with the database, and what to do about it."""

import re
import socket
from pathlib import Path

import pytest

from app.database.migrations import upgrade_schema
from tests.support.command_line import run, write
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.slow

COMMANDS = (("serve", "--with-worker"), ("worker",), ("partner", "status"), ("client", "list"))
BEFORE_THE_FIRST_MIGRATION = "The database has no tables yet; run 'trajecthub migrate'."
OUT_OF_REACH = "The database cannot be read ({kind}); check TRAJECTHUB_DATABASE_URL, and that the server runs."


def outcomes(environment: dict[str, str], url: str, *commands: tuple[str, ...]) -> set[tuple[int, str]]:
    """Return the exit codes and outputs of commands over a database."""
    return {run(environment | {"TRAJECTHUB_DATABASE_URL": url}, *words) for words in commands}


def test_before_the_first_migration_every_command_asks_for_it(sandbox: dict[str, str], empty_database_url: str) -> None:
    assert outcomes(sandbox, empty_database_url, *COMMANDS) == {(1, BEFORE_THE_FIRST_MIGRATION)}


def test_the_schema_of_another_version_stops_every_command(sandbox: dict[str, str], empty_database_url: str) -> None:
    upgrade_schema(empty_database_url)
    write(empty_database_url, lambda tx: tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'"))

    ((code, output),) = outcomes(sandbox, empty_database_url, *COMMANDS)

    assert code == 1
    assert re.fullmatch(
        r"The schema is 0000, and this version of the hub needs \S+: run 'trajecthub migrate', .*", output
    )


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        (
            "postgresql//geheim",
            " names no kind of database that the hub can use: give sqlite:///path, or postgresql://",
        ),
        (
            "postgresql://hub:geheim@host:port/hub",
            " cannot be read as an address: give sqlite:///path, or postgresql://",
        ),
        ("mariadb://hub:geheim@host/hub", " names no kind of database that the hub can use: give sqlite:///path"),
        ("postgresql://hub:geheim@host/hub?ssl=require", " has ssl, which the hub does not know: leave out what"),
        ("sqlite://", " names no file: give one, as sqlite:///trajecthub.db"),
    ],
)
def test_a_url_that_names_no_store_is_refused_with_the_remedy(sandbox: dict[str, str], url: str, fault: str) -> None:
    ((code, output),) = outcomes(sandbox, url, *COMMANDS, ("migrate",))

    assert code == 1
    assert f"TRAJECTHUB_DATABASE_URL{fault}" in output
    assert "geheim" not in output


def test_a_server_that_refuses_the_connection_is_named_as_the_cause(sandbox: dict[str, str]) -> None:
    # Nobody listens at port 1.
    found = outcomes(sandbox, "postgresql://hub:geheim@127.0.0.1:1/hub", *COMMANDS, ("migrate",))

    assert found == {(1, OUT_OF_REACH.format(kind="ConnectionRefusedError"))}


def test_a_database_that_the_server_does_not_have_is_named_as_the_cause(
    sandbox: dict[str, str], postgres_server: PostgresServer
) -> None:
    url = postgres_server.create_database()
    postgres_server.drop_database(url)

    found = outcomes(sandbox, url, *COMMANDS, ("migrate",))

    assert found == {(1, OUT_OF_REACH.format(kind="InvalidCatalogNameError"))}


def test_a_server_that_does_not_answer_is_named_as_the_cause(sandbox: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://hub:geheim@127.0.0.1:{silent.getsockname()[1]}/hub?connect_timeout=1"
        found = outcomes(sandbox, url, ("partner", "status"))

    remedy = "look at its server, and at the network to it"
    assert found == {(1, f"The database does not answer in time (TimeoutError); {remedy}.")}


def test_a_file_that_is_no_database_is_named_as_the_cause(sandbox: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("These are notes, and no database.\n" * 99)

    found = outcomes(sandbox, f"sqlite:///{file}", *COMMANDS, ("migrate",))

    assert found == {(1, OUT_OF_REACH.format(kind="SQLITE_NOTADB"))}
