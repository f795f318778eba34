"""Host names without a network."""

import socket
from collections.abc import Mapping

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override


class StubResolver(AbstractResolver):
    """Resolves the given names only."""

    def __init__(self, addresses: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.addresses = addresses or {}

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in self.addresses:
            raise OSError("no such name")
        return [
            ResolveResult(hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0)
            for each in self.addresses[host]
        ]

    @override
    async def close(self) -> None:
        pass
