"""A connected partner, as the engine sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass

from app.domain.codes import System
from app.domain.ports import CaseRegister, PartnerSink, PartnerSource

CaseListing = Callable[[], AsyncIterator[Collection[str]]]
"""Returns the partner's ids of all its cases, page by page; raises PartnerUnreachable when it does not answer."""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """A connected partner: both ports over one connection pool.

    Attributes:
        source: reads the partner's changes.
        sink: writes messages to the partner.
        close: closes the connections.
        list_cases: lists all cases of a partner in which the hub makes cases; None when its records name all its cases.
        register: lists all cases, also those from before the hub, and links them; None when the registrations among
            its records are all of them, and the partner stores no id of the hub.
    """

    system: System
    source: PartnerSource
    sink: PartnerSink
    close: Callable[[], Awaitable[None]]
    list_cases: CaseListing | None = None
    register: CaseRegister | None = None
