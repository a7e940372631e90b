"""WebSockets through the gateway: the Origin rule, both directions, close codes."""

from typing import Any

import aiohttp
import pytest

from support.serving import closed_port


async def test_messages_pass_both_ways(gateway: Any) -> None:
    async with gateway.client.ws_connect("/ws/jobs", headers={"Origin": gateway.url}) as socket:
        for text in ("one", "two"):
            await socket.send_str(text)
            assert (await socket.receive(timeout=5)).data == f"echo {text}"


async def test_a_foreign_origin_is_closed_with_4403(gateway: Any) -> None:
    async with gateway.client.ws_connect("/ws/jobs", headers={"Origin": "https://evil.example"}) as socket:
        message = await socket.receive(timeout=5)
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4403)


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


async def test_sockets_of_one_address_that_have_not_signed_in_are_bounded(start_gateway: Any) -> None:
    gateway = await start_gateway(websockets_signing_in=2)
    async with gateway.client.ws_connect("/ws/jobs") as first, gateway.client.ws_connect("/ws/jobs"):
        async with gateway.client.ws_connect("/ws/jobs") as third:
            assert (await third.receive(timeout=5)).data == 4429
        await first.send_str("a good token")  # the service's first message says that it was good
        assert (await first.receive(timeout=5)).data == "echo a good token"
        async with gateway.client.ws_connect("/ws/jobs") as fourth:
            await fourth.send_str("hello")
            assert (await fourth.receive(timeout=5)).data == "echo hello"


@pytest.mark.parametrize("code", [1000, 1003, 1008, 1012, 1013, 4401, 4403, 4429])
async def test_every_close_code_of_the_service_reaches_the_client(gateway: Any, code: int) -> None:
    gateway.services.refused_socket = code
    async with gateway.client.ws_connect("/ws/jobs") as socket:
        message = await socket.receive(timeout=5)
    assert (message.type, message.data, message.extra) == (aiohttp.WSMsgType.CLOSE, code, "refused")
