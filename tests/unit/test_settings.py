"""Weak settings stop the hub outside the sandbox, every fault named with its way out."""

import stat
from base64 import b64encode
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.settings import Settings

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


@pytest.mark.parametrize("url", ["allegro_url", "gidso_url", "rmw_url", "public_url"])
def test_an_address_without_tls_is_refused_in_production(url: str) -> None:
    told = faults(**SOUND | {url: "http://partner.example.org"})

    assert f"TRAJECTHUB_{url.upper()} is http://partner.example.org" in told


@pytest.mark.parametrize(
    ("url", "missing"),
    [("allegro_url", "ALLEGRO_CLIENT_SECRET"), ("gidso_url", "GIDSO_API_KEY"), ("rmw_url", "RMW_PASSWORD")],
)
def test_a_partner_without_credentials_is_refused_in_production(url: str, missing: str) -> None:
    assert f"TRAJECTHUB_{missing} is missing" in faults(**SOUND | {url: "https://partner.example.org"})


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
