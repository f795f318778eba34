"""Every sample in the documentation runs as it is written, or says why it does not."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from clients.sandbox_hub import sandbox_hub
from tests.support.documents import ROOT
from tests.support.sample_shell import PROGRAMS, faults_of_page, free_port, output_of_page
from tests.support.samples import LANGUAGES, run_samples, samples_of
from tests.support.source_names import names_of_tests

pytestmark = pytest.mark.slow

CALLING = "docs/how-to/calling-the-api.md"
RECEIVING = "docs/how-to/receiving-webhooks.md"
SUBSCRIBING = "docs/how-to/subscribing.md"
REHEARSING = "docs/how-to/rehearsing.md"
PROVOKING = "docs/how-to/provoking-errors.md"
AT_THE_SAME_TIME = (
    "README.md",
    CALLING,
    RECEIVING,
    SUBSCRIBING,
    "docs/how-to/connecting-a-partner.md",
    "docs/how-to/going-live.md",
    "docs/how-to/replaying-a-register.md",
    "docs/reference/simulators.md",
    "docs/tutorial/first-referral.md",
)
SHELL_PAGES = (*AT_THE_SAME_TIME, PROVOKING)
RECEIVERS = {"csharp": "receiver.cs", "php": "receiver.php", "python": "receiver.py", "ts": "receiver.ts"}
RUN_BY = {
    **{(page, "sh"): "test_commands_run_as_they_are_written" for page in SHELL_PAGES},
    (REHEARSING, "sh"): "test_a_rehearsal_runs_as_it_is_written",
    (CALLING, "python"): "test_calls_in_python_run_as_they_are_written",
    (SUBSCRIBING, "python"): "test_it_accepts_what_the_hub_signs",
    **{(RECEIVING, language): "test_receivers_on_the_page_are_those_that_are_run" for language in RECEIVERS},
}
"""What runs the samples of a page that are in a language."""


def test_every_sample_is_run_or_says_why_not() -> None:
    runnable = {(each.page, each.language) for language in LANGUAGES for each in run_samples(language)}

    assert runnable == set(RUN_BY)
    assert set(RUN_BY.values()) <= names_of_tests()


def test_commands_run_as_they_are_written(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with sandbox_hub(data, tmp_path / "hub.log") as demo, ThreadPoolExecutor(len(AT_THE_SAME_TIME)) as threads:

        def faults_of(page: str) -> list[str]:
            return faults_of_page(page, tmp_path / Path(page).stem, demo, data)

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
