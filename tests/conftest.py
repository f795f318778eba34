"""What all tests share: their marks, the profile of Hypothesis, and databases with the migrated schema and no rows.

Databases are in memory if there is space, because most tests would wait for the disk only.
"""

import gc
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from app.database import Database
from app.database.migrations import upgrade_schema
from tests.support.certificate import write_certificate
from tests.support.pgbouncer import installed_pgbouncer, running_pgbouncer
from tests.support.postgres import (
    NOT_DURABLE,
    PostgresServer,
    SharedDatabase,
    database_name,
    folder_in_memory,
    running_server,
)
from tests.support.postgres_proxy import PostgresProxy, postgres_proxy

# What is imported and collected stays for good; looking through it over and over is a quarter of the work.
gc.disable()

# On a busy machine an example takes longer for reasons that are not in it.
settings.register_profile("hub", deadline=None)
settings.load_profile("hub")


def pytest_collection_finish() -> None:
    """Let the garbage collector look through what tests make only."""
    gc.freeze()
    gc.enable()


# Before other plugins, so that ``-m`` selects by these marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the store that they use; run slow ones first, so that no process is left with one at the end."""
    for item in items:
        if isinstance(item, pytest.Function):
            for store in _stores_of(item):
                item.add_marker(store)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _stores_of(test: pytest.Function) -> Iterator[str]:
    # A fixture whose parameter is the store asks for that store's own fixture only while it runs.
    parameters = test.callspec.params.values() if hasattr(test, "callspec") else ()
    for store, fixture in {"sqlite": "sqlite_template", "postgresql": "postgres_server"}.items():
        if fixture in test.fixturenames or store in parameters:
            yield store


@pytest.fixture(scope="session", autouse=True)
def trusted_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one test authority only: reading those of the computer takes 20 ms per client, and no test needs them."""
    folder = tmp_path_factory.mktemp("authorities")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", write_certificate(folder).certificate)
        patch.setenv("SSL_CERT_DIR", str(folder / "none"))
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Return a PostgreSQL server, one per pytest process."""
    with running_server(NOT_DURABLE, folder_in_memory()) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """Return the URL of a migrated PostgreSQL database without connections, to copy."""
    url = postgres_server.create_database()
    upgrade_schema(url)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file that is not open, to copy."""
    path = tmp_path_factory.mktemp("template") / "hub.db"
    upgrade_schema(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_folder() -> Iterator[Path]:
    """Return an empty folder for databases and their files."""
    with tempfile.TemporaryDirectory(prefix="hub-", dir=folder_in_memory()) as folder:
        yield Path(folder)


@pytest.fixture
def sqlite_url(database_folder: Path, sqlite_template: Path) -> str:
    """Return the URL of a fresh SQLite database with the schema."""
    return f"sqlite:///{shutil.copy(sqlite_template, database_folder / 'hub.db')}"


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: PostgresServer, postgres_template: str) -> Iterator[SharedDatabase]:
    """Return the PostgreSQL database that tests share, one after the other."""
    shared = SharedDatabase(postgres_server.create_database(database_name(postgres_template)))
    yield shared
    shared.close()
    postgres_server.drop_database(shared.url)


@pytest.fixture
def emptied_postgres_url(shared_postgres: SharedDatabase) -> str:
    """Return the URL of a PostgreSQL database with the schema and no rows, for tests that do not change the schema."""
    shared_postgres.empty()
    return shared_postgres.url


@pytest.fixture
async def proxy(emptied_postgres_url: str) -> AsyncIterator[PostgresProxy]:
    """Return a proxy in front of an empty PostgreSQL database."""
    async with postgres_proxy(emptied_postgres_url) as proxy:
        yield proxy


@pytest.fixture
def pooler_url(emptied_postgres_url: str) -> Iterator[str]:
    """Return the URL through PgBouncer of the PostgreSQL database with the schema and no rows."""
    with running_pgbouncer(installed_pgbouncer(), emptied_postgres_url) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """Return the URL of a PostgreSQL database with the schema for this test only, which takes ten times as long."""
    url = postgres_server.create_database(database_name(postgres_template))
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a database with the schema and no rows, on each store in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "emptied_postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, database_folder: Path) -> Iterator[str]:
    """Return the URL of a database without any table, on each store in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{database_folder / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Return an open database with the schema, on each store in turn."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """Return an open SQLite database with the schema."""
    opened = Database.open(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """Restore the logging of the test run after each test, because a command configures it, also in its process."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()
