"""Sharing a bounded number of bytes."""

import asyncio

import pytest

from cartload_kit.concurrency import cancel_all
from cartload_kit.kafka.budget import ByteBudget


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def left(budget: ByteBudget) -> int:
    """How many of ten bytes can be taken at once; they are given back."""
    for size in range(10, 0, -1):
        taking = asyncio.create_task(budget.take(size))
        await settle()
        if taking.done():
            budget.give(size)
            return size
        await cancel_all([taking])
    return 0


async def test_bytes_are_given_out_until_there_are_none_left() -> None:
    budget = ByteBudget(10)
    await budget.take(6)
    waiting = asyncio.create_task(budget.take(5))
    await settle()
    assert not waiting.done()
    budget.give(6)
    await waiting
    assert await left(budget) == 5


async def test_who_came_first_is_served_first_even_if_it_wants_more() -> None:
    budget = ByteBudget(10)
    await budget.take(5)
    large = asyncio.create_task(budget.take(8))
    small = asyncio.create_task(budget.take(1))
    await settle()
    assert not small.done()
    budget.give(5)
    await asyncio.gather(large, small)
    assert await left(budget) == 1


async def test_one_that_gives_up_lets_the_next_pass() -> None:
    budget = ByteBudget(10)
    await budget.take(5)
    large = asyncio.create_task(budget.take(8))
    small = asyncio.create_task(budget.take(1))
    await settle()
    large.cancel()
    await small
    assert await left(budget) == 4


async def test_one_cancelled_at_its_turn_gives_its_bytes_back() -> None:
    budget = ByteBudget(10)
    await budget.take(10)
    waiting = asyncio.create_task(budget.take(4))
    await settle()
    budget.give(10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await left(budget) == 10


async def test_more_than_there_will_ever_be_is_refused() -> None:
    with pytest.raises(ValueError, match="11 bytes of 10"):
        await ByteBudget(10).take(11)


async def test_what_is_taken_is_told_at_every_change() -> None:
    told: list[int] = []
    budget = ByteBudget(10, told.append)
    await budget.take(6)
    waiting = asyncio.create_task(budget.take(5))
    await settle()
    budget.give(6)
    await waiting
    budget.give(5)
    assert told == [6, 0, 5, 0]
