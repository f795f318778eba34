"""The guide at ``/docs/guide``: the documentation from the hub itself, so that it works without internet.

It is open, as the documentation page is: it contains nothing of anybody. Its pages have no inline script or style.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.api.http.problems import ERRORS_PATH
from app.guide.site import GuideFile, served_guide

router = APIRouter(include_in_schema=False)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@router.get("/docs/guide")
async def first_page() -> Response:
    """Lead to the first page."""
    # Relative, because a proxy may serve the hub below an address of its own.
    return RedirectResponse("guide/")


@router.get("/docs/guide/{address:path}")
def guide_file(address: str, request: Request) -> Response:
    """Return a file of the guide; without ``async``, because a page is made when it is first read."""
    guide = served_guide()
    found = guide.file(address)
    if found is None:
        return _response(guide.absent(address), 404)
    # A proxy that compresses turns a tag into a weak one.
    asked = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return _not_modified(found) if {found.tag, "*"} & asked else _response(found, 200)


@router.get(ERRORS_PATH)
async def errors() -> Response:
    """Lead to the page of all errors."""
    return RedirectResponse("guide/reference/errors.html")


@router.get(f"{ERRORS_PATH}/")
async def errors_with_slash() -> Response:
    """Lead to the page of all errors."""
    return RedirectResponse("../guide/reference/errors.html")


@router.get(f"{ERRORS_PATH}/{{code}}")
async def error(code: str) -> Response:
    """Lead to the page of a code; it is the address of the ``type`` of a problem."""
    return RedirectResponse(f"../guide/reference/errors/{code}.html")


def _response(file: GuideFile, status: int) -> Response:
    return Response(file.content, status, _headers(file), file.media_type)


def _not_modified(file: GuideFile) -> Response:
    return Response(status_code=304, headers=_headers(file))


def _headers(file: GuideFile) -> dict[str, str]:
    return {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY, "ETag": file.tag}
