"""What is right at a position of a stream, compared with the lines until there and the rows as of then."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartload.calendar.timeline import last_shown
from cartload.engine.chunks import Segment
from cartload.events.topics import BUSINESS_TOPICS, ORDERS, TOPICS, USER_EVENTS, types_of
from cartload.spec import parse, resolve
from cartload.storage.stream_position import Position
from cartload.writers.event_stream import EventLines, StreamJob
from cartload.writers.expected_stream import Expected, expected
from cartload.writers.external_sort import Lines
from support.any_spec import valid_fields
from support.folding import fold_hashes

FIELDS: dict[str, Any] = {
    "customers": 60,
    "clickstream": {"sessions_per_customer": 0.5},
    "catalogue": {"products": 80},
    "orders": {"cancel_rate": 0.2, "return_rate": 0.3, "payment_failure_rate": 0.4},
}


class Written:
    """The lines of a job, with their times in milliseconds."""

    def __init__(self, job: StreamJob) -> None:
        self.times: list[int] = []
        self.kinds: list[tuple[str, str]] = []
        with EventLines(job) as events:
            events.make(lambda _: None)
            events.write(self, lambda _: None)

    def write(self, lines: Lines) -> None:
        self.times += lines.times.tolist()
        told = [json.loads(line) for line in lines.lines.to_pylist()]
        self.kinds += [(line["topic"], line["type"]) for line in told]

    def flush(self) -> None:
        pass

    def wait(self, seconds: float) -> None:
        raise AssertionError

    def position(self, count: int) -> Position:
        """Where so many have arrived."""
        moment = self.times[count - 1]
        return Position(moment, count - self.times.index(moment))

    def counts(self, until: int) -> Counter[tuple[str, str]]:
        return Counter(kind for time, kind in zip(self.times, self.kinds, strict=True) if time <= until)


def job_of(
    topics: tuple[str, ...] = TOPICS,
    since: int | None = None,
    segments: tuple[Segment, ...] = (),
    **more: Any,
) -> StreamJob:
    spec = resolve(parse({**FIELDS, **more}))
    return StreamJob(spec, segments or (Segment(0, spec.customers),), topics, since)


def counted(found: Expected) -> Counter[tuple[str, str]]:
    return Counter({(topic, name): n for topic, names in found.events.items() for name, n in names.items()})


def nothing() -> None:
    pass


def require_right(job: StreamJob, written: Written, found: Expected, as_of: int) -> None:
    assert found.as_of == as_of
    assert counted(found) == written.counts(as_of)
    assert found.tables == fold_hashes(job.spec, job.chunks(1), as_of)


def test_the_last_moment_counts_when_all_of_its_events_have_arrived() -> None:
    job = job_of()
    written = Written(job)
    # A moment in the midst of the stream with several events: an order's, with its items and its payment.
    moment = next(time for time, n in Counter(written.times[len(written.times) // 2 :]).items() if n > 2)
    whole = written.times.count(moment)
    for events, as_of in ((1, moment - 1), (whole - 1, moment - 1), (whole, moment)):
        require_right(job, written, expected(job, Position(moment, events), nothing), as_of)


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(fields=valid_fields(most_rows=1_500), data=st.data())
def test_any_stream_at_any_position(fields: dict[str, Any], data: st.DataObject) -> None:
    spec = resolve(parse(fields))
    wanted = tuple(data.draw(st.lists(st.sampled_from(TOPICS), min_size=1, unique=True)))
    whole = Written(StreamJob(spec, (Segment(0, spec.customers),), wanted))
    since = data.draw(st.none() | st.sampled_from(whole.times)) if whole.times else None
    job = StreamJob(spec, (Segment(0, spec.customers),), wanted, since)
    written = Written(job)
    end = last_shown(spec)
    require_right(job, written, expected(job, None, nothing, ended=True), end)
    if written.times:
        place = data.draw(st.integers(1, len(written.times)))
        position, times = written.position(place), [*written.times, end + 1]
        as_of = position.time - (times[place] == position.time)
        require_right(job, written, expected(job, position, nothing), as_of)


def test_customers_that_were_appended_are_counted_too() -> None:
    job = job_of(customers=1_100, segments=(Segment(0, 1_000), Segment(1, 100)), topics=(USER_EVENTS,))
    found = expected(job, None, nothing, ended=True)
    assert found.tables["users"].rows == found.events[USER_EVENTS]["user_registered"] == 1_100
    assert found.tables["products"].rows == 80
    assert found == expected(job_of(customers=1_100, topics=(USER_EVENTS,)), None, nothing, ended=True)


def test_until_the_first_event_arrives_the_shop_is_as_the_stream_found_it() -> None:
    found = expected(job_of(BUSINESS_TOPICS), None, nothing)
    assert found.as_of is None
    assert {total.rows for total in found.tables.values()} == {0}
    assert set(found.events) == set(BUSINESS_TOPICS)
    assert set(counted(found)) == {(kind.topic, kind.name) for kind in types_of(BUSINESS_TOPICS)}
    assert counted(found).total() == 0
    written = Written(job_of(BUSINESS_TOPICS))
    since = written.times[len(written.times) // 2]
    late = job_of((ORDERS,), since)
    found = expected(late, None, nothing)
    assert (found.as_of, counted(found).total()) == (since, 0)
    assert found.tables == fold_hashes(late.spec, late.chunks(1), since)


def test_a_stream_that_is_played_until_a_moment_ends_there() -> None:
    job = job_of(as_of="2025-03-01T12:00:00Z")
    written, end = Written(job), last_shown(job.spec)
    require_right(job, written, expected(job, None, nothing, ended=True), end)
    # Its last event may be of an earlier moment: until then is known, not what comes behind.
    last = written.position(len(written.times))
    require_right(job, written, expected(job, last, nothing), last.time)


def test_the_work_ends_when_it_shall() -> None:
    calls = 0

    def stop() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        expected(job_of(), None, stop, ended=True)
    assert calls == 3
