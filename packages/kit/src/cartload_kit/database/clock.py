"""The database server's time: one clock for processes on machines whose own clocks differ."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.concurrency import background, every
from cartload_kit.database.transaction import transaction
from cartload_kit.describe_error import describe_error

SERVER_TIME = "SELECT UTC_TIMESTAMP(6)"

_MOST_UNCERTAIN_SECONDS = 0.5
_log = logging.getLogger(__name__)


type Ask = Callable[[], Awaitable[datetime]]
"""Gives the server's time in UTC, without a time zone."""


@dataclass(frozen=True)
class _Reading:
    """What the server's clock said, and when: on this machine's monotonic clock, in seconds."""

    at: datetime
    when: float
    took: float
    """How long the answer took. When in that time the server looked at its clock, nobody knows."""

    @classmethod
    async def take(cls, ask: Ask) -> Self:
        began = time.monotonic()
        at = await ask()
        took = time.monotonic() - began
        return cls(at.replace(tzinfo=UTC), began + took / 2, took)


class DatabaseClock:
    """Tells the server's time, which is asked for now and then.

    In between it goes on as this machine's monotonic clock does, so it is right to some milliseconds whatever
    the wall clock of this machine says, and goes on while the server is away.
    """

    def __init__(self, ask: Ask, first: _Reading) -> None:
        self._ask = ask
        self._last = first

    def __call__(self) -> datetime:
        """The time now, in UTC."""
        return self._last.at + timedelta(seconds=time.monotonic() - self._last.when)

    def timestamp(self) -> float:
        """The time now, in seconds since 1970."""
        return self().timestamp()

    async def run(self, seconds: float) -> None:
        """Ask again every so many seconds, until cancelled."""
        await every(seconds, self._adjust, at_once=False)

    async def _adjust(self) -> None:
        try:
            reading = await _Reading.take(self._ask)
        except Exception as error:  # noqa: BLE001 - whatever keeps the server from answering
            _log.warning("the database's time is not known now, the clock goes on: %s", describe_error(error))
        else:
            if reading.took <= _MOST_UNCERTAIN_SECONDS:
                self._last = reading


@asynccontextmanager
async def running_clock(ask: Ask, seconds: float = 60.0) -> AsyncIterator[DatabaseClock]:
    """A clock that is set every so many seconds while the block runs. Raises what the first `ask` raises."""
    clock = DatabaseClock(ask, await _Reading.take(ask))
    async with background(clock.run(seconds), name="database clock"):
        yield clock


@asynccontextmanager
async def database_clock(engine: AsyncEngine) -> AsyncIterator[DatabaseClock]:
    """The clock of an engine's server while the block runs. Raises DatabaseUnavailable or SQLAlchemyError."""

    async def ask() -> datetime:
        async with transaction(engine) as connection:
            at: datetime = (await connection.execute(text(SERVER_TIME))).scalar_one()
            return at

    async with running_clock(ask) as clock:
        yield clock
