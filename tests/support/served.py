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
    """Return the API of a hub for the duration of a block; an application keeps no state of a hub."""
    api = _free.pop() if _free else _ReusableApi(hub)
    api.hub = hub
    try:
        yield api.app
    finally:
        _free.append(api)


class _ReusableApi:
    """An application whose hub can be replaced; it is passed as the hub and delegates to the current one."""

    def __init__(self, hub: AppState) -> None:
        self.hub = hub
        self.app = create_api(cast(AppState, self))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hub, name)
