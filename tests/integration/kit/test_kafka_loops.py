"""The Kafka loops against a real broker."""

import asyncio
import random
from collections import Counter
from functools import partial

from cartload_kit import logging, tracing
from cartload_kit.kafka import (
    KafkaConnection,
    Record,
    read_latest,
    subscribe_latest,
)
from support.counting import counted
from support.kafka_place import Place, running, until


async def test_every_record_is_handled_and_committed(place: Place) -> None:
    seen: Counter[bytes] = Counter()

    async def handle(record: Record) -> None:
        await asyncio.sleep(random.random() * 0.01)
        seen[record.value] += 1

    await place.send(300)
    async with running(place.consumer(handle, max_in_flight=32)):
        await until(lambda: len(seen) == 300)
    assert set(seen.values()) == {1}
    assert await place.committed() == 300


async def test_the_next_consumer_goes_on_where_the_last_stopped(place: Place) -> None:
    seen: list[bytes] = []

    async def handle(record: Record) -> None:
        seen.append(record.value)

    def reached(count: int) -> bool:
        return len(seen) >= count

    for first in (0, 50):
        await place.send(50, first)
        async with running(place.consumer(handle)):
            await until(partial(reached, first + 50))
    assert sorted(map(int, seen)) == list(range(100))


async def test_no_more_records_are_taken_than_allowed(place: Place) -> None:
    now, most, done = 0, 0, 0

    async def handle(_: Record) -> None:
        nonlocal now, most, done
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.005)
        now -= 1
        done += 1

    await place.send(200)
    async with running(place.consumer(handle, max_in_flight=5)):
        await until(lambda: done == 200)
    assert most == 5


async def test_records_of_a_partition_keep_their_order(place: Place) -> None:
    seen: dict[int, list[int]] = {}

    async def handle(record: Record) -> None:
        await asyncio.sleep(random.random() * 0.002)
        seen.setdefault(record.partition, []).append(record.offset)

    await place.send(200)
    async with running(place.consumer(handle, max_in_flight=50, order="partition")):
        await until(lambda: sum(map(len, seen.values())) == 200)
    assert all(offsets == sorted(offsets) for offsets in seen.values())


async def test_a_slow_record_holds_back_the_commit_of_its_partition(place: Place) -> None:
    release, done = asyncio.Event(), 0

    async def handle(record: Record) -> None:
        nonlocal done
        if record.offset == 0:
            await release.wait()
        done += 1

    await place.send(100)
    async with running(place.consumer(handle, max_in_flight=100)) as task:
        await until(lambda: done == 96)
        assert await place.committed() == 0
        release.set()
        await until(lambda: done == 100)
        assert not task.done()
    assert await place.committed() == 100


async def test_members_share_the_partitions_and_lose_nothing(place: Place) -> None:
    seen: Counter[bytes] = Counter()

    async def handle(record: Record) -> None:
        await asyncio.sleep(0.003)
        seen[record.value] += 1

    one, two = place.consumer(handle), place.consumer(handle)
    async with running(one):
        await until(lambda: len(one.assignment) == 4)
        await place.send(400)
        async with running(two):
            await place.send(400, first=400)
            await until(lambda: len(one.assignment) == len(two.assignment) == 2)
            assert not one.assignment & two.assignment
            await place.send(400, first=800)
            await until(lambda: len(seen) >= 1000)
        await until(lambda: len(seen) == 1200, 30)
        await until(lambda: len(one.assignment) == 4)
    assert await place.committed() == 1200
    repeated = sum(seen.values()) - 1200
    assert repeated <= 2 * 16


async def test_a_revoked_record_that_does_not_end_is_cancelled_and_handled_by_another(place: Place) -> None:
    stuck, cancelled, elsewhere = asyncio.Event(), 0, 0

    async def hang(_: Record) -> None:
        nonlocal cancelled
        try:
            stuck.set()
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled += 1
            raise

    async def handle(_: Record) -> None:
        nonlocal elsewhere
        elsewhere += 1

    await place.send(1)
    first = place.consumer(hang)
    async with running(first):
        await asyncio.wait_for(stuck.wait(), 10)
    assert cancelled == 1
    assert await place.committed() == 0
    async with running(place.consumer(handle)):
        await until(lambda: elsewhere == 1)


async def test_lag_can_be_read_in_records_and_in_seconds(place: Place) -> None:
    release = asyncio.Event()

    async def handle(_: Record) -> None:
        await release.wait()

    def lag(unit: str) -> float:
        return counted(f"cartload_kafka_lag_{unit}", group=place.group, topic=place.work)

    await place.send(40)
    async with running(place.consumer(handle, max_in_flight=8)):
        await until(lambda: lag("records") == 40)
        await until(lambda: lag("seconds") > 0.1)
        release.set()
        await until(lambda: lag("records") == 0)
        assert lag("seconds") == 0
    labels = {"group": place.group, "topic": place.work}
    assert counted("cartload_kafka_queued_seconds_count", **labels) == 40
    assert counted("cartload_kafka_queued_seconds_sum", **labels) > 0.1
    assert counted("cartload_kafka_records_in_flight_limit", group=place.group) == 8


async def test_a_handler_runs_in_the_context_of_its_record(place: Place) -> None:
    trace = tracing.new_trace()
    seen: list[tuple[str, str]] = []

    async def handle(_: Record) -> None:
        current = tracing.current()
        seen.append((current.trace_id if current else "", logging.bound()["request_id"]))

    headers = (("traceparent", trace.traceparent.encode()), ("x-request-id", b"r-17"))
    await place.producer.send(place.work, b"k", b"v", headers)
    async with running(place.consumer(handle)):
        await until(lambda: seen)
    assert seen == [(trace.trace_id, "r-17")]


async def test_a_live_reader_sees_all_that_is_sent_once_it_stands_at_the_end(place: Place) -> None:
    await place.send(10)
    async with subscribe_latest(KafkaConnection(place.bootstrap), place.work) as records:
        await place.send(20, first=100)
        seen = []
        async with asyncio.timeout(10):
            async for record in records:
                seen.append(int(record.value))
                if len(seen) == 20:
                    break
    assert sorted(seen) == list(range(100, 120))


async def test_every_live_reader_sees_everything(place: Place) -> None:
    stop = asyncio.Event()
    seen: list[list[bytes]] = [[], []]
    positioned = [asyncio.Event(), asyncio.Event()]

    async def read(number: int) -> None:
        async def keep(record: Record) -> None:
            seen[number].append(record.value)

        await read_latest(
            KafkaConnection(place.bootstrap), place.work, keep, stop, positioned=positioned[number].set
        )

    readers = [asyncio.create_task(read(number)) for number in (0, 1)]
    await asyncio.gather(*(event.wait() for event in positioned))
    await place.send(30)
    await until(lambda: all(len(values) == 30 for values in seen))
    stop.set()
    await asyncio.wait_for(asyncio.gather(*readers), 10)
