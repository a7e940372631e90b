"""The player: leases streams, plays each in a thread, and does what their owners want meanwhile."""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload.storage.kafka_client import KafkaFailedError
from cartload.storage.stream_position import Position
from cartload.writers.playback import PlaybackStoppedError
from cartload_generator import metrics
from cartload_generator.domain.entities import Clock
from cartload_generator.repository import streams
from cartload_generator.tasks.publisher import Publisher
from cartload_generator.tasks.streams.expected import work_out
from cartload_generator.tasks.streams.held import LOOK_SECONDS, HeldStream, LeaseLostError
from cartload_generator.tasks.streams.playing import OpenSink, Playing
from cartload_kit.backoff import Backoff
from cartload_kit.concurrency import cancel_all, run_until_first_ends, wait_for_any
from cartload_kit.database import transaction
from cartload_kit.describe_error import describe_error
from cartload_kit.logging import bind
from cartload_kit.transient_errors import is_transient

PAUSE_KEPT_SECONDS: Final = 60.0
"""A paused stream goes on at once for so long; after that its events must be made again first."""
_WRITE_SECONDS: Final = 20.0
"""Longer than a transaction takes, or takes to fail."""
UNEXPECTED: Final = (
    "An unexpected fault in the player stopped it; the operator finds it in the log under the stream's id."
)
_BACKOFF = Backoff(first=1.0, longest=15.0)
log = logging.getLogger(__name__)


class _Teller:
    """Lets the thread of a stream wait until what it tells is kept."""

    def __init__(self, held: HeldStream) -> None:
        self._held = held
        self._loop = asyncio.get_running_loop()

    def remarked(self, note: str) -> None:
        """Write a remark into the stream's history."""
        self._wait(self._held.remark(note))

    def made(self, left: int) -> None:
        """The stream begins to play."""
        total = self._held.stream.events_sent + left
        self._wait(self._held.change("playing", events_total=total))

    def arrived(self, position: Position, events: int, seconds_slowed: float) -> None:
        """Keep how far it has come."""
        self._wait(self._held.arrived(position, events, seconds_slowed))

    def _wait(self, work: Coroutine[Any, Any, None]) -> None:
        writing = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            writing.result(_WRITE_SECONDS)
        finally:
            # Nothing that was given up may be written after all, behind what comes next.
            writing.cancel()


