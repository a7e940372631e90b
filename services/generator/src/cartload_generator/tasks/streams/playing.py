"""One stream being played, in a thread: from where it stands until its end, or until it is told to stop."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time
from typing import Protocol

from cartload import spec as engine_spec
from cartload.engine.chunks import Segment
from cartload.storage.stream_position import Position
from cartload.writers.event_sinks import EventSink
from cartload.writers.event_stream import EventLines, StreamJob
from cartload.writers.pacing import Pace
from cartload.writers.playback import Playback
from cartload_contracts.streams import StreamGoal
from cartload_generator.domain.streams import Stream, milliseconds


class Sink(EventSink, Protocol):
    """Where events go."""

    @property
    def notes(self) -> Sequence[str]:
        """What the stream's owner should know of the place."""


type OpenSink = Callable[[Stream], AbstractContextManager[Sink]]
"""Opens the place that a stream's events go to. Raises KafkaFailedError."""


class Listener(Protocol):
    """Who is told how far a stream has come: in the thread, which goes on when the call returns."""

    def remarked(self, note: str) -> None:
        """There is something that the stream's owner should know."""

    def made(self, left: int) -> None:
        """All events are made; so many have not arrived yet."""

    def arrived(self, position: Position, events: int, seconds_slowed: float) -> None:
        """So many more have arrived, up to a position; the clock has been slowed by so much in all."""


class Playing:
    """Plays a stream once. `run` is for a thread; all else may be called from any other."""

    def __init__(self, stream: Stream, open_sink: OpenSink, listener: Listener) -> None:
        self._stream = stream
        self._open_sink = open_sink
        self._listener = listener
        self._lock = threading.Lock()
        self._goal, self._speed = stream.goal, stream.speed
        self._playback: Playback | None = None
        self._pace: Pace | None = None
        self._seconds_slowed = stream.seconds_slowed

    @property
    def paused(self) -> bool:
        """Whether it stands still, and all that was sent has been told."""
        playback = self._playback
        return playback is not None and playback.paused

    def follow(self, goal: StreamGoal, speed: float | None) -> None:
        """Do what is wanted now."""
        with self._lock:
            self._goal, self._speed = goal, speed
            self._apply()

    def stop(self) -> None:
        """Stop where it is, whatever is wanted."""
        self.follow("stop", self._speed)

    def run(self) -> None:
        """Play what is left.

        Raises PlaybackStoppedError, KafkaFailedError, OSError where temporary files do not fit, and what the
        listener raises.
        """
        with self._open_sink(self._stream) as sink:
            if self._stream.position is None:
                for note in sink.notes:
                    self._listener.remarked(note)
            playback = self._begin(sink)
            job = job_of(self._stream, playback.since)
            with EventLines(job) as events:
                made = events.make(lambda _: playback.check())
                self._listener.made(made - self._stream.position_events)
                try:
                    events.write(playback, lambda _: None, self._paced(playback, job))
                finally:
                    # What has arrived before an error has arrived all the same.
                    playback.finish()

    def _begin(self, sink: EventSink) -> Playback:
        stream = self._stream
        with self._lock:
            self._playback = playback = Playback(
                sink, self._arrived, stream.position, rate_limit=stream.rate_limit
            )
            self._apply()
        return playback

    def _paced(self, playback: Playback, job: StreamJob) -> Pace:
        slowed_before = self._stream.seconds_slowed

        def slowed(seconds: float) -> None:
            self._seconds_slowed = slowed_before + seconds

        with self._lock:
            self._pace = Pace(_live_from(self._stream, job), self._speed, slowed, playback.clock)
        return self._pace

    def _arrived(self, position: Position, events: int) -> None:
        self._listener.arrived(position, events, self._seconds_slowed)

    def _apply(self) -> None:
        if self._pace is not None:
            self._pace.change_speed(self._speed)
        if self._playback is None:
            return
        match self._goal:
            case "play":
                self._playback.resume()
            case "pause":
                self._playback.pause()
            case "stop":
                self._playback.stop()


def job_of(stream: Stream, since: int | None = None) -> StreamJob:
    """What the engine is to play of a stream: all of it, or what is after a moment of it."""
    if since is None and stream.after is not None:
        since = milliseconds(stream.after)
    return StreamJob(
        engine_spec.resolve(engine_spec.parse(stream.spec)),
        tuple(Segment(one.first_block, one.customers) for one in stream.segments),
        stream.topics,
        since,
    )


def _live_from(stream: Stream, job: StreamJob) -> int:
    """The moment from which on events come when they are due: never before the first that is left."""
    opens = datetime.combine(job.spec.window.start, time(), UTC)
    wanted = milliseconds(stream.live_from or stream.after or opens)
    return wanted if job.since is None else max(wanted, job.since)
