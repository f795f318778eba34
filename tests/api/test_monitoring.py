"""The dashboard and the alert rules ask for what the hub returns, and each alert has its remedy."""

import json
import re
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.api.state import AppState
from app.worker import WorkerLoops
from tests.api.conftest import Api
from tests.support.documents import ROOT
from tests.support.event_env import Mailbox
from tests.support.quarantine import fill_quarantine
from tests.support.subscriber import confirmed, subscribe

MONITORING = ROOT / "docs" / "monitoring"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
PANELS: list[dict[str, Any]] = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
QUERIES = [rule["expr"] for rule in RULES] + [target["expr"] for panel in PANELS for target in panel.get("targets", ())]

SELECTOR = re.compile(r"(trajecthub_\w+)(?:\{([^}]*)\})?")
LABEL = re.compile(r"(\w+)(?:=|!=|=~|!~)\"")
GROUPED = re.compile(r"\b(?:by|on) \(([^)]*)\)")


async def returned(
    prometheus: Api, hub: AppState, dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> dict[str, set[str]]:
    """Return the labels of every metric of a hub that did something, by the name of the metric."""
    await subscribe(dock, box.url)
    await confirmed(dock, etf)
    await worker.pull_and_deliver()
    await fill_quarantine(hub)
    page = (await prometheus.get("/metrics")).text
    # A family without a sample has no labels to compare with.
    labels = {"trajecthub_loop_last_completed_timestamp_seconds": {"loop"}}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    assert "trajecthub_loop_last_completed_timestamp_seconds" in page
    return labels


async def test_every_metric_and_label_of_the_dashboard_and_the_alerts_exists(
    prometheus: Api, hub: AppState, dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    found = await returned(prometheus, hub, dock, etf, worker, box)

    asked = [(name, selected) for query in QUERIES for name, selected in SELECTOR.findall(query)]
    unknown = {name for name, _ in asked} - found.keys()
    foreign = {(name, label) for name, selected in asked for label in LABEL.findall(selected)} - {
        (name, label) for name, labels in found.items() for label in labels
    }
    grouped = [
        query
        for query in QUERIES
        for group in GROUPED.findall(query)
        if not set(group.split(", ")) <= set().union(*(found.get(name, ()) for name, _ in SELECTOR.findall(query)))
    ]
    assert (unknown, foreign, grouped) == (set(), set(), [])


def test_every_metric_has_a_panel() -> None:
    operations = (ROOT / "docs" / "how-to" / "operations.md").read_text()
    documented = set(re.findall(r"^\| `(trajecthub_\w+)`", operations, re.MULTILINE))
    queries = [target["expr"] for panel in PANELS for target in panel.get("targets", ())]
    shown = {name for query in queries for name, _ in SELECTOR.findall(query)}

    assert documented
    assert {name for name in documented if not any(each.startswith(name) for each in shown)} == set()


def test_every_alert_has_its_remedy_and_the_page_names_no_other() -> None:
    page = (ROOT / "docs" / "how-to" / "monitoring.md").read_text()

    headings = re.findall(r"^### (\w+)$", page, re.MULTILINE)

    assert headings == [rule["alert"] for rule in RULES]


def test_every_alert_has_a_severity_and_a_summary() -> None:
    lacking = [
        rule["alert"]
        for rule in RULES
        if rule["labels"].get("severity") not in ("critical", "warning") or not rule["annotations"].get("summary")
    ]

    assert lacking == []


def test_panels_do_not_overlap_and_have_their_own_ids() -> None:
    places = [
        (x, y)
        for panel in PANELS
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
