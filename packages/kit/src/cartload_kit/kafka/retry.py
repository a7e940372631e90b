"""Tries one record until it is handled or is a dead letter."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from cartload_kit.backoff import Backoff
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import metrics
from cartload_kit.kafka.backpressure import Backpressure
from cartload_kit.kafka.dead_letters import DeadLetters
from cartload_kit.kafka.errors import (
    BadMessage,
    DependencyUnavailable,
    FatalProducerError,
    SlowDown,
    TryAgain,
)
from cartload_kit.kafka.record import Record
from cartload_kit.kafka.task_pool import InFlightRecord
from cartload_kit.transient_errors import is_transient

log = logging.getLogger(__name__)

type Handler = Callable[[Record], Awaitable[None]]
type OnDeadLetter = Callable[[Record, str], Awaitable[None]]
type Outcome = Literal["ok", "dead_letter"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How a record is tried again: after the waits of `backoff`.

    Waiting for a dependency (TryAgain, or an error that `is_transient` knows) is not an error. After `errors`
    others the record is a dead letter; after `give_up_after` seconds of waiting the process ends, to be
    restarted with the record still uncommitted.
    """

    errors: int = 5
    backoff: Backoff = field(default_factory=Backoff)
    give_up_after: float = 600.0


@dataclass(slots=True)
class RetryState:
    """How it went with one record so far."""

    attempts: int = 0
    errors: int = 0
    unavailable_since: float | None = None


class RetryingHandler:
    """Handles a record by the rules of `errors`: dead letters, retries, slowing down."""

    def __init__(
        self,
        group: str,
        handler: Handler,
        dead_letters: DeadLetters,
        backpressure: Backpressure,
        retry_policy: RetryPolicy,
        on_dead_letter: OnDeadLetter | None,
    ) -> None:
        self._group = group
        self._handler = handler
        self._dead_letters = dead_letters
        self._backpressure = backpressure
        self._policy = retry_policy
        self._on_dead_letter = on_dead_letter

    async def run(self, entry: InFlightRecord) -> Outcome:
        """Handle the record, however many attempts it takes, and say what became of it.

        Raises DependencyUnavailable or FatalProducerError when only a restart helps.
        """
        state = RetryState()
        while True:
            state.attempts += 1
            try:
                await self._handler(entry.record)
            except Exception as raised:  # noqa: BLE001 - whatever it is, it is about this record
                # Else the batch that the attempt had decoded stays in memory for as long as the record waits.
                _forget_variables(raised)
                error = _deciding_error(raised)
                if not await self._should_retry(entry, state, error):
                    return await self._send_to_dead_letters(entry, _describe(error), state.attempts)
            else:
                return "ok"

    async def _should_retry(self, entry: InFlightRecord, state: RetryState, error: Exception) -> bool:
        match error:
            case FatalProducerError() | DependencyUnavailable():
                raise error
            case BadMessage():
                return False
            case SlowDown():
                self._count(entry, "slow_down")
                self._backpressure.slow_down(error.seconds)
                await self._pause(entry, error.seconds)
            case _ if _is_transient(error):
                await self._wait_for_dependency(entry, state, error)
            case _:
                return await self._count_error(entry, state, error)
        return True

    async def _wait_for_dependency(self, entry: InFlightRecord, state: RetryState, error: Exception) -> None:
        self._count(entry, "try_again")
        now = asyncio.get_running_loop().time()
        state.unavailable_since = state.unavailable_since if state.unavailable_since is not None else now
        # Not for ever: what waits may be a fault of this process, which a restart heals.
        if now - state.unavailable_since >= self._policy.give_up_after:
            raise DependencyUnavailable(
                f"tried for {now - state.unavailable_since:.0f} s: {describe_error(error)}"
            ) from error
        reason = describe_error(error)
        log.warning("attempt %d must wait: %s", state.attempts, reason, extra=_coordinates(entry.record))
        with self._backpressure.hold(entry.record.source, reason):
            await self._pause(entry, self._policy.backoff.seconds(state.attempts))

    async def _count_error(self, entry: InFlightRecord, state: RetryState, error: Exception) -> bool:
        state.errors += 1
        self._count(entry, "error")
        log.error("attempt %d failed", state.attempts, exc_info=error, extra=_coordinates(entry.record))
        if state.errors >= self._policy.errors:
            return False
        await self._pause(entry, self._policy.backoff.seconds(state.errors))
        return True

    async def _pause(self, entry: InFlightRecord, seconds: float) -> None:
        entry.waiting = True
        try:
            await asyncio.sleep(seconds)
        finally:
            entry.waiting = False

    async def _send_to_dead_letters(self, entry: InFlightRecord, reason: str, attempts: int) -> Outcome:
        log.warning("dead letter: %s", reason, extra=_coordinates(entry.record))
        # A state of its own: how long the letter may wait does not depend on how long its record did.
        state = RetryState()
        while True:
            state.attempts += 1
            try:
                # Tell first: a crash in between repeats both, while the other order could lose the telling.
                await self._notify(entry.record, reason)
                await self._dead_letters.put(entry.record, reason, attempts)
            except Exception as error:
                if not _is_transient(error):
                    raise
                await self._wait_for_dependency(entry, state, error)
            else:
                return "dead_letter"

    async def _notify(self, record: Record, reason: str) -> None:
        if self._on_dead_letter is None:
            return
        try:
            await self._on_dead_letter(record, reason)
        except Exception as error:
            if isinstance(error, FatalProducerError) or _is_transient(error):
                raise
            # The letter is more important than the telling, which may fail for the same reason as the record.
            log.exception("could not tell of a dead letter", extra=_coordinates(record))

    def _count(self, entry: InFlightRecord, cause: str) -> None:
        metrics.RETRIES.labels(self._group, entry.record.topic, cause).inc()


def _is_transient(error: Exception) -> bool:
    return isinstance(error, TryAgain) or is_transient(error)


def _deciding_error(error: Exception) -> Exception:
    """Of errors raised together by a task group, the one that decides what becomes of the record."""
    if not isinstance(error, ExceptionGroup):
        return error
    # What only a restart heals weighs most, then what can never succeed: waiting for others would be vain.
    leaves = [_deciding_error(leaf) for leaf in error.exceptions]
    for kind in (FatalProducerError, DependencyUnavailable, BadMessage, SlowDown, TryAgain):
        for leaf in leaves:
            if isinstance(leaf, kind):
                return leaf
    return next((leaf for leaf in leaves if not _is_transient(leaf)), leaves[0])


def _forget_variables(error: BaseException | None) -> None:
    """Let go of what the functions that an error came through had in their variables, its causes included."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        traceback.clear_frames(one.__traceback__)
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _describe(error: Exception) -> str:
    return error.reason if isinstance(error, BadMessage) else describe_error(error)


def _coordinates(record: Record) -> dict[str, object]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
