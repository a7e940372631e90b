"""The Kafka loops in trouble: dependencies and brokers away, bad messages, stuck handlers."""

import asyncio
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from cartload_kit.kafka import (
    BadMessage,
    DeadLetterLimit,
    DeadLetterLimitReached,
    NoProgress,
    NotReady,
    Record,
    Timing,
    TryAgain,
)
from support.kafka_place import Place, running, until


async def test_while_a_dependency_is_away_the_consumer_waits_and_says_so(place: Place) -> None:
    away, done, attempts = True, 0, 0

    async def handle(_: Record) -> None:
        nonlocal done, attempts
        attempts += 1
        if away:
            raise TryAgain("MySQL is away")
        done += 1

    await place.send(40)
    consumer = place.consumer(handle, max_in_flight=8, timing=Timing(poll=0.05, probe=0.1, no_progress=0.4))
    async with running(consumer) as task:
        await until(lambda: attempts > 60)
        assert consumer.trouble is not None
        with pytest.raises(NotReady, match="MySQL is away"):
            await consumer.check()
        assert not task.done()
        away = False
        await until(lambda: done == 40)
        await until(lambda: consumer.trouble is None)
        await consumer.check()
    assert await place.committed() == 40


OUTAGE = Timing(commit=0.05, poll=0.05, probe=0.1, answer=0.2, no_progress=0.6)


async def test_a_consumer_outlasts_a_frozen_broker_and_says_so(place: Place, line: Any) -> None:
    seen: Counter[bytes] = Counter()

    async def handle(record: Record) -> None:
        seen[record.value] += 1

    consumer = replace(place, bootstrap=line.bootstrap).consumer(handle, timing=OUTAGE)
    async with running(consumer) as task:
        await place.send(50)
        await until(lambda: len(seen) == 50)
        line.freeze()
        await place.send(50, first=50)
        await until(lambda: "Kafka does not answer" in str(consumer.trouble))
        line.thaw()
        await until(lambda: len(seen) == 100)
        await until(lambda: consumer.trouble is None)
        assert not task.done()
    assert await place.committed() == 100


async def test_a_consumer_outlasts_lost_connections(place: Place, line: Any) -> None:
    seen: Counter[bytes] = Counter()

    async def handle(record: Record) -> None:
        await asyncio.sleep(0.002)
        seen[record.value] += 1

    consumer = replace(place, bootstrap=line.bootstrap).consumer(handle, timing=OUTAGE)
    await place.send(300)
    async with running(consumer) as task:
        for reached in (50, 150):
            await until(partial(lambda count: len(seen) > count, reached))
            line.cut()
            line.mend()
        await until(lambda: len(seen) == 300)
        assert not task.done()
    assert await place.committed() == 300


async def test_a_consumer_that_finds_no_broker_waits_for_one(place: Place, line: Any) -> None:
    seen: list[Record] = []

    async def handle(record: Record) -> None:
        seen.append(record)

    line.cut()
    consumer = replace(place, bootstrap=line.bootstrap).consumer(handle)
    async with running(consumer):
        await until(lambda: "cannot start" in str(consumer.trouble))
        line.mend()
        await place.send(1)
        await until(lambda: seen)
        await consumer.check()


async def test_a_consumer_can_be_stopped_while_there_is_no_broker(place: Place) -> None:
    async def handle(_: Record) -> None:
        raise AssertionError

    consumer = replace(place, bootstrap="127.0.0.1:1").consumer(handle)
    stop = asyncio.Event()
    task = asyncio.create_task(consumer.run(stop))
    await until(lambda: "cannot start" in str(consumer.trouble))
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_bad_messages_become_dead_letters_and_the_rest_goes_on(place: Place) -> None:
    done = 0

    async def handle(record: Record) -> None:
        nonlocal done
        if int(record.value) % 10 == 3:
            raise BadMessage("ends in 3")
        done += 1

    await place.send(50)
    async with running(place.consumer(handle)):
        await until(lambda: done == 45)
        letters = await place.dead_letters(5)
    assert sorted(letter.value for letter in letters) == [b"13", b"23", b"3", b"33", b"43"]
    headers = dict(letters[0].headers)
    assert headers["dlq-reason"] == b"ends in 3"
    assert headers["dlq-topic"] == place.work.encode()
    assert await place.committed() == 50


async def test_too_many_bad_messages_stop_the_consumer_which_stays_unready(place: Place) -> None:
    async def handle(_: Record) -> None:
        raise BadMessage("all of them")

    await place.send(100)
    consumer = place.consumer(handle, max_in_flight=4)
    async with running(consumer) as task:
        await until(lambda: "were bad" in str(consumer.trouble))
        assert consumer.assignment == frozenset()
        with pytest.raises(NotReady, match="20 of the last 20 records were bad"):
            await consumer.check()
        assert not task.done()
    assert 20 <= await place.committed() < 30


async def test_too_many_bad_messages_raise_where_that_is_wanted(place: Place) -> None:
    async def handle(_: Record) -> None:
        raise BadMessage("all of them")

    await place.send(10)
    consumer = place.consumer(handle, limit=DeadLetterLimit(count=3), hold_on_limit=False)
    with pytest.raises(DeadLetterLimitReached):
        await asyncio.wait_for(consumer.run(asyncio.Event()), 15)


async def test_a_stuck_handler_ends_the_consumer(place: Place) -> None:
    async def handle(_: Record) -> None:
        await asyncio.sleep(3600)

    await place.send(1)
    consumer = place.consumer(handle, timing=Timing(poll=0.05, probe=0.1, no_progress=0.5, revoke=0.1))
    with pytest.raises(NoProgress):
        await asyncio.wait_for(consumer.run(asyncio.Event()), 15)
    assert consumer.trouble is not None


@pytest.mark.timeout(300)
async def test_1000_bad_ones_among_100000_leave_exactly_1000_dead_letters(place: Place) -> None:
    """One in a hundred is no flood: the limit is what it is in every service."""
    seen: Counter[int] = Counter()

    async def handle(record: Record) -> None:
        number = int(record.value)
        if number % 100 == 7:
            raise BadMessage(f"{number} ends in 07")
        seen[number] += 1

    for first in range(0, 100_000, 5_000):
        await place.send(5_000, first)
    async with running(place.consumer(handle, max_in_flight=400)) as task:
        letters = await place.dead_letters(1_000)
        await until(lambda: len(seen) == 99_000, 60)
        assert not task.done()
    assert await place.dead_letters_in_all() == 1_000
    assert {int(letter.value) for letter in letters} == set(range(7, 100_000, 100))
    assert all(count == 1 for count in seen.values())
    assert await place.committed() == 100_000
