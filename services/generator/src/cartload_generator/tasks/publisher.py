"""The states of jobs and streams, told to the world: a change of state at once, else ten times a second."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from cartload_contracts.jobs import JobState, JobView
from cartload_contracts.streams import StreamState, StreamView
from cartload_generator import metrics
from cartload_generator.domain import states
from cartload_generator.domain.commands import Outbox
from cartload_kit.backoff import Backoff
from cartload_kit.concurrency import wait_for_any
from cartload_kit.describe_error import describe_error
from cartload_kit.transient_errors import is_transient

type View = JobView | StreamView
"""What has states: a job or a stream, as users see it."""

type Mark = Callable[[Mapping[UUID, int]], Awaitable[None]]
"""Notes in the database which versions have been published."""

# A mark writes to rows that results lock, so many states share one.
_MARK_SECONDS = 1.0
_TOLD_SECONDS = 60.0
"""How long it is remembered what was told of one: far longer than a state is held before it is offered."""

# A second at most, since what users see stands still meanwhile.
_BACKOFF = Backoff(longest=1.0)
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Told:
    """What was last told of a job or a stream."""

    version: int
    shown: tuple[str, str | None]
    at: float


@dataclass(frozen=True, slots=True)
class _Pending:
    """A state that is to be told, and the trace that it belongs to."""

    owner_id: UUID
    view: View
    traceparent: str | None

    @property
    def message(self) -> JobState | StreamState:
        if isinstance(self.view, StreamView):
            return StreamState(owner_id=self.owner_id, stream=self.view)
        return JobState(owner_id=self.owner_id, job=self.view)


class Publisher:
    """Holds at most the newest state of each, so a slow Kafka costs freshness and not memory."""

    def __init__(
        self,
        outbox: Outbox,
        mark: Mark | None = None,
        *,
        interval: float = 0.1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`interval`: seconds between two states of one that differ only in numbers.

        Without a `mark` a state that is lost with this process is told again with the next change only.
        """
        self._outbox = outbox
        self._mark = mark
        self._interval = interval
        self._clock = clock
        self._pending: dict[UUID, _Pending] = {}
        self._told: dict[UUID, _Told] = {}
        self._unmarked: dict[UUID, int] = {}
        self._marked_at = clock()
        self._wake = asyncio.Event()

    def offer(self, owner_id: UUID, view: View, traceparent: str | None = None) -> None:
        """Let a state be published, unless a newer one is or was."""
        told, waiting = self._told.get(view.id), self._pending.get(view.id)
        if (told and told.version >= view.version) or (waiting and waiting.view.version >= view.version):
            return
        self._pending[view.id] = _Pending(owner_id, view, traceparent)
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set, and what is left then."""
        failures = 0
        while not stop.is_set():
            await self._rest(stop)
            try:
                await self.publish_due()
                failures = 0
            except Exception as error:
                if not is_transient(error):
                    raise
                failures += 1
                log.warning("states wait: %s", describe_error(error))
                await _BACKOFF.wait(failures, stop)
        await self._finish()

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(2):
                await self._publish(list(self._pending.values()))
                await self._mark_published()
        except Exception as error:  # noqa: BLE001 - the rows still know what was not published
            log.warning("states are left for the next start: %s", describe_error(error))

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = [self._due_in(pending.view) for pending in self._pending.values()]
        if self._unmarked:
            waits.append(max(self._marked_at + _MARK_SECONDS - self._clock(), 0.0))
        seconds = min(waits, default=None)
        if seconds is None or seconds > 0:
            # Nothing is awaited between the look at what is pending and this, so no wake-up is lost.
            self._wake.clear()
            await wait_for_any(stop, self._wake, timeout=seconds)

    def _due_in(self, view: View) -> float:
        told = self._told.get(view.id)
        if told is None or told.shown != _shown(view):
            return 0.0
        return told.at + self._interval - self._clock()

    async def publish_due(self) -> None:
        """Send every state whose time has come, and note what was sent."""
        await self._publish([one for one in self._pending.values() if self._due_in(one.view) <= 0])
        # An end is marked at once: until it is, the sweep of every other replica tells it again.
        ended = any(self._told[which].shown[0] in states.ENDED for which in self._unmarked)
        if self._unmarked and (ended or self._clock() - self._marked_at >= _MARK_SECONDS):
            await self._mark_published()

    async def _publish(self, due: list[_Pending]) -> None:
        if not due:
            return
        await self._outbox.send([one.message for one in due], [one.traceparent for one in due])
        metrics.STATES_PUBLISHED.inc(len(due))
        now = self._clock()
        for pending in due:
            view = pending.view
            self._told[view.id] = _Told(view.version, _shown(view), now)
            if self._mark is not None:
                self._unmarked[view.id] = view.version
            # A newer one may have been offered during the sending.
            if self._pending.get(view.id) is pending:
                del self._pending[view.id]
        if self._mark is None:
            self._forget_old()

    async def _mark_published(self) -> None:
        marked, self._marked_at = dict(self._unmarked), self._clock()
        if not marked or self._mark is None:
            return
        await self._mark(marked)
        for which, version in marked.items():
            # The same here: a version that was told during the marking is for the next mark.
            if self._unmarked.get(which) == version:
                del self._unmarked[which]
        self._forget_old()

    def _forget_old(self) -> None:
        """Forget what was told long ago.

        Not as soon as a job has ended: a sweep may have read the job before, and offers it after. And not
        only jobs that were seen to end here: another replica may have told the end.
        """
        oldest = self._clock() - _TOLD_SECONDS
        waiting = self._pending.keys() | self._unmarked.keys()
        self._told = {
            which: told for which, told in self._told.items() if told.at > oldest or which in waiting
        }


def _shown(view: View) -> tuple[str, str | None]:
    return view.state, view.goal if isinstance(view, StreamView) else view.phase
