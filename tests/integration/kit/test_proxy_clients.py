"""Every HTTP client of the services goes through the SOCKS5 proxy, or direct where the bypass says so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from cartload_gateway.adapters.upstreams import open_upstreams
from cartload_kit import tracing
from cartload_kit.describe_error import describe_error
from cartload_kit.errors import Unavailable
from cartload_kit.jwks import http_fetch
from cartload_kit.kafka.errors import TokenUnavailable
from cartload_kit.kafka.oauth import ClientCredentials
from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector
from cartload_kit.trace_export import exporting
from cartload_kit.tracing import SpanStart, continue_from
from cartload_kit.transient_errors import is_transient
from cartload_notifier.adapters.unfinished import Unfinished, new_session
from support.serving import closed_port
from support.socks_server import ONLY_HERE, SocksServer, socks_server

HOST = f"services.{ONLY_HERE}"


@pytest.fixture
async def socks(tmp_path: Path) -> AsyncIterator[SocksServer]:
    async with socks_server(tmp_path) as found:
        yield found


@pytest.fixture
async def paths() -> list[str]:
    """The paths that the server was asked for."""
    return []


@pytest.fixture
async def port(paths: list[str]) -> AsyncIterator[int]:
    """A server that answers as keys, tokens, lists of jobs and collectors do."""

    async def answer(request: web.BaseRequest) -> web.Response:
        paths.append(request.path)
        return web.json_response({"keys": [], "access_token": "t", "items": []})

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def fetch_keys(url: str, proxy: Proxy) -> None:
    assert (await http_fetch(f"{url}/keys", proxy)())["keys"] == []


async def fetch_token(url: str, proxy: Proxy) -> None:
    assert await ClientCredentials(f"{url}/token", "me", "secret", proxy=proxy).token() == "t"


async def export_spans(url: str, proxy: Proxy) -> None:
    def export() -> None:
        with exporting("sample", f"{url}/v1/traces", 1.0, proxy), continue_from(None, SpanStart("work")):
            tracing.current()

    await asyncio.to_thread(export)


async def ask_for_what_is_unfinished(url: str, proxy: Proxy) -> None:
    async with new_session(proxy) as session:
        assert [job async for job in Unfinished(session, url).of_user("token")] == []


async def pass_on_a_request(url: str, proxy: Proxy) -> None:
    async with open_upstreams({"auth": url}, {"auth": 2}, 5, proxy) as upstreams:
        answer = await upstreams.request("auth", "auth", "GET", "/api/auth/me")
        assert answer.status == 200
        await answer.read()


type Client = Callable[[str, Proxy], Awaitable[None]]
CLIENTS: dict[Client, list[str]] = {
    fetch_keys: ["/keys"],
    fetch_token: ["/token"],
    export_spans: ["/v1/traces"],
    ask_for_what_is_unfinished: ["/api/jobs", "/api/streams"],
    pass_on_a_request: ["/api/auth/me"],
}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
async def test_it_goes_through_the_proxy_which_resolves_the_name(
    client: Client, socks: SocksServer, port: int, paths: list[str]
) -> None:
    await client(f"http://{HOST}:{port}", Proxy.parse(socks.url(), ["127.0.0.1"]))
    assert socks.asked() == {(HOST, port)}
    assert paths == CLIENTS[client]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
async def test_it_goes_direct_to_a_host_of_the_bypass(
    client: Client, socks: SocksServer, port: int, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the environment says of proxies counts for nothing beside our own setting.
    monkeypatch.setenv("ALL_PROXY", socks.url())
    await client(f"http://127.0.0.1:{port}", Proxy.parse(socks.url(), ["127.0.0.1"]))
    assert socks.asked() == set()
    assert paths == CLIENTS[client]


@pytest.mark.parametrize(("scheme", "seen"), [("socks5", "127.0.0.1"), ("socks5h", "localhost")])
async def test_the_scheme_says_who_resolves_names(
    scheme: str, seen: str, socks: SocksServer, port: int
) -> None:
    await fetch_keys(f"http://localhost:{port}", Proxy.parse(socks.url(scheme), []))
    assert socks.asked() == {(seen, port)}


async def test_one_client_asks_some_hosts_directly_and_others_through_the_proxy(
    socks: SocksServer, port: int, paths: list[str]
) -> None:
    proxy = Proxy.parse(socks.url(), ["127.0.0.1"])
    async with aiohttp.ClientSession(connector=connector(proxy, limit=1)) as session:
        for host in (HOST, "127.0.0.1", HOST):
            async with session.get(f"http://{host}:{port}/x") as answer:
                await answer.read()
    assert socks.asked() == {(HOST, port)}
    assert paths == ["/x"] * 3


async def test_a_wrong_password_is_one_clear_line(socks: SocksServer, port: int) -> None:
    proxy = Proxy.parse(socks.url(password="hunter2"), [])
    why = f"the SOCKS5 proxy 127.0.0.1:{socks.port} refuses: username and password authentication failure"
    with pytest.raises(OSError, match=why) as keys:
        await fetch_keys(f"http://{HOST}:{port}", proxy)
    with pytest.raises(TokenUnavailable, match=why) as token:
        await fetch_token(f"http://{HOST}:{port}", proxy)
    with pytest.raises(Unavailable):
        await pass_on_a_request(f"http://{HOST}:{port}", proxy)
    assert is_transient(keys.value)
    assert "hunter2" not in f"{keys.value} {token.value}"
    assert socks.asked() == set()


async def test_spans_that_find_no_proxy_are_dropped_without_showing_its_password(
    caplog: pytest.LogCaptureFixture,
) -> None:
    proxy = Proxy.parse(f"socks5h://ada:hunter2@127.0.0.1:{closed_port()}", [])
    await export_spans(f"http://{HOST}:4318", proxy)
    assert "Failed to export" in caplog.text
    assert "hunter2" not in caplog.text


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.close()


async def test_a_proxy_that_hangs_up_is_told_as_a_server_that_is_away(port: int) -> None:
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        there = server.sockets[0].getsockname()[1]
        proxy = Proxy.parse(f"socks5h://127.0.0.1:{there}", [])
        async with aiohttp.ClientSession(connector=connector(proxy)) as session:
            with pytest.raises(aiohttp.ClientConnectorError) as caught:
                await session.get(f"http://{HOST}:{port}/")
    assert is_transient(caught.value)
    assert f"the SOCKS5 proxy 127.0.0.1:{there}" in describe_error(caught.value)
