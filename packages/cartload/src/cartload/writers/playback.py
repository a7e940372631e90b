"""A stream that is watched over while it is played: paused, stopped, and gone on with where it was."""

import math
import threading
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from cartload.storage.stream_position import Position
from cartload.writers.event_sinks import EventSink
from cartload.writers.external_sort import Lines
from cartload.writers.pacing import Clock

BATCH_EVENTS: Final = 10_000
"""So many events at most have arrived and are not told of yet: they are sent again after a crash."""
TOLD_SECONDS: Final = 0.5
"""How long what has arrived may be untold while the stream goes on."""
_PART_SECONDS: Final = 0.1
"""Under a rate limit, events of so much time are sent together."""
_SHORTEST_WAIT: Final = 0.001
"""What sinks can tell apart from not waiting at all."""
_PAUSE_SECONDS: Final = 0.1
"""How often a stream that waits looks whether it is paused, stopped or may go on."""

type OnArrived = Callable[[Position, int], None]
"""Called with how far the stream has come, and how many events have arrived since the last call."""


class PlaybackStoppedError(Exception):
    """The stream was stopped; what :attr:`Playback.position` says has arrived, and nothing behind it."""


class Playback:
    """Hands lines on to a sink in batches, and tells what has arrived.

    It is a sink itself. It tells when ``batch_events`` have arrived or ``told_seconds`` have passed since it
    told the last time, before it stands still for a pause or stops, and when it is asked to by
    :meth:`finish`. With a ``rate_limit``, above 0, it sends so many events per second of real time at most:
    in parts of a tenth of a second, one of which may come early after one that came late.

    A stream goes on behind a ``position`` if it is made of the events after :attr:`since`: those that have
    arrived are left out. That holds for lines without faults only, which come in the order of their events.

    :meth:`pause`, :meth:`resume` and :meth:`stop` may be called from any thread, and take effect before the
    next batch, or within a second where none is due; a :class:`~cartload.writers.pacing.Pace` that is given
    :meth:`clock` stands still with a paused stream.
    The other methods raise what the sink and ``on_arrived`` raise, and PlaybackStoppedError once the stream
    is stopped. What ``on_arrived`` raised for is told again at the next occasion.
    """

    def __init__(
        self,
        sink: EventSink,
        on_arrived: OnArrived,
        position: Position | None = None,
        *,
        rate_limit: float | None = None,
        batch_events: int = BATCH_EVENTS,
        told_seconds: float = TOLD_SECONDS,
        clock: Clock = time.monotonic,
    ) -> None:
        self._sink = sink
        self._on_arrived = on_arrived
        self._rate_limit = math.inf if rate_limit is None else rate_limit
        self._batch_events = batch_events
        self._told_seconds = told_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._stopped = False
        self._paused_at: float | None = None
        self._paused_seconds = 0.0
        self._stands_still = False
        self._untold = 0
        self._told_at = clock()
        # By the clock that stands still with the stream: when the rate limit allows the next events.
        self._allowed_at = clock()
        self.position = position
        # The events of the last moment come again, because some of them may not have arrived.
        self.since = None if position is None else position.time - 1
        self._skipped = 0 if position is None else position.events

    @property
    def paused(self) -> bool:
        """Whether the stream stands still now for a pause; what had arrived is told by then."""
        return self._stands_still

    def pause(self) -> None:
        """Send nothing more until :meth:`resume`."""
        with self._lock:
            if self._paused_at is None:
                self._paused_at = self._clock()

    def resume(self) -> None:
        """Go on."""
        with self._lock:
            if self._paused_at is not None:
                self._paused_seconds += self._clock() - self._paused_at
                self._paused_at = None

    def stop(self) -> None:
        """Send nothing more, paused or not."""
        self._stopped = True

    def clock(self) -> float:
        """Seconds that pass only while the stream is not paused."""
        with self._lock:
            now = self._clock() if self._paused_at is None else self._paused_at
            return now - self._paused_seconds

    def check(self) -> None:
        """Raise PlaybackStoppedError once the stream is stopped: for work that a pause does not hold up."""
        if self._stopped:
            self.finish()
            raise PlaybackStoppedError

    def write(self, lines: Lines) -> None:
        """Send them, and return when they have arrived."""
        start = min(self._skipped, len(lines))
        self._skipped -= start
        while start < len(lines):
            self._wait_for_rate()
            self._tell_if_due()
            stop = min(start + self._allowed_events(), len(lines))
            self._send(lines.slice(start, stop))
            start = stop

    def flush(self) -> None:
        """Return at once: what was written has arrived."""

    def wait(self, seconds: float) -> None:
        """Let at most so much time pass, or as long as the stream is paused."""
        self._wait_until_allowed()
        self._let_pass(seconds)

    def finish(self) -> None:
        """Tell what has arrived and is untold; of use after any end, also one by an error of the sink."""
        if self._untold and self.position is not None:
            self._on_arrived(self.position, self._untold)
            self._untold = 0
            self._told_at = self._clock()

    def _send(self, batch: Lines) -> None:
        began = self.clock()
        self._sink.write(batch)
        self._sink.flush()
        # What a wait was too long is made up for, but never more than one part.
        self._allowed_at = max(self._allowed_at, began - _PART_SECONDS) + len(batch) / self._rate_limit
        self.position = _behind(batch, self.position)
        self._untold += len(batch)
        self._tell_if_due()

    def _allowed_events(self) -> int:
        """How many events may be sent at once."""
        room = self._batch_events - self._untold
        part = self._rate_limit * _PART_SECONDS
        return room if part >= room else max(1, int(part))

    def _tell_if_due(self) -> None:
        if self._untold >= self._batch_events or self._seconds_untold() <= 0:
            self.finish()

    def _seconds_untold(self) -> float:
        """How long what has arrived may still be untold."""
        return self._told_at + self._told_seconds - self._clock()

    def _let_pass(self, seconds: float) -> None:
        """Wait at most so long, and not beyond the moment at which something is to be told."""
        self._tell_if_due()
        if self._untold:
            seconds = min(seconds, self._seconds_untold())
        self._sink.wait(max(seconds, _SHORTEST_WAIT))
        self._tell_if_due()

    def _wait_for_rate(self) -> None:
        self._wait_until_allowed()
        while (left := self._allowed_at - self.clock()) > 0:
            self._let_pass(min(left, _PAUSE_SECONDS))
            self._wait_until_allowed()

    def _wait_until_allowed(self) -> None:
        self.check()
        if self._paused_at is None:
            return
        self.finish()
        self._stands_still = True
        try:
            while self._paused_at is not None:
                self._sink.wait(_PAUSE_SECONDS)
                self.check()
        finally:
            self._stands_still = False


def _behind(batch: Lines, before: Position | None) -> Position:
    """The position behind a batch: its last moment, and how many of that moment's events have arrived."""
    moment = int(batch.times[-1])
    events = len(batch) - int(np.searchsorted(batch.times, moment))
    if before is not None and before.time == moment:
        events += before.events
    return Position(moment, events)
