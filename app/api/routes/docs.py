"""The documentation page at ``/docs``: Swagger UI from the hub itself, so that it works without internet.

Its files come from the package ``fastapi-swagger``, which follows Swagger UI's releases. The page has no
inline script, so that its Content-Security-Policy can forbid them.
"""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)

_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    # Swagger UI's own code sets style attributes.
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>trajecthub API</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """\
SwaggerUIBundle({url: "v1/openapi.json", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "none"});
"""


@router.get("/docs")
async def page() -> Response:
    """Return the documentation page."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    """Return the script that starts the page."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/swagger-ui-bundle.js")
async def script() -> Response:
    """Return Swagger UI."""
    return Response(_asset("swagger-ui-bundle.js"), media_type="text/javascript")


@router.get("/docs/swagger-ui.css")
async def style() -> Response:
    """Return Swagger UI's style."""
    return Response(_asset("swagger-ui.css"), media_type="text/css")


@router.get("/docs/favicon.png")
async def icon() -> Response:
    """Return the page's icon."""
    return Response(_asset("favicon-32x32.png"), media_type="image/png")


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()
