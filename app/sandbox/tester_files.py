"""What a tester needs to call the demo, as files in a folder: addresses, clients, secrets and keys.

``sandbox.json`` is for programs and ``sandbox.env`` for shells; both have the same. Secrets and keys are kept, so that
they are the same after each start over the same folder.
"""

import json
import shlex
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.api.auth.tokens import new_signing_key
from app.domain.text import is_storable
from app.private_files import make_folder, write_file, write_new_file
from app.sandbox.allegro import app as allegro
from app.sandbox.gidso import app as gidso
from app.sandbox.ports import HUB, RECEIVER
from app.sandbox.rmw import app as rmw
from app.sandbox.roles import REFERRER, ROLES, Role
from app.sandbox.state import SandboxState

ENV_FILE, JSON_FILE = "sandbox.env", "sandbox.json"
_KEYS = "keys"
_SUBSCRIPTIONS = {"active": "ACTIVE_SUBSCRIPTION", "pending": "PENDING_SUBSCRIPTION"}


class UnusableFolder(RuntimeError):
    """The files of the demo cannot be written; the message contains the remedy."""


@dataclass(frozen=True)
class ClientKey:
    """The private key of a client, in its two forms, each in a file.

    Attributes:
        public_jwk: its public half, with its ``kid``.
        private_jwk: the whole key.
    """

    pem: bytes
    public_jwk: Mapping[str, str]
    private_jwk: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DemoSubscription:
    """A subscription of the referrer at the webhook receiver of the demo."""

    id: str
    url: str
    secret: str


