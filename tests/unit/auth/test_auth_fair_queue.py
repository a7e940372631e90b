"""Turns shared out by key: who has few requests never waits for those of somebody with many."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload_auth.adapters.fair_queue import FairQueue
from cartload_kit.errors import Unavailable
from cartload_kit.published_limits import Usage


class Visitors:
    """Callers of a queue, each of which keeps its turn until a test lets it go."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.served: list[str] = []
        self.refused: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.leave: dict[str, asyncio.Event] = {}

    async def come(self, *names: str) -> None:
        """Let callers come one after the other; the first letter of a name is its key."""
        for name in names:
            self.leave[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._stay(name))
            await settle()

    async def go(self, *names: str) -> None:
        """End the turns of callers."""
        for name in names:
            self.leave[name].set()
            await settle()

    async def _stay(self, name: str) -> None:
        try:
            async with self.queue.turn(name[0]):
                self.served.append(name)
                await self.leave[name].wait()
        except Unavailable:
            self.refused.append(name)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def visitors(
    at_once: int = 1, waiting: int = 10, per_key: int = 10, changed: Callable[[int], None] | None = None
) -> Visitors:
    return Visitors(FairQueue(at_once, waiting, per_key, changed))


async def test_a_free_turn_is_given_at_once_and_the_rest_waits() -> None:
    seen = visitors(at_once=2)
    await seen.come("a1", "a2", "a3")
    assert seen.served == ["a1", "a2"]
    await seen.go("a2")
    assert seen.served == ["a1", "a2", "a3"]


async def test_turns_go_round_the_keys() -> None:
    seen = visitors()
    await seen.come("a1", "a2", "a3", "a4", "b1", "b2", "c1")
    await seen.go("a1", "a2", "b1", "c1", "a3", "b2")
    assert seen.served == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_one_key_cannot_fill_the_queue() -> None:
    seen = visitors(waiting=10, per_key=2)
    await seen.come("a1", "a2", "a3", "a4", "b1")
    assert seen.refused == ["a4"]


async def test_it_counts_how_far_its_limits_are_used() -> None:
    seen = visitors(at_once=1, waiting=10, per_key=5)
    await seen.come("a1", "a2", "a3", "b1")
    assert seen.queue.usages() == (Usage(1, 1), Usage(10, 3), Usage(5, 2))
    await seen.go("a1", "a2", "a3", "b1")
    assert [usage.used for usage in seen.queue.usages()] == [0, 0, 0]


async def test_a_full_queue_makes_room_for_a_key_with_fewer() -> None:
    seen = visitors(waiting=3)
    await seen.come("a1", "a2", "a3", "a4", "b1", "c1")
    assert seen.refused == ["a4", "a3"]
    await seen.come("d1", "a5")
    assert seen.refused == ["a4", "a3", "d1", "a5"]
    await seen.go("a1", "a2", "b1")
    assert seen.served == ["a1", "a2", "b1", "c1"]


async def test_without_a_queue_nobody_waits() -> None:
    seen = visitors(waiting=0, per_key=0)
    await seen.come("a1", "b1")
    assert (seen.served, seen.refused) == (["a1"], ["b1"])


@pytest.mark.parametrize("gone", ["a2", "b1"])
async def test_who_gives_up_waiting_holds_nobody_up(gone: str) -> None:
    seen = visitors()
    await seen.come("a1", "a2", "b1")
    seen.tasks[gone].cancel()
    await settle()
    await seen.go("a1")
    assert seen.served == ["a1", "b1" if gone == "a2" else "a2"]


async def test_a_turn_that_comes_to_someone_who_just_gave_up_is_handed_on() -> None:
    seen = visitors()
    await seen.come("a1", "a2", "a3")
    seen.leave["a1"].set()
    await asyncio.sleep(0)  # the turn is given to a2, which did not run since
    seen.tasks["a2"].cancel()
    await settle()
    assert seen.served == ["a1", "a3"]


async def test_a_turn_is_not_lost_on_someone_who_gave_up_in_the_same_moment() -> None:
    seen = visitors()
    await seen.come("a1", "a2", "b1")
    seen.leave["a1"].set()
    seen.tasks["a2"].cancel()  # still stands in the queue when a1 hands its turn on
    await settle()
    assert seen.served == ["a1", "b1"]
    await seen.go("b1")
    await seen.come("c1")
    assert seen.served == ["a1", "b1", "c1"]


async def test_the_last_one_who_gave_up_in_the_same_moment_leaves_the_turn_free() -> None:
    numbers: list[int] = []
    seen = visitors(changed=numbers.append)
    await seen.come("a1", "a2")
    seen.leave["a1"].set()
    seen.tasks["a2"].cancel()
    await settle()
    await seen.come("b1")
    assert seen.served == ["a1", "b1"]
    assert numbers[-2:] == [0, 1]


@given(st.lists(st.tuples(st.sampled_from(["come", "go", "cancel"]), st.integers(0, 5)), max_size=40))
def test_whatever_happens_no_turn_is_lost_or_given_twice(steps: list[tuple[str, int]]) -> None:
    async def play() -> None:
        seen, present = visitors(at_once=2, waiting=4, per_key=3), list[str]()
        for number, (step, choice) in enumerate(steps):
            if step == "come":
                present.append(f"{'abc'[choice % 3]}{number}")
                await seen.come(present[-1])
            elif present:
                name = present.pop(choice % len(present))
                # Nobody runs in between, so that what ends now meets what ends in the next step.
                seen.leave[name].set() if step == "go" else seen.tasks[name].cancel()
            having = [n for n in present if n in seen.served and not seen.tasks[n].done()]
            assert len(having) <= 2
        for name in present:
            seen.leave[name].set()
        await asyncio.wait_for(asyncio.gather(*seen.tasks.values(), return_exceptions=True), 5)
        await seen.come("x1", "y1")
        assert seen.served[-2:] == ["x1", "y1"]
        await seen.go("x1", "y1")

    asyncio.run(play())


async def test_the_number_of_callers_is_told() -> None:
    numbers: list[int] = []
    seen = visitors(changed=numbers.append)
    await seen.come("a1", "a2")
    await seen.go("a1", "a2")
    assert numbers == [1, 2, 1, 0]
