"""The pool of bulk connections: bounded, kept warm, and none used again after an error."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pymysql
import pytest

from cartload_writer.adapters.bulk_connections import BulkPool
from support.counting import counted


class Connection:
    """What the pool needs of PyMySQL's."""

    def __init__(self) -> None:
        self.answers = True
        self.closed = False
        self.pings = 0

    def ping(self, *, reconnect: bool) -> None:
        assert not reconnect
        self.pings += 1
        if not self.answers:
            raise pymysql.OperationalError(2013, "lost")

    def close(self) -> None:
        if self.closed:
            raise pymysql.Error("Already closed")
        self.closed = True


class Server:
    """Makes connections and keeps them."""

    def __init__(self) -> None:
        self.made: list[Connection] = []
        self.away = False
        self.answers = True

    def connect(self) -> Any:
        if self.away:
            raise pymysql.OperationalError(2003, "cannot connect")
        self.made.append(Connection())
        self.made[-1].answers = self.answers
        return self.made[-1]

    @asynccontextmanager
    async def pool(
        self, size: int = 2, warm_seconds: float = 60, fresh_seconds: float = 0
    ) -> AsyncIterator[BulkPool]:
        times = {"warm_seconds": warm_seconds, "fresh_seconds": fresh_seconds}
        async with asyncio.timeout(10), BulkPool.open(self.connect, size, **times) as pool:
            yield pool


def itself(connection: Any) -> Any:
    return connection


def fail(connection: Any) -> None:
    raise ZeroDivisionError


async def test_a_connection_is_used_again() -> None:
    server = Server()
    async with server.pool() as pool:
        first = await pool.run(itself)
        assert await pool.run(itself) is first
    assert len(server.made) == 1


async def test_arguments_and_results_pass() -> None:
    def work(connection: Any, one: int, *, two: int) -> tuple[int, int]:
        return one, two

    async with Server().pool() as pool:
        assert await pool.run(work, 1, two=2) == (1, 2)


async def test_no_more_works_run_than_there_are_connections() -> None:
    server, both, lock = Server(), threading.Barrier(2), threading.Lock()
    used: list[Any] = []

    def work(connection: Any) -> None:
        with lock:
            assert connection not in used
            used.append(connection)
        both.wait(5)
        with lock:
            used.remove(connection)

    async with server.pool(2) as pool:
        await asyncio.gather(*(pool.run(work) for _ in range(6)))
    assert len(server.made) == 2


async def test_the_wait_for_a_connection_is_counted() -> None:
    name, release = "cartload_writer_bulk_wait_seconds", threading.Event()
    count, seconds = counted(f"{name}_count"), counted(f"{name}_sum")
    async with Server().pool(1) as pool:
        first = asyncio.create_task(pool.run(lambda _: release.wait(5)))
        second = asyncio.create_task(pool.run(itself))
        # Longer than what is asked for below: the second begins to wait a little after this does.
        await asyncio.sleep(0.15)
        assert counted("cartload_writer_bulk_connections_in_use") == 1
        release.set()
        await asyncio.gather(first, second)
    assert counted("cartload_writer_bulk_connections_limit") == 1
    assert counted(f"{name}_count") - count == 2
    assert counted(f"{name}_sum") - seconds >= 0.1


@pytest.mark.parametrize("closed_already", [False, True])
async def test_after_an_error_the_connection_is_closed_and_another_one_made(closed_already: bool) -> None:
    server = Server()

    def work(connection: Any) -> None:
        if closed_already:
            connection.close()
        raise ZeroDivisionError

    async with server.pool(1) as pool:
        with pytest.raises(ZeroDivisionError):
            await pool.run(work)
        assert server.made[0].closed
        assert await pool.run(itself) is server.made[1]


async def test_a_connection_that_the_server_ended_is_replaced() -> None:
    server = Server()
    async with server.pool(1) as pool:
        ended = await pool.run(itself)
        ended.answers = False
        assert await pool.run(itself) is not ended
        assert ended.closed


async def test_a_connection_that_answered_a_moment_ago_is_lent_without_asking() -> None:
    server = Server()
    async with server.pool(1, fresh_seconds=60) as pool:
        first = await pool.run(itself)
        asked = first.pings
        assert await pool.run(itself) is first
    assert first.pings == asked


async def test_a_server_that_is_away_is_an_error_and_used_again_when_it_is_back() -> None:
    server = Server()
    server.away = True
    async with server.pool(1) as pool:
        for _ in range(3):
            with pytest.raises(pymysql.OperationalError):
                await pool.run(itself)
        server.away, server.answers = False, False
        with pytest.raises(pymysql.OperationalError):
            await pool.run(itself)
        server.answers = True
        assert await pool.run(itself) is server.made[-1]


async def test_every_idle_connection_is_kept_warm() -> None:
    server, both = Server(), threading.Barrier(2)
    async with server.pool(2, warm_seconds=0.01) as pool:
        await asyncio.gather(*(pool.run(lambda _: both.wait(5)) for _ in range(2)))
        pings = [made.pings for made in server.made]
        while not all(made.pings > before + 1 for made, before in zip(server.made, pings, strict=True)):  # noqa: ASYNC110 - the pool has no event for it
            await asyncio.sleep(0.005)
    assert len(server.made) == 2


async def test_a_server_that_is_away_for_a_while_does_not_end_the_warming() -> None:
    server = Server()
    async with server.pool(1, warm_seconds=0.005) as pool:
        (await pool.run(itself)).answers = False
        server.away = True
        while not server.made[0].closed:  # noqa: ASYNC110 - the pool has no event for it
            await asyncio.sleep(0.005)
        server.away = False
        while len(server.made) < 2:  # noqa: ASYNC110 - the pool has no event for it
            await asyncio.sleep(0.005)


async def test_a_cancelled_work_goes_on_to_its_end_and_gives_its_connection_back() -> None:
    server, begun, release, ended = Server(), threading.Event(), threading.Event(), threading.Event()

    def work(connection: Any) -> None:
        begun.set()
        release.wait(5)
        ended.set()

    async with server.pool(1) as pool:
        running = asyncio.create_task(pool.run(work))
        await asyncio.to_thread(begun.wait, 5)
        waiting = asyncio.create_task(pool.run(fail))
        await asyncio.sleep(0)
        for task in (running, waiting):
            task.cancel()
        assert await asyncio.gather(running, waiting, return_exceptions=True)
        assert not server.made[0].closed
        release.set()
        assert await pool.run(itself) is server.made[0]
        assert ended.is_set()


async def test_at_the_end_nothing_is_left_open() -> None:
    server, both, begun, release = Server(), threading.Barrier(2), threading.Event(), threading.Event()

    def work(connection: Any) -> None:
        begun.set()
        release.wait(5)

    async with server.pool(2) as pool:
        await asyncio.gather(*(pool.run(lambda _: both.wait(5)) for _ in range(2)))
        running = asyncio.create_task(pool.run(work))
        await asyncio.to_thread(begun.wait, 5)
        running.cancel()
        release.set()
    assert [made.closed for made in server.made] == [True, True]
