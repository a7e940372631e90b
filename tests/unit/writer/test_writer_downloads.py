"""Downloads, and the share of them that one user has."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from cartload_kit.errors import NotFound, TooManyRequests, Unavailable
from cartload_kit.http import create_app
from cartload_writer.adapters.blob import BlobUnavailable
from cartload_writer.api.downloads import Download, start_stream
from cartload_writer.api.shares import UserShares
from support.counting import counted
from support.serving import served

ANN, BOB, EVE = uuid4(), uuid4(), uuid4()


async def pieces(*texts: bytes) -> AsyncGenerator[bytes]:
    for text in texts:
        yield text


async def test_a_stream_that_cannot_begin_is_a_problem() -> None:
    async def failing(error: Exception) -> AsyncGenerator[bytes]:
        raise error
        yield b""

    with pytest.raises(Unavailable):
        await start_stream(failing(BlobUnavailable("away")))
    with pytest.raises(NotFound):
        await start_stream(failing(KeyError("part")))
    assert b"".join([piece async for piece in await start_stream(pieces(b"a", b"b"))]) == b"ab"
    assert b"".join([piece async for piece in await start_stream(pieces())]) == b""


async def test_a_user_has_a_share_and_others_have_theirs() -> None:
    def refused() -> tuple[float, float]:
        limits = ("writer_exports_user", "writer_exports")
        one, all_together = (counted("cartload_limits_refused_total", limit=limit) for limit in limits)
        return one, all_together

    shares, before = UserShares(3, 2, "exports"), refused()
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(shares.hold(ANN))
        with pytest.raises(TooManyRequests, match="You have too many exports at a time \\(2 are allowed\\)"):
            await stack.enter_async_context(shares.hold(ANN))
        await stack.enter_async_context(shares.hold(BOB))
        with pytest.raises(Unavailable, match="Too many exports"):
            await stack.enter_async_context(shares.hold(EVE))
        assert (shares.usage(), shares.usage_of_busiest()) == ((3, 3), (2, 2))
    assert (shares.usage(), shares.usage_of_busiest()) == ((3, 0), (2, 0))
    assert refused() == (before[0] + 1, before[1] + 1)
    async with shares.hold(ANN), shares.hold(ANN), shares.hold(EVE):
        pass


async def test_a_failure_gives_the_share_back() -> None:
    shares = UserShares(1, 1, "exports")
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with shares.hold(ANN):
                raise ZeroDivisionError


async def test_who_waits_behind_himself_keeps_nobody_else_waiting() -> None:
    """One user's queue of thirty, each slow, and another's single query between them."""
    shares = UserShares(3, 2, "row queries", wait_seconds=10, waiting_per_user=30)
    ended: list[str] = []
    release = asyncio.Event()

    async def slow() -> None:
        async with shares.hold(ANN):
            await release.wait()
            ended.append("ann")

    tasks = [asyncio.create_task(slow()) for _ in range(32)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        async with shares.hold(ANN):
            pass
    async with asyncio.timeout(1), shares.hold(BOB):
        ended.append("bob")
    release.set()
    await asyncio.gather(*tasks)
    assert ended == ["bob", *["ann"] * 32]


async def test_who_waits_too_long_is_told() -> None:
    shares = UserShares(1, 1, "row queries", wait_seconds=0.01, waiting_per_user=5)
    async with shares.hold(ANN):
        with pytest.raises(TooManyRequests):
            async with shares.hold(ANN):
                pass
        with pytest.raises(Unavailable):
            async with shares.hold(BOB):
                pass


async def test_a_download_that_cannot_be_begun_gives_its_share_back() -> None:
    """The client has gone before the first byte: nothing was read of the stream that holds the share."""
    shares = UserShares(1, 1, "exports")

    async def export() -> AsyncGenerator[bytes]:
        async with shares.hold(ANN):
            yield b"first"
            yield b"second"

    async def gone(message: object) -> None:
        raise OSError("the connection is closed")

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "http", "path": "/", "asgi": {"spec_version": "2.4"}}
    download = Download(await start_stream(export()), media_type="text/csv", send_seconds=60)
    with pytest.raises(ClientDisconnect):
        await download(scope, receive, gone)
    assert shares.held == 0


async def test_who_gives_up_waiting_leaves_no_place_taken() -> None:
    shares = UserShares(1, 1, "row queries", wait_seconds=60, waiting_per_user=5)

    async def held(user: UUID) -> None:
        async with shares.hold(user):
            pass

    async with shares.hold(ANN):
        waiting = [asyncio.create_task(held(user)) for user in (ANN, ANN, BOB)]
        await asyncio.sleep(0)
        assert shares.held == 4
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert shares.held == 1
    async with asyncio.timeout(1):
        await held(ANN)
        await held(BOB)
    assert shares.held == 0


async def test_places_are_given_in_the_order_of_asking() -> None:
    shares = UserShares(1, 1, "row queries", wait_seconds=60, waiting_per_user=5)
    order: list[int] = []

    async def held(number: int) -> None:
        async with shares.hold(ANN):
            order.append(number)

    async with shares.hold(ANN):
        waiting = [asyncio.create_task(held(number)) for number in range(4)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2, 3]


class Exports:
    """Serves endless exports, two for each user."""

    def __init__(self, send_seconds: float) -> None:
        self.shares = UserShares(8, 2, "exports")
        self.send_seconds = send_seconds

    async def endless(self) -> AsyncGenerator[bytes]:
        async with self.shares.hold(ANN):
            while True:
                yield b"x" * 65536

    async def until_free(self) -> None:
        """Wait until nobody holds a place."""
        while self.shares.held:  # noqa: ASYNC110 - it is freed by the server's own tasks
            await asyncio.sleep(0.01)

    def app(self) -> object:
        app = create_app("test", title="test")

        @app.get("/export")
        async def export() -> Download:
            stream = await start_stream(self.endless())
            return Download(stream, media_type="text/csv", send_seconds=self.send_seconds)

        return app


@pytest.fixture
async def impatient() -> AsyncIterator[tuple[Exports, str]]:
    exports = Exports(0.2)
    async with served(exports.app()) as url:
        yield exports, url


async def test_a_download_that_nobody_reads_ends(impatient: tuple[Exports, str]) -> None:
    exports, url = impatient
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as silent:
        silent.sendall(b"GET /export HTTP/1.1\r\nHost: test\r\n\r\n")
        async with asyncio.timeout(5):
            while not exports.shares.held:  # noqa: ASYNC110 - it is taken by the server's own task
                await asyncio.sleep(0.01)
            await exports.until_free()


async def test_a_client_that_leaves_gives_its_share_back_at_once() -> None:
    exports = Exports(60)
    async with served(exports.app()) as url, httpx.AsyncClient(base_url=url) as client:
        for _ in range(4):
            async with client.stream("GET", "/export") as answer:
                assert answer.status_code == 200
            async with asyncio.timeout(5):
                await exports.until_free()
        assert (await client.head("/export")).status_code == 200
        async with asyncio.timeout(5):
            await exports.until_free()
