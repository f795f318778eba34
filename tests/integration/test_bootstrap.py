import stat
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import make_url
from structlog.testing import capture_logs

from app.adapters.rmw import RmwSettings
from app.api.auth.access_tokens import AccessTokens
from app.bootstrap import build_app_state, build_worker, open_app_state
from app.domain.codes import System
from app.events.contract.envelope import Origin
from app.security_log import SecurityEvent
from app.settings import Settings
from tests.support.hub import InProcessHub

OIN = "00000001003214345000"


async def test_the_api_works_with_what_the_settings_say(sqlite_hub: InProcessHub, tmp_path: Path) -> None:
    hub = sqlite_hub
    settings = Settings(
        mode="sandbox",
        data_dir=tmp_path,
        public_url="https://hub.example.nl",
        oin=OIN,
        system_name="rotterdam",
        token_lifetime_seconds=60,
        subscriptions_per_organisation=3,
    )

    state = build_app_state(hub.db, hub.services, settings)

    await state.outbound.close()
    assert (state.db, state.services) == (hub.db, hub.services)
    assert (state.public_url, state.api_url) == ("https://hub.example.nl", "https://hub.example.nl/v1")
    assert (state.sandbox, state.subscription_limit) == (True, 3)
    assert state.deliveries.origin == Origin(OIN, "rotterdam", "https://hub.example.nl")
    assert isinstance(state.tokens, AccessTokens)
    assert state.tokens.lifetime_seconds == 60


async def test_one_process_pulls_every_partner_under_one_name(sqlite_hub: InProcessHub, tmp_path: Path) -> None:
    urls = {system: {"url": "http://127.0.0.1:1"} for system in ("allegro", "gidso", "rmw")}
    settings = Settings(mode="sandbox", data_dir=tmp_path, **urls)  # type: ignore[arg-type]  # pydantic reads dictionaries

    worker = build_worker(sqlite_hub.db, sqlite_hub.services, settings)
    other = build_worker(sqlite_hub.db, sqlite_hub.services, settings)

    for each in (worker, other):
        await each.close()
    assert {puller.lease.system for puller in worker.pullers.values()} == {System.ALLEGRO, System.GIDSO, System.RMW}
    assert len({puller.holder for puller in worker.pullers.values()}) == 1
    assert worker.pullers[System.RMW].holder != other.pullers[System.RMW].holder


async def test_the_sandbox_names_the_settings_that_only_it_accepts(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(
        mode="sandbox", data_dir=tmp_path, database_url=sqlite_url, rmw=RmwSettings(url="http://127.0.0.1")
    )

    with capture_logs() as lines:
        async with open_app_state(settings):
            pass

    (accepted,) = [each["settings"] for each in lines if each["event"] == SecurityEvent.WEAK_SETTINGS_ACCEPTED]
    assert accepted[:4] == [
        "TRAJECTHUB_MASTER_KEY",
        "TRAJECTHUB_PUBLIC_URL",
        "TRAJECTHUB_RMW_URL",
        "TRAJECTHUB_OIN",
    ]
    assert len(accepted) > 4


async def test_a_start_closes_the_files_of_the_hub_to_others(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(mode="sandbox", data_dir=tmp_path, database_url=sqlite_url)
    files = [Path(str(make_url(sqlite_url).database)), settings.master_key_file]
    settings.master_key_bytes()
    for each in files:
        each.chmod(0o644)

    async with open_app_state(settings):
        pass

    assert [stat.S_IMODE(each.stat().st_mode) for each in files] == [0o600, 0o600]


def test_nothing_is_accepted_outside_the_sandbox() -> None:
    key = b64encode(sha256(b"a key that was made by chance").digest()).decode()
    settings = Settings(mode="production", master_key=SecretStr(key), public_url="https://hub.example.nl", oin=OIN)

    assert settings.sandbox_exceptions() == []
