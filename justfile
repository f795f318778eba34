# The commands of development; `just` lists them. `.ci/run` runs the same checks in an environment of its own.

set shell := ["bash", "-euo", "pipefail", "-c"]

export PATH := justfile_directory() / ".venv/bin:" + env("PATH")

# List the recipes
default:
    @{{ just_executable() }} --list --unsorted

# Make .venv with the hub and everything that checks and tests need
setup:
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'

# Check style and formatting
lint:
    ruff check .
    ruff format --check .

# Mend what ruff can mend, and format
fix:
    ruff check --fix .
    ruff format .

# Check types (mypy strict)
types:
    mypy

# Check which module may import which, and that every import is declared in pyproject.toml
imports:
    lint-imports
    deptry app bench clients migrations
    deptry tests --ignore DEP002,DEP004

# Regenerate openapi/ and every other generated file; `just contracts --check` only compares
contracts *options:
    trajecthub contracts {{ options }}

# Regenerate the reference pages, and check links, names and commands in the documentation
docs:
    trajecthub contracts
    pytest -n 0 tests/unit/test_docs.py

# Run the tests on SQLite and PostgreSQL; arguments go to pytest: `just test tests/unit -k gate`
test *arguments:
    pytest -n 2 {{ arguments }}

# Run only the tests that use PostgreSQL
test-pg *arguments:
    pytest -n 2 -m postgresql {{ arguments }}

# Run one bench, as listed in bench/README.md: `just bench requests postgresql`
bench name *arguments:
    python -m bench.{{ name }} {{ arguments }}

# Check other people's tools against the hub, as clients/README.md says: `just clients redocly`
clients *arguments:
    python clients/run.py {{ arguments }}

# Play one referral per route through simulated partners, and stay up
demo *arguments:
    trajecthub demo {{ arguments }}

# Run every check and all tests
check: lint types imports (contracts "--check") test
