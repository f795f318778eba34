"""What every endpoint works with; ``app.bootstrap`` builds it."""

from dataclasses import dataclass, field

from app.api.auth.access_tokens import AccessTokens
from app.api.auth.clients import KnownClients
from app.api.auth.running import RunningRequests
from app.api.auth.throttle import Throttle
from app.database import Database
from app.domain.ports import Clock
from app.events.delivery.payload import DeliveryBuilder
from app.events.http.client import OutboundClient
from app.limits import Limits
from app.line_budget import LineBudget
from app.operations.access.watch import AccessWatch
from app.operations.metrics.requests import RequestFigures
from app.operations.readiness import Readiness
from app.operations.services import Services
from app.operations.subscriptions.waiting_polls import WaitingPolls
from app.stopping import Stopping


@dataclass(frozen=True, kw_only=True)
class AppState:
    """The running hub as the API sees it.

    Attributes:
        public_url: base of the API as callers see it, without ``/v1`` and without a slash at the end.
        sandbox: True with simulated partners; shared client secrets exist only then.
        readiness: whether requests can be served.
        tokens: issues access tokens and verifies them.
        clients: the clients that may call, in memory.
        running: the requests that are being answered.
        watch: notices that clients, organisations or keys were changed.
        outbound: sends requests to addresses that subscribers name.
        real_clock: shows the real time, by which tokens are valid, even where the clock of the records is simulated.
        deliveries: builds the events of organisations that poll.
        polls: those that wait for an event.
        subscription_limit: the most subscriptions that one organisation may have.
        limits: what is read of callers at most.
        metrics_token: with which Prometheus reads the metrics; None: nobody does.
        stopping: the end of this process.
        requests: the requests that this process answered.
        throttle: slows down callers whose token requests fail.
        lines: bounds the lines in the log that requests of unknown callers cause.
    """

    db: Database
    services: Services
    public_url: str
    sandbox: bool
    readiness: Readiness
    tokens: AccessTokens
    clients: KnownClients
    running: RunningRequests
    watch: AccessWatch
    outbound: OutboundClient
    real_clock: Clock
    deliveries: DeliveryBuilder
    polls: WaitingPolls
    subscription_limit: int
    limits: Limits = field(default_factory=Limits)
    metrics_token: str | None = field(default=None, repr=False)
    stopping: Stopping = field(default_factory=Stopping)
    requests: RequestFigures = field(default_factory=RequestFigures)
    throttle: Throttle = field(default_factory=Throttle)
    lines: LineBudget = field(default_factory=LineBudget)

    @property
    def api_url(self) -> str:
        """The base of the resources of this major version."""
        return f"{self.public_url}/v1"
