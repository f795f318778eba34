"""What the hub reads of others at most: how much, how many, and for how long."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

KIB, MIB = 2**10, 2**20

_Count = Annotated[int, Field(ge=1)]
_Seconds = Annotated[float, Field(gt=0, le=300)]


class Limits(BaseModel):
    """The limits of a process; each is an environment variable ``TRAJECTHUB_LIMIT_<field>`` in capitals."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    connections: Annotated[int, Field(ge=10, le=20_000)] = 800
    """Most connections that callers have with one API process. For one more, the one that has waited longest for a
    request is closed; while none waits, the new one is refused with 503."""

    connections_per_address: Annotated[int | None, Field(ge=1)] = None
    """Most of these from one address. Unset: no limit, because behind a proxy all come from its address; the proxy then
    limits its own callers."""

    headers: _Count = 100
    """Most headers of a request; one with more is refused with 431."""

    header_bytes: Annotated[int, Field(ge=4 * KIB, le=MIB)] = 128 * KIB
    """Most bytes of the address and the headers of a request, and of what follows a body; more is refused with 431."""

    request_seconds: _Seconds = 20.0
    """Longest that a caller may take to send a request, head and body; a later one is refused with 408."""

    response_seconds: _Seconds = 60.0
    """Longest that a caller may take to read a response that does not fit in the buffers of the network."""

    body_bytes: Annotated[int, Field(ge=4 * KIB, le=16 * MIB)] = 256 * KIB
    """Most bytes of the body of a request with a valid token; more is refused with 413."""

    body_values: Annotated[int, Field(ge=500)] = 4000
    """Most values in such a body, those in arrays included; more is refused with 413."""

    address_bytes: Annotated[int, Field(ge=KIB, le=MIB)] = 8 * KIB
    """Most bytes of the address of a request, with its query; a longer one is refused with 400."""

    token_body_bytes: Annotated[int, Field(ge=4 * KIB, le=256 * KIB)] = 16 * KIB
    """Most bytes of a body that is read without a token: of a request for one."""
