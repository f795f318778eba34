"""Getting an access token of a client from the hub that runs, as the client itself would."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import typer

from app.api.auth.tokens import sign, signature_key_of
from app.cli.options import CLIENT_SECRET, client_secret
from app.connection_failure import ConnectionFailure, failure_of
from app.operations.access.signing_keys import SigningKey

ANSWER_SECONDS: Final = 10.0
ASSERTION_SECONDS: Final = 60
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class NoTokenIssued(Exception):
    """The hub issues no token to this client, or what answered is no hub; the text says why."""


class HubSilent(Exception):
    """There was no answer at the address of the hub.

    Attributes:
        failure: why.
    """

    def __init__(self, address: str, failure: ConnectionFailure) -> None:
        super().__init__(f"{address} gave no answer ({failure}).")
        self.failure = failure

    def remedy(self, option: str) -> str:
        """Return what to do; ``option`` names the address."""
        if self.failure is ConnectionFailure.UNTRUSTED:
            return "Name the certificates of its authority (PEM) in the variable SSL_CERT_FILE."
        return f"Give another one with {option}."


@dataclass(frozen=True, kw_only=True)
class ClientLogin:
    """How a client introduces itself: with its private key, or its shared secret."""

    client_id: str
    secret: str | None = field(default=None, repr=False)
    key: Path | None = None
    kid: str | None = None


def client_login(client_id: str, key: Path | None, kid: str | None, secret: str | None) -> ClientLogin:
    """Return the login that the options of a command describe; with neither key nor secret, that of the environment.

    Raises:
        typer.BadParameter: they describe none, or more than one.
    """
    if key is None and secret is None:
        secret = client_secret()
    if (secret is None) == (key is None):
        text = f"is needed, or --secret instead (or {CLIENT_SECRET} in the environment); not both"
        raise typer.BadParameter(text, param_hint="--key")
    if key and not kid:
        raise typer.BadParameter("is needed with --key", param_hint="--kid")
    return ClientLogin(client_id=client_id, secret=secret, key=key, kid=kid)


def issue_token(address: str, login: ClientLogin, scopes: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the token endpoint of a hub answers to a client; without scopes it asks for all of its own.

    Raises:
        NoTokenIssued: the client gets no token.
        HubSilent: there was no answer.
    """
    form = {"grant_type": "client_credentials"} | ({"scope": " ".join(scopes)} if scopes else {})
    try:
        with httpx.Client(timeout=ANSWER_SECONDS) as http:
            return _read(http.post(f"{address}/oauth/token", data=form | _credentials(http, address, login)))
    except httpx.InvalidURL as error:
        raise NoTokenIssued(f"{address} is no address: {error}") from error
    except httpx.HTTPError as error:
        raise HubSilent(address, failure_of(error)) from error


def _credentials(http: httpx.Client, address: str, login: ClientLogin) -> dict[str, str]:
    if login.key is None or login.kid is None:
        return {"client_id": login.client_id, "client_secret": login.secret or ""}
    endpoint = _read(http.get(f"{address}/.well-known/oauth-authorization-server"))["token_endpoint"]
    assertion = _assertion(login.client_id, login.key, login.kid, endpoint)
    return {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": assertion}


def _assertion(client_id: str, key: Path, kid: str, endpoint: str) -> str:
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": endpoint,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
        "jti": secrets.token_urlsafe(24),
    }
    try:
        return sign(claims, signature_key_of(SigningKey(kid, key.read_bytes(), {})))
    except OSError as error:
        raise typer.BadParameter(f"{key} cannot be read ({error.strerror})", param_hint="--key") from error
    except Exception as error:
        raise typer.BadParameter(f"{key} holds no private RSA key in PEM", param_hint="--key") from error


def _read(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NoTokenIssued(f"{response.url} is no hub: it answered {response.status_code} without JSON.")
    if response.is_error:
        raise NoTokenIssued(str(found.get("detail") or found.get("error_description") or found))
    return found
