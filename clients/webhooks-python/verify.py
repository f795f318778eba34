"""Verifies recorded deliveries with the libraries, and sees that changed ones are refused."""

import json
import sys
from typing import Any

import standardwebhooks
import svix

LIBRARIES: dict[str, tuple[Any, type[Exception]]] = {
    "standardwebhooks": (standardwebhooks.Webhook, standardwebhooks.WebhookVerificationError),
    "svix": (svix.Webhook, svix.WebhookVerificationError),
}


def verifies(library: str, secret: str, delivery: dict[str, Any], *, body: str | None = None) -> bool:
    """Return whether a library takes a delivery, or the same with another body."""
    webhook, refused = LIBRARIES[library]
    try:
        webhook(secret).verify(delivery["body"] if body is None else body, delivery["headers"])
    except refused:
        return False
    return True


with open(sys.argv[1]) as file:
    recorded = json.load(file)
old, new = recorded["secrets"]
*before, during = recorded["deliveries"]
for name in LIBRARIES:
    for delivery in before:
        assert verifies(name, old, delivery), f"{name} refuses a delivery"
        assert not verifies(name, new, delivery), f"{name} takes another secret"
        assert not verifies(name, old, delivery, body=delivery["body"] + " "), f"{name} takes a changed body"
    for secret in (old, new):
        assert verifies(name, secret, during), f"{name} refuses a delivery during a rotation"