class Kit:
    """The files of a folder.

    Args:
        folder: is made if it is not there.

    Raises:
        UnusableFolder: nothing can be written in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        if not is_storable(str(self.folder)):
            raise UnusableFolder(f"{str(folder)!a} has a name that is not UTF-8: choose another with --dir.")
        try:
            make_folder(self.folder)
            make_folder(self.folder / _KEYS)
            # What is in here opens the sandbox only, but is no part of anybody's project; a project has its own file.
            write_new_file(self.folder / ".gitignore", b"*\n")
        except OSError as error:
            raise UnusableFolder(
                f"{folder} cannot be written ({error.strerror}): choose another with --dir."
            ) from error
        self._require_own_files()
        self._known = self._read()

    def secret(self, role: Role, state: SandboxState) -> str:
        """Return the secret of a role's client: that of an earlier start, in this folder or over the same data."""
        known = self._known.get(role.name)
        name = f"client:{role.client_id}"
        return state.put(name, known) if known else state.secret(name)

    def key(self, role: Role) -> ClientKey:
        """Return the key of a role's client: the one in its file, or a new one."""
        path = self._key_file(role, "pem")
        with _usable(path):
            if not path.exists():
                write_file(path, new_signing_key().private_pem)
            key = _client_key(role, path.read_bytes())
        self._write(self._key_file(role, "jwk"), _json(key.private_jwk))
        return key

    def write(
        self, urls: Mapping[str, str], secrets: Mapping[str, str], subscriptions: Mapping[str, DemoSubscription]
    ) -> None:
        """Write both files.

        Args:
            urls: base URLs by name.
            secrets: of the clients, by the name of their role.
            subscriptions: by their state: ``active`` and ``pending``.
        """
        document = {
            "hub": _hub(urls[HUB]),
            "partners": _partners(urls),
            "receiver": {"url": urls[RECEIVER]},
            "clients": {role.name: self._client(role, secrets[role.name]) for role in ROLES},
            "subscriptions": {state: vars(each) for state, each in subscriptions.items()},
        }
        self._write(self.folder / JSON_FILE, _json(document))
        lines = (f"{name}={shlex.quote(value)}" for name, value in _variables(document))
        self._write(self.folder / ENV_FILE, ("\n".join(f"export {line}" for line in lines) + "\n").encode())

    def _require_own_files(self) -> None:
        """Check that no file of somebody's own has the name of one that is written."""
        for path, is_own in ((self.folder / JSON_FILE, _is_own_json), (self.folder / ENV_FILE, _is_own_env)):
            with _usable(path):
                if path.is_file() and not is_own(path.read_bytes()):
                    raise TypeError

    def _write(self, path: Path, content: bytes) -> None:
        with _usable(path):
            write_file(path, content)

    def _client(self, role: Role, secret: str) -> dict[str, Any]:
        return {
            "who": role.who,
            "organisation": role.organisation,
            "clientId": role.client_id,
            "clientSecret": secret,
            "scopes": sorted(role.scopes),
            "kid": _kid(role),
            "privateKeyPem": str(self._key_file(role, "pem")),
            "privateKeyJwk": str(self._key_file(role, "jwk")),
        }

    def _key_file(self, role: Role, kind: str) -> Path:
        return self.folder / _KEYS / f"{role.client_id}.{kind}"

    def _read(self) -> dict[str, str]:
        """Return the secrets of an earlier start, by role; none when the file is no longer as it was written."""
        try:
            clients = json.loads((self.folder / JSON_FILE).read_bytes())["clients"]
            secrets = {name: each["clientSecret"] for name, each in clients.items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return {}
        usable = all(isinstance(each, str) and each.isascii() and each.isprintable() for each in secrets.values())
        return secrets if usable else {}


def _is_own_json(content: bytes) -> bool:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return True
    # One that was spoilt is written anew.
    return not isinstance(document, dict) or not document or "clients" in document


def _is_own_env(content: bytes) -> bool:
    return not content.strip() or content.startswith(b"export HUB=")


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Say which file of the folder cannot be used, and what to do."""
    try:
        yield
    except (OSError, ValueError, TypeError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "it is no file of the demo"
        raise UnusableFolder(
            f"{path} cannot be used ({reason}): move it away, or choose another folder with --dir."
        ) from error


def _hub(url: str) -> dict[str, str]:
    return {
        "url": url,
        "api": f"{url}/v1",
        "document": f"{url}/v1/openapi.json",
        "tokenEndpoint": f"{url}/oauth/token",
        "control": f"{url}/sandbox",
    }


def _partners(urls: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        "allegro": {
            "url": urls["allegro"],
            "clientId": allegro.CLIENT_ID,
            "clientSecret": allegro.CLIENT_SECRET,
        },
        "gidso": {"url": urls["gidso"], "apiKey": gidso.API_KEY},
        "rmw": {"url": urls["rmw"], "username": rmw.USERNAME, "password": rmw.PASSWORD},
    }


def _variables(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return the variables of the file for shells; those of the referrer also without its name."""
    yield from (("HUB", document["hub"]["url"]), ("HUB_URL", document["hub"]["url"]))
    yield from ((f"{name.upper()}_URL", partner["url"]) for name, partner in document["partners"].items())
    yield "RECEIVER_URL", document["receiver"]["url"]
    for name, client in document["clients"].items():
        for prefix in (f"{name.upper()}_", *([""] if name == REFERRER.name else [])):
            yield f"{prefix}CLIENT_ID", client["clientId"]
            yield f"{prefix}CLIENT_SECRET", client["clientSecret"]
            yield f"{prefix}KEY_ID", client["kid"]
            yield f"{prefix}KEY_FILE", client["privateKeyPem"]
    for state, name in _SUBSCRIPTIONS.items():
        subscription = document["subscriptions"][state]
        yield from ((name, subscription["id"]), (f"{name}_SECRET", subscription["secret"]))


def _client_key(role: Role, pem: bytes) -> ClientKey:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"The key of {role.client_id} is no RSA key.")
    numbers = key.private_numbers()
    public = {
        "kty": "RSA",
        "kid": _kid(role),
        "use": "sig",
        "alg": "RS256",
        "n": _base64(numbers.public_numbers.n),
        "e": _base64(numbers.public_numbers.e),
    }
    private = {
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dp": numbers.dmp1,
        "dq": numbers.dmq1,
        "qi": numbers.iqmp,
    }
    return ClientKey(pem, public, public | {name: _base64(value) for name, value in private.items()})


def _kid(role: Role) -> str:
    return f"{role.client_id}-1"


def _base64(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def _json(document: object) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
