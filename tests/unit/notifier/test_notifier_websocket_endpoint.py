"""Who is let in at the endpoint, by origin, address and number; the sockets are a test's own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from starlette.types import Message
from starlette.websockets import WebSocket

from cartload_kit.errors import Unauthorized
from cartload_kit.published_limits import Usage
from cartload_kit.tokens import Identity
from cartload_notifier.api.connection import Dependencies
from cartload_notifier.api.websocket_endpoint import WebSocketEndpoint
from cartload_notifier.domain.hub import Hub
from cartload_notifier.domain.update import Update

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOON = 5.0
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


async def verify(token: str) -> Identity:
    if token == "bad":
        raise Unauthorized
    return Identity(token, "customer", "jti", NOON + timedelta(minutes=15))


async def no_jobs(_: str) -> AsyncIterator[Update]:
    nothing: list[Update] = []
    for update in nothing:
        yield update


def endpoint(*, positioned: bool = True, **limits: Any) -> WebSocketEndpoint:
    dependencies = Dependencies(Hub(per_user=10), verify, no_jobs, monotonic, lambda: NOON)
    wanted = {"origins": (), "limit": 100, "signing_in": 2, **limits}
    return WebSocketEndpoint(dependencies, lambda: positioned, **wanted)


class Client:
    """A WebSocket as the server's side sees it."""

    def __init__(self, address: str, **headers: str) -> None:
        self.inward: asyncio.Queue[Message] = asyncio.Queue()
        self.outward: asyncio.Queue[Message] = asyncio.Queue()
        named = {"host": "shop.example", "x-forwarded-for": address, **headers}
        scope = {
            "type": "websocket",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("10.0.0.1", 1),
        }
        self.inward.put_nowait({"type": "websocket.connect"})
        self.websocket = WebSocket(scope, self.inward.get, self._send)

    async def _send(self, message: Message) -> None:
        self.outward.put_nowait(message)

    def authenticate(self, token: str) -> None:
        text = json.dumps({"type": "authenticate", "token": token})
        self.inward.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.inward.put_nowait({"type": "websocket.disconnect", "code": 1000})

    async def told(self) -> Message:
        async with asyncio.timeout(SOON):
            return await self.outward.get()

    async def close_code(self) -> int:
        """The code that the server closes with."""
        while (message := await self.told())["type"] != "websocket.close":
            pass
        code: int = message["code"]
        return code


@asynccontextmanager
async def connected(served: WebSocketEndpoint, address: str = HERE, **headers: str) -> AsyncIterator[Client]:
    client = Client(address, **headers)
    task = asyncio.create_task(served.serve(client.websocket))
    try:
        assert (await client.told())["type"] == "websocket.accept"
        yield client
    finally:
        client.leave()
        async with asyncio.timeout(SOON):
            await task


async def signed_in(client: Client, user: str = "ada") -> bool:
    client.authenticate(user)
    said: dict[str, Any] = json.loads((await client.told())["text"])
    return said == {"type": "ready"}


async def test_one_address_has_a_share_of_the_connections_that_did_not_sign_in() -> None:
    served = endpoint()
    async with connected(served), connected(served), connected(served) as third:
        assert await third.close_code() == 4429
        async with connected(served, ELSEWHERE) as other:
            assert await signed_in(other)


async def test_an_ipv6_customer_is_one_address() -> None:
    served = endpoint()
    async with (
        connected(served, "2001:db8:1:2::1"),
        connected(served, "2001:db8:1:2::2"),
        connected(served, "2001:db8:1:2:ffff::3") as third,
        connected(served, "2001:db8:1:3::1") as neighbour,
    ):
        assert await third.close_code() == 4429
        assert await signed_in(neighbour)


async def test_who_signed_in_or_left_does_not_count_any_more() -> None:
    served = endpoint()
    async with connected(served) as first, connected(served) as second:
        assert await signed_in(first)
        assert await signed_in(second, "eve")
        async with connected(served) as third, connected(served) as fourth:
            assert await signed_in(third)
            fourth.authenticate("bad")
            assert await fourth.close_code() == 4401
        async with connected(served) as fifth:
            assert await signed_in(fifth)


async def test_it_counts_how_far_its_limits_are_used() -> None:
    served = endpoint(limit=100, signing_in=2)
    async with connected(served) as first, connected(served, ELSEWHERE) as second, connected(served):
        assert await signed_in(first)
        assert await signed_in(second)
        assert served.usages() == {
            "notifier_connections": Usage(100, 3),
            "notifier_connections_user": Usage(10, 2),
            "notifier_connections_signing_in": Usage(2, 1),
        }
    assert [usage.used for usage in served.usages().values()] == [0, 0, 0]


async def test_all_connections_are_limited_too() -> None:
    served = endpoint(limit=1)
    async with connected(served) as first, connected(served, ELSEWHERE) as second:
        assert await second.close_code() == 4429
        assert await signed_in(first)


@pytest.mark.parametrize(
    ("origins", "headers", "let_in"),
    [
        ((), {"origin": "http://shop.example"}, True),
        ((), {"origin": "http://evil.example"}, False),
        ((), {}, True),
        (("https://ui.example",), {"origin": "https://ui.example"}, True),
        (("https://ui.example",), {"origin": "http://shop.example"}, False),
        ((), {"origin": "null"}, False),
    ],
)
async def test_pages_of_other_sites_are_refused(
    origins: tuple[str, ...], headers: dict[str, str], let_in: bool
) -> None:
    async with connected(endpoint(origins=origins), **headers) as client:
        if let_in:
            assert await signed_in(client)
        else:
            assert await client.close_code() == 4403


async def test_before_events_are_read_clients_come_back_later() -> None:
    async with connected(endpoint(positioned=False)) as client:
        assert await client.close_code() == 1013


async def test_what_is_no_text_ends_the_connection() -> None:
    async with connected(endpoint()) as client:
        client.inward.put_nowait({"type": "websocket.receive", "bytes": b"\x00"})
        assert await client.close_code() == 1003
