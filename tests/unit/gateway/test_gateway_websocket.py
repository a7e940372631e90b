"""WebSockets through the gateway: the Origin rule, both directions, close codes."""

import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from support.serving import closed_port
from support.socks_server import socks_server


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


@pytest.mark.parametrize(("bypass", "asked"), [(("nothing.example",), 1), (("127.0.0.0/8",), 0)])
async def test_the_notifier_is_behind_the_proxy_unless_the_bypass_names_it(
    start_gateway: Any, tmp_path: Path, bypass: tuple[str, ...], asked: int
) -> None:
    async with socks_server(tmp_path) as socks:
        gateway = await start_gateway(proxy_url=socks.url(), proxy_bypass=bypass)
        async with gateway.client.ws_connect("/ws/jobs") as socket:
            await socket.send_str("one")
            assert (await socket.receive(timeout=5)).data == "echo one"
        assert len(socks.asked()) == asked


async def test_a_proxy_that_refuses_closes_the_socket_and_is_told_without_its_password(
    start_gateway: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with socks_server(tmp_path) as socks:
        wrong = socks.url(password="hunter2")
        gateway = await start_gateway(proxy_url=wrong, proxy_bypass=("nothing.example",))
        with caplog.at_level(logging.WARNING):
            async with gateway.client.ws_connect("/ws/jobs") as socket:
                assert (await socket.receive(timeout=5)).data == 1011
    assert (
        "the notifier cannot be reached: the SOCKS5 proxy says: username and password authentication "
        "failure; check CARTLOAD_PROXY_URL"
    ) in caplog.text
    assert "hunter2" not in caplog.text


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


@pytest.mark.parametrize("path", ["/ws/jobs%3Fadmin=1", "/ws/x%2F..%2Fjobs", "/ws/jobs%20x"])
async def test_a_path_is_the_same_for_the_service_as_for_us(gateway: Any, path: str) -> None:
    async with gateway.client.ws_connect(URL(gateway.url + path, encoded=True)) as socket:
        assert (await socket.receive(timeout=5)).data == 1011  # the service has nothing there
    assert gateway.services.open_now.get("/ws/jobs", 0) == 0


@pytest.mark.parametrize(("sent", "heard"), [(1000, 1000), (4000, 4000), (1001, 1001), (1012, 1012)])
async def test_the_close_code_of_the_client_reaches_the_service(gateway: Any, sent: int, heard: int) -> None:
    async with gateway.client.ws_connect("/ws/jobs") as socket:
        await socket.send_str("connected")
        assert (await socket.receive(timeout=5)).data == "echo connected"
        await socket.close(code=sent)
    await gateway.services.open_when("/ws/jobs", 0)
    assert gateway.services.closed_sockets == [heard]


async def test_a_client_that_vanishes_is_going_away(gateway: Any) -> None:
    socket = await gateway.client.ws_connect("/ws/jobs")
    await socket.send_str("connected")
    assert (await socket.receive(timeout=5)).data == "echo connected"
    await gateway.client.connector.close()
    await gateway.services.open_when("/ws/jobs", 0)
    assert gateway.services.closed_sockets == [1001]


async def test_a_client_that_sends_while_the_service_closes_hears_the_services_code(gateway: Any) -> None:
    gateway.services.refused_socket = 4401
    for _ in range(20):
        async with gateway.client.ws_connect("/ws/jobs") as socket:
            with suppress(ConnectionError):
                for _ in range(20):
                    await socket.send_str("a token that is not good")
            message = await socket.receive(timeout=5)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4401)


@pytest.mark.parametrize("sent", [b"", b"\x00\xff", "", "é"])
async def test_a_message_keeps_its_kind(gateway: Any, sent: bytes | str) -> None:
    async with gateway.client.ws_connect("/ws/echo") as socket:
        await (socket.send_str(sent) if isinstance(sent, str) else socket.send_bytes(sent))
        assert (await socket.receive(timeout=5)).data == sent


async def test_a_place_is_given_back_however_the_socket_ends(start_gateway: Any) -> None:
    gateway = await start_gateway(websockets=1, websockets_signing_in=1)
    gateway.services.refused_socket = 4401
    for _ in range(3):
        async with gateway.client.ws_connect("/ws/jobs") as socket:
            assert (await socket.receive(timeout=5)).data == 4401
    gateway.services.refused_socket = None
    async with gateway.client.ws_connect("/ws/jobs") as socket:
        await socket.send_str("here")
        assert (await socket.receive(timeout=5)).data == "echo here"