@dataclass(slots=True)
class Player:
    """Plays at most `at_once` streams at a time; any number of players may run."""

    engine: AsyncEngine
    open_sink: OpenSink
    publisher: Publisher
    clock: Clock
    at_once: int
    pause_kept_seconds: float = PAUSE_KEPT_SECONDS
    _threads: ThreadPoolExecutor = field(init=False)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        # One for the events of each stream, one for what they add up to.
        self._threads = ThreadPoolExecutor(2 * self.at_once, thread_name_prefix="stream")
        metrics.STREAMS_ENDED.labels("failed")  # from 0 on, so that the first one is a rise

    async def run(self, stop: asyncio.Event) -> None:
        """Play until `stop` is set; what is played then goes on with the next player."""
        self._stop = stop
        held: set[asyncio.Task[None]] = set()
        freed = asyncio.Event()
        try:
            while not stop.is_set():
                freed.clear()
                while len(held) < self.at_once and (claimed := await self._claim()) is not None:
                    held.add(task := asyncio.create_task(self._hold(claimed)))
                    task.add_done_callback(held.discard)
                    task.add_done_callback(lambda _: freed.set())
                await wait_for_any(stop, freed, timeout=LOOK_SECONDS)
        except asyncio.CancelledError:
            await cancel_all(held)
            raise
        finally:
            await asyncio.gather(*held, return_exceptions=True)
            self._threads.shutdown(wait=False)

    async def _claim(self) -> HeldStream | None:
        # A name for each run: the same process may claim a stream again whose first run it has lost.
        lease = secrets.token_hex(16)
        try:
            async with transaction(self.engine) as connection:
                stream = await streams.claim(connection, lease, self.clock())
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("no stream can be claimed now: %s", describe_error(error))
            return None
        if stream is None:
            return None
        return HeldStream(self.engine, self.publisher, self.clock, lease, stream)

    async def _hold(self, held: HeldStream) -> None:
        """Do what a stream needs, and let go of it."""
        with bind(stream_id=held.stream.id), metrics.STREAMS_HELD.track_inprogress():
            try:
                await run_until_first_ends(self._care_for(held), held.keep())
            except LeaseLostError:
                log.warning("the lease of the stream has passed to another player")
                return
            except Exception as error:
                if not is_transient(error):
                    # Not released: who has it next would run into the same at once, and again and again.
                    log.exception("the stream is left to its lease")
                    return
                log.warning("the stream is left: %s", describe_error(error))
            await held.release()

    async def _care_for(self, held: HeldStream) -> None:
        if held.stream.goal == "play" and held.stream.open:
            await self._play(held)
        await self._follow(held)
        if held.stream.unanswered and not self._stop.is_set():
            await self._answer(held)

    async def _follow(self, held: HeldStream) -> None:
        """Put a stream that is not played any more into the state that is wanted."""
        goal, state = held.stream.goal, held.stream.state
        if goal == "stop" and held.stream.open:
            await held.change("stopped", finished_at=self.clock())
        elif goal == "pause" and state in ("preparing", "playing"):
            await held.change("paused")

    async def _play(self, held: HeldStream) -> None:
        """Play a stream until it ends or fails, or until that is not wanted any more."""
        await held.change("preparing", started_at=held.stream.started_at or self.clock())
        failures = 0
        while held.stream.goal == "play" and not self._stop.is_set():
            try:
                await self._play_once(held)
            except PlaybackStoppedError:
                return
            except LeaseLostError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it was, the owner is told
                if not await self._goes_on_after(error, held):
                    return
                failures += 1
                await self._rest(_BACKOFF.seconds(failures), held)
            else:
                await held.change("ended", finished_at=self.clock())
                return

    async def _play_once(self, held: HeldStream) -> None:
        """Play what is left of a stream. Raises what `Playing.run` does."""
        playing = Playing(held.stream, self.open_sink, _Teller(held))
        thread = self._in_thread(playing.run)
        try:
            while not thread.done() and not self._stop.is_set():
                playing.follow(held.stream.goal, held.stream.speed)
                if playing.paused and held.stream.state == "playing":
                    await self._stand_still(held, playing, thread)
                await asyncio.wait([thread], timeout=LOOK_SECONDS)
        finally:
            playing.stop()
            await asyncio.wait([thread])
        thread.result()

    async def _stand_still(self, held: HeldStream, playing: Playing, thread: asyncio.Future[None]) -> None:
        """Wait at a pause until something else is wanted; after a while, stop and let go of the stream."""
        await held.change("paused")
        until = time.monotonic() + self.pause_kept_seconds
        answer = asyncio.create_task(self._answer(held))
        try:
            while held.stream.goal == "pause" and not thread.done() and not self._stop.is_set():
                if answer.done() and time.monotonic() > until:
                    playing.stop()
                    return
                await asyncio.wait([thread], timeout=LOOK_SECONDS)
        finally:
            await cancel_all([answer])
        if not answer.cancelled():
            answer.result()
        if held.stream.goal == "play":
            await held.change("playing", event="resumed")

    async def _answer(self, held: HeldStream) -> None:
        """Work out what a stream adds up to where it stands."""
        stream, given_up = held.stream, threading.Event()
        try:
            expected = await self._in_thread(partial(work_out, stream, given_up.is_set))
        finally:
            given_up.set()
        await held.answer(expected, stream.goal)

    async def _goes_on_after(self, error: Exception, held: HeldStream) -> bool:
        """Tell what has stopped a stream; whether to try again, from where it stands."""
        told = isinstance(error, KafkaFailedError | OSError)
        if is_transient(error) or (isinstance(error, KafkaFailedError) and not error.lasting):
            log.warning("the stream waits: %s", describe_error(error))
            await held.wait_for(describe_error(error))
            return True
        if not told:
            log.error("the stream has failed", exc_info=error)
        reason = describe_error(error) if told else UNEXPECTED
        await held.change("failed", detail=reason, error=reason, finished_at=self.clock())
        return False

    async def _rest(self, seconds: float, held: HeldStream) -> None:
        until = time.monotonic() + seconds
        while held.stream.goal == "play" and not self._stop.is_set() and time.monotonic() < until:
            await wait_for_any(self._stop, timeout=LOOK_SECONDS)

    def _in_thread[T](self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work)
