"""No client holds what all need: those that leave, wait, read slowly or send slowly, over real sockets."""

import asyncio
from contextlib import AsyncExitStack, suppress
from io import BytesIO
from itertools import islice
from typing import Any

import aiohttp
import pytest
from prometheus_client import REGISTRY

from cartload_gateway.app import HTTP_LIMITS
from cartload_kit.http.connections import DEFAULT_LIMITS
from support.http_server import Peer, peer

EXPORT = "/api/datasets/endless/tables/users/export"
WAITING = {"Prefer": "wait=60"}
CREDENTIALS = {"user_name": "ada", "password": "a long password"}


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: shop.example"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def is_quick(gateway: Any) -> None:
    """Somebody else signs in, asks for a job, a dataset and a page, and is answered while the rest is held.

    What is held stays so meanwhile: the bound is only for a call that waits for it.
    """
    gateway.services.answer("POST /api/auth/login", {"access_token": "A"})
    calls = [
        ("POST", "/api/auth/login", {"json": CREDENTIALS}),
        ("GET", "/api/jobs/1", {"headers": gateway.bearer("another")}),
        ("GET", "/api/datasets/1/tables", {"headers": gateway.bearer("another")}),
        ("GET", "/", {}),
    ]
    async with asyncio.timeout(30):
        for method, path, more in calls:
            async with gateway.client.request(method, path, **more) as answer:
                assert answer.status == 200


async def test_a_download_ends_when_its_client_leaves(gateway: Any) -> None:
    for _ in range(3):
        async with peer(gateway.port) as client:
            await client.send(request("GET", EXPORT, gateway.bearer()))
            assert await client.status() == 200
            await gateway.services.open_when(EXPORT, 1)
        await gateway.services.open_when(EXPORT, 0)


async def test_a_request_ends_when_its_client_leaves_before_the_answer(gateway: Any) -> None:
    for method in ("GET", "POST"):
        gateway.services.held.add(f"{method} /api/jobs")
        async with peer(gateway.port) as client:
            headers = gateway.bearer() | WAITING | {"content-length": "2", "content-type": "application/json"}
            await client.send(request(method, "/api/jobs", headers, b"{}"))
            await gateway.services.open_when("/api/jobs", 1)
        await gateway.services.open_when("/api/jobs", 0)


def counted(status: str) -> float:
    """How many uploads were answered so, in all tests until now."""
    labels = {"service": "gateway", "method": "PUT", "route": "/{path}", "status": status}
    return REGISTRY.get_sample_value("cartload_http_request_duration_seconds_count", labels) or 0.0


async def test_an_upload_that_its_client_leaves_reaches_no_service_and_is_no_502(gateway: Any) -> None:
    before = counted("499")
    async with peer(gateway.port) as client:
        headers = gateway.bearer() | {"content-length": "100000"}
        await client.send(request("PUT", "/api/jobs", headers, b"x" * 5000))
    async with asyncio.timeout(5):
        while counted("499") != before + 1:  # noqa: ASYNC110 - a metric tells nobody that it changed
            await asyncio.sleep(0.005)
    assert counted("502") == 0
    assert gateway.services.asked == []


async def test_a_websocket_at_the_service_ends_when_its_client_leaves(gateway: Any) -> None:
    socket = await gateway.client.ws_connect("/ws/jobs")
    await gateway.services.open_when("/ws/jobs", 1)
    assert socket._response.connection is not None
    socket._response.connection.transport.abort()
    await gateway.services.open_when("/ws/jobs", 0)


async def test_one_user_with_300_held_requests_takes_nobody_elses_place(start_gateway: Any) -> None:
    gateway = await start_gateway(connections_per_address=400, upstream_connections=8)
    gateway.services.held.add("POST /api/jobs")
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(peer(gateway.port)) for _ in range(300)]
        headers = gateway.bearer("greedy") | WAITING
        for client in clients:
            await client.send(request("POST", "/api/jobs", headers | {"content-length": "0"}))
        answers = [asyncio.create_task(client.head()) for client in clients]
        await gateway.services.open_when("/api/jobs", 64)
        await is_quick(gateway)
        heads = [await head for head in islice(asyncio.as_completed(answers), 300 - 64)]
        assert all(" 429 " in head.splitlines()[0] and "retry-after: 1" in head for head in heads)
        for task in answers:
            task.cancel()
    await gateway.services.open_when("/api/jobs", 0)
    async with gateway.client.post("/api/jobs", headers=gateway.bearer("greedy")) as answer:
        assert answer.status == 200


async def test_a_wait_that_is_asked_for_in_a_second_header_takes_no_quick_connection(
    start_gateway: Any,
) -> None:
    gateway = await start_gateway(upstream_connections=1, waiting_connections=4)
    gateway.services.held.add("GET /api/jobs")
    async with peer(gateway.port) as client:
        head = request("GET", "/api/jobs", gateway.bearer() | {"Prefer": "respond-async"})
        await client.send(head.removesuffix(b"\r\n") + b"Prefer: wait=60\r\n\r\n")
        await gateway.services.open_when("/api/jobs", 1)
        await is_quick(gateway)


