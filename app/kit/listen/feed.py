"""The events of a hub, by polling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx

from app.connection_failure import failure_of

__all__ = ["FeedPage", "FeedRefused", "FeedSilent", "PolledFeed"]

WAIT_SECONDS: Final = 30
"""The longest that the hub keeps a request open until there is an event."""

_MARGIN_SECONDS: Final = 15
_PAGE: Final = 50
_REFUSALS = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""Answers that asking again does not change."""


class FeedRefused(Exception):
    """The hub refuses the client; the text says why. Asking again does not help."""


class FeedSilent(Exception):
    """The hub did not answer, or not with events; asking again may help."""


@dataclass(frozen=True)
class FeedPage:
    """Some events, oldest first, and where the next ones begin."""

    events: Sequence[Mapping[str, Any]] = field(repr=False)
    cursor: str | None


class PolledFeed:
    """Reads the events of a hub, with a token that is renewed when the hub no longer accepts it.

    Args:
        url: of the hub, without ``/v1``.
        new_token: returns an access token with the scope ``events:read``; raises FeedRefused or FeedSilent.
        wait_seconds: how long the hub keeps a request open.
    """

    def __init__(self, url: str, new_token: Callable[[], Awaitable[str]], wait_seconds: int = WAIT_SECONDS) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=wait_seconds + _MARGIN_SECONDS)
        self._new_token, self._wait_seconds = new_token, wait_seconds
        self._token: str | None = None

    async def page(self, after: str | None, *, wait: bool = True) -> FeedPage:
        """Return the events after a place; none when none came in time.

        Args:
            after: the cursor of the page before; None is before the first event.
            wait: whether to wait for an event when there is none.

        Raises:
            FeedRefused: the client may not read events, or its access was taken away.
            FeedSilent: no answer, or a temporary one.
        """
        query = {"wait": str(self._wait_seconds if wait else 0), "limit": str(_PAGE)}
        answer = await self._get(query | ({"after": after} if after else {}))
        if answer.status_code in _REFUSALS:
            raise FeedRefused(f"The hub refuses to list events: {_detail(answer)}")
        if answer.status_code != HTTPStatus.OK:
            raise FeedSilent(f"The hub answered {answer.status_code}.")
        return _read(answer, after)

    async def end(self) -> str | None:
        """Return the cursor behind all events that there are now."""
        cursor: str | None = None
        while (page := await self.page(cursor, wait=False)).events:
            cursor = page.cursor
        return cursor

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _get(self, query: Mapping[str, str]) -> httpx.Response:
        """Ask with the token that is known, and once more with a new one when the hub does not accept it."""
        for is_last in (False, True):
            if self._token is None:
                self._token = await self._new_token()
            try:
                headers = {"authorization": f"Bearer {self._token}"}
                answer = await self._http.get("/v1/events", params=query, headers=headers)
            except httpx.HTTPError as error:
                raise FeedSilent(f"The hub gave no answer ({failure_of(error)}).") from error
            if answer.status_code != HTTPStatus.UNAUTHORIZED or is_last:
                break
            self._token = None
        return answer


def _read(answer: httpx.Response, after: str | None) -> FeedPage:
    try:
        content = answer.json()
        events = [{**each, "id": str(each["id"])} for each in content["items"]]
        return FeedPage(events, content.get("nextCursor") or after)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FeedSilent("What answered is no hub: it sent no list of events.") from error


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"
