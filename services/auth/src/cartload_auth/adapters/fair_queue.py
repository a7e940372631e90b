"""Turns at a scarce thing, shared out between those who ask for it."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cartload_kit.errors import Unavailable
from cartload_kit.metrics import LIMITS_REFUSED
from cartload_kit.published_limits import Usage

_RETRY_AFTER_SECONDS = 2


class FairQueue:
    """`at_once` turns at a time. Who waits is served by key, one of each key after the other.

    So someone with one request never waits for the thirty of somebody else. At most `waiting` callers wait,
    and `waiting_per_key` of one key; when the queue is full, the key with most waiting gives up its newest
    for a key that has fewer. For one event loop. `changed` hears how many have a turn or wait for one.
    """

    def __init__(
        self, at_once: int, waiting: int, waiting_per_key: int, changed: Callable[[int], None] | None = None
    ) -> None:
        self._at_once = self._free = at_once
        self._limit = waiting
        self._limit_per_key = waiting_per_key
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._waiting = 0
        self._changed = changed or (lambda _: None)

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it for the length of the block.

        Raises:
            Unavailable: too many wait already.
        """
        await self._enter(key)
        try:
            yield
        finally:
            self._leave()

    def usages(self) -> tuple[Usage, Usage, Usage]:
        """The turns that are taken, the callers that wait, and those of the key that has most waiting."""
        longest = max(map(len, self._queues.values()), default=0)
        return (
            Usage(self._at_once, self._at_once - self._free),
            Usage(self._limit, self._waiting),
            Usage(self._limit_per_key, longest),
        )

    async def _enter(self, key: str) -> None:
        if self._free:
            self._free -= 1
            self._tell()
            return
        self._make_room(key)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(key, deque()).append(turn)
        self._waiting += 1
        self._tell()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                # The turn came while the caller was already being cancelled: hand it on.
                self._leave()
            else:
                self._remove(key, turn)
            raise

    def _leave(self) -> None:
        """Hand the turn to the next one who waits, or keep it free."""
        while self._queues:
            turn = self._next()
            # A caller that was cancelled stands in the queue until its task runs again. A turn given to it
            # would be lost for good, since nobody would ever hand it on.
            if not turn.done():
                turn.set_result(None)
                break
        else:
            self._free += 1
        self._tell()

    def _next(self) -> asyncio.Future[None]:
        key, waiting = next(iter(self._queues.items()))
        turn = waiting.popleft()
        self._waiting -= 1
        # To the end, so that the next turn is another key's: this is the round robin between keys.
        if waiting:
            self._queues.move_to_end(key)
        else:
            del self._queues[key]
        return turn

    def _make_room(self, key: str) -> None:
        mine = len(self._queues.get(key, ()))
        if mine >= self._limit_per_key:
            raise _full()
        if self._waiting < self._limit:
            return
        longest = max(self._queues, key=lambda other: len(self._queues[other]), default=key)
        if len(self._queues.get(longest, ())) <= mine + 1:
            raise _full()
        # The newest of the longest queue has waited least. It is never the last of its key: that key has at
        # least two waiting more than the newcomer's.
        evicted = self._queues[longest].pop()
        self._waiting -= 1
        if not evicted.done():
            evicted.set_exception(_full())

    def _remove(self, key: str, turn: asyncio.Future[None]) -> None:
        waiting = self._queues.get(key)
        if waiting is None or turn not in waiting:
            return
        waiting.remove(turn)
        self._waiting -= 1
        if not waiting:
            del self._queues[key]
        self._tell()

    def _tell(self) -> None:
        self._changed(self._at_once - self._free + self._waiting)


def _full() -> Unavailable:
    LIMITS_REFUSED.labels("password_queue").inc()
    return Unavailable("Too many sign-ins at once, try again shortly.", _RETRY_AFTER_SECONDS)
