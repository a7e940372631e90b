"""Events at the speed of a clock: history at once, then each event when it is due."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from cartload.writers.event_sinks import EventSink
from cartload.writers.external_sort import Lines

type Clock = Callable[[], float]
type OnSlowed = Callable[[float], None]
"""Called with the seconds that a clock has been slowed in all."""

_SHORTEST_WAIT: Final = 0.002
"""Events of so many seconds are written together rather than one by one."""
_LONGEST_WAIT: Final = 1.0
_UNPACED_EVENTS: Final = 10_000
"""So many are written without a look at the speed that is wanted."""
_TOLERATED: Final = 0.1
"""Seconds that events may be late before the clock is slowed."""


class Pace:
    """Event time is ``live_from`` (milliseconds since 1970) and then the time that passed, times ``speed``.

    What happened until ``live_from`` is history and goes as fast as the sink takes it; the clock starts when
    all of it has arrived. Where the sink cannot follow, the clock is slowed by as much: events keep their
    distances, none is left out, and ``on_slowed`` is told. Without a ``speed`` there is no clock, and all
    events go as fast as the sink takes them.
    """

    def __init__(
        self, live_from: int, speed: float | None, on_slowed: OnSlowed, clock: Clock = time.monotonic
    ) -> None:
        self._live_from = live_from
        # Event time was `_anchor` when the clock showed `_began`.
        self._anchor = float(live_from)
        self._speed = self._wanted_speed = speed
        self._on_slowed = on_slowed
        self._clock = clock
        self._began = math.nan
        self._slowed = 0.0

    def change_speed(self, speed: float | None) -> None:
        """Go on at another speed from the event time that is reached; may be called from any thread."""
        self._wanted_speed = speed

    def due(self, arriving: Iterable[Lines], sink: EventSink) -> Iterator[Lines]:
        """The same lines in smaller parts, each when it is due; whoever takes one writes it to the sink."""
        for lines in arriving:
            start = 0
            if math.isnan(self._began):
                start = _count(lines, self._live_from)
                if start:
                    yield lines.slice(0, start)
                if start == len(lines):
                    continue
                sink.flush()
                self._began = self._clock()
            yield from self._live(lines.slice(start, len(lines)), sink)

    def _live(self, lines: Lines, sink: EventSink) -> Iterator[Lines]:
        while len(lines):
            if self._speed != self._wanted_speed:
                self._anchor_anew(lines)
            speed = self._speed
            if speed is None:
                yield lines.slice(0, _UNPACED_EVENTS)
                lines = lines.slice(_UNPACED_EVENTS, len(lines))
                continue
            late = self._late(lines, speed)
            if late < 0:
                sink.wait(min(max(-late, _SHORTEST_WAIT), _LONGEST_WAIT))
                continue
            if late > _TOLERATED:
                self._slow(late)
            ready = max(1, _count(lines, self._event_time(speed)))
            yield lines.slice(0, ready)
            # Only what has arrived is done: how far the sink is behind would not be seen otherwise.
            sink.flush()
            lines = lines.slice(ready, len(lines))

    def _late(self, lines: Lines, speed: float) -> float:
        """Seconds since the first of some lines was due; below 0 where it is not yet."""
        return (self._event_time(speed) - int(lines.times[0])) / 1000 / speed

    def _event_time(self, speed: float) -> float:
        return self._anchor + (self._clock() - self._began) * 1000 * speed

    def _anchor_anew(self, lines: Lines) -> None:
        """Take over the speed that is wanted, in front of some lines."""
        speed, self._speed = self._speed, self._wanted_speed
        late = 0.0 if speed is None else self._late(lines, speed)
        # A little that events are late, times a high speed, would be hours at a low one: so it stays what it
        # is in seconds.
        self._anchor = int(lines.times[0]) + min(late, 0.0) * 1000 * (speed or 0.0)
        self._began = self._clock() - max(late, 0.0)

    def _slow(self, seconds: float) -> None:
        self._began += seconds
        self._slowed += seconds
        self._on_slowed(self._slowed)


def _count(lines: Lines, until: float) -> int:
    """How many of some lines happened until a moment."""
    return int(np.searchsorted(lines.times, until, side="right"))