async def test_many_users_who_wait_or_read_slowly_take_no_connection_that_others_need(
    start_gateway: Any,
) -> None:
    gateway = await start_gateway(
        upstream_connections=2, waiting_connections=20, download_connections=20, user_requests_at_once=2
    )
    gateway.services.held.add("GET /api/jobs")
    async with AsyncExitStack() as stack:
        for number in range(10):
            for path in ("/api/jobs", "/api/jobs", EXPORT, EXPORT):
                client = await stack.enter_async_context(peer(gateway.port, limit=1024))
                who = gateway.bearer(f"user-{number}{path[-1]}") | WAITING
                await client.send(request("GET", path, who))
        await gateway.services.open_when("/api/jobs", 20)
        await gateway.services.open_when(EXPORT, 20)
        await is_quick(gateway)


@pytest.mark.parametrize(
    "head",
    [
        request("POST", "/api/auth/login", {"content-type": "application/json", "content-length": "200"}),
        request("POST", "/api/jobs", {"content-type": "application/octet-stream", "content-length": "90000"}),
        request("POST", "/login", {"content-type": "application/json", "transfer-encoding": "chunked"}),
        request("POST", "/nothing", {"content-length": "90000"}),
        request("DELETE", "/somewhere", {"transfer-encoding": "chunked"}) + b"ffff\r\n",
    ],
)
async def test_bodies_that_never_come_take_no_connection_and_are_given_up(
    start_gateway: Any, head: bytes
) -> None:
    gateway = await start_gateway(
        limits={"body_grace_seconds": 1.0, "drain_seconds": 0.2}, upstream_connections=4
    )
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(peer(gateway.port)) for _ in range(40)]
        for client in clients:
            await client.send(head)
        await is_quick(gateway)
        assert {await client.status() for client in clients} <= {404, 405, 408}
        for client in clients:
            await client.closed()


async def test_large_bodies_are_for_signed_in_users(gateway: Any) -> None:
    body = b"x" * (64 * 1024 + 1)
    kind = {"Content-Type": "application/json"}
    async with gateway.client.post("/api/auth/login", data=body, headers=kind) as answer:
        assert (answer.status, (await answer.json(content_type=None))["limit"]) == (413, 64 * 1024)
    async with gateway.client.post("/api/jobs", data=body, headers=kind | gateway.bearer()) as answer:
        assert answer.status == 200


async def test_large_bodies_of_one_user_have_a_share_of_the_memory(start_gateway: Any) -> None:
    gateway = await start_gateway(max_body_bytes=20_000_000, limits={"body_seconds": 100.0})
    async with peer(gateway.port) as first, peer(gateway.port) as second:
        headers = gateway.bearer() | {"content-length": "19000000"}
        for client in (first, second):
            await client.send(request("POST", "/api/jobs", headers, b"x" * 11_000_000))
        assert await _first_status(first, second) == 429
    body = BytesIO(b"x" * 19_000_000)
    async with gateway.client.post("/api/jobs", data=body, headers=gateway.bearer()) as answer:
        assert answer.status == 415


async def _first_status(*clients: Peer) -> int:
    tasks = [asyncio.create_task(client.status()) for client in clients]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return done.pop().result()


@pytest.mark.parametrize("size", [7990, 8220, 9000, 30_000, 70_000])
async def test_a_head_of_any_size_is_answered_by_the_gateway_itself(gateway: Any, size: int) -> None:
    for query, value, refusal in (("?q=" + "a" * size, "", 414), ("", "a" * size, 431)):
        headers = gateway.bearer() | {"X-Filler": value}
        async with gateway.client.get(f"/api/jobs{query}", headers=headers) as answer:
            if answer.status == 200:
                assert size < (7990 if query else 32_000)
                continue
            assert (answer.status, answer.content_type) == (refusal, "application/problem+json")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_passes_the_gateway_passes_the_services_with_the_headers_that_it_adds() -> None:
    assert HTTP_LIMITS.target_bytes <= DEFAULT_LIMITS.target_bytes
    assert HTTP_LIMITS.head_bytes + 16_000 <= DEFAULT_LIMITS.head_bytes


async def test_a_long_link_of_a_service_passes(gateway: Any) -> None:
    link = f'</api/jobs?cursor={"a" * 20_000}>; rel="next"'
    gateway.services.answer("GET /api/jobs", {"items": []}, Link=link)
    async with gateway.client.get("/api/jobs", headers=gateway.bearer()) as answer:
        assert (answer.status, answer.headers["Link"]) == (200, link)


async def test_connections_of_one_address_are_bounded(start_gateway: Any) -> None:
    gateway = await start_gateway(connections_per_address=3)
    async with AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(gateway.client.ws_connect("/ws/jobs"))
        async with peer(gateway.port) as fourth:
            assert await fourth.status() == 429


async def test_a_client_that_leaves_an_unread_download_gives_its_place_back(start_gateway: Any) -> None:
    gateway = await start_gateway(limits={"send_seconds": 0.3}, user_requests_at_once=1)
    async with peer(gateway.port, limit=1024) as client:
        await client.send(request("GET", EXPORT, gateway.bearer()))
        await gateway.services.open_when(EXPORT, 1)
        await gateway.services.open_when(EXPORT, 0)
    with suppress(aiohttp.ClientError):
        async with gateway.client.get("/api/jobs", headers=gateway.bearer()) as answer:
            assert answer.status == 200
