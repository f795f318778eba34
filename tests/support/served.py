"""Applications that are built once per session, because building the routes takes longer than most tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from starlette.types import ASGIApp

from app.api.app import create_api
from app.api.state import AppState

_free: "list[_ReusableApi]" = []


@contextmanager
def api_of(hub: AppState) -> Iterator[ASGIApp]:
    """Return the API of a hub for the duration of a block; an application keeps of a hub only what it is built with."""
    api = _taken(hub) or _ReusableApi(hub)
    api.hub = hub
    try:
        yield api.app
    finally:
        _free.append(api)


def _taken(hub: AppState) -> "_ReusableApi | None":
    """Return a free application that fits, and take it."""
    place = next((place for place, each in enumerate(_free) if each.fits(hub)), None)
    return None if place is None else _free.pop(place)


class _ReusableApi:
    """An application whose hub can be replaced; it is passed as the hub and delegates to the current one."""

    def __init__(self, hub: AppState) -> None:
        self.hub = hub
        self._built_with = _parts_built_with(hub)
        self.app = create_api(cast(AppState, self))

    def fits(self, hub: AppState) -> bool:
        """Return whether the application would be the same for this hub."""
        return self._built_with == _parts_built_with(hub)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hub, name)


def _parts_built_with(hub: AppState) -> tuple[object, ...]:
    return hub.public_url, hub.limits
