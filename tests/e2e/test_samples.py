"""The samples in the documentation run as they are written."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from clients.sandbox_hub import sandbox_hub
from tests.support.documents import ROOT
from tests.support.sample_shell import PROGRAMS, faults_of_page, free_port, output_of_page
from tests.support.samples import (
    AT_THE_SAME_TIME,
    CALLING,
    PROVOKING,
    RECEIVERS,
    RECEIVING,
    REHEARSING,
    run_samples,
    samples_of,
)

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class RunningDemo:
    """The demo as the checks in ``clients/`` use it.

    Attributes:
        folder: of its data.
        variables: what a check finds in its environment.
    """

    folder: Path
    variables: Mapping[str, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """Return a demo that runs; it takes seconds to start."""
    folder = tmp_path_factory.mktemp("demo")
    with sandbox_hub(folder / "data", folder / "hub.log") as variables:
        yield RunningDemo(folder / "data", variables)


def test_each_client_of_the_sandbox_hub_gets_a_token(demo: RunningDemo) -> None:
    with httpx.Client(base_url=demo.variables["HUB_URL"]) as hub:
        statuses = {}
        for name in ("CLIENT", "FINANCE_CLIENT", "OPERATOR_CLIENT"):
            client = {"client_id": demo.variables[f"{name}_ID"], "client_secret": demo.variables[f"{name}_SECRET"]}
            answer = hub.post("/oauth/token", data={"grant_type": "client_credentials", **client})
            statuses[name] = answer.status_code

    assert set(statuses.values()) == {200}


def test_commands_run_as_they_are_written(demo: RunningDemo, tmp_path: Path) -> None:
    def faults_of(page: str) -> list[str]:
        return faults_of_page(page, tmp_path / Path(page).stem, demo.folder)

    with ThreadPoolExecutor(len(AT_THE_SAME_TIME)) as threads:
        faults = [fault for found in threads.map(faults_of, AT_THE_SAME_TIME) for fault in found]
    # Alone, because it waits for events, and there are to be none.
    faults += faults_of(PROVOKING)

    assert faults == []


def test_a_rehearsal_runs_as_it_is_written(tmp_path: Path) -> None:
    code, output = output_of_page(REHEARSING, tmp_path)

    assert code == 0, output[-3000:]


def test_receivers_on_the_page_are_those_that_are_run() -> None:
    for language, name in RECEIVERS.items():
        (sample,) = run_samples(language, RECEIVING)
        assert sample.code == (ROOT / "docs" / "samples" / name).read_text(), name


def test_calls_in_python_run_as_they_are_written(tmp_path: Path) -> None:
    (key,) = (each for each in run_samples("sh", CALLING) if "openssl" in each.code)
    (registered,) = (each for each in samples_of(ROOT / CALLING) if each.code.startswith("trajecthub client create"))
    key_set, token_request, calls = run_samples("python", CALLING)
    environment = hub_environment(tmp_path)
    address = environment["TRAJECTHUB_PUBLIC_URL"]

    run(tmp_path, environment, "bash", "-ec", key.code)
    (tmp_path / "dock.json").write_text(run(tmp_path, environment, "python3", "-c", key_set.code))
    run(tmp_path, environment, "trajecthub", "migrate")
    register = ("organisation", "register", "dock", "--name", "DOCK", "--kind", "welzijnsorganisatie")
    run(tmp_path, environment, "trajecthub", *register)
    run(tmp_path, environment, "bash", "-ec", registered.code)
    with serving(tmp_path, environment):
        code = token_request.code.replace("https://hub.example.nl", address) + calls.code
        area = run(tmp_path, environment, "python3", "-c", code)

    assert area == "Charlois\n"


def hub_environment(folder: Path) -> Mapping[str, str]:
    port = free_port()
    return {
        "PATH": PROGRAMS,
        "TRAJECTHUB_MODE": "sandbox",
        "TRAJECTHUB_DATA_DIR": str(folder),
        "TRAJECTHUB_DATABASE_URL": f"sqlite:///{folder}/hub.db",
        "TRAJECTHUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TRAJECTHUB_PORT": str(port),
    }


def run(folder: Path, environment: Mapping[str, str], *command: str) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def serving(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    with (folder / "serve.log").open("w") as log:
        command = ["trajecthub", "serve", "--with-worker"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            wait_until_ready(environment["TRAJECTHUB_PUBLIC_URL"])
            yield
        finally:
            process.terminate()
            process.wait()


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"{address}/healthz/ready").raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < deadline, "The hub did not start."
            time.sleep(0.1)
        else:
            return
