"""Addresses such as ``/referrals/_search``, whose last part is no id: other methods of them are refused as such."""

from collections.abc import Iterator, Sequence
from typing import NoReturn

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


def fixed_paths_first(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """Return routes in the order in which they are to be tried.

    Those come first whose path the parameter of another route would match too, followed by the refusal of other methods
    of these paths, which are not those of the other route.
    """
    plain = [each for each in routes if isinstance(each, Route)]
    first = [each for each in plain if any(_is_matched(each.path, other) for other in plain)]
    refusals = [_Refusal(path) for path in sorted({each.path for each in first})]
    return [*first, *refusals, *(each for each in routes if each not in first)]


def methods_of(routes: Sequence[BaseRoute], scope: Scope) -> Iterator[str]:
    """Yield all methods of the address of a request, HEAD excepted; Starlette knows those of the first route only."""
    for method in _METHODS:
        asked = {**scope, "method": method}
        first = next((each for each in routes if each.matches(asked)[0] is Match.FULL), None)
        if first and not isinstance(first, _Refusal):
            yield method


class _Refusal(Route):
    """Refuses a call of a path, whatever its method is."""

    def __init__(self, path: str) -> None:
        # An ASGI application rather than a function, because a route has every method for that only.
        super().__init__(path, _RefusedMethod())


class _RefusedMethod:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> NoReturn:
        raise HTTPException(405)


def _is_matched(path: str, other: Route) -> bool:
    return other.path != path and other.path_regex.match(path) is not None
