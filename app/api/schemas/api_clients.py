"""Clients of the API, and the keys that sign their tokens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, JsonValue, StringConstraints, WithJsonSchema
from typing_extensions import TypeAliasType

from app.api.forms import ORGANISATION_CODE, SCOPE
from app.api.schemas.codes import ClientAuthentication
from app.api.schemas.fields import In, Out
from app.operations.access.clients import ApiClient
from app.operations.access.signing_keys import KeyState

MAX_OVERLAP_HOURS = 168

_SCOPES = ["referrals:read", "referrals:write"]
_JWK = {"kty": "RSA", "kid": "dock-2026", "use": "sig", "alg": "RS256", "n": "u1W…", "e": "AQAB"}

OrganisationCodeText = Annotated[str, StringConstraints(pattern=ORGANISATION_CODE.pattern)]
ScopeText = Annotated[str, StringConstraints(pattern=SCOPE.pattern)]
Scopes = Annotated[
    tuple[ScopeText, ...],
    Field(max_length=50, description="The scopes for which it may ask.", examples=[_SCOPES]),
]
JsonWebKeySetIn = TypeAliasType(
    "JsonWebKeySetIn",
    Annotated[
        dict[str, JsonValue],
        WithJsonSchema(
            {
                "type": "object",
                "description": "Public keys as a JSON Web Key Set (RFC 7517).",
                "properties": {
                    "keys": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 10,
                        "description": "The keys, one to ten, each with a `kid` of its own.",
                        "items": {
                            "type": "object",
                            "title": "JsonWebKeyIn",
                            "description": "A public key: RSA of 2048 to 4096 bits, or EC on P-256.",
                            "additionalProperties": True,
                        },
                    }
                },
                "required": ["keys"],
                "additionalProperties": True,
            }
        ),
    ],
)
Jwks = Annotated[
    JsonWebKeySetIn,
    Field(
        description="Its public keys (*publieke sleutels*) as a JSON Web Key Set (RFC 7517).",
        examples=[{"keys": [_JWK]}],
    ),
]


class ApiClientIn(In):
    """A client of the API as it is registered."""

    organisation_code: OrganisationCodeText = Field(
        description="Code of the organisation (*organisatie*) for which it acts.", examples=["dock"]
    )
    scopes: Scopes
    jwks: Jwks


class ApiClientScopesIn(In):
    """The scopes of a client."""

    scopes: Scopes


class KeyRotationIn(In):
    """The new keys of a client (*sleutelwissel*)."""

    jwks: Jwks
    overlap_hours: int = Field(
        24,
        ge=0,
        le=MAX_OVERLAP_HOURS,
        description="Hours in which the previous keys are accepted too; 0 refuses them at once, with every token that "
        "the client has.",
    )


class ApiClientOut(Out):
    """A client of the API; never its secret."""

    client_id: str = Field(description="The id by which it introduces itself.", examples=["dock"])
    organisation: str = Field(
        description="Code of the organisation (*organisatie*) for which it acts.", examples=["dock"]
    )
    scopes: list[str] = Field(description="The scopes for which it may ask.", examples=[_SCOPES])
    authentication: list[ClientAuthentication] = Field(
        description="How it proves who it is.", examples=[["private_key_jwt"]]
    )
    active: bool = Field(
        description="Whether it may call: it was not revoked, and its organisation is active (*actief*).",
        examples=[True],
    )
    key_ids: list[str] = Field(description="The `kid` of each of its keys.", examples=[["dock-2026"]])
    previous_key_ids: list[str] | None = Field(
        None, description="The `kid` of each key before the last rotation.", examples=[["dock-2025"]]
    )
    previous_keys_until: datetime | None = Field(
        None,
        description="Until when those are accepted too; a moment that has passed shows that they are not.",
        examples=["2026-11-24T10:30:00Z"],
    )
    created_at: datetime | None = Field(
        None, description="When it was first registered.", examples=["2026-11-23T10:30:00Z"]
    )


class ApiClientPageOut(Out):
    """A page of clients, by id."""

    items: list[ApiClientOut]
    next_cursor: str | None = Field(None, description="Cursor of the next page; absent on the last page.")


class SigningKeyRotationIn(In):
    """How a new signing key takes over."""

    revoke_others: bool = Field(
        False,
        description="Because a key leaked: the new key signs at once, and every token that was issued until now is "
        "refused (*intrekken*). Otherwise it is published for an hour before it signs, and tokens stay valid.",
        examples=[False],
    )


class SigningKeyOut(Out):
    """A key with which the hub signs access tokens; never the private key."""

    kid: str = Field(description="Its id, as in the header of a token.", examples=["NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAf"])
    state: KeyState = Field(
        description="`published`: it signs later; `signs`; `verifies`: only tokens that it signed before; `revoked`.",
        examples=["signs"],
    )
    created_at: datetime = Field(description="When it was made.", examples=["2026-11-23T10:30:00Z"])
    signs_from: datetime | None = Field(
        None, description="When it takes over; absent for the first key.", examples=["2026-11-23T11:30:00Z"]
    )
    revoked_at: datetime | None = Field(
        None, description="Since when its tokens are refused.", examples=["2026-11-23T10:30:00Z"]
    )


class SigningKeysOut(Out):
    """The signing keys, newest first."""

    items: list[SigningKeyOut]


def api_client_out(client: ApiClient) -> ApiClientOut:
    """Return a client as operators read it."""
    ways: Mapping[ClientAuthentication, Any] = {
        "private_key_jwt": client.jwks,
        "client_secret": client.secret_hash,
    }
    return ApiClientOut(
        client_id=client.client_id,
        organisation=client.organisation.code,
        scopes=sorted(client.scopes),
        authentication=[name for name, proof in ways.items() if proof],
        active=client.may_call,
        key_ids=_key_ids(client.jwks),
        previous_key_ids=_key_ids(client.previous_jwks) or None,
        previous_keys_until=client.previous_jwks_until,
        created_at=client.created_at,
    )


def _key_ids(jwks: Mapping[str, Any] | None) -> list[str]:
    return [key["kid"] for key in jwks["keys"]] if jwks else []
