"""``trajecthub subscription``: what an operator does about the webhook subscriptions; the API can do the same."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from app.api.representations import delivery_out
from app.api.schemas.deliveries import DeliveryOut
from app.api.schemas.subscriptions import subscription_out
from app.bootstrap import build_delivery_builder, origin_of
from app.cli.program import console
from app.cli.runtime import over_database, read_opened, services_of
from app.cli.tables import A_MOMENT, AsJson, InState, Limit, as_text, moment, print_blocks
from app.database import Connection, Database
from app.events.delivery.payload import DeliveryBuilder
from app.operations.access.organisations import hub_operator
from app.operations.services import Services
from app.operations.subscriptions.deliveries import (
    DeliveryQuery,
    DeliveryWithAttempts,
    page_of_deliveries,
)
from app.operations.subscriptions.lookup import operator_ref
from app.operations.subscriptions.recovery import Owed, recover, retry_now
from app.operations.subscriptions.subscriptions import SubscriptionView, page_of_subscriptions
from app.settings import Settings

T = TypeVar("T")

commands = typer.Typer()
subscriptions = typer.Typer(no_args_is_help=True, help="The webhook subscriptions of all organisations.")
commands.add_typer(subscriptions, name="subscription")

_SUBSCRIPTION = ("id", "organisation", "status", "status_reason", "failing_since", "changed_at")
_DELIVERY = ("id", "event_type", "state", "last_error", "next_attempt_at", "created_at", "finished_at")

SubscriptionId = Annotated[UUID, typer.Argument(metavar="ID", help="The hub's id of it, from `subscription list`.")]


@subscriptions.command("list")
def list_all(limit: Limit = 100, as_json: AsJson = False) -> None:
    """List the subscriptions, oldest first, with their status and since when their receiver fails."""

    def page(tx: Connection, services: Services) -> list[SubscriptionView]:
        return page_of_subscriptions(tx, services, hub_operator(tx, services), None, limit)[0]

    shown = [subscription_out(each.subscription.id, each) for each in read_opened(page)]
    print_blocks(shown, _SUBSCRIPTION, nothing="There is no subscription yet.", as_json=as_json)


@subscriptions.command()
def deliveries(
    subscription_id: SubscriptionId,
    state: InState = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List what was sent to a subscription, newest event first, with what went wrong; never its contents."""

    def page(tx: Connection, services: Services) -> list[DeliveryWithAttempts]:
        ref = operator_ref(tx, services, subscription_id)
        return page_of_deliveries(tx, ref, DeliveryQuery(state, None, limit))[0]

    shown = [delivery_out(DeliveryOut, each, lambda own_id: own_id) for each in read_opened(page)]
    print_blocks(shown, _DELIVERY, nothing="There is no such delivery.", as_json=as_json)


@subscriptions.command()
def retry(subscription_id: SubscriptionId) -> None:
    """Send everything that waits for a subscription now, because its receiver is up again."""

    def work(tx: Connection, services: Services, builder: DeliveryBuilder) -> Owed:
        return retry_now(tx, services, builder, operator_ref(tx, services, subscription_id))

    _print_owed(_change(work))


@subscriptions.command("recover")
def recover_since(
    subscription_id: SubscriptionId,
    since: Annotated[
        datetime, typer.Option(parser=moment, metavar=A_MOMENT, help="What was given up from this time on.")
    ],
) -> None:
    """Send again what was given up for a subscription, and now what waits."""

    def work(tx: Connection, services: Services, builder: DeliveryBuilder) -> Owed:
        ref = operator_ref(tx, services, subscription_id)
        return recover(tx, services, builder, ref, since)

    _print_owed(_change(work))


def _change(change: Callable[[Connection, Services, DeliveryBuilder], T]) -> T:
    async def work(db: Database, settings: Settings) -> T:
        services = await services_of(db, settings)
        return await db.write(change, services, build_delivery_builder(services, origin_of(settings)))

    return over_database(work)


def _print_owed(owed: Owed) -> None:
    if owed.since is None:
        console.print("Nothing waits for this subscription.")
        return
    number = f"more than {owed.deliveries}" if owed.more else str(owed.deliveries)
    console.print(f"Deliveries that are sent now: {number}, the oldest from {as_text(owed.since)}.")
