"""``.env.example`` has settings that exist, and each of its two examples is one with which a hub starts."""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from app.settings import Settings, variables
from tests.support.documents import ROOT

EXAMPLE = (ROOT / ".env.example").read_text()
# They are made, or issued by others.
FILLED_IN = {
    "TRAJECTHUB_MASTER_KEY": b64encode(sha256(b"a test").digest()).decode(),
    "TRAJECTHUB_METRICS_TOKEN": "v9eGmKx2uWq8Rz4TnYb6Lc1Hs3Pd5Fj7Ak0",
    "TRAJECTHUB_ALLEGRO_CLIENT_ID": "hub-rotterdam",
    "TRAJECTHUB_ALLEGRO_CLIENT_SECRET": "kX8vQ2mZr5Tn",
    "TRAJECTHUB_GIDSO_API_KEY": "pW4sLc9hYb3F",
    "TRAJECTHUB_RMW_USERNAME": "hub-rotterdam",
    "TRAJECTHUB_RMW_PASSWORD": "dR7uJg1xVe6K",
}


def examples() -> dict[str, dict[str, str]]:
    """Return the settings of each example by its name."""
    parts = re.split(r"^# == (\w+) ==$", EXAMPLE, flags=re.MULTILINE)[1:]
    return {
        name: dict(re.findall(r"^#(\w+)=(.*)$", text, re.MULTILINE))
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


def settings_of(values: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in values:
        monkeypatch.setenv(name, values[name] or FILLED_IN[name])
    return Settings()


def test_each_setting_of_the_example_exists_and_those_that_are_needed_are_in_it() -> None:
    known = set(variables())
    sandbox, production = examples()["Sandbox"], examples()["Production"]
    needed = {"TRAJECTHUB_MASTER_KEY", "TRAJECTHUB_PUBLIC_URL", "TRAJECTHUB_OIN", "TRAJECTHUB_DATABASE_URL"}
    of_partners = {
        name for name in known if name.endswith(("_URL", "_ID", "_SECRET", "_API_KEY", "_USERNAME", "_PASSWORD"))
    }

    assert set(sandbox) | set(production) <= known
    assert needed <= set(production)
    assert of_partners - set(production) == {"TRAJECTHUB_DATABASE_DIRECT_URL"}
    # A line that is no comment is a setting that takes effect when the file is copied.
    assert all(line.startswith("#") for line in EXAMPLE.splitlines() if line)


def test_a_hub_starts_with_the_example_of_the_sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = settings_of(examples()["Sandbox"], monkeypatch)

    assert settings.mode == "sandbox"
    assert all(partner.url for partner in settings.partners.values())


def test_a_hub_starts_with_the_example_of_production_once_it_is_filled_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    values = {name: value for name, value in examples()["Production"].items() if not value.startswith("/etc/")}
    settings = settings_of(values | {"TRAJECTHUB_DATABASE_URL": f"sqlite:///{tmp_path}/hub.db"}, monkeypatch)

    assert settings.mode == "production"
    assert settings.weaknesses() == []
