"""Streams that are paused, stopped and gone on with, by a clock that the tests hold."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from cartload.engine.chunks import Segment
from cartload.events.topics import TOPICS
from cartload.spec import parse, resolve
from cartload.storage.stream_position import Position
from cartload.writers.event_stream import EventLines, StreamJob
from cartload.writers.external_sort import Lines
from cartload.writers.pacing import Pace
from cartload.writers.playback import Playback, PlaybackStoppedError

MOMENT = 1_700_000_000_000


class Broker:
    """A sink that has what was flushed, and whose clock goes on when it waits."""

    def __init__(self, on_wait: Callable[[float], None] = lambda _: None) -> None:
        self.now = 50.0
        self.arrived: list[bytes] = []
        self.moments: list[float] = []
        self._on_its_way: list[bytes] = []
        self._on_wait = on_wait

    def write(self, lines: Lines) -> None:
        self._on_its_way += lines.lines.to_pylist()
        self.moments += [self.now] * len(lines)

    def flush(self) -> None:
        self.arrived += self._on_its_way
        self._on_its_way = []

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self._on_wait(self.now)


def lines(*times: int) -> Lines:
    texts = pa.array([b"%d\n" % number for number in range(len(times))], pa.large_binary())
    return Lines(np.array(times), np.arange(len(times)), texts)


def played_a_part(broker: Broker, job: StreamJob, position: Position | None, wanted: int) -> Position | None:
    """Stop once so many events of what is behind a position have arrived, or all; how far it has come."""
    end = len(broker.arrived) + wanted

    def arrived(_: Position, _batch: int) -> None:
        if len(broker.arrived) >= end:
            playback.stop()

    playback = Playback(broker, arrived, position, batch_events=7)
    with EventLines(replace(job, since=playback.since)) as events, suppress(PlaybackStoppedError):
        events.make(lambda _: None)
        events.write(playback, lambda _: None)
    return playback.position


def test_the_position_counts_the_events_of_its_moment_over_batches() -> None:
    seen: list[tuple[Position, int]] = []
    broker = Broker()
    playback = Playback(broker, lambda *what: seen.append(what), batch_events=2, told_seconds=0)
    playback.write(lines(MOMENT, MOMENT + 1, MOMENT + 1, MOMENT + 1, MOMENT + 1))
    playback.write(lines(MOMENT + 1, MOMENT + 2))
    assert seen == [
        (Position(MOMENT + 1, 1), 2),
        (Position(MOMENT + 1, 3), 2),
        (Position(MOMENT + 1, 4), 1),
        (Position(MOMENT + 2, 1), 2),
    ]
    assert playback.position == seen[-1][0]


def test_a_stream_that_is_stopped_again_and_again_is_the_stream() -> None:
    spec = resolve(parse({"customers": 40, "catalogue": {"products": 60}}))
    job = StreamJob(spec, (Segment(0, spec.customers),), TOPICS)
    whole, broker = Broker(), Broker()
    with EventLines(job) as events:
        count = events.make(lambda _: None)
        events.write(whole, lambda _: None)
    position, starts = None, 0
    while len(broker.arrived) < count:
        starts += 1
        position = played_a_part(broker, job, position, count // 4)
    assert starts > 3
    assert broker.arrived == whole.arrived


def test_events_keep_their_distances_when_a_stream_was_paused() -> None:
    def on_wait(now: float) -> None:
        if 52.5 <= now < 60 and len(broker.moments) == 2:
            playback.pause()
        if now >= 60:
            playback.resume()

    slowed: list[float] = []
    broker = Broker(on_wait)
    playback = Playback(broker, lambda *_: None, clock=lambda: broker.now)
    pace = Pace(MOMENT, 1, slowed.append, playback.clock)
    for due in pace.due([lines(*(MOMENT + 1_000 * number for number in range(1, 6)))], playback):
        playback.write(due)
    assert len(broker.arrived) == 5
    assert broker.moments[:2] == pytest.approx([51, 52], abs=0.01)
    assert broker.moments[2] > 60
    assert np.diff(broker.moments[2:]) == pytest.approx([1, 1], abs=0.01)
    # What is asked for is no fault of the sink.
    assert not slowed


def test_what_has_arrived_is_told_when_time_has_passed_or_it_is_much() -> None:
    seen: list[tuple[float, int]] = []
    broker = Broker()
    playback = Playback(
        broker,
        lambda _, count: seen.append((broker.now, count)),
        batch_events=100,
        told_seconds=0.5,
        clock=lambda: broker.now,
    )
    for number in range(20):
        playback.write(lines(MOMENT + number))
        playback.wait(0.07)
    playback.write(lines(*range(MOMENT + 50, MOMENT + 290)))
    # A wait ends when something is to be told, and is what it was asked for when nothing is.
    now = broker.now
    playback.wait(5)
    assert broker.now == pytest.approx(now + 0.5, abs=0.01)
    playback.wait(5)
    assert broker.now == pytest.approx(now + 5.5, abs=0.01)
    assert sum(count for _, count in seen) == 260
    assert [count for _, count in seen[:2]] == [8, 8]
    assert np.diff([moment for moment, _ in seen[:2]]) == pytest.approx(0.5, abs=0.03)
    # So that never more than a hundred were sent and untold, the first batch filled up what was.
    assert [count for _, count in seen[2:]] == [100, 100, 44]


def test_what_was_not_told_because_that_failed_is_told_again() -> None:
    seen: list[tuple[Position, int]] = []
    fails = True

    def arrived(position: Position, count: int) -> None:
        if fails:
            raise ConnectionError
        seen.append((position, count))

    broker = Broker()
    playback = Playback(broker, arrived, batch_events=2, clock=lambda: broker.now)
    with pytest.raises(ConnectionError):
        playback.write(lines(MOMENT, MOMENT + 1, MOMENT + 2))
    fails = False
    playback.write(lines(MOMENT + 2))
    playback.finish()
    assert seen == [(Position(MOMENT + 1, 1), 2), (Position(MOMENT + 2, 1), 1)]


def test_all_that_has_arrived_is_told_before_a_stream_stands_still_or_stops() -> None:
    seen: list[int] = []
    still: list[tuple[bool, int]] = []

    def on_wait(now: float) -> None:
        still.append((playback.paused, sum(seen)))
        if len(still) == 3:
            playback.resume()

    broker = Broker(on_wait)
    playback = Playback(broker, lambda _, count: seen.append(count), clock=lambda: broker.now)
    playback.write(lines(MOMENT, MOMENT))
    playback.pause()
    assert not seen
    # Asked to pause, it stands still when it comes to its next events.
    assert not playback.paused
    playback.check()
    playback.write(lines(MOMENT + 1))
    assert still == [(True, 2)] * 3
    assert not playback.paused
    playback.stop()
    with pytest.raises(PlaybackStoppedError):
        playback.check()
    assert seen == [2, 1]


def test_a_rate_limit_spreads_events_over_real_time() -> None:
    broker = Broker()
    playback = Playback(broker, lambda *_: None, rate_limit=200, clock=lambda: broker.now)
    for _ in range(3):
        playback.write(lines(*[MOMENT] * 100))
    seconds = [moment - 50 for moment in broker.moments]
    assert seconds == pytest.approx([number // 20 / 10 for number in range(300)], abs=0.02)
    # What is written late, because nobody wrote, is not made up for.
    broker.now += 30
    playback.write(lines(*[MOMENT] * 100))
    assert broker.moments[-1] - broker.moments[300] == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("limit", [0.25, 5])
def test_a_rate_limit_may_be_less_than_an_event_in_a_tenth_of_a_second(limit: float) -> None:
    broker = Broker()
    playback = Playback(broker, lambda *_: None, rate_limit=limit, clock=lambda: broker.now)
    playback.write(lines(*[MOMENT] * 6))
    assert np.diff(broker.moments) == pytest.approx(1 / limit, abs=0.11)


def test_a_limited_stream_is_paused_and_stopped_while_it_waits() -> None:
    def on_wait(now: float) -> None:
        if 51 <= now < 70 and len(broker.moments) == 1:
            playback.pause()
        if now >= 70:
            playback.resume()
        if now >= 80:
            playback.stop()

    broker = Broker(on_wait)
    playback = Playback(broker, lambda *_: None, rate_limit=0.25, clock=lambda: broker.now)
    with pytest.raises(PlaybackStoppedError):
        playback.write(lines(*[MOMENT] * 6))
    # The second was due four seconds after the first, one of which had passed before the pause.
    assert broker.moments == pytest.approx([50, 73, 77], abs=0.3)
    assert broker.now == pytest.approx(80, abs=0.3)


def test_a_paused_stream_can_be_stopped_from_another_thread() -> None:
    waits = threading.Event()
    broker = Broker(lambda _: waits.set())
    playback = Playback(broker, lambda *_: None)
    playback.pause()
    refused: list[type[BaseException]] = []

    def play() -> None:
        try:
            playback.write(lines(MOMENT))
        except PlaybackStoppedError as error:
            refused.append(type(error))

    player = threading.Thread(target=play)
    player.start()
    assert waits.wait(10)
    playback.stop()
    player.join(10)
    assert refused == [PlaybackStoppedError]
    assert not broker.arrived
    assert playback.position is None
