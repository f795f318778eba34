"""Links between operations: from the answer that has a record, or a list of them, to the operations on that record."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Link = dict[str, Any]
_Operation = tuple[str, Mapping[str, Any]]

_SYSTEM = {"system": "$request.path.system"}
_REFERRAL = {"referralId": "$response.body#/referral/id"}
_SUBSCRIPTION = {"subscriptionId": "$response.body#/id"}
_RECORDS: Mapping[str, Mapping[str, str]] = {
    "ApiClientOut": {"clientId": "$response.body#/clientId"},
    "AppointmentOut": _REFERRAL | {"appointmentId": "$response.body#/id"},
    "ArrivalOut": {"onwardId": "$response.body#/id"},
    "OnwardReferralOut": _REFERRAL | {"onwardId": "$response.body#/id"},
    "InformationRequestOut": _REFERRAL | {"requestId": "$response.body#/id"},
    "JobOut": {"system": "$response.body#/system", "jobId": "$response.body#/id"},
    "NewSubscriptionOut": _SUBSCRIPTION,
    "OrganisationOut": {"organisationCode": "$response.body#/code"},
    "PartnerDetailsOut": {"system": "$response.body#/system"},
    "PartnerOut": {"system": "$response.body#/system"},
    "QuarantinedOut": _SYSTEM | {"quarantinedId": "$response.body#/id"},
    "ReferralOut": {"referralId": "$response.body#/id"},
    "ResumedSubscriptionOut": _SUBSCRIPTION,
    "SentTestOut": {
        "subscriptionId": "$request.path.subscriptionId",
        "deliveryId": "$response.body#/deliveryId",
    },
    "SubscriptionOut": _SUBSCRIPTION,
    "TrajectoryOut": {"trajectoryId": "$response.body#/id"},
}
"""Of each body where the parameters of the operations on its record come from, by name."""

_WITHOUT_TAG = frozenset(
    {"JobOut", "OnwardReferralOut", "PartnerDetailsOut", "PartnerOut", "QuarantinedOut", "SentTestOut"}
)

_OTHERS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "ApiClientPageOut": ("getApiClient", "OfList", {"clientId": "$response.body#/items/0/clientId"}),
    "AppointmentOut": ("getReferral", "OfAppointment", _REFERRAL),
    "AppointmentsOut": (
        "getAppointment",
        "OfList",
        {"referralId": "$request.path.referralId", "appointmentId": "$response.body#/items/0/id"},
    ),
    "ArrivalPageOut": ("getArrival", "OfList", {"onwardId": "$response.body#/items/0/id"}),
    "CodeListsOut": ("getCodeList", "OfList", {"name": "$response.body#/items/0/name"}),
    "ConflictPageOut": ("decideConflict", "OfList", _SYSTEM | {"conflictId": "$response.body#/items/0/id"}),
    "DeliveriesOut": (
        "redeliverDelivery",
        "OfList",
        {"subscriptionId": "$request.path.subscriptionId", "deliveryId": "$response.body#/items/0/id"},
    ),
    "EventsOut": ("getEventSchema", "OfList", {"type": "$response.body#/items/0/type"}),
    "JobPageOut": ("getPartnerJob", "OfList", _SYSTEM | {"jobId": "$response.body#/items/0/id"}),
    "OrganisationPageOut": ("getOrganisation", "OfList", {"organisationCode": "$response.body#/items/0/code"}),
    "PartnerDeliveriesOut": (
        "redeliverPartnerDelivery",
        "OfList",
        _SYSTEM | {"deliveryId": "$response.body#/items/0/id"},
    ),
    "PartnersOut": ("getPartner", "OfList", {"system": "$response.body#/items/0/system"}),
    "QuarantinePageOut": (
        "getQuarantinedRecord",
        "OfList",
        _SYSTEM | {"quarantinedId": "$response.body#/items/0/id"},
    ),
    "ReferralOut": ("getTrajectory", "OfReferral", {"trajectoryId": "$response.body#/trajectory/id"}),
    "ReferralPageOut": ("getReferral", "OfList", {"referralId": "$response.body#/items/0/id"}),
    "SubscriptionsOut": ("getSubscription", "OfList", {"subscriptionId": "$response.body#/items/0/id"}),
    "TrajectoryOut": ("getReferral", "OfTrajectory", _REFERRAL),
    "WorkPageOut": ("getReferral", "OfList", {"referralId": "$response.body#/items/0/id"}),
    "TrajectoryPageOut": ("getTrajectory", "OfList", {"trajectoryId": "$response.body#/items/0/id"}),
}
"""Of each body the operation on the first record of its list, or on the record that it belongs to: its id, what tells
the link from the one to the same operation from the record itself, and where its parameters come from."""


def add_links(document: dict[str, Any]) -> None:
    """Add to the answers that have a record or a list the links to the operations on it.

    An answer that made or read a record has links to all of them, one that changed it has the link to reading it. What
    a record belongs to is linked where the record is read.
    """
    operations = [(method, each) for methods in document["paths"].values() for method, each in methods.items()]
    targets = {body: dict(_targets(operations, body)) for body in _RECORDS}
    reads = {body: _reads(operations, links) for body, links in targets.items()}
    others = {body: dict(_other(operations, body)) for body in _OTHERS}
    for method, operation in operations:
        for status, response in operation["responses"].items():
            body = _body_of(response)
            all_of_them = method == "get" or status in {"201", "202"}
            links = (targets if all_of_them else reads).get(body, {})
            if method == "get" or body not in _RECORDS:
                links = links | others.get(body, {})
            _add(document, response, _elsewhere(links, operation))


def _targets(operations: Sequence[_Operation], body: str) -> Iterator[tuple[str, Link]]:
    """Return the links from a body to the operations on its record, by the name of each link."""
    sources = _RECORDS[body]
    for _, operation in operations:
        if _path_parameters(operation) == sources.keys():
            tagged = body not in _WITHOUT_TAG and any(each["name"] == "If-Match" for each in operation["parameters"])
            tag = {"header.If-Match": "$response.header.ETag"} if tagged else {}
            yield operation["operationId"] + _after(body), _link(operation, {**sources, **tag})


def _after(body: str) -> str:
    """Return what tells the links to one operation from several bodies apart."""
    return "OfTest" if body == "SentTestOut" else ""


def _reads(operations: Sequence[_Operation], links: Mapping[str, Link]) -> dict[str, Link]:
    """Return which of these links lead to reading the record."""
    reading = {
        operation["operationId"]
        for method, operation in operations
        if method == "get" and _body_of(operation["responses"]["200"]) in _RECORDS
    }
    return {name: link for name, link in links.items() if link["operationId"] in reading}


def _other(operations: Sequence[_Operation], body: str) -> Iterator[tuple[str, Link]]:
    name, end, sources = _OTHERS[body]
    for _, operation in operations:
        if operation["operationId"] == name:
            yield name + end, _link(operation, sources)


def _link(operation: Mapping[str, Any], parameters: Mapping[str, str]) -> Link:
    return {
        "operationId": operation["operationId"],
        "description": operation["summary"],
        "parameters": dict(parameters),
    }


def _elsewhere(links: Mapping[str, Link], operation: Mapping[str, Any]) -> dict[str, Link]:
    return {name: link for name, link in links.items() if link["operationId"] != operation["operationId"]}


def _add(document: dict[str, Any], response: dict[str, Any], links: Mapping[str, Link]) -> None:
    if links:
        document["components"].setdefault("links", {}).update(links)
        response["links"] = {name: {"$ref": f"#/components/links/{name}"} for name in links}


def _path_parameters(operation: Mapping[str, Any]) -> set[str]:
    return {each["name"] for each in operation["parameters"] if each["in"] == "path"}


def _body_of(response: Mapping[str, Any]) -> str:
    schema: Mapping[str, str] = response.get("content", {}).get("application/json", {}).get("schema", {})
    return schema.get("$ref", "").rpartition("/")[2]
