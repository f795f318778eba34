"""Weak settings stop the hub outside the sandbox, every fault named with its way out."""

import stat
from base64 import b64encode
from datetime import time
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.adapters.allegro import AllegroSettings
from app.adapters.common.settings import Credential
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.settings import Settings, faults_of, variables

KEY = SecretStr(b64encode(bytes(range(32))).decode())
SOUND = {"master_key": KEY, "public_url": "https://hub.example.org", "oin": "00000001003214345000"}


def faults(**values: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Settings(**values)  # type: ignore[arg-type]  # values as an environment gives them
    return str(caught.value)


def test_sound_settings_start_in_production() -> None:
    assert Settings(**SOUND).mode == "production"  # type: ignore[arg-type]


def test_every_weakness_is_named_at_once() -> None:
    told = faults()

    assert "TRAJECTHUB_MASTER_KEY is missing" in told
    assert "TRAJECTHUB_PUBLIC_URL" in told
    assert "TRAJECTHUB_OIN" in told


def test_every_address_without_tls_is_refused_in_production() -> None:
    partners = {name: {"url": "http://partner.example.org"} for name in ("allegro", "gidso", "rmw")}

    told = faults(**SOUND | partners | {"public_url": "http://partner.example.org"})

    for url in ("ALLEGRO_URL", "GIDSO_URL", "RMW_URL", "PUBLIC_URL"):
        assert f"TRAJECTHUB_{url} is http://partner.example.org" in told


def test_every_missing_credential_of_a_connected_partner_is_named_in_production() -> None:
    connected = {name: {"url": "https://partner.example.org"} for name in ("allegro", "gidso", "rmw")}
    connected["rmw"]["username"] = "hub"

    told = faults(**SOUND | connected)

    for missing in ("ALLEGRO_CLIENT_ID", "ALLEGRO_CLIENT_SECRET", "GIDSO_API_KEY", "RMW_PASSWORD"):
        assert f"TRAJECTHUB_{missing} is missing: set it, or unset TRAJECTHUB_{missing.split('_')[0]}_URL" in told
    assert "RMW_USERNAME" not in told


def test_a_partner_is_set_by_variables_that_are_named_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ALLEGRO_URL": "https://allegro.example.org/",
        "ALLEGRO_CLIENT_ID": "0123",
        "ALLEGRO_CLIENT_SECRET": "null",
        "ALLEGRO_REQUESTS_PER_SECOND": "7.5",
        "ALLEGRO_MAINTENANCE": "22:00-06:00,12:00-12:30",
        "GIDSO_API_KEY": "true",
        "RMW_USERNAME": "hub",
        "RMW_PASSWORD": "[]",
        "LOG_LEVEL": "ERROR",
    }.items():
        monkeypatch.setenv(f"TRAJECTHUB_{name}", value)

    settings = Settings(mode="sandbox")

    assert settings.allegro == AllegroSettings(
        url="https://allegro.example.org",
        client_id=Credential("0123"),
        client_secret=Credential("null"),
        requests_per_second=7.5,
        maintenance=((time(22), time(6)), (time(12), time(12, 30))),
    )
    assert settings.gidso == GidsoSettings(api_key=Credential("true"))
    assert settings.rmw == RmwSettings(username=Credential("hub"), password=Credential("[]"))
    assert settings.log_level == "ERROR"


def test_every_variable_is_described_once() -> None:
    described = list(variables())

    names = [name for name, _ in described]
    assert len(names) == len(set(names))
    assert {"TRAJECTHUB_MODE", "TRAJECTHUB_GIDSO_API_KEY", "TRAJECTHUB_RMW_REQUESTS_PER_SECOND"} < set(names)
    assert [name for name, field in described if not field.description] == []


def test_an_unreadable_setting_of_a_partner_hides_no_other_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = {"MASTER_KEY": KEY.get_secret_value(), "PUBLIC_URL": "https://hub.example.org", "OIN": SOUND["oin"]}
    partners = {
        "GIDSO_URL": "http://gidso.example.org",
        "GIDSO_REQUESTS_PER_SECOND": "many",
        "RMW_URL": "rmw.example.org",
        "RMW_USERNAME": "hub",
    }
    for name, value in {**sound, **partners}.items():
        monkeypatch.setenv(f"TRAJECTHUB_{name}", str(value))

    with pytest.raises(ValidationError) as caught:
        Settings()
    found = [fault.removeprefix("TRAJECTHUB_").split(maxsplit=1)[0] for fault in faults_of(caught.value)]

    assert found == ["GIDSO_REQUESTS_PER_SECOND:", "RMW_URL:", "GIDSO_URL", "GIDSO_API_KEY", "RMW_PASSWORD"]


def test_a_refused_setting_of_a_partner_is_not_repeated() -> None:
    told = faults(mode="sandbox", allegro={"requests_per_second": "very-secret", "url": "ftp://very-secret"})

    assert "very-secret" not in told


@pytest.mark.parametrize("mode", ["sandbox", "production"])
@pytest.mark.parametrize("key", ["short", b64encode(bytes(16)).decode(), "~~~"])
def test_a_master_key_of_another_length_is_refused_and_not_repeated(mode: str, key: str) -> None:
    told = faults(**SOUND | {"mode": mode, "master_key": SecretStr(key)})

    assert "is not the base64 of 32 bytes" in told
    assert key not in told


def test_a_sandbox_makes_its_key_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(mode="sandbox", data_dir=tmp_path)

    first, second = settings.master_key_bytes(), settings.master_key_bytes()

    assert first == second
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600


def test_a_given_key_is_used_as_it_is() -> None:
    assert Settings(mode="sandbox", master_key=KEY).master_key_bytes() == bytes(range(32))


def test_settings_cannot_be_changed_and_show_no_secret() -> None:
    settings = Settings(mode="sandbox", master_key=KEY)

    with pytest.raises(ValidationError):
        settings.mode = "production"  # type: ignore[misc]
    assert KEY.get_secret_value() not in repr(settings)
