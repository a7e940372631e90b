"""Previews: few at a time for each user, and nobody waits long for another's."""

import asyncio
import threading
from uuid import UUID, uuid4

import pytest

from cartload.spec import Spec
from cartload_generator.api.specs.preview import Previews
from cartload_generator.api.specs.schemas import Preview
from cartload_kit.errors import TooManyRequests
from support.kafka_place import until

ADA, BOB = uuid4(), uuid4()
DONE = Preview(tables={}, total_rows=1, estimated_bytes=1)


class Held:
    """Makes previews that wait until they are let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.running = 0

    def __call__(self, spec: Spec, rows: int) -> Preview:
        self.running += 1
        assert self.free.wait(10)
        return DONE


def ask(previews: Previews, user: UUID) -> asyncio.Task[Preview]:
    return asyncio.create_task(previews.make(user, Spec(), 5))


async def is_served(previews: Previews, user: UUID) -> bool:
    try:
        return await previews.make(user, Spec(), 5) == DONE
    except TooManyRequests:
        return False


async def test_a_user_has_two_under_way_and_another_one_is_next() -> None:
    held = Held()
    previews = Previews(held)
    first = [ask(previews, ADA), ask(previews, ADA)]
    await until(lambda: held.running == 2)
    with pytest.raises(TooManyRequests) as refused:
        await previews.make(ADA, Spec(), 5)
    assert refused.value.headers
    assert "Retry-After" in refused.value.headers
    other = ask(previews, BOB)
    held.free.set()
    assert await asyncio.gather(*first, other) == [DONE] * 3
    assert await previews.make(ADA, Spec(), 5) == DONE


async def test_a_request_that_leaves_counts_until_its_thread_is_done() -> None:
    held = Held()
    previews = Previews(held)
    left = [ask(previews, ADA), ask(previews, ADA)]
    await until(lambda: held.running == 2)
    for one in left:
        one.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    with pytest.raises(TooManyRequests):
        await previews.make(ADA, Spec(), 5)
    held.free.set()
    async with asyncio.timeout(5):
        while not await is_served(previews, ADA):  # noqa: ASYNC110 - the thread tells nobody of its end
            await asyncio.sleep(0.01)


async def test_one_that_fails_or_only_waited_is_not_counted_any_more() -> None:
    held = Held()
    previews = Previews(held)
    busy = [ask(previews, BOB), ask(previews, BOB)]
    await until(lambda: held.running == 2)
    waiting = ask(previews, ADA)
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    both = [ask(previews, ADA), ask(previews, ADA)]
    held.free.set()
    assert await asyncio.gather(*busy, *both) == [DONE] * 4
