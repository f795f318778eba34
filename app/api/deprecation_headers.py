"""The headers of answers of deprecated operations."""

from collections.abc import Sequence

from starlette.types import Message, Scope, Send

from app.api.deprecations import DeprecatedOperation, Deprecation, headers_of
from app.api.openapi.names import documented_path

__all__ = ["DeprecationHeaders"]


class DeprecationHeaders:
    """Adds to the answers of deprecated operations since when they are, when they end, and where to read more."""

    def __init__(self, deprecations: Sequence[Deprecation], public_url: str) -> None:
        self._headers = {
            (each.method, each.path): headers_of(each, public_url)
            for each in deprecations
            if isinstance(each, DeprecatedOperation)
        }

    def added_to(self, send: Send, scope: Scope) -> Send:
        """Return a ``send`` that adds the headers once the route of the request is known."""
        if not self._headers:
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                # HEAD is answered by what answers GET.
                method = "GET" if scope["method"] == "HEAD" else scope["method"]
                operation = method, documented_path(getattr(scope.get("route"), "path", ""))
                message["headers"] = [*message["headers"], *self._headers.get(operation, ())]
            await send(message)

        return sending
