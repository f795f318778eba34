"""Weak settings stop the hub outside the sandbox, every fault named with its way out."""

import stat
from base64 import b64encode
from datetime import time
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.adapters.allegro import AllegroSettings
from app.adapters.common.settings import Credential
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.cli.settings_page import settings_page
from app.settings import Settings, faults_of, variables
from app.weak_settings import is_weak_key

KEY = SecretStr(b64encode(sha256(b"").digest()).decode())
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


WEAK_KEYS = {
    "zeros": bytes(32),
    "ones": b"\xff" * 32,
    "a sequence": bytes(range(32)),
    "a sequence backwards": bytes(range(200, 168, -1)),
    "a pattern": bytes.fromhex("00112233445566778899aabbccddeeff")[:8] * 4,
    "a text": b"this is the master key of a city",
    "hexadecimal digits": b"0123456789abcdef0123456789abcdef",
}


@pytest.mark.parametrize("key", WEAK_KEYS.values(), ids=WEAK_KEYS.keys())
def test_a_master_key_that_was_not_made_by_chance_is_refused_in_production(key: bytes) -> None:
    given = SecretStr(b64encode(key).decode())

    refused = faults(**SOUND | {"master_key": given})

    assert "TRAJECTHUB_MASTER_KEY was not made by chance: make one with `openssl rand -base64 32`" in refused
    assert "for a new database; one that is sealed opens with its own only" in refused
    assert given.get_secret_value() not in refused
    assert Settings(mode="sandbox", master_key=given).master_key_bytes() == key


def test_a_master_key_that_was_made_by_chance_is_not_refused() -> None:
    for number in range(2000):
        assert not is_weak_key(sha256(number.to_bytes(2, "big")).digest())


OPEN_NETWORKS = (
    "0.0.0.0/0",
    "::/0",
    "8.0.0.0/7",
    "fc00::/7",
    "127.0.0.0/8",
    "::1/128",
    "169.254.169.254/32",
    "fe80::/64",
)


def test_networks_that_allow_everything_are_refused_in_production() -> None:
    for network in OPEN_NETWORKS:
        refused = faults(**SOUND | {"webhook_allowed_networks": f"dock=10.1.0.0/16,beheer={network}"})
        assert f"TRAJECTHUB_WEBHOOK_ALLOWED_NETWORKS has {network}" in refused
        assert "has 10.1.0.0/16" not in refused
    assert Settings(**SOUND | {"webhook_allowed_networks": "dock=10.0.0.0/8,dock=fd00:1::/32"}).mode  # type: ignore[arg-type]


def test_the_networks_of_proxies_are_read_and_those_of_everybody_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ("127.0.0.1/32", "10.0.0.0/8, ::1/128"):
        monkeypatch.setenv("TRAJECTHUB_TRUSTED_PROXIES", given)
        assert ", ".join(map(str, Settings(**SOUND).trusted_proxies)) == given  # type: ignore[arg-type]
    for network in ("0.0.0.0/0", "::/0"):
        refused = faults(**SOUND | {"trusted_proxies": f"10.1.0.0/16,{network}"})
        assert f"TRAJECTHUB_TRUSTED_PROXIES has {network}, which is wider than /8" in refused
        assert "has 10.1.0.0/16" not in refused


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://hub:canary@db.example.org/hub",
        "postgresql://hub:canary@db.example.org:6432/hub?sslmode=prefer",
        "postgresql://hub:canary@127.0.0.1,10.0.0.5/hub",
        "postgresql:///hub?host=10.0.0.5&user=hub&password=canary",
    ],
)
def test_a_database_on_another_machine_without_tls_is_refused_in_production(place: str) -> None:
    for variable in ("database_url", "database_direct_url"):
        given = SOUND | {"database_url": "postgresql:///hub", variable: place}

        refused = faults(**given)

        assert f"TRAJECTHUB_{variable.upper()} leads to " in refused
        assert "sslmode=verify-full" in refused
        assert "TRAJECTHUB_DATABASE_WITHOUT_TLS=true" in refused
        assert "canary" not in refused
        assert Settings(**given | {"database_without_tls": True}).mode  # type: ignore[arg-type]
        assert Settings(**given | {"mode": "sandbox"}).mode  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "place",
    [
        "postgresql:///hub",
        "postgresql://hub@localhost/hub",
        "postgresql://hub@127.0.0.1:6432,[::1]/hub",
        "postgresql:///hub?host=/var/run/postgresql",
        "postgresql://hub@db.example.org/hub?sslmode=require",
    ],
)
def test_a_database_on_this_machine_or_with_tls_is_accepted(place: str) -> None:
    assert Settings(**SOUND | {"database_url": place}).mode  # type: ignore[arg-type]


def test_secrets_of_examples_are_refused_in_production() -> None:
    url = {"url": "https://partner.example.org"}
    partners = {
        "allegro": url | {"client_id": "hub", "client_secret": "sandbox-allegro"},
        "gidso": url | {"api_key": "changeme"},
        "rmw": url | {"username": "hub", "password": "Password"},
    }
    database = "postgresql://hub:secret@localhost/hub"

    refused = faults(**SOUND | partners | {"metrics_token": "a" * 40, "database_url": database})

    for variable in ("ALLEGRO_CLIENT_SECRET", "GIDSO_API_KEY", "RMW_PASSWORD"):
        assert f"TRAJECTHUB_{variable} is an example's" in refused
    assert "TRAJECTHUB_METRICS_TOKEN can be guessed" in refused
    assert "TRAJECTHUB_DATABASE_URL has the password of an example" in refused


