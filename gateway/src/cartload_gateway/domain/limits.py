"""How often, and how much at once: a token bucket and a count for each user or address, in this replica."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from cachetools import TTLCache

from cartload_kit.published_limits import Usage

WINDOW_SECONDS = 60
"""A full bucket is used up in one burst, or refills in this time."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request may pass, and what the standard headers say."""

    policy: str
    quota: int
    remaining: int
    wait_seconds: float
    """0 when the request may pass, else the time until the next one may."""

    @property
    def allowed(self) -> bool:
        """Whether the request may pass."""
        return self.wait_seconds == 0

    @property
    def retry_after(self) -> int:
        """Whole seconds to wait, rounded up: a client that comes back too early is refused again."""
        return ceil(self.wait_seconds)

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` (IETF draft ratelimit-headers)."""
        missing = self.quota - self.remaining
        reset = ceil(missing * WINDOW_SECONDS / self.quota)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={reset}',
        }


class RateLimiter:
    """`quota` requests a minute for each key; at most `keys` keys are remembered, the least recent go first.

    `clock` gives seconds that only rise. The library `limits` would do the counting, but its storage in
    memory has no bound on the number of keys, which addresses of IPv6 have without end, keeps one entry for
    each request of a moving window, and reads the time of day itself.
    """

    def __init__(self, policy: str, quota: int, *, clock: Callable[[], float], keys: int = 50_000) -> None:
        self._policy = policy
        self._quota = quota
        self._clock = clock
        # A bucket that nobody touched for a whole window is full again, so it need not be remembered.
        self._buckets: TTLCache[str, tuple[float, float]] = TTLCache(keys, WINDOW_SECONDS, timer=clock)

    def take(self, key: str) -> Decision:
        """Take one request from the bucket of `key`, or say how long to wait."""
        now = self._clock()
        tokens, since = self._buckets.get(key, (float(self._quota), now))
        rate = self._quota / WINDOW_SECONDS
        tokens = min(self._quota, tokens + (now - since) * rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / rate
        if wait == 0:
            tokens -= 1
        self._buckets[key] = (tokens, now)
        return Decision(self._policy, self._quota, int(tokens), wait)

    def usage(self) -> Usage:
        """How much of a full bucket the busiest key has taken and not got back yet."""
        now, rate = self._clock(), self._quota / WINDOW_SECONDS
        left = (tokens + (now - since) * rate for tokens, since in self._buckets.values())
        return Usage(self._quota, ceil(self._quota - min([self._quota, *left])))


class InFlight:
    """Counts what is open for each key; at most ``limit``. Only keys that have something open are kept."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._open: Counter[str] = Counter()

    def enter(self, key: str) -> Callable[[], None] | None:
        """Count one more; gives what to call at its end, or None when the limit is reached."""
        if self._open[key] >= self.limit:
            return None
        self._open[key] += 1
        return lambda: self._leave(key)

    def usage(self) -> Usage:
        """How many the busiest key has open."""
        return Usage(self.limit, max(self._open.values(), default=0))

    def _leave(self, key: str) -> None:
        self._open[key] -= 1
        # A Counter keeps zeros, and there is no end of addresses.
        if not self._open[key]:
            del self._open[key]
