"""A check: a folder with ``check.sh``, what its head says about it, running it, and what came of that."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

CHECKS = Path(__file__).parent
TOOLCHAIN_MISSING = 77
"""The exit code of a check whose toolchain cannot be installed here."""
_DEFAULT_SECONDS = 300
_HEAD = re.compile(r"^# (\w+): (.+)$")
_LAST_LINES = 15


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check, as the head of its script describes it.

    Attributes:
        area: the section of the page that it belongs to.
        document: which document of the hub the tool is given, or a dash.
        done: what is done with the tool.
        seconds: how long it may take.
    """

    folder: Path
    area: str
    tool: str
    document: str
    done: str
    seconds: int

    @property
    def name(self) -> str:
        """The name of the check: that of its folder."""
        return self.folder.name


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a check.

    Attributes:
        version: the version of the tool, as the check printed it.
        result: the text of the result; without one, why there is none.
    """

    status: Status
    version: str
    result: str


def read_checks(folder: Path = CHECKS) -> list[Check]:
    """Return the checks below a folder, by name.

    Raises:
        ValueError: the head of a script lacks a line.
    """
    return [_read(script) for script in sorted(folder.glob("*/check.sh"))]


def _read(script: Path) -> Check:
    head = dict(_head(script))
    if missing := {"area", "tool", "document", "done"} - head.keys():
        raise ValueError(f"The head of {script} has no line '# {min(missing)}: …'.")
    return Check(
        folder=script.parent,
        area=head["area"],
        tool=head["tool"],
        document=head["document"],
        done=head["done"],
        seconds=int(head.get("seconds", _DEFAULT_SECONDS)),
    )


def _head(script: Path) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for line in script.read_text().splitlines():
        if not line.startswith("#"):
            break
        if found := _HEAD.match(line):
            lines.append((found[1], found[2]))
    return lines


def run_check(check: Check, build: Path, variables: Mapping[str, str]) -> Outcome:
    """Run a check with these variables in its environment, and end everything that it started.

    Args:
        check: the check.
        build: the folder of scratch folders and logs; the log is ``logs/NAME.log``.
        variables: the address of the hub, and what else checks need to know.
    """
    work = build / "work" / check.name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    log = build / "logs" / f"{check.name}.log"
    log.parent.mkdir(exist_ok=True)
    began = time.monotonic()
    with log.open("w+") as output:
        code = _run(check, {**os.environ, **variables, "WORK": str(work)}, output.fileno())
        output.write(f"\nexit code {code} after {time.monotonic() - began:.0f} s\n")
    return outcome(code, log.read_text(errors="replace"), check.seconds)


def _run(check: Check, environment: Mapping[str, str], output: int) -> int | None:
    """Return the exit code; None if the check was ended because it took too long."""
    process = subprocess.Popen(
        ["bash", "check.sh"],
        cwd=check.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        return process.wait(check.seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end_group(process.pid)
        process.wait()


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def outcome(code: int | None, output: str, seconds: int) -> Outcome:
    """Return what came of a check from its exit code and what it printed.

    Args:
        code: the exit code; None if the check was ended because it took too long.
        output: everything that it printed.
        seconds: how long it may take.
    """
    version, result = _last(output, "version"), _last(output, "result")
    if code is None:
        return Outcome(status=Status.FAILED, version=version, result=f"not done after {seconds} s")
    if code == 0 and result:
        return Outcome(status=Status.PASSED, version=version, result=result)
    if code == TOOLCHAIN_MISSING:
        return Outcome(status=Status.UNAVAILABLE, version=version, result=result or "not run: its tools are missing")
    return Outcome(status=Status.FAILED, version=version, result=result or f"exit code {code} without a result")


def _last(output: str, key: str) -> str:
    found = re.findall(rf"^{key}: (.+)$", output, re.MULTILINE)
    return found[-1].strip() if found else ""


def end_of_log(check: Check, build: Path) -> str:
    """Return the last lines of a check's log, indented."""
    lines = (build / "logs" / f"{check.name}.log").read_text(errors="replace").rstrip().splitlines()
    return "\n".join(f"    {line}" for line in lines[-_LAST_LINES:])
