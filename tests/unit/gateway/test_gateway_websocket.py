"""WebSockets through the gateway: the Origin rule, both directions, close codes."""

from typing import Any

import aiohttp
import pytest

from cartload_gateway.websocket import origin_allowed
from support.serving import closed_port


@pytest.mark.parametrize(
    ("origin", "host", "allowed", "expected"),
    [
        (None, "shop.example", (), True),
        ("https://shop.example", "shop.example", (), True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", (), True),
        ("https://evil.example", "shop.example", (), False),
        ("null", "shop.example", (), False),
        ("https://ui.example", "shop.example", ("https://ui.example",), True),
        ("https://shop.example", "shop.example", ("https://ui.example",), False),
    ],
)
def test_the_origin_rule(origin: str | None, host: str, allowed: tuple[str, ...], expected: bool) -> None:
    assert origin_allowed(origin, host, allowed) is expected


async def test_messages_pass_both_ways(gateway: Any) -> None:
    async with gateway.client.ws_connect("/ws/jobs", headers={"Origin": gateway.url}) as socket:
        for text in ("one", "two"):
            await socket.send_str(text)
            assert (await socket.receive(timeout=5)).data == f"echo {text}"


async def test_a_foreign_origin_is_closed_with_4403(gateway: Any) -> None:
    async with gateway.client.ws_connect("/ws/jobs", headers={"Origin": "https://evil.example"}) as socket:
        message = await socket.receive(timeout=5)
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4403)


async def test_the_services_close_code_reaches_the_client(gateway: Any) -> None:
    gateway.services.refused_socket = 4401
    async with gateway.client.ws_connect("/ws/jobs") as socket:
        message = await socket.receive(timeout=5)
    assert (message.type, message.data, message.extra) == (aiohttp.WSMsgType.CLOSE, 4401, "refused")


async def test_too_many_connections_are_closed_with_4429(start_gateway: Any) -> None:
    gateway = await start_gateway(websockets=1)
    async with gateway.client.ws_connect("/ws/jobs") as first:
        async with gateway.client.ws_connect("/ws/jobs") as second:
            assert (await second.receive(timeout=5)).data == 4429
        await first.send_str("still there")
        assert (await first.receive(timeout=5)).data == "echo still there"


async def test_a_notifier_that_is_away_closes_the_socket(start_gateway: Any) -> None:
    gateway = await start_gateway(notifier_url=f"http://127.0.0.1:{closed_port()}")
    async with gateway.client.ws_connect("/ws/jobs") as socket:
        assert (await socket.receive(timeout=5)).data == 1011
