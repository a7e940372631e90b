"""Partitions that wait for something that is away, and why."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cartload_kit.kafka.record import Partition


class Backpressure:
    """Partitions on hold. `changed` is called when one begins or ends, to pause and resume fetching."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._count: Counter[Partition] = Counter()
        self._reasons: dict[Partition, str] = {}
        self._slow_until = 0.0

    @property
    def partitions(self) -> frozenset[Partition]:
        """The partitions on hold now."""
        return frozenset(self._count)

    @property
    def reason(self) -> str | None:
        """Why the first of them is on hold; None when none is."""
        return next(iter(self._reasons.values()), None)

    @contextmanager
    def hold(self, partition: Partition, reason: str) -> Iterator[None]:
        """Keep a partition on hold for the length of the block."""
        self._count[partition] += 1
        self._reasons[partition] = reason
        self._changed()
        try:
            yield
        finally:
            self._count[partition] -= 1
            if not self._count[partition]:
                del self._count[partition]
                del self._reasons[partition]
            self._changed()

    def slow_down(self, seconds: float) -> None:
        """Take nothing new for this long."""
        until = asyncio.get_running_loop().time() + seconds
        self._slow_until = max(self._slow_until, until)

    @property
    def slow_for(self) -> float:
        """Seconds for which nothing new should be taken; 0 when free to go."""
        if not self._slow_until:
            return 0.0
        return max(0.0, self._slow_until - asyncio.get_running_loop().time())
