"""The OpenAPI document: what FastAPI derives from the endpoints, in the form of the NL API Design Rules 2.2.0."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel

from app import __version__
from app.api.deprecations import DEPRECATIONS, Deprecation, mark_deprecated
from app.api.http.oauth_answers import TOKEN_PATH
from app.api.openapi.examples import add_examples
from app.api.openapi.links import add_links
from app.api.openapi.merge_patch import type_patches
from app.api.openapi.names import documented_path, operation_id, with_schema_names
from app.api.openapi.open_lists import mark_open_lists
from app.api.openapi.responses import HEADERS, SHARED_RESPONSES, describe_answers, describe_responses
from app.api.openapi.schemas import shape_schema, shape_schemas
from app.api.openapi.sharing import share
from app.api.openapi.webhooks import WEBHOOKS_TAG, describe_events, without_webhooks
from app.api.routes import ROUTERS

EXAMPLE_URL = "https://trajecthub.example.org"
"""The address of the API in the document that is part of the repository."""

_DESCRIPTION = """\
Referrals (*aanmeldingen*) for debt help between referrers, counsellors and the systems Allegro, GIDSO and RMW.

- **Every write** carries an `Idempotency-Key`: the same key with the same request returns the first response again.
- **A change of an existing record** carries `If-Match` with the `ETag` of the record as it was read.
- **Every list** returns at most `limit` items, and `nextCursor` (also as `Link` header) when there are more.
- **Every error** is a problem (RFC 9457) with a stable `code`; all invalid fields are named at once.
  The guide lists [codes and rules]({guide}/reference/errors.html).
- **This version grows**: ignore members and codes that you do not know. The guide says
  [what may change]({guide}/compatibility.html) and [what changed]({guide}/reference/api-changes.html).
- **What a caller may not know is absent**: an organisation reads its own referrals and what may be disclosed to it.
- A citizen service number (BSN) is never part of a URL: search with `POST /referrals/_search`.
- Codes have Dutch labels in `/code-lists`; problems come in Dutch with `Accept-Language: nl`.

The [guide]({guide}/) begins with a tutorial.
"""

_CONTACT = {
    "name": "TrajectHub maintainers",
    "email": "trajecthub@example.org",
    "url": EXAMPLE_URL,
}

_TAGS = [
    {"name": "referrals", "description": "Referrals (*aanmeldingen*), from received to concluded."},
    {"name": "appointments", "description": "Appointments, proposed and planned (*afspraken*, *driegesprekken*)."},
    {"name": "onward-referrals", "description": "Clients referred to other organisations too (*doorverwijzingen*)."},
    {"name": "correspondence", "description": "Questions to referrers, answers and signals (*vragen*, *signalen*)."},
    {"name": "trajectories", "description": "Trajectories (*trajecten*): plan, result, credit bank, closure."},
    {"name": "work-lists", "description": "Lists of work (*werklijsten*): what is to be done next, by whom."},
    {"name": "subscriptions", "description": "Webhook subscriptions (*abonnementen*) and events by polling."},
    WEBHOOKS_TAG,
    {
        "name": "partners",
        "description": "The connections with partner systems (*koppelingen*), for the operator.",
    },
    {"name": "access", "description": "Clients of the API and signing keys (*toegang*), for the operator."},
    {"name": "reference", "description": "Organisations (*organisaties*) and code lists (*codelijsten*)."},
    {"name": "document", "description": "This document."},
]


@cache
def document_without_webhooks(
    public_url: str = EXAMPLE_URL, deprecations: tuple[Deprecation, ...] = DEPRECATIONS
) -> dict[str, Any]:
    """Return the same for generators that cannot read webhooks."""
    return without_webhooks(document(public_url, deprecations))


@cache
def document(public_url: str = EXAMPLE_URL, deprecations: tuple[Deprecation, ...] = DEPRECATIONS) -> dict[str, Any]:
    """Return the document of major version 1; ``public_url`` is the base as callers see it, without ``/v1``."""
    every = APIRouter(generate_unique_id_function=operation_id)
    for router in ROUTERS:
        every.include_router(router)
    made = get_openapi(
        title="trajecthub API",
        version=__version__,
        description=_DESCRIPTION.format(guide=f"{public_url}/docs/guide"),
        routes=every.routes,
        tags=_TAGS,
        servers=[
            {
                "url": f"{public_url}/v1",
                "description": "This installation, production or a sandbox",
                "x-internal": False,
            }
        ],
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    # Passed to FastAPI, the e-mail address would be checked by another library.
    made["info"]["contact"] = _CONTACT
    shaped = with_schema_names(_shaped(made, public_url))
    mark_open_lists(shaped)
    mark_deprecated(shaped, deprecations)
    share(shaped)
    return shaped


def _shaped(made: dict[str, Any], public_url: str) -> dict[str, Any]:
    made["paths"] = {documented_path(path): operations for path, operations in made["paths"].items()}
    for methods in made["paths"].values():
        for operation in methods.values():
            _shape(operation)
    shape_schemas(made["components"]["schemas"])
    type_patches(made)
    describe_answers(made)
    add_links(made)
    made["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["tokenUrl"] = (
        f"{public_url}{TOKEN_PATH}"
    )
    made["components"]["headers"] = HEADERS
    made["components"]["responses"] = dict(SHARED_RESPONSES)
    describe_events(made)
    add_examples(made)
    return made


def _shape(operation: dict[str, Any]) -> None:
    responses: dict[str, Any] = operation["responses"]
    responses.pop("422", None)
    # Without this, generated clients send a token to what is open to all.
    operation.setdefault("security", [])
    operation["parameters"] = list(_parameters(operation))
    describe_responses(operation)


def _parameters(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the parameters of an operation; If-Match only where it is checked, and required where it has to be sent.

    An operation that may also make the record does not answer 404: without If-Match it makes one.
    """
    responses = operation["responses"]
    for parameter in operation.get("parameters", ()):
        shape_schema(parameter["schema"], keep_null=False)
        for stated_twice in ("title", "description"):
            parameter["schema"].pop(stated_twice, None)
        if parameter["in"] == "path":
            parameter["name"] = to_camel(parameter["name"])
        if parameter["name"] == "If-Match":
            parameter["required"] = "404" in responses
        if parameter["name"] != "If-Match" or "412" in responses:
            yield parameter
