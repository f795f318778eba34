"""Refers a client through the generated client, and reads what becomes of it."""

import os
import uuid

import httpx
from trajecthub_api_client import AuthenticatedClient
from trajecthub_api_client.api.referrals import create_referral, get_referral, list_referrals, update_referral
from trajecthub_api_client.api.subscriptions import create_subscription, list_events
from trajecthub_api_client.models import (
    ClientIn,
    EventsOut,
    NewSubscriptionOut,
    ProblemOut,
    ReferralIn,
    ReferralOut,
    ReferralPageOut,
    ReferralPatchIn,
    SubscriptionIn,
    WorkerIn,
)

HUB = os.environ["HUB_URL"]


def main() -> None:
    """Call the hub."""
    client = AuthenticatedClient(base_url=f"{HUB}/v1", token=token())
    refer(client)
    subscribe(client)


def refer(client: AuthenticatedClient) -> None:
    """Refer, read, change and list."""
    created = create_referral.sync(client=client, body=referral(), idempotency_key=key())
    assert isinstance(created, ReferralOut), created
    read = get_referral.sync_detailed(created.id, client=client)
    assert isinstance(read.parsed, ReferralOut), read

    tag = read.headers["ETag"]
    change = ReferralPatchIn(reason="Huurachterstand van vier maanden.")
    changed = update_referral.sync(created.id, client=client, body=change, idempotency_key=key(), if_match=tag)
    assert isinstance(changed, ReferralOut), changed
    refused = update_referral.sync_detailed(created.id, client=client, body=change, idempotency_key=key(), if_match=tag)
    assert refused.status_code == 412, refused

    listed = list_referrals.sync(client=client, limit=50)
    assert isinstance(listed, ReferralPageOut), listed
    assert created.id in [each.id for each in listed.items], "lists it"

    invalid = referral()
    invalid.client.bsn = "123456789"
    problem = create_referral.sync(client=client, body=invalid, idempotency_key=key())
    assert isinstance(problem, ProblemOut), problem
    assert [each.rule for each in problem.errors or ()] == ["bsn-not-allowed"], "reads which rule was broken"


def subscribe(client: AuthenticatedClient) -> None:
    """Subscribe, and read events."""
    wanted = SubscriptionIn(url=f"http://127.0.0.1:9/hooks/{key()}")
    made = create_subscription.sync(client=client, body=wanted, idempotency_key=key())
    assert isinstance(made, NewSubscriptionOut), made
    events = list_events.sync(client=client, limit=5)
    assert isinstance(events, EventsOut), events
    assert events.items, "reads events"


def referral() -> ReferralIn:
    """Return a referral with a new reference."""
    return ReferralIn(
        reference=f"client-{key()}",
        area="Noord",
        client=ClientIn(given_name="Jan", family_name="Voorbeeld", birth_date="1988-04-12"),
        worker=WorkerIn(name="A. de Vries"),
        reason="Huurachterstand van drie maanden.",
    )


def token() -> str:
    """Return an access token."""
    client = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
    answer = httpx.post(f"{HUB}/oauth/token", data={"grant_type": "client_credentials", **client})
    return str(answer.raise_for_status().json()["access_token"])


def key() -> str:
    """Return a new key."""
    return str(uuid.uuid4())


if __name__ == "__main__":
    main()
