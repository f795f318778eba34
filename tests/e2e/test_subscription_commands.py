"""``trajecthub subscription``: what it prints and does, between two runs of the hub."""

from uuid import UUID

import pytest

from app.database import Connection
from app.domain.codes import System
from app.operations.access.organisations import hub_operator
from app.operations.notices import announce_partner
from app.operations.services import Services
from app.operations.subscriptions.subscriptions import (
    SubscriptionRequest,
    SubscriptionSettings,
    SubscriptionTerms,
    create_subscription,
)
from tests.support.command_line import change, run, run_json

pytestmark = pytest.mark.slow

UNKNOWN = str(UUID(int=7))
LATER = "2999-01-01T00:00:00Z"


def subscribe_operator(tx: Connection, services: Services) -> str:
    """Make an active subscription of the operator, which is owed one notice; return its id."""
    request = SubscriptionRequest(settings=SubscriptionSettings(), url="https://hooks.example.nl/?token=geheim")
    terms = SubscriptionTerms(limit=1, consent_needed=False)
    made = create_subscription(tx, services, hub_operator(tx, services), request, terms)
    announce_partner(tx, services, System.RMW, failing=True)
    return str(made.subscription.id)


def put_off(tx: Connection, _: Services) -> None:
    """Let what is owed wait for a long time."""
    tx.exec_driver_sql(f"UPDATE delivery SET next_attempt_at = '{LATER}'")  # the test's own value


def give_up(tx: Connection, _: Services) -> None:
    """Set what is owed to given up."""
    tx.exec_driver_sql("UPDATE delivery SET state = 'dead', finished_at = '2026-11-23T09:30:00.000000Z'")


@pytest.fixture
def subscription(migrated: dict[str, str]) -> str:
    """Return the id of a subscription that is owed one notice."""
    return change(migrated, subscribe_operator)


def test_subscriptions_are_listed_for_people_without_their_address(migrated: dict[str, str], subscription: str) -> None:
    code, output = run(migrated, "subscription", "list")

    assert code == 0
    assert all(word in output for word in (subscription, "beheer", "active"))
    assert "geheim" not in output


def test_what_waits_is_due_at_once_on_asking(migrated: dict[str, str], subscription: str) -> None:
    change(migrated, put_off)

    code, output = run(migrated, "subscription", "retry", subscription)

    [waiting] = run_json(migrated, "subscription", "deliveries", subscription, "--state=pending")
    assert (code, output.startswith("Deliveries that are sent now: 1, the oldest from ")) == (0, True)
    assert waiting["nextAttemptAt"] < LATER


@pytest.mark.parametrize(
    ("since", "sent"),
    [
        ("2026-11-23", True),
        ("2026-11-24", False),
        # Dutch time, as it is printed; the delivery became owed at NOW, 09:30 UTC.
        ("2026-11-23T10:30:00", True),
        ("2026-11-23T10:30:01", False),
        ("2026-11-23T09:30:01Z", False),
    ],
)
def test_what_was_given_up_since_a_time_is_sent_again(
    migrated: dict[str, str], subscription: str, since: str, sent: bool
) -> None:
    change(migrated, give_up)

    code, output = run(migrated, "subscription", "recover", subscription, f"--since={since}")

    [listed] = run_json(migrated, "subscription", "deliveries", subscription)
    assert (code, listed["state"]) == (0, "pending" if sent else "dead")
    assert (output == "Nothing waits for this subscription.") is not sent


@pytest.mark.parametrize("words", [("retry", UNKNOWN), ("recover", UNKNOWN, "--since=2026-11-23")])
def test_an_unknown_subscription_ends_in_one_sentence(migrated: dict[str, str], words: tuple[str, ...]) -> None:
    code, output = run(migrated, "subscription", *words)

    assert code == 1
    assert output == "There is no subscription with this id for this client."


def test_an_empty_list_is_a_sentence(migrated: dict[str, str]) -> None:
    assert run(migrated, "subscription", "list") == (0, "There is no subscription yet.")
