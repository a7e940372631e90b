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
    playback = Playback(broker, lambda *what: seen.append(what), batch_events=2)
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
