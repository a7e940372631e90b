"""Players of streams on a real database, which play into memory."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from cartload import spec as engine_spec
from cartload.engine.chunks import Segment
from cartload.events.topics import BUSINESS_TOPICS, CDC, TOPICS
from cartload.storage.kafka_client import KafkaFailedError
from cartload.writers.event_stream import EventLines, StreamJob
from cartload.writers.external_sort import Lines
from support.generator_service import Generator, User
from support.stream_player import (
    SPEC,
    MemoryKafka,
    act,
    ask,
    eventually,
    expected_of,
    new_dataset,
    playing,
    until,
)


@pytest.fixture
def kafka() -> MemoryKafka:
    return MemoryKafka()


def right(*topics: str, since: int | None = None, **changes: Any) -> list[dict[str, Any]]:
    """The events of the dataset in order, as the engine makes them without any service."""
    spec = engine_spec.resolve(engine_spec.parse({**SPEC, **changes}))
    made: list[dict[str, Any]] = []

    class Kept:
        def write(self, lines: Lines) -> None:
            made.extend(map(json.loads, bytes(lines.text).splitlines()))

        def flush(self) -> None:
            pass

        def wait(self, seconds: float) -> None:
            raise AssertionError

    job = StreamJob(spec, (Segment(0, spec.customers),), topics or BUSINESS_TOPICS, since)
    with EventLines(job) as events:
        events.make(lambda _: None)
        events.write(Kept(), lambda _: None)
    return made


def counted(events: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for event in events:
        counts.setdefault(event["topic"], Counter())[event["type"]] += 1
    return {topic: dict(types) for topic, types in counts.items()}


def some(counts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Without the types that there are no events of."""
    found = {topic: {name: n for name, n in types.items() if n} for topic, types in counts.items()}
    return {topic: types for topic, types in found.items() if types}


