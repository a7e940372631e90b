"""Which offset of a partition may be committed while its records finish in any order."""


class OffsetTracker:
    """Follows the records of one partition from start to finish.

    The offset to commit is the one after the last record of the unbroken run of finished records: everything
    below it is finished, so a crash repeats records but loses none. Offsets need not be consecutive.
    """

    def __init__(self) -> None:
        # In the order of insertion, and offsets ascend: the first key is always the lowest.
        self._unfinished: dict[int, float] = {}
        self._last_started = -1
        self._committed: int | None = None

    def start(self, offset: int, timestamp: float = 0.0) -> None:
        """Note that a record was taken; `timestamp` is the record's own, in seconds.

        Raises ValueError unless offsets ascend.
        """
        if offset <= self._last_started:
            raise ValueError(f"offset {offset} started after {self._last_started}")
        if self._committed is None:
            self._committed = offset
        self._last_started = offset
        self._unfinished[offset] = timestamp

    def finish(self, offset: int) -> None:
        """Note that a started record is finished for good. Raises KeyError the second time."""
        del self._unfinished[offset]

    @property
    def last_started(self) -> int:
        """The highest offset started; -1 before the first."""
        return self._last_started

    @property
    def in_flight(self) -> int:
        """Number of records started and not finished."""
        return len(self._unfinished)

    @property
    def oldest(self) -> float | None:
        """Timestamp of the first unfinished record; None when all are finished."""
        return next(iter(self._unfinished.values()), None)

    def to_commit(self) -> int | None:
        """Offset to commit, or None when nothing was finished since the last `committed`."""
        if self._committed is None:
            return None
        reached = next(iter(self._unfinished), self._last_started + 1)
        return reached if reached > self._committed else None

    def committed(self, offset: int) -> None:
        """Note that Kafka has taken this offset; one beyond what was started is of an earlier life."""
        if offset <= self._last_started + 1:
            self._committed = offset
