"""A stream that is watched over while it is played: paused, stopped, and gone on with where it was."""

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
"""So many events at most are sent again after a crash."""
_PAUSE_SECONDS: Final = 0.1
"""How often a paused stream looks whether it may go on."""

type OnArrived = Callable[[Position, int], None]
"""Called when a batch has arrived, with how far the stream has come and how many events the batch had."""


class PlaybackStoppedError(Exception):
    """The stream was stopped; what :attr:`Playback.position` says has arrived, and nothing behind it."""


class Playback:
    """Hands lines on to a sink in batches, and tells of each when it has arrived.

    It is a sink itself. A stream goes on behind a ``position`` if it is made of the events after
    :attr:`since`: those that have arrived are left out. That holds for lines without faults only, which come
    in the order of their events.

    :meth:`pause`, :meth:`resume` and :meth:`stop` may be called from any thread, and take effect before the
    next batch, or within a second where none is due; a :class:`~cartload.writers.pacing.Pace` that is given
    :meth:`clock` stands still with a paused stream.
    The other methods raise what the sink and ``on_arrived`` raise, and PlaybackStoppedError once the stream
    is stopped.
    """

    def __init__(
        self,
        sink: EventSink,
        on_arrived: OnArrived,
        position: Position | None = None,
        *,
        batch_events: int = BATCH_EVENTS,
        clock: Clock = time.monotonic,
    ) -> None:
        self._sink = sink
        self._on_arrived = on_arrived
        self._batch_events = batch_events
        self._clock = clock
        self._lock = threading.Lock()
        self._stopped = False
        self._paused_at: float | None = None
        self._paused_seconds = 0.0
        self.position = position
        # The events of the last moment come again, because some of them may not have arrived.
        self.since = None if position is None else position.time - 1
        self._skipped = 0 if position is None else position.events

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

    def write(self, lines: Lines) -> None:
        """Send them, and return when they have arrived."""
        left = min(self._skipped, len(lines))
        self._skipped -= left
        for start in range(left, len(lines), self._batch_events):
            self._send(lines.slice(start, min(start + self._batch_events, len(lines))))

    def flush(self) -> None:
        """Return at once: what was written has arrived."""

    def wait(self, seconds: float) -> None:
        """Let at most so much time pass, or as long as the stream is paused."""
        self._wait_until_allowed()
        self._sink.wait(seconds)

    def _send(self, batch: Lines) -> None:
        self._wait_until_allowed()
        self._sink.write(batch)
        self._sink.flush()
        self.position = _behind(batch, self.position)
        self._on_arrived(self.position, len(batch))

    def _wait_until_allowed(self) -> None:
        while True:
            if self._stopped:
                raise PlaybackStoppedError
            if self._paused_at is None:
                return
            self._sink.wait(_PAUSE_SECONDS)


def _behind(batch: Lines, before: Position | None) -> Position:
    """The position behind a batch: its last moment, and how many of that moment's events have arrived."""
    moment = int(batch.times[-1])
    events = len(batch) - int(np.searchsorted(batch.times, moment))
    if before is not None and before.time == moment:
        events += before.events
    return Position(moment, events)
