"""Errors of the OAuth endpoints, in the form that OAuth libraries read (RFC 6749, section 5.2)."""

from collections.abc import Mapping

from fastapi import Response
from pydantic_core import to_json

TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address, not a secret
REVOCATION_PATH = "/oauth/revoke"
OAUTH_PATHS = frozenset({TOKEN_PATH, REVOCATION_PATH})
"""Where an error is an OAuth error, and not a problem; their bodies are forms."""

_OF_STATUS = {500: "server_error", 503: "temporarily_unavailable"}


def oauth_answer(status: int, error: str, description: str, headers: Mapping[str, str]) -> Response:
    """Return the response with an OAuth error; ``description`` is English, for developers."""
    body = {"error": error, "error_description": oauth_text(description)}
    return Response(to_json(body), status, {"Pragma": "no-cache", **headers}, "application/json")


def oauth_answer_of_status(status: int, description: str, headers: Mapping[str, str]) -> Response:
    """Return the response to a request that HTTP refuses, or that the hub cannot answer now."""
    return oauth_answer(status, _OF_STATUS.get(status, "invalid_request"), description, headers)


def oauth_text(text: str) -> str:
    """Return a text with the characters that RFC 6749 and RFC 6750 allow in ``error_description``."""
    allowed = text.replace('"', "'").replace("\\", "/")
    return "".join(each if " " <= each <= "~" else "?" for each in allowed)
