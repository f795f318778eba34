"""Subscriptions: an organisation says where it wants to be told, and of what."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from app.database import Connection
from app.domain.codes import OrganisationRole
from app.domain.errors import FieldFault, Forbidden, InvalidInput, NotFound
from app.domain.events import MOMENT_OF, EventType
from app.domain.values import Organisation
from app.events.signing import new_secret
from app.models.subscription import (
    Content,
    Subscription,
    delete_subscription,
    insert_subscription,
    list_subscriptions,
    load_subscriptions,
    secret_context,
)
from app.operations.tools import Tools

__all__ = [
    "Content",
    "NewSubscription",
    "Subscription",
    "make_subscription",
    "page_of_subscriptions",
    "read_subscription",
    "remove_subscription",
]


@dataclass(frozen=True)
class NewSubscription:
    """What an organisation asks for.

    Attributes:
        event_types: the types wanted; empty is all of them.
    """

    url: str
    event_types: frozenset[EventType] = frozenset()
    content: Content = Content.FILTERED


def make_subscription(
    tx: Connection, tools: Tools, owner: Organisation, wanted: NewSubscription, *, insecure: bool = False
) -> tuple[Subscription, str]:
    """Make a subscription; gives it with its signing secret, which is not shown again.

    With ``insecure``, beside simulated partners, plain http and addresses of this machine may be given.

    Raises:
        Forbidden: the organisation does not refer.
        InvalidInput: an address that may not be called, or a type that is never told to a referrer.
    """
    _check_owner(owner)
    _check_url(wanted.url, insecure=insecure)
    _check_types(wanted.event_types)
    now = tools.clock.now()
    subscription_id, secret = tools.new_id(now), new_secret()
    made = Subscription(
        id=subscription_id,
        organisation_id=owner.id,
        url=wanted.url,
        secret_sealed=tools.vault.seal(secret.encode(), secret_context(subscription_id)),
        created_at=now,
        changed_at=now,
        event_types=wanted.event_types,
        content=wanted.content,
    )
    insert_subscription(tx, made)
    return made, secret


def read_subscription(tx: Connection, owner: Organisation, subscription_id: UUID) -> Subscription:
    """Give a subscription of this organisation.

    Raises:
        NotFound: there is none with this id, or it is another's.
    """
    found = load_subscriptions(tx, [subscription_id]).get(subscription_id)
    if found is None or found.organisation_id != owner.id:
        raise NotFound("There is no subscription with this id for this client.")
    return found


def page_of_subscriptions(
    tx: Connection, owner: Organisation, after: UUID | None, limit: int
) -> tuple[list[Subscription], bool]:
    """Give a page of this organisation's subscriptions, oldest first, and whether there is a next page."""
    found = list_subscriptions(tx, owner.id, after, limit + 1)
    return found[:limit], len(found) > limit


def remove_subscription(tx: Connection, subscription: Subscription) -> None:
    """End a subscription; what it was still owed is given up, what it was told stays on record."""
    delete_subscription(tx, subscription.id)


def _check_owner(owner: Organisation) -> None:
    if owner.role is not OrganisationRole.REFERRER:
        raise Forbidden("Subscriptions are for referring organisations; others are told by their own system.")


def _check_url(url: str, *, insecure: bool) -> None:
    address = _address(url)
    if not insecure and address.scheme != "https":
        raise _bad_url("https", "Give an address that begins with https://; personal data do not travel in the open.")
    if not address.hostname or address.username or address.password or address.fragment:
        raise _bad_url("address", "Give a plain address: a host, and no user, password or fragment.")
    if not insecure and not _may_be_public(address.hostname):
        raise _bad_url("public-address", "Give an address on the public internet; this one is on a local network.")


def _address(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise _bad_url("address", "This is no address; check its host.") from error


def _may_be_public(host: str) -> bool:
    # What a name resolves to is checked at each call; this only tells at once what can never work.
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host.rstrip(".") and not host.rstrip(".").endswith((".localhost", ".local", ".internal"))


def _bad_url(rule: str, message: str) -> InvalidInput:
    return InvalidInput(FieldFault("url", rule, message))


def _check_types(types: frozenset[EventType]) -> None:
    never = sorted(each for each in types if MOMENT_OF[each] is None)
    if never:
        message = f"Never told to a referrer: {', '.join(never)}; leave it out."
        raise InvalidInput(FieldFault("eventTypes", "told-to-referrers", message))