async def test_a_dataset_is_played_to_its_end_and_the_right_answer_is_known(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    kafka.notes = ["ecommerce-orders deletes records after 7 days"]
    stream = await ask(user, dataset, topics=["*"])
    assert (stream["state"], stream["goal"], stream["speed"]) == ("queued", "play", "max")
    assert [one["name"] for one in stream["topics"]] == list(TOPICS)
    async with playing(generator, kafka):
        ended = await until(user, stream, "ended")
        expected = await expected_of(user, stream)
    events = right(*TOPICS)
    assert kafka.events == events
    assert ended["events_sent"] == ended["events_total"] == len(events)
    assert ended["event_time"].replace("000Z", "Z") == events[-1]["time"]
    assert ended["finished_at"] is not None
    assert some(expected["events"]) == counted(events)
    created = Counter(one["topic"] for one in events if one["type"] == "row_created")
    rows = {f"{CDC}.{name}": total["rows"] for name, total in expected["tables"].items()}
    assert {topic: n for topic, n in rows.items() if n} == created
    history = await user.read(f"/api/streams/{stream['id']}/events")
    told = [(one["event"], one["detail"]) for one in history["items"]]
    assert [event for event, _ in told] == ["created", "preparing", "remark", "playing", "ended"]
    assert told[2] == ("remark", kafka.notes[0])


async def test_a_paused_stream_stands_still_is_answered_and_goes_on(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    stream = await ask(user, dataset, rate_limit=300)
    async with playing(generator, kafka):
        await arrived(kafka, 50)
        await act(user, stream, "pause")
        paused = await until(user, stream, "paused")
        here = len(kafka.events)
        assert (paused["events_sent"], paused["events_per_second"]) == (here, None)
        expected = await expected_of(user, stream)
        assert len(kafka.events) == here
        played = [one for one in kafka.events if one["time"] <= millisecond(expected["as_of"])]
        assert some(expected["events"]) == counted(played)
        resumed = await act(user, stream, "resume")
        assert resumed["goal"] == "play"
        assert (await user.call("GET", f"/api/streams/{stream['id']}/expected")).status_code == 409
        await until(user, stream, "playing")
        await arrived(kafka, here + 1)
        await act(user, stream, "stop")
        stopped = await until(user, stream, "stopped")
        await expected_of(user, stream)
    assert stopped["events_sent"] == len(kafka.events)
    assert kafka.events == right()[: len(kafka.events)]
    assert (await user.call("POST", f"/api/streams/{stream['id']}/resume")).status_code == 409


async def test_a_pause_that_lasts_frees_the_player_and_the_stream_goes_on_where_it_was(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    stream = await ask(user, dataset, rate_limit=2000)
    async with playing(generator, kafka, at_once=1, pause_kept_seconds=0.0):
        await arrived(kafka, 50)
        await act(user, stream, "pause")
        await until(user, stream, "paused")
        await expected_of(user, stream)
        other = await new_dataset(generator, user)
        second = await ask(user, other)
        await until(user, second, "ended")
        mine = [one for one in kafka.opened if str(one.id) == stream["id"]]
        assert len(mine) == 1
        first = kafka.events[: (await user.read(f"/api/streams/{stream['id']}"))["events_sent"]]
        del kafka.events[:]
        await act(user, stream, "resume")
        await until(user, stream, "ended")
    assert first + kafka.events == right()


async def test_a_player_that_has_lost_its_lease_writes_nothing_and_the_next_one_misses_nothing(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    events = right()
    kafka.open_until = len(events) // 2
    stream = await ask(user, dataset)
    async with playing(generator, kafka):
        await arrived(kafka, kafka.open_until)
        # Its process stood still for longer than the lease, say.
        await give_lease_away(generator)
        async with playing(generator, kafka):
            kafka.open_until = 1 << 60
            ended = await until(user, stream, "ended")
            await expected_of(user, stream)
    assert ended["events_sent"] == len(events)
    # The batch that was on its way comes twice, and each event is there.
    assert len(events) <= len(kafka.events) <= 2 * len(events)
    by_id = {one["id"]: one for one in kafka.events}
    assert sorted(by_id, key=order(events)) == [one["id"] for one in events]
    assert all(by_id[one["id"]] == one for one in events)


async def test_a_broker_that_is_away_is_waited_for(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    kafka.away = KafkaFailedError("Kafka at nowhere:9092 cannot be reached (refused)")
    stream = await ask(user, dataset)
    async with playing(generator, kafka):
        now = await eventually(
            lambda: user.read(f"/api/streams/{stream['id']}"), lambda now: now["waiting_for"]
        )
        assert now["waiting_for"] == str(kafka.away)
        kafka.away = None
        ended = await until(user, stream, "ended")
    assert ended["waiting_for"] is None
    assert kafka.events == right()


async def test_a_stream_that_kafka_refuses_fails_and_can_be_tried_again(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    kafka.away = KafkaFailedError("ecommerce-orders refuses events: too large", lasting=True)
    stream = await ask(user, dataset)
    async with playing(generator, kafka):
        failed = await until(user, stream, "failed")
        assert failed["error"] == str(kafka.away)
        assert failed["finished_at"] is not None
        kafka.away = None
        again = await act(user, stream, "resume")
        assert (again["state"], again["error"], again["finished_at"]) == ("queued", None, None)
        await until(user, stream, "ended")
    assert kafka.events == right()


async def test_the_speed_is_changed_while_it_is_played(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    stream = await ask(user, dataset, live_from="2025-11-28T00:00:00Z", speed=1)
    async with playing(generator, kafka):
        history = sum(one["time"] <= "2025-11-28T00:00:00.000Z" for one in right())
        await arrived(kafka, history)
        answer = await user.call("PATCH", f"/api/streams/{stream['id']}", json={"speed": "max"})
        assert (answer.status_code, answer.json()["speed"]) == (202, "max")
        await until(user, stream, "ended")
    assert kafka.events == right()
    assert (await user.call("PATCH", f"/api/streams/{stream['id']}", json={"speed": 60})).status_code == 409


async def test_a_part_of_the_time_is_played_on_topics_of_its_own(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    stream = await ask(
        user,
        dataset,
        topics=["ecommerce-orders", "ecommerce-pay*"],
        own_topics=True,
        until="2025-06-30T12:00:00+02:00",
        **{"from": "2025-03-01T00:00:00.0009Z"},
    )
    assert stream["topics"] == [
        {"topic": topic, "name": topic.replace("ecommerce-", f"ecommerce-{stream['id'][:8]}-")}
        for topic in ("ecommerce-orders", "ecommerce-payments")
    ]
    assert (stream["from"], stream["until"]) == ("2025-03-01T00:00:00Z", "2025-06-30T10:00:00Z")
    async with playing(generator, kafka):
        await until(user, stream, "ended")
        expected = await expected_of(user, stream)
    times = [one["time"] for one in kafka.events]
    assert times == sorted(times)
    whole = right("ecommerce-orders", "ecommerce-payments")
    begin, end = "2025-03-01T00:00:00.000Z", "2025-06-30T10:00:00.000Z"
    assert kafka.events == [one for one in whole if begin < one["time"] <= end]
    assert expected["as_of"] == "2025-06-30T10:00:00Z"


@pytest.mark.parametrize("gone", ["stream", "dataset", "account"])
async def test_what_is_deleted_is_not_played_any_further(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka, gone: str
) -> None:
    stream = await ask(user, dataset, rate_limit=100)
    async with playing(generator, kafka):
        await arrived(kafka, 20)
        path = {
            "stream": f"/api/streams/{stream['id']}",
            "dataset": f"/api/datasets/{dataset}",
            "account": "/internal/owner",
        }[gone]
        assert (await user.call("DELETE", path)).status_code in (202, 204)
        assert (await user.call("GET", f"/api/streams/{stream['id']}")).status_code == 404
        assert (await user.read("/api/streams"))["items"] == []
        await eventually(lambda: held_streams(generator), lambda held: held == 0)
        here = len(kafka.events)
        assert here < len(right())
    assert len(kafka.events) == here


async def test_two_players_share_streams_and_each_event_comes_once(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    streams = [await ask(user, dataset), await ask(user, await new_dataset(generator, user))]
    async with playing(generator, kafka, at_once=1), playing(generator, kafka, at_once=1):
        for stream in streams:
            await until(user, stream, "ended")
            await expected_of(user, stream)
    assert len(kafka.events) == 2 * len(right())


async def test_a_player_that_is_told_to_stop_leaves_its_stream_to_the_next_one(
    generator: Generator, user: User, dataset: str, kafka: MemoryKafka
) -> None:
    stream = await ask(user, dataset, rate_limit=1000)
    async with playing(generator, kafka):
        await arrived(kafka, 100)
    left = await user.read(f"/api/streams/{stream['id']}")
    assert (left["state"], left["events_sent"]) == ("playing", len(kafka.events))
    async with playing(generator, kafka):
        await until(user, stream, "ended")
    assert kafka.events == right()
    versions = [one["version"] for one in (await user.read(f"/api/streams/{stream['id']}/events"))["items"]]
    assert all(before < after for before, after in pairwise(versions))


async def arrived(kafka: MemoryKafka, count: int) -> None:
    async def look() -> int:
        return len(kafka.events)

    await eventually(look, lambda here: here >= count)


def order(events: list[dict[str, Any]]) -> Callable[[str], int]:
    return {one["id"]: place for place, one in enumerate(events)}.__getitem__


async def give_lease_away(generator: Generator) -> None:
    """Every stream is another player's, whose lease has run out."""
    async with generator.app.state.services.engine.begin() as connection:
        await connection.execute(
            text("UPDATE streams SET lease_owner = 'another', leased_until = '2000-01-01'")
        )


async def held_streams(generator: Generator) -> int:
    """How many streams players have, of all users."""
    async with generator.app.state.services.engine.connect() as connection:
        query = text("SELECT count(*) FROM streams WHERE lease_owner IS NOT NULL")
        return int(await connection.scalar(query) or 0)


def millisecond(moment: str) -> str:
    """As events write it."""
    seconds, _, rest = moment.removesuffix("Z").partition(".")
    return f"{seconds}.{rest[:3] or '000'}Z"
