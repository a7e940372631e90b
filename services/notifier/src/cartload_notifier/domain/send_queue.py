"""What waits for one connection: the newest state of each job and stream, no more often than it may go."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from cartload_notifier.domain.close_codes import CloseCode, Closed
from cartload_notifier.domain.update import Update

INTERVAL = 0.1
"""Seconds between two states of one id: ten a second at most."""

MOST_WAITING = 500
"""Jobs and streams that may wait for one connection."""

_MOST_REMEMBERED = 2 * MOST_WAITING


@dataclass(slots=True)
class _Known:
    """What is known of a job or a stream: the newest version seen, and when the next state may go."""

    version: int
    free_at: float


class SendQueue:
    """Bounded, and never blocking whoever puts into it. Times are monotonic seconds.

    It holds one state an id. When too many wait, or when updates may have been missed, `end` says why
    the connection is to be closed: the client gets the current states when it connects again.
    """

    def __init__(self, *, interval: float = INTERVAL, limit: int = MOST_WAITING) -> None:
        self._interval = interval
        self._limit = limit
        self._waiting: dict[str, Update] = {}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._changed = asyncio.Event()
        self._end: Closed | None = None

    @property
    def end(self) -> Closed | None:
        """Why nothing more can be delivered; None as long as it can."""
        return self._end

    def put(self, update: Update) -> None:
        """Take a state, unless the same or a newer one of this id was seen before."""
        known = self._known.get(update.id)
        # Events and the generator's answer come on two ways and in any order: the version decides.
        if self._end is not None or (known is not None and known.version >= update.version):
            return
        if update.id not in self._waiting and len(self._waiting) >= self._limit:
            self.give_up(Closed(CloseCode.TRY_AGAIN, "too many states wait, connect again"))
        else:
            self._waiting[update.id] = update
            self._remember(update, known)
        self._changed.set()

    def give_up(self, why: Closed) -> None:
        """Deliver nothing more, for this reason."""
        self._end = self._end or why
        self._changed.set()

    def take(self, now: float) -> Update | None:
        """The state that waits longest of those that may go at `now`; None when there is none."""
        # Returning right after the deletion is what makes it safe to delete during the iteration.
        for which, update in self._waiting.items():
            known = self._known[which]
            if known.free_at <= now:
                del self._waiting[which]
                known.free_at = now + self._interval
                return update
        return None

    def next_at(self) -> float | None:
        """When `take` will give something, if nothing more comes; None when nothing waits."""
        return min((self._known[which].free_at for which in self._waiting), default=None)

    def wake(self) -> None:
        """End a `wait`, as a new state does."""
        self._changed.set()

    async def wait(self, seconds: float) -> None:
        """Wait until something was put in, at most so long."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    def _remember(self, update: Update, known: _Known | None) -> None:
        if known is None:
            known = self._known[update.id] = _Known(update.version, 0.0)
        known.version = update.version
        self._known.move_to_end(update.id)
        if len(self._known) > max(_MOST_REMEMBERED, 2 * self._limit):
            # One that still waits keeps its place: its version and time are needed when it is sent. There
            # is always another one, since at most half of those remembered can wait.
            del self._known[next(which for which in self._known if which not in self._waiting)]
