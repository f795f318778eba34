"""The examples in ``docs/deployment`` are accepted by the programs that read them, where those are installed."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings
from tests.support.source_names import ROOT

EXAMPLES = ROOT / "docs" / "deployment"
UNITS = sorted(EXAMPLES.glob("*.service"))
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text()))
WORKLOADS = [each for each in MANIFESTS if "template" in each["spec"]]
STOP_SECONDS = Settings.model_fields["stop_seconds"].default
NGINX_FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
HEALTH = {"/healthz/live", "/healthz/ready"}


def check(*command: str | Path) -> None:
    """Have a program check a file; skip where it is not installed."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_a_unit(unit: Path, tmp_path: Path) -> None:
    # The program has to exist where it is checked.
    text = re.sub(r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}", unit.read_text(), flags=re.MULTILINE)
    (tmp_path / unit.name).write_text(text)

    check("systemd-analyze", "verify", tmp_path / unit.name.replace("@", "@8001"))


def test_haproxy_accepts_its_configuration() -> None:
    check("haproxy", "-c", "-f", EXAMPLES / "haproxy.cfg")


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    whole = tmp_path / "nginx.conf"
    folders = " ".join(f"{each}_temp_path {tmp_path};" for each in NGINX_FOLDERS)
    whole.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error; events {{}} "
        f"http {{ access_log off; {folders} include {EXAMPLES / 'nginx.conf'}; }}"
    )

    check("nginx", "-t", "-q", "-c", whole, "-e", tmp_path / "error")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_leaves_more_time_than_the_hub_needs_to_stop(unit: Path) -> None:
    [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", unit.read_text(), flags=re.MULTILINE)

    assert int(seconds) > STOP_SECONDS


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda each: each["metadata"]["name"])
def test_a_deployment_asks_an_existing_endpoint_at_a_port_of_its_own(workload: dict[str, Any]) -> None:
    [container] = workload["spec"]["template"]["spec"]["containers"]
    ports = {each["name"] for each in container.get("ports", ())}
    asked = [probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")]

    assert {each["port"] for each in asked} <= ports
    assert {each["path"] for each in asked} <= HEALTH


@pytest.mark.parametrize(
    "workload", [each for each in WORKLOADS if each["kind"] == "Deployment"], ids=lambda each: each["metadata"]["name"]
)
def test_a_deployment_selects_its_own_pods_and_gives_them_time_to_stop(workload: dict[str, Any]) -> None:
    spec = workload["spec"]

    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] > STOP_SECONDS


def test_the_images_are_of_one_version() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())

    assert set(images()) == {compose["x-hub"]["image"]}


def images() -> Iterator[str]:
    """Yield the image of each container."""
    for container in chain.from_iterable(each["spec"]["template"]["spec"]["containers"] for each in WORKLOADS):
        yield container["image"]
