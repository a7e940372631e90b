"""Events of a dataset as JSON Lines in the order of time, to a file, a pipe or Kafka."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from cartload.encoders.event_lines import event_lines
from cartload.engine.chunks import Chunk, Segment, plan, rows_of
from cartload.events.stream import Events, EventStream
from cartload.events.topics import EVENT_TYPES
from cartload.spec.model import Spec
from cartload.writers.event_sinks import EventSink
from cartload.writers.external_sort import ExternalSort, Lines
from cartload.writers.faulty_lines import FaultyLines
from cartload.writers.job import OnRows
from cartload.writers.pacing import Pace

RUN_BYTES: Final = 32 * 2**20
"""So many bytes of lines are sorted in memory."""
_RANK_SHIFT: Final = 48
"""Row numbers are below ``2**48``: so ranks order events of one moment by type, then row."""
BLOCKS: Final = 2
"""Blocks made at a time, fewer than messages of rows have: a row's events have many times its bytes."""
_FIRST_CLICK: Final = next(place for place, kind in enumerate(EVENT_TYPES) if kind.visitor)
_PLACES: Final = {kind: _FIRST_CLICK if kind.visitor else place for place, kind in enumerate(EVENT_TYPES)}


@dataclass(frozen=True, slots=True)
class StreamJob:
    """What is to be played: the spec is resolved, ``since`` and its ``as_of`` lie in its window, in order.

    Events after ``since`` (milliseconds since 1970; None for all) until ``as_of``, or the window's end.
    ``segments`` are the runs of customers that the dataset has.
    """

    spec: Spec
    segments: tuple[Segment, ...]
    topics: tuple[str, ...]
    since: int | None = None

    def chunks(self, blocks: int) -> Iterator[Chunk]:
        """All chunks, of so many blocks: each table of the catalogue once."""
        for number, segment in enumerate(self.segments):
            yield from plan(self.spec, segment, catalogue=number == 0, blocks_per_chunk=blocks)

    @property
    def rows(self) -> int:
        """About how many rows' events are made."""
        return sum(sum(rows_of(self.spec, chunk).values()) for chunk in self.chunks(BLOCKS))


class EventLines:
    """The events of a job, a line each: made and sorted first, then written.

    They are made chunk by chunk, and each chunk's are spread over the whole window: so the first line is
    known when the last event is made. ``run_bytes`` are sorted in memory at a time, and ``blocks`` are made
    at a time: neither changes a line.
    """

    def __init__(self, job: StreamJob, run_bytes: int = RUN_BYTES, blocks: int = BLOCKS) -> None:
        self._job = job
        self._blocks = blocks
        self._sort = ExternalSort(run_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sort.close()

    def make(self, on_rows: OnRows) -> int:
        """Make all events, and return how many; ``on_rows`` gets the rows whose events are made.

        Raises OSError where the temporary files do not fit.
        """
        job, count = self._job, 0
        stream = EventStream(job.spec, job.topics)
        for chunk in job.chunks(self._blocks):
            for events in stream.of(chunk):
                lines = _lines(events, job.since)
                count += len(lines)
                self._sort.add(lines)
            on_rows(sum(rows_of(job.spec, chunk).values()))
        return count

    def write(
        self,
        sink: EventSink,
        on_events: OnRows,
        pace: Pace | None = None,
        faults: FaultyLines | None = None,
    ) -> None:
        """Write all lines in order, as fast as the sink takes them or at a pace, and return when they have
        arrived; ``on_events`` gets their numbers.

        Raises OSError, and what the sink raises.
        """
        arriving = self._sort.merged()
        if faults is not None:
            arriving = faults.of(arriving)
        for lines in arriving if pace is None else pace.due(arriving, sink):
            sink.write(lines)
            on_events(len(lines))
        sink.flush()


def _lines(events: Events, since: int | None) -> Lines:
    if since is not None:
        # They are in the order of time.
        first = int(np.searchsorted(_milliseconds(events), since, side="right"))
        events = Events(events.type, events.batch.slice(first))
    ranks = (_PLACES[events.type] << _RANK_SHIFT) + events.batch["row"].to_numpy()
    return Lines(_milliseconds(events), ranks, event_lines(events))


def _milliseconds(events: Events) -> Any:
    return events.batch["time"].view("int64").to_numpy()
