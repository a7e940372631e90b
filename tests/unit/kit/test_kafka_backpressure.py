"""Partitions on hold: which, why, and for how long nothing new is taken."""

import asyncio

import pytest

from cartload_kit.kafka.backpressure import Backpressure
from cartload_kit.kafka.record import Partition
from support import virtual_time

ONE, TWO = Partition("t", 1), Partition("t", 2)


def test_a_partition_is_on_hold_for_the_length_of_the_block() -> None:
    seen = list[frozenset[Partition]]()
    backpressure = Backpressure(lambda: seen.append(backpressure.partitions))
    with backpressure.hold(ONE, "MySQL is away"):
        assert (backpressure.partitions, backpressure.reason) == (frozenset({ONE}), "MySQL is away")
    assert (backpressure.partitions, backpressure.reason) == (frozenset(), None)
    assert seen == [{ONE}, frozenset()]


def test_a_partition_stays_on_hold_until_the_last_of_its_records_goes_on() -> None:
    backpressure = Backpressure(lambda: None)
    first, second = backpressure.hold(ONE, "Kafka is away"), backpressure.hold(ONE, "Blob is away")
    with first:
        second.__enter__()
        assert backpressure.reason == "Blob is away"
    assert (backpressure.partitions, backpressure.reason) == (frozenset({ONE}), "Blob is away")
    second.__exit__(None, None, None)
    assert backpressure.partitions == frozenset()


def test_several_partitions_are_held_each_for_itself() -> None:
    backpressure = Backpressure(lambda: None)
    with backpressure.hold(ONE, "one"):
        with backpressure.hold(TWO, "two"):
            assert (backpressure.partitions, backpressure.reason) == (frozenset({ONE, TWO}), "one")
        assert backpressure.partitions == {ONE}


def test_a_block_that_fails_ends_its_hold() -> None:
    backpressure = Backpressure(lambda: None)
    with pytest.raises(KeyError), backpressure.hold(ONE, "away"):
        raise KeyError
    assert backpressure.partitions == frozenset()


def test_slowing_down_lasts_as_long_as_the_longest_that_was_asked_for() -> None:
    async def main() -> list[float]:
        backpressure = Backpressure(lambda: None)
        left = [backpressure.slow_for]
        backpressure.slow_down(30)
        backpressure.slow_down(10)
        for seconds in (0.0, 12.0, 17.9, 1.0):
            await asyncio.sleep(seconds)
            left.append(backpressure.slow_for)
        return left

    assert virtual_time.run(main()) == pytest.approx([0, 30, 18, 0.1, 0])
