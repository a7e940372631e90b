"""Tries one record until it is handled or is a dead letter."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from cartload_kit.away import is_away
from cartload_kit.kafka import metrics
from cartload_kit.kafka.dead_letters import DeadLetters
from cartload_kit.kafka.errors import (
    BadMessage,
    DependencyAway,
    FatalProducerError,
    SlowDown,
    TryAgain,
)
from cartload_kit.kafka.holds import Holds
from cartload_kit.kafka.record import Record
from cartload_kit.kafka.work import Job

log = logging.getLogger(__name__)

type Handler = Callable[[Record], Awaitable[None]]
type OnDeadLetter = Callable[[Record, str], Awaitable[None]]
type Outcome = Literal["ok", "dead_letter"]


@dataclass(frozen=True, slots=True)
class Retries:
    """How a record is tried again: waits from `first` to `longest` seconds, doubled each time.

    Waiting for a dependency (TryAgain, or an error that `is_away` knows) is not an error. After `errors`
    others the record is a dead letter; after `give_up_after` seconds of waiting the process ends, to be
    restarted with the record still uncommitted.
    """

    errors: int = 5
    first: float = 0.1
    longest: float = 5.0
    give_up_after: float = 600.0

    def wait(self, attempt: int) -> float:
        """Seconds to wait after this attempt, counted from 1; up to a quarter less, at random."""
        longest: float = min(self.longest, self.first * 2 ** min(attempt - 1, 16))
        return longest * random.uniform(0.75, 1.0)


@dataclass(slots=True)
class _Course:
    """How it went with one record so far."""

    attempts: int = 0
    errors: int = 0
    away_since: float | None = None


class Attempts:
    """Handles a record by the rules of `errors`: dead letters, retries, slowing down."""

    def __init__(
        self,
        group: str,
        handler: Handler,
        dead_letters: DeadLetters,
        holds: Holds,
        retries: Retries,
        on_dead_letter: OnDeadLetter | None,
    ) -> None:
        self._group = group
        self._handler = handler
        self._dead_letters = dead_letters
        self._holds = holds
        self._retries = retries
        self._on_dead_letter = on_dead_letter

    async def run(self, job: Job) -> Outcome:
        """Handle the record, however many attempts it takes, and say what became of it.

        Raises DependencyAway or FatalProducerError when only a restart helps.
        """
        course = _Course()
        while True:
            course.attempts += 1
            try:
                await self._handler(job.record)
            except Exception as raised:  # noqa: BLE001 - whatever it is, it is about this record
                error = _weightiest(raised)
                if not await self._another(job, course, error):
                    return await self._bury(job, _describe(error), course.attempts)
            else:
                return "ok"

    async def _another(self, job: Job, course: _Course, error: Exception) -> bool:
        match error:
            case FatalProducerError() | DependencyAway():
                raise error
            case BadMessage():
                return False
            case SlowDown():
                self._count(job, "slow_down")
                self._holds.slow_down(error.seconds)
                await self._pause(job, error.seconds)
            case _ if _is_away(error):
                await self._wait_for_dependency(job, course, error)
            case _:
                return await self._after_error(job, course, error)
        return True

    async def _wait_for_dependency(self, job: Job, course: _Course, error: Exception) -> None:
        self._count(job, "try_again")
        now = asyncio.get_running_loop().time()
        course.away_since = course.away_since if course.away_since is not None else now
        if now - course.away_since >= self._retries.give_up_after:
            raise DependencyAway(f"tried for {now - course.away_since:.0f} s: {error}") from error
        log.warning("attempt %d must wait: %s", course.attempts, error, extra=_place(job.record))
        with self._holds.hold(job.record.source, str(error)):
            await self._pause(job, self._retries.wait(course.attempts))

    async def _after_error(self, job: Job, course: _Course, error: Exception) -> bool:
        course.errors += 1
        self._count(job, "error")
        log.error("attempt %d failed", course.attempts, exc_info=error, extra=_place(job.record))
        if course.errors >= self._retries.errors:
            return False
        await self._pause(job, self._retries.wait(course.errors))
        return True

    async def _pause(self, job: Job, seconds: float) -> None:
        job.waiting = True
        try:
            await asyncio.sleep(seconds)
        finally:
            job.waiting = False

    async def _bury(self, job: Job, reason: str, attempts: int) -> Outcome:
        log.warning("dead letter: %s", reason, extra=_place(job.record))
        course = _Course()
        while True:
            course.attempts += 1
            try:
                await self._tell(job.record, reason)
                await self._dead_letters.put(job.record, reason, attempts)
            except Exception as error:
                if not _is_away(error):
                    raise
                await self._wait_for_dependency(job, course, error)
            else:
                return "dead_letter"

    async def _tell(self, record: Record, reason: str) -> None:
        if self._on_dead_letter is None:
            return
        try:
            await self._on_dead_letter(record, reason)
        except Exception as error:
            if isinstance(error, FatalProducerError) or _is_away(error):
                raise
            log.exception("could not tell of a dead letter", extra=_place(record))

    def _count(self, job: Job, cause: str) -> None:
        metrics.RETRIES.labels(self._group, job.record.topic, cause).inc()


def _is_away(error: Exception) -> bool:
    return isinstance(error, TryAgain) or is_away(error)


def _weightiest(error: Exception) -> Exception:
    """Of errors raised together by a task group, the one that decides what becomes of the record."""
    if not isinstance(error, ExceptionGroup):
        return error
    leaves = [_weightiest(leaf) for leaf in error.exceptions]
    for kind in (FatalProducerError, DependencyAway, BadMessage, SlowDown, TryAgain):
        for leaf in leaves:
            if isinstance(leaf, kind):
                return leaf
    return next((leaf for leaf in leaves if not _is_away(leaf)), leaves[0])


def _describe(error: Exception) -> str:
    return error.reason if isinstance(error, BadMessage) else f"{type(error).__name__}: {error}"[:500]


def _place(record: Record) -> dict[str, object]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
