"""Ends a consumer that has work and does none."""

from collections.abc import Callable

from cartload_kit.kafka.errors import NoProgress


class Watchdog:
    """Counts the time without a finished record while there is lag and no excuse.

    Time paused, stopped or waiting for a dependency is an excuse: it is not counted. `clock` is monotonic,
    in seconds.
    """

    def __init__(self, limit: float, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._last = clock()
        self._idle = 0.0

    def progress(self) -> None:
        """Note a finished record."""
        self._last = self._clock()
        self._idle = 0.0

    def observe(self, *, lag: bool, excused: bool) -> None:
        """Look once; call it often, since the time since the last look counts as it is now.

        Raises NoProgress when the time that counts has passed the limit.
        """
        now = self._clock()
        elapsed, self._last = now - self._last, now
        if not lag:
            self._idle = 0.0
        elif not excused:
            self._idle += elapsed
        if self._idle >= self._limit:
            raise NoProgress(f"no record finished in {self._idle:.0f} s although there is lag")
