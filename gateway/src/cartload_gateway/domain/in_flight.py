"""How many requests of one user or address are being answered at the same time."""

from collections import Counter
from collections.abc import Callable


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

    def _leave(self, key: str) -> None:
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]
