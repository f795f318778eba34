"""What the demo has for rehearsals is not in the hub."""

from dataclasses import replace

from httpx import ASGITransport, AsyncClient

from app.api.app import create_api
from app.api.state import AppState

CALLS = (("GET", "/sandbox"), ("GET", "/sandbox/clock"), ("PUT", "/sandbox/clock"), ("POST", "/sandbox/reset"))


async def test_the_hub_has_no_clock_to_move_in_any_mode(hub: AppState) -> None:
    for sandbox in (True, False):
        transport = ASGITransport(create_api(replace(hub, sandbox=sandbox)))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            answers = [await http.request(method, path, json={}) for method, path in CALLS]

        assert {answer.status_code for answer in answers} == {404}
