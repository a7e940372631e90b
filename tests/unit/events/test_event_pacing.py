"""Pacing by a clock that the tests hold: history at once, then each event when it is due."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from cartload.writers.external_sort import Lines
from cartload.writers.pacing import Pace

LIVE_FROM = 1_700_000_000_000


class SlowSink:
    """A sink whose clock goes on when it waits, and while it flushes what was written."""

    def __init__(self, seconds_to_flush: Callable[[float], float] = lambda _: 0.0) -> None:
        self.now = 50.0
        self.written: list[tuple[int, float]] = []
        self._seconds_to_flush = seconds_to_flush
        self._waiting = False

    def write(self, lines: Lines) -> None:
        self.written += [(time, self.now) for time in lines.times.tolist()]
        self._waiting = True

    def flush(self) -> None:
        if self._waiting:
            self.now += self._seconds_to_flush(self.now)
        self._waiting = False

    def wait(self, seconds: float) -> None:
        assert 0 < seconds <= 1
        self.now += seconds


def lines(*times: int) -> Lines:
    texts = pa.array([b"{}\n"] * len(times), pa.large_binary())
    return Lines(np.array(times), np.arange(len(times)), texts)


def played(sink: SlowSink, speed: float, *batches: Lines) -> list[float]:
    """Write everything at a pace, and return what was said of a slowed clock."""
    slowed: list[float] = []
    pace = Pace(LIVE_FROM, speed, slowed.append, lambda: sink.now)
    for due in pace.due(batches, sink):
        sink.write(due)
    return slowed


def test_history_comes_at_once_and_the_rest_when_it_is_due() -> None:
    sink = SlowSink()
    history = [LIVE_FROM - 5_000_000, LIVE_FROM - 1, LIVE_FROM]
    live = [LIVE_FROM + 500, LIVE_FROM + 60_000, LIVE_FROM + 60_000, LIVE_FROM + 3_600_000]
    assert not played(sink, 60, lines(history[0]), lines(*history[1:], *live[:2]), lines(*live[2:]))
    assert [time for time, _ in sink.written] == [*history, *live]
    moments = [now - 50 for _, now in sink.written]
    assert moments[:3] == [0, 0, 0]
    assert moments[3:] == pytest.approx([0.5 / 60, 1, 1, 60], abs=0.002)


@pytest.mark.parametrize("speed", [1, 3600])
def test_nothing_is_early_and_little_is_late(speed: int) -> None:
    sink = SlowSink(lambda _: 0.004)
    times = LIVE_FROM + np.cumsum(np.random.default_rng(7).exponential(40 * speed, 2_000)).astype(int)
    assert not played(sink, speed, lines(*times.tolist()))
    late = [now - 50 - (time - LIVE_FROM) / 1000 / speed for time, now in sink.written]
    assert min(late) > -1e-6
    assert max(late) < 0.012


def test_the_clock_starts_when_history_has_arrived() -> None:
    sink = SlowSink(lambda now: 30.0 if now < 60 else 0.0)
    assert not played(sink, 1, lines(LIVE_FROM - 1, LIVE_FROM + 2_000))
    assert sink.written[1][1] == pytest.approx(82, abs=0.01)


def test_a_sink_that_stalls_slows_the_clock_and_events_keep_their_distances() -> None:
    times = [LIVE_FROM + 1_000 * number for number in range(1, 11)]
    sink = SlowSink(lambda now: 5.0 if 53 <= now < 54 else 0.0)
    slowed = played(sink, 1, lines(*times))
    assert [time for time, _ in sink.written] == times
    moments = np.array([now for _, now in sink.written])
    # The fourth was due after one second and came after five: so do all later ones.
    assert np.diff(moments) == pytest.approx([1, 1, 5, 1, 1, 1, 1, 1, 1], abs=0.01)
    assert slowed == pytest.approx([4.0], abs=0.01)


def test_a_sink_that_is_always_slow_gets_nothing_in_bunches() -> None:
    times = [LIVE_FROM + 1_000 * number for number in range(1, 21)]
    sink = SlowSink(lambda _: 2.0)
    slowed = played(sink, 1, lines(*times))
    assert np.diff([now for _, now in sink.written]) == pytest.approx([2.0] * 19, abs=0.01)
    assert slowed == sorted(slowed)
    assert slowed[-1] == pytest.approx(19, abs=0.2)


@pytest.mark.parametrize(("before", "after"), [(1, 60), (60, 1), (3600, 1)])
def test_another_speed_counts_from_the_event_time_that_is_reached(before: int, after: int) -> None:
    sink, slowed = SlowSink(), list[float]()
    pace = Pace(LIVE_FROM, before, slowed.append, lambda: sink.now)
    times = LIVE_FROM + 1_000 * np.cumsum([before] * 5 + [after] * 5)
    for due in pace.due([lines(*times.tolist())], sink):
        sink.write(due)
        if len(sink.written) == 5:
            pace.change_speed(after)
    assert [time for time, _ in sink.written] == times.tolist()
    # A second lies between any two, whatever the speed: there is no jump where it changes.
    assert [now - 50 for _, now in sink.written] == pytest.approx(range(1, 11), abs=0.02)
    assert not slowed


def test_a_speed_that_changes_while_events_are_late_slows_no_clock() -> None:
    sink, slowed = SlowSink(lambda _: 0.05), list[float]()
    pace = Pace(LIVE_FROM, 3600, slowed.append, lambda: sink.now)
    # The second is due while the first is on its way: 50 ms, which are three minutes of event time.
    for due in pace.due([lines(LIVE_FROM + 3_600_000, LIVE_FROM + 3_610_000, LIVE_FROM + 3_612_000)], sink):
        sink.write(due)
        pace.change_speed(1)
    assert np.diff([now for _, now in sink.written]) == pytest.approx([0.05, 2.0], abs=0.06)
    assert not slowed
