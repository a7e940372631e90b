"""What one user may take of what all share: so that nobody waits long behind somebody else's load."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from cartload_kit.errors import TooManyRequests, Unavailable
from cartload_kit.metrics import LIMITS_REFUSED
from cartload_kit.published_limits import Usage

_RETRY_AFTER = 5


class UserShares:
    """So many at a time for all, of which one user has at most a share; more wait, for a bounded time.

    A user's own surplus waits behind that user only: it takes none of the places that others wait for.
    """

    def __init__(
        self, total: int, per_user: int, what: str, *, wait_seconds: float = 0, waiting_per_user: int = 0
    ) -> None:
        """`what` names them in errors, such as `exports`."""
        self._total = total
        self._free = asyncio.Semaphore(total)
        self._per_user = per_user
        self._what = what
        # As the settings are named, such as `writer_row_queries_user`.
        self._limit = f"writer_{what.replace(' ', '_')}"
        self._user_limit = f"{self._limit}_user"
        self._wait_seconds = wait_seconds
        self._waiting_per_user = waiting_per_user
        self._own: dict[UUID, asyncio.Semaphore] = {}
        self._present: Counter[UUID] = Counter()

    @property
    def held(self) -> int:
        """How many are held or waited for."""
        return self._present.total()

    def usage(self) -> Usage:
        """How many all hold or wait for."""
        return Usage(self._total, self.held)

    def usage_of_busiest(self) -> Usage:
        """How many the user holds or waits for who does most."""
        return Usage(self._per_user, max(self._present.values(), default=0))

    @asynccontextmanager
    async def hold(self, user_id: UUID) -> AsyncIterator[None]:
        """Hold one for the block.

        Raises:
            TooManyRequests: the user has and waits for too many.
            Unavailable: all together are too many.
        """
        if self._present[user_id] >= self._per_user + self._waiting_per_user:
            raise _counted(self._user_limit, self._too_many())
        self._present[user_id] += 1
        own = self._own.setdefault(user_id, asyncio.Semaphore(self._per_user))
        try:
            # In this order: only a user's share ever queues for the common places, so that queue is short.
            async with (
                _Held(own, self._wait_seconds, self._user_limit, self._too_many()),
                _Held(self._free, self._wait_seconds, self._limit, self._all_taken()),
            ):
                yield
        finally:
            self._present[user_id] -= 1
            if not self._present[user_id]:
                del self._present[user_id], self._own[user_id]

    def _too_many(self) -> TooManyRequests:
        return TooManyRequests(
            _RETRY_AFTER, f"You have too many {self._what} at a time ({self._per_user} are allowed)."
        )

    def _all_taken(self) -> Unavailable:
        return Unavailable(f"Too many {self._what} at a time; try again in a moment.", _RETRY_AFTER)


class _Held:
    """A semaphore held for a block, or the problem when it is not free in time."""

    def __init__(self, semaphore: asyncio.Semaphore, seconds: float, limit: str, problem: Exception) -> None:
        self._semaphore = semaphore
        self._seconds = seconds
        self._limit = limit
        self._problem = problem

    async def __aenter__(self) -> None:
        if not self._semaphore.locked():
            await self._semaphore.acquire()
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._semaphore.acquire()
        except TimeoutError:
            raise _counted(self._limit, self._problem) from None

    async def __aexit__(self, *_: object) -> None:
        self._semaphore.release()


def _counted(limit: str, problem: Exception) -> Exception:
    LIMITS_REFUSED.labels(limit).inc()
    return problem
