"""What is right to be found where a stream is played to, once it has come to some position."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from cartload.calendar.timeline import last_shown
from cartload.engine.generate import Engine
from cartload.events.stream import EventStream
from cartload.events.topics import EventType
from cartload.schema import TABLE_NAMES
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec.model import Spec
from cartload.storage.stream_position import Position
from cartload.writers.event_stream import BLOCKS, StreamJob

type Check = Callable[[], None]
"""Called before each chunk; raises what shall end the work."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The shop and its stream as of a moment.

    ``as_of`` is the last moment (milliseconds since 1970) all of whose events are there; None where none has
    arrived and the stream begins with the first event of all. ``tables`` are rows and hash of every table
    then: what the topics of rows add up to, where the stream began with the first event of all. ``events``
    are the numbers of the stream's events until then by topic and type, 0 among them.
    """

    as_of: int | None
    tables: dict[str, RowHash]
    events: dict[str, dict[str, int]]


def expected(job: StreamJob, until: Position | None, check: Check, *, ended: bool = False) -> Expected:
    """What is right when a job has come to a position; None: none of its events has arrived.

    A stream that has ``ended`` has come to its job's last moment, which is later than its last event. All is
    made anew, chunk by chunk: it takes about as long as making the dataset, and the memory of a chunk.
    """
    last = last_shown(job.spec)
    if ended:
        # Nothing is behind the last moment, so it holds all of its events.
        return _as_of(job, last, _counts(job, last, check)[0], check)
    if until is None:
        return _as_of(job, job.since, Counter(), check)
    moment = min(until.time, last)
    counts, of_moment = _counts(job, moment, check)
    if until.events >= of_moment.total():
        return _as_of(job, moment, counts, check)
    return _as_of(job, moment - 1, counts - of_moment, check)


def _as_of(job: StreamJob, moment: int | None, counts: Counter[EventType], check: Check) -> Expected:
    types = EventStream(job.spec, job.topics).types
    events: dict[str, dict[str, int]] = {kind.topic: {} for kind in types}
    for kind in types:
        events[kind.topic][kind.name] = counts[kind]
    return Expected(moment, _tables(job, moment, check), events)


def _counts(job: StreamJob, until: int, check: Check) -> tuple[Counter[EventType], Counter[EventType]]:
    """How many events of each type the job has until a moment, and how many of them at that very moment."""
    stream = EventStream(_shown(job.spec, until), job.topics)
    counts, of_moment = Counter[EventType](), Counter[EventType]()
    for chunk in job.chunks(BLOCKS):
        check()
        for kind, times in stream.times(chunk):
            first = 0 if job.since is None else int(np.searchsorted(times, job.since, side="right"))
            counts[kind] += len(times) - first
            of_moment[kind] += len(times) - max(first, int(np.searchsorted(times, until)))
    return counts, of_moment


def _tables(job: StreamJob, moment: int | None, check: Check) -> dict[str, RowHash]:
    sums = dict.fromkeys(TABLE_NAMES, RowHash())
    if moment is None:
        return sums
    engine = Engine(_shown(job.spec, moment))
    for chunk in job.chunks(BLOCKS):
        check()
        for table, batch in engine.generate(chunk, dictionaries=True).items():
            sums[table] += hash_batch(batch, table)
    return sums


def _shown(spec: Spec, moment: int) -> Spec:
    return spec.model_copy(update={"as_of": datetime.fromtimestamp(moment / 1000, UTC)})
