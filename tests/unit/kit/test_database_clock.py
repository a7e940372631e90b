"""The database server's time, told between two answers and while there is none."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from cartload_kit.database.clock import running_clock

NOON = datetime(2026, 5, 1, 12)
SHORT = 0.005


class Server:
    """A server whose clock stands at a time, or that does not answer."""

    def __init__(self) -> None:
        self.time = NOON
        self.away = False
        self.delay = 0.0
        self.asked = 0

    async def ask(self) -> datetime:
        self.asked += 1
        if self.away:
            raise ConnectionError("away")
        await asyncio.sleep(self.delay)
        return self.time


async def asked_again(server: Server) -> None:
    """Until two more questions were asked: the first may have been asked before what the test did."""
    asked = server.asked
    async with asyncio.timeout(5):
        while server.asked < asked + 2:  # noqa: ASYNC110 - a plain number
            await asyncio.sleep(SHORT)


async def test_it_goes_on_by_itself_from_the_time_of_the_server() -> None:
    async with running_clock(Server().ask) as clock:
        first = clock()
        await asyncio.sleep(0.05)
        second = clock()
    assert NOON.replace(tzinfo=UTC) <= first < NOON.replace(tzinfo=UTC) + timedelta(seconds=5)
    assert timedelta(seconds=0.05) <= second - first < timedelta(seconds=5)
    assert clock.timestamp() == pytest.approx(clock().timestamp(), abs=1)


async def test_it_follows_the_server() -> None:
    server = Server()
    async with running_clock(server.ask, SHORT) as clock:
        server.time = NOON + timedelta(hours=1)
        await asked_again(server)
        assert clock() >= (NOON + timedelta(hours=1)).replace(tzinfo=UTC)


async def test_it_goes_on_while_the_server_is_away() -> None:
    server = Server()
    async with running_clock(server.ask, SHORT) as clock:
        server.away = True
        await asked_again(server)
        during = clock()
        server.away, server.time = False, NOON + timedelta(hours=1)
        await asked_again(server)
        assert during < (NOON + timedelta(minutes=1)).replace(tzinfo=UTC)
        assert clock() >= server.time.replace(tzinfo=UTC)


async def test_an_answer_that_took_long_is_not_taken() -> None:
    server = Server()
    async with running_clock(server.ask, SHORT) as clock:
        server.time, server.delay = NOON + timedelta(hours=1), 0.6
        await asked_again(server)
        assert clock() < (NOON + timedelta(minutes=1)).replace(tzinfo=UTC)


async def test_who_finds_no_server_at_the_start_gets_its_error() -> None:
    server = Server()
    server.away = True
    with pytest.raises(ConnectionError, match="away"):
        async with running_clock(server.ask):
            pass
