"""A network that swallows what is sent: callers get an answer in time, and no connection is lost by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.database import DatabaseUnavailable, check_database, engine, is_transient, transaction
from support.faulty_link import FaultyLink

POOL = 3
SOON = 5.0
"""Seconds; a transaction is meant to begin, or to be refused, within two."""


@pytest.fixture
async def link(mysql_url: str) -> AsyncIterator[FaultyLink]:
    port = urlsplit(mysql_url).port
    assert port is not None
    link = FaultyLink(port)
    yield link
    await link.close()


@pytest.fixture
async def db(mysql_url: str, link: FaultyLink) -> AsyncIterator[AsyncEngine]:
    """A pool whose connections are open already."""
    parts = urlsplit(mysql_url)
    url = mysql_url.replace(f":{parts.port}/", f":{link.port}/mysql")
    made = engine(url, pool_size=POOL, answer_seconds=1.0)
    await use_all(made)
    yield made
    await made.dispose()


async def use_all(db: AsyncEngine) -> None:
    """Every connection of the pool is used at once."""

    async def use() -> None:
        async with transaction(db) as connection:
            await connection.execute(text("SELECT SLEEP(0.2)"))

    await asyncio.gather(*(use() for _ in range(POOL)))


async def whole_again(db: AsyncEngine) -> None:
    """Connections that were waiting for an answer are replaced when that is overdue."""
    async with asyncio.timeout(4 * SOON):
        while True:
            with suppress(DatabaseUnavailable, OperationalError, PoolTimeout):
                return await use_all(db)


async def one(db: AsyncEngine) -> None:
    async with transaction(db) as connection:
        await connection.execute(text("SELECT 1"))


async def test_who_begins_is_refused_in_time_and_the_pool_stays_whole(
    db: AsyncEngine, link: FaultyLink
) -> None:
    async with link.swallowing(), asyncio.timeout(SOON):
        many = await asyncio.gather(*(one(db) for _ in range(4 * POOL)), return_exceptions=True)
    assert {type(error) for error in many} == {DatabaseUnavailable}
    assert all(is_transient(error) for error in many if isinstance(error, BaseException))
    await whole_again(db)


async def test_checks_that_are_given_up_take_no_connection(db: AsyncEngine, link: FaultyLink) -> None:
    async with link.swallowing():
        for _ in range(2 * POOL):
            with pytest.raises(DatabaseUnavailable):
                await check_database(db, deadline=0.3)
    await whole_again(db)


async def test_a_statement_in_flight_is_given_up(db: AsyncEngine, link: FaultyLink) -> None:
    with pytest.raises(OperationalError) as caught:
        async with asyncio.timeout(SOON), transaction(db) as connection, link.swallowing():
            await connection.execute(text("SELECT 1"))
    assert is_transient(caught.value)
    await whole_again(db)
