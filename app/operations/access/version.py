"""The version of access: by it a process knows whether what it remembers of who may call is what is stored."""

from app.database import Connection
from app.models.access.access_version import read_access_version, save_access_version
from app.operations.services import Services

__all__ = ["change_access", "read_access_version"]


def change_access(tx: Connection, services: Services) -> None:
    """Begin a change of clients, organisations or signing keys, so that every process notices its commit.

    Such changes wait for each other from here on: what is read after this call is what the change is made to.
    """
    save_access_version(tx, services.new_id(services.clock.now()))
