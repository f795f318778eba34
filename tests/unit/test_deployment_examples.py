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

from app.limits import Limits
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


def test_the_proxies_refuse_what_the_hub_would_refuse() -> None:
    limits, nginx, haproxy = Limits(), (EXAMPLES / "nginx.conf").read_text(), (EXAMPLES / "haproxy.cfg").read_text()

    def numbers(pattern: str, text: str) -> list[int]:
        return [int(each) for each in re.findall(pattern, text)]

    assert numbers(r"client_max_body_size (\d+)k;", nginx) == [limits.body_bytes // 1024]
    assert numbers(r"req\.body_size gt (\d+)", haproxy) == [limits.body_bytes]
    assert numbers(r"client_(?:header|body)_timeout (\d+)s;", nginx) == [limits.request_seconds] * 2
    assert numbers(r"timeout http-request (\d+)s", haproxy) == [limits.request_seconds]
    assert numbers(r"send_timeout (\d+)s;", nginx) == numbers(r"timeout client (\d+)s", haproxy)
    assert numbers(r"tune\.http\.maxhdr (\d+)", haproxy) == [limits.headers + 1]
    assert numbers(r"tune\.bufsize (\d+)", haproxy)[0] <= limits.header_bytes
    for most in numbers(r" max_?conns?[ =](\d+)\b", nginx + haproxy.partition("backend")[2]):
        assert most < limits.connections


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
