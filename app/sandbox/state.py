"""What a sandbox remembers between two runs over the same folder: ports and secrets."""

import json
import secrets
from pathlib import Path

from app.private_files import make_folder, write_file


class SandboxState:
    """Ports and secrets by name, stored in a file of the sandbox's folder."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self._path = folder / "state.json"
        self._values: dict[str, str] = json.loads(self._path.read_text()) if self._path.exists() else {}

    def get(self, name: str) -> str | None:
        """Return a value; None if there is none."""
        return self._values.get(name)

    def put(self, name: str, value: str) -> str:
        """Store a value. Return it."""
        self._values[name] = value
        write_file(self._path, json.dumps(self._values, indent=1).encode())
        return value

    def secret(self, name: str) -> str:
        """Return a secret, the same one in every run."""
        return self.get(name) or self.put(name, secrets.token_urlsafe(32))

    def port(self, name: str) -> int | None:
        """Return the port of an earlier run; None if there is none."""
        found = self.get(f"port:{name}")
        return int(found) if found else None

    def put_port(self, name: str, port: int) -> None:
        """Store a port for the next run."""
        self.put(f"port:{name}", str(port))
