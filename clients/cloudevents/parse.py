"""Parses recorded deliveries with the SDK."""

import json
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat

with open(sys.argv[1]) as file:
    deliveries = json.load(file)["deliveries"]
for delivery in deliveries:
    message = HTTPMessage(headers=delivery["headers"], body=delivery["body"].encode())
    event, sent = from_structured_event(message, JSONFormat()), json.loads(delivery["body"])
    assert event.get_id() == sent["id"] == delivery["headers"]["webhook-id"]
    assert (event.get_type(), event.get_subject(), event.get_source()) == (
        sent["type"],
        sent["subject"],
        sent["source"],
    )
    assert event.get_extension("sequence") == sent["sequence"]
    assert event.get_data() == sent["data"]
