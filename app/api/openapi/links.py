"""Links between operations: from the answer that has a record to the operations on that record."""

from collections.abc import Iterator, Mapping
from typing import Any

_SYSTEM = "$request.path.system"
_SUBSCRIPTION = {"subscriptionId": "$response.body#/id"}
_RECORDS: Mapping[str, Mapping[str, str]] = {
    "ApiClientOut": {"clientId": "$response.body#/clientId"},
    "AppointmentOut": {"referralId": "$response.body#/referral/id", "appointmentId": "$response.body#/id"},
    "JobOut": {"system": "$response.body#/system", "jobId": "$response.body#/id"},
    "NewSubscriptionOut": _SUBSCRIPTION,
    "OrganisationOut": {"organisationCode": "$response.body#/code"},
    "QuarantinedOut": {"system": _SYSTEM, "quarantinedId": "$response.body#/id"},
    "ReferralOut": {"referralId": "$response.body#/id"},
    "SentTestOut": {
        "subscriptionId": "$request.path.subscriptionId",
        "deliveryId": "$response.body#/deliveryId",
    },
    "SubscriptionOut": _SUBSCRIPTION,
    "TrajectoryOut": {"trajectoryId": "$response.body#/id"},
}
"""Of each body where the parameters of the operations on its record come from, by name."""

_WITHOUT_TAG = frozenset({"JobOut", "QuarantinedOut", "SentTestOut"})


def add_links(document: dict[str, Any]) -> None:
    """Add to the answers that make or read a record the links to the operations on it."""
    targets = dict(_targets(document))
    links = document["components"].setdefault("links", {})
    for methods in document["paths"].values():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                body = _body_of(response)
                if body in targets and (status in {"201", "202"} or method == "get"):
                    others = {
                        name: link
                        for name, link in targets[body].items()
                        if link["operationId"] != operation["operationId"]
                    }
                    links.update(others)
                    response["links"] = {name: {"$ref": f"#/components/links/{name}"} for name in others}


def _targets(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the links of each body, by the name of each link."""
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    for body, sources in _RECORDS.items():
        yield (
            body,
            {
                operation["operationId"] + _after(body): _link(operation, body, sources)
                for operation in operations
                if _path_parameters(operation) == sources.keys()
            },
        )


def _after(body: str) -> str:
    """Return what tells the links to one operation from several bodies apart."""
    return "OfTest" if body == "SentTestOut" else ""


def _link(operation: Mapping[str, Any], body: str, sources: Mapping[str, str]) -> dict[str, Any]:
    tagged = body not in _WITHOUT_TAG and any(each["name"] == "If-Match" for each in operation["parameters"])
    return {
        "operationId": operation["operationId"],
        "description": operation["summary"],
        "parameters": dict(sources) | ({"header.If-Match": "$response.header.ETag"} if tagged else {}),
    }


def _path_parameters(operation: Mapping[str, Any]) -> set[str]:
    return {each["name"] for each in operation["parameters"] if each["in"] == "path"}


def _body_of(response: Mapping[str, Any]) -> str:
    schema: Mapping[str, str] = response.get("content", {}).get("application/json", {}).get("schema", {})
    return schema.get("$ref", "").rpartition("/")[2]
