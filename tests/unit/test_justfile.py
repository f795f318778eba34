"""A developer, a commit hook and a build server run the same commands, with `just` and without it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
JUSTFILE = (ROOT / "justfile").read_text()
CI_RUN = (ROOT / ".ci" / "run").read_text()

RECIPE = re.compile(
    r"^# (?P<text>.+)\n(?P<name>[\w-]+)(?P<arguments>(?: [*\w]+)*):.*\n(?P<body>(?: {4}.+\n)*)", re.MULTILINE
)
INSTALLATION = "pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'"


def commands(recipe: str) -> Iterator[str]:
    (body,) = [found["body"] for found in RECIPE.finditer(JUSTFILE) if found["name"] == recipe]
    for line in body.splitlines():
        yield re.sub(r" ?\{\{.*\}\}", "", line).strip()


def test_every_recipe_is_described() -> None:
    described = {found["name"] for found in RECIPE.finditer(JUSTFILE)}

    assert described == set(re.findall(r"^([\w-]+)(?: [*\w]+)*:(?!=)", JUSTFILE, re.MULTILINE))
    assert {"setup", "lint", "types", "imports", "contracts", "test", "test-pg", "bench", "docs", "demo"} <= described


def test_ci_run_makes_the_same_checks_as_the_justfile() -> None:
    checks = re.findall(r'^check "[^"]+" (.+)$', CI_RUN, re.MULTILINE)

    assert "trajecthub contracts --check" in checks
    assert {each for recipe in ("lint", "types", "imports") for each in commands(recipe)} <= set(checks)


def test_ci_run_installs_and_tests_as_the_justfile_does() -> None:
    assert INSTALLATION in next(line for line in commands("setup") if "pip" in line)
    assert INSTALLATION in CI_RUN
    assert list(commands("test")) == ["pytest -n 2"]
    assert re.search(r"^pytest -n 2$", CI_RUN, re.MULTILINE)


def test_commit_hooks_run_the_commands_of_the_justfile_and_fetch_nothing() -> None:
    configured: dict[str, Any] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in configured["repos"] for hook in repository["hooks"]]
    known = [each for recipe in ("lint", "types", "imports") for each in commands(recipe)]

    assert {repository["repo"] for repository in configured["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    for hook in hooks:
        command = hook["entry"].removeprefix(".venv/bin/").removesuffix(" --force-exclude")
        assert any(each.removesuffix(" .") == command for each in [*known, "trajecthub contracts --check"]), command
