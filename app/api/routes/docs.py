"""The documentation page at ``/docs``: Swagger UI from the hub itself, so that it works without internet.

Swagger UI comes from the package ``fastapi-swagger``, which follows its releases; the rest of the page is in
``app/api/docs_page``. Nothing of it is inline, so that its Content-Security-Policy can forbid what is.
"""

from functools import cache
from importlib.resources import files
from pathlib import PurePath

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.api.http.problems import nothing_here

router = APIRouter(include_in_schema=False)

_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_OF_SWAGGER_UI = {
    "swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui.css": "swagger-ui.css",
    "favicon.png": "favicon-32x32.png",
}
_OURS = ("document.js", "names.js", "page.css", "page.js")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}


@router.get("/docs")
async def page() -> Response:
    """Return the documentation page."""
    return Response(_own("page.html"), media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/")
async def page_with_slash() -> Response:
    """Lead to the page: people add the slash, and the files next to the page have their addresses from it."""
    # Relative, because a proxy may serve the hub below an address of its own.
    return RedirectResponse("../docs")


@router.get("/docs/{name}")
async def part(name: str, request: Request) -> Response:
    """Return a script, a stylesheet or the icon of the page."""
    if name in _OURS:
        content = _own(name)
    elif name in _OF_SWAGGER_UI:
        content = _swagger_ui(_OF_SWAGGER_UI[name])
    else:
        raise nothing_here(request.scope)
    return Response(content, media_type=_TYPES[PurePath(name).suffix])


@cache
def _own(name: str) -> bytes:
    return (files("app.api") / "docs_page" / name).read_bytes()


@cache
def _swagger_ui(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()
