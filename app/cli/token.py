"""``trajecthub token``: an access token for a client, as the client itself would get it."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from app.api.auth.tokens import sign, signature_key_of
from app.cli.program import friendly_errors, stopped_with
from app.cli.runtime import read_settings
from app.cli.tables import AsJson, print_json
from app.connection_failure import ConnectionFailure, failure_of
from app.operations.access.signing_keys import SigningKey

commands = typer.Typer()

ANSWER_SECONDS = 10.0
ASSERTION_SECONDS = 60
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@commands.command()
def token(  # noqa: PLR0913 - each is an option of the command
    client_id: Annotated[str, typer.Argument(help="The id by which the client introduces itself.")],
    key: Annotated[Path | None, typer.Option(help="File with its private RSA key, PEM.")] = None,
    kid: Annotated[str | None, typer.Option(help="The `kid` with which its public key was registered.")] = None,
    secret: Annotated[str | None, typer.Option(help="Its shared secret instead (sandbox mode only).")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope of it; repeat for more. All if absent.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the hub; that of the settings if absent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Get an access token of a client from the hub that runs, and print it.

    Nothing else is printed, so that a shell can store it: TOKEN=$(trajecthub token …).
    """
    if (secret is None) == (key is None):
        raise typer.BadParameter("is needed, or --secret instead; not both", param_hint="--key")
    if key and not kid:
        raise typer.BadParameter("is needed with --key", param_hint="--kid")
    address = (url or read_settings().public_url).rstrip("/")
    form = {"grant_type": "client_credentials"} | ({"scope": " ".join(scope)} if scope else {})
    with friendly_errors(httpx.HTTPError), _connected(address) as http:
        if key and kid:
            endpoint = _read(http.get(f"{address}/.well-known/oauth-authorization-server"))["token_endpoint"]
            form |= {
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": _assertion(client_id, key, kid, endpoint),
            }
        else:
            form |= {"client_id": client_id, "client_secret": secret or ""}
        issued = _read(http.post(f"{address}/oauth/token", data=form))
    if as_json:
        print_json(issued)
    else:
        typer.echo(issued["access_token"])


@contextmanager
def _connected(address: str) -> Iterator[httpx.Client]:
    try:
        with httpx.Client(timeout=ANSWER_SECONDS) as http:
            yield http
    except httpx.TransportError as error:
        if (failure := failure_of(error)) is ConnectionFailure.UNTRUSTED:
            remedy = "Name the certificates of its authority (PEM) in the variable SSL_CERT_FILE."
        else:
            remedy = "Give another one with --url."
        raise stopped_with(f"{address} gave no answer ({failure}). {remedy}") from error


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
        raise stopped_with(f"{response.url} is no hub: it answered {response.status_code} without JSON.")
    if response.is_error:
        raise stopped_with(str(found.get("detail") or found.get("error_description") or found))
    return found