def test_a_variable_that_is_no_setting_is_named_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "TRAJECTHUB_PUBLC_URL": "x",
        "TRAJECTHUB_GIDSO_APIKEY": "x",
        "trajecthub_mod": "x",
        "TRAJECTHUB_XQZ": "x",
        # Of a service with this name, by Kubernetes.
        "TRAJECTHUB_API_SERVICE_HOST": "10.0.0.1",
        "TRAJECTHUB_API_SERVICE_PORT": "80",
        "TRAJECTHUB_API_SERVICE_PORT_HTTP": "80",
        "TRAJECTHUB_API_PORT": "tcp://10.0.0.1:80",
        "TRAJECTHUB_API_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    refused = faults(**SOUND)

    assert "TRAJECTHUB_PUBLC_URL is no setting: use TRAJECTHUB_PUBLIC_URL, or unset it" in refused
    assert "TRAJECTHUB_GIDSO_APIKEY is no setting: use TRAJECTHUB_GIDSO_API_KEY, or unset it" in refused
    assert "trajecthub_mod is no setting: use TRAJECTHUB_MODE, or unset it" in refused
    assert "TRAJECTHUB_XQZ is no setting: unset it" in refused
    assert "TRAJECTHUB_API_" not in refused
    assert Settings(mode="sandbox").mode == "sandbox"


LOGINS = (
    "//hub:canary@db.example.org",
    "//hub:can%61ry@db.example.org",
    "//hub:x@canary@db.example.org",
    "//hub:x/canary@db.example.org",
    "//hub:x?canary@db.example.org",
    "//hub:x#canary@db.example.org",
    "//hub:x canary@db.example.org",
    "//canary@db.example.org",
    "//hub:canary@[::1",
    "//hub:canary@db.example.org:port",
    "//hub:canary@db.example.org/?sslmode=canary&canary=1",
)


def test_no_refusal_repeats_a_password_in_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for login in LOGINS:
        for scheme in ("https:", "http:", "postgresql:", "ftp:"):
            for mode in ("sandbox", "production"):
                values = {
                    "public_url": scheme + login,
                    "gidso": {"url": scheme + login},
                    "database_url": scheme + login,
                    "database_direct_url": scheme + login,
                }
                with pytest.raises(ValidationError) as caught:
                    Settings(**SOUND | values | {"mode": mode})  # type: ignore[arg-type]
                named = "\n".join([str(caught.value), *faults_of(caught.value)])
                assert "anary" not in named.replace("%61", "a").replace("has canary,", ""), (scheme, login)


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
    page = settings_page()

    names = list(variables())
    assert len(names) == len(set(names))
    assert {"TRAJECTHUB_MODE", "TRAJECTHUB_GIDSO_API_KEY", "TRAJECTHUB_RMW_REQUESTS_PER_SECOND"} < set(names)
    assert [name for name in names if page.count(f"| `{name}` |") != 1] == []


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
    assert Settings(mode="sandbox", master_key=KEY).master_key_bytes() == sha256(b"").digest()


def test_settings_cannot_be_changed_and_show_no_secret() -> None:
    settings = Settings(mode="sandbox", master_key=KEY)

    with pytest.raises(ValidationError):
        settings.mode = "production"  # type: ignore[misc]
    assert KEY.get_secret_value() not in repr(settings)


def test_an_address_has_a_port_that_there_is_and_a_path_as_it_is_called() -> None:
    names = {"public_url": "TRAJECTHUB_PUBLIC_URL", "gidso": "TRAJECTHUB_GIDSO_URL"}
    for url in (
        "https://x.nl:99999",
        "https://x.nl:65536/hub",
        "https://x.nl:0",
        "https://x.nl/../hub",
        "https://x.nl/hub/..",
        "https://x.nl/./hub",
        "https://x.nl/%2E%2e/hub",
    ):
        for setting, name in names.items():
            value = {"url": url, "api_key": KEY.get_secret_value()} if setting == "gidso" else url
            with pytest.raises(ValidationError) as caught:
                Settings(**SOUND | {setting: value})  # type: ignore[arg-type]
            fault = faults_of(caught.value)[0]
            assert fault.startswith(f"{name}: must be an address"), (url, faults_of(caught.value))
            assert "a port of at most 65535 if it has one" in fault
            assert "correct it" in fault
    for url in ("https://x.nl:65535/hub", "https://x.nl/..hub/.well-known/a..b"):
        assert Settings(**SOUND | {"public_url": url}).public_url == url  # type: ignore[arg-type]


def test_the_own_address_is_one_that_fits_in_headers() -> None:
    for url in (
        "https://zorg-\u0175.nl",
        "https://caf\u00e9.nl",
        "https://x.nl/\u0175",
        "https://x.nl/hub>",
        'https://x.nl/"',
    ):
        with pytest.raises(ValidationError) as caught:
            Settings(**SOUND | {"public_url": url})  # type: ignore[arg-type]
        assert "is written as xn--caf-dma.nl" in faults_of(caught.value)[0], url
    for url in ("https://xn--caf-dma.nl/hub", "https://[2001:db8::1]:8443", "https://x.nl/~a/%C3%A9"):
        assert Settings(**SOUND | {"public_url": f"{url}/"}).public_url == url  # type: ignore[arg-type]
