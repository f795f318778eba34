"""Refers a client through the generated client, and reads what becomes of it."""

import json
import os
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable

from openapi_client import (
    ApiClient,
    ApiException,
    ClientIn,
    Configuration,
    ProblemOut,
    ReferralIn,
    ReferralPatchIn,
    ReferralsApi,
    SubscriptionIn,
    SubscriptionsApi,
    WorkerIn,
)

HUB = os.environ["HUB_URL"]


def main() -> None:
    """Call the hub."""
    with ApiClient(Configuration(host=f"{HUB}/v1", access_token=token())) as client:
        refer(ReferralsApi(client))
        subscribe(SubscriptionsApi(client))


def refer(referrals: ReferralsApi) -> None:
    """Refer, read, change and list."""
    created = referrals.create_referral(key(), referral())
    read = referrals.get_referral_with_http_info(created.id)
    assert read.data.reference == created.reference, "reads what it referred"
    assert read.headers

    tag = read.headers["etag"]
    change = ReferralPatchIn(reason="Huurachterstand van vier maanden.")
    assert referrals.update_referral(created.id, key(), tag, change).reason == change.reason, "changes it"
    refused(412, lambda: referrals.update_referral(created.id, key(), tag, change))

    assert created.id in [each.id for each in referrals.list_referrals(limit=50).items], "lists it"
    invalid = referral()
    invalid.client.bsn = "123456789"
    problem = refused(400, lambda: referrals.create_referral(key(), invalid))
    assert [each.rule for each in problem.errors or ()] == ["bsn-not-allowed"], "reads which rule was broken"


def refused(status: int, call: Callable[[], object]) -> ProblemOut:
    """Return the problem with which a call is refused."""
    try:
        call()
    except ApiException as error:
        refusal = error
    else:
        raise AssertionError("was not refused")
    assert refusal.status == status, refusal
    assert isinstance(refusal.data, ProblemOut), refusal
    return refusal.data


def subscribe(subscriptions: SubscriptionsApi) -> None:
    """Subscribe, and read events."""
    made = subscriptions.create_subscription(key(), SubscriptionIn(url=f"http://127.0.0.1:9/hooks/{key()}"))
    assert made.secret, "subscribes"
    assert subscriptions.list_events(limit=5).items, "reads events"


def referral() -> ReferralIn:
    """Return a referral with a new reference."""
    return ReferralIn(
        reference=f"python-{key()}",
        area="Noord",
        client=ClientIn(givenName="Jan", familyName="Voorbeeld", birthDate="1988-04-12"),
        worker=WorkerIn(name="A. de Vries"),
        reason="Huurachterstand van drie maanden.",
    )


def token() -> str:
    """Return an access token."""
    client = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
    form = urllib.parse.urlencode({"grant_type": "client_credentials", **client}).encode()
    with urllib.request.urlopen(f"{HUB}/oauth/token", form) as answer:
        return str(json.load(answer)["access_token"])


def key() -> str:
    """Return a new key."""
    return str(uuid.uuid4())


if __name__ == "__main__":
    main()
