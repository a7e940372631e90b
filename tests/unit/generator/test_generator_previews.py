"""Previews: few at a time for each user, and nobody waits long for another's."""

import asyncio
import json
import threading
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest

from cartload.schema import TABLE_NAMES
from cartload.spec import Spec, parse, resolve
from cartload_generator.api.specs.preview import Previews, preview
from cartload_generator.api.specs.schemas import CustomerProfile, Preview
from cartload_kit.errors import TooManyRequests
from support.kafka_place import until

TINY = resolve(parse({"customers": 40, "seed": 3, "catalogue": {"products": 60}}))
ADA, BOB = uuid4(), uuid4()
NOTHING = CustomerProfile(currency="USD", orders_per_customer=[], value_bounds=[], orders_by_value=[])
DONE = Preview(tables={}, total_rows=1, estimated_bytes=1, profile=NOTHING)


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


@pytest.fixture(scope="module")
def shown() -> Preview:
    return preview(TINY, 3)


def test_a_preview_shows_a_few_rows_of_every_table_and_the_size_of_all(shown: Preview) -> None:
    assert list(shown.tables) == list(TABLE_NAMES)
    assert all(len(table.rows) == min(3, table.total_rows) for table in shown.tables.values())
    assert shown.tables["users"].total_rows == 40
    assert shown.tables["products"].total_rows == 60
    assert shown.total_rows == sum(table.total_rows for table in shown.tables.values())
    assert shown.estimated_bytes > 0


def test_a_preview_tells_what_its_customers_do(shown: Preview) -> None:
    assert shown.profile.currency == TINY.currency
    assert sum(shown.profile.orders_per_customer) == 40
    assert sum(shown.profile.orders_by_value) == shown.tables["order_details"].total_rows


def test_the_values_of_a_preview_are_those_of_json(shown: Preview) -> None:
    tables = shown.tables
    assert json.loads(json.dumps([table.rows for table in tables.values()])) == [
        table.rows for table in tables.values()
    ]
    for table in tables.values():
        for column in table.columns:
            values = [row[column.name] for row in table.rows if row[column.name] is not None]
            if column.name.endswith("_at"):
                assert all(value.endswith("Z") for value in values)
                assert all(datetime.fromisoformat(value).tzinfo is not None for value in values)
            elif column.type == "date":
                assert [date.fromisoformat(value).isoformat() for value in values] == values
        assert {name for row in table.rows for name in row} <= {column.name for column in table.columns}


def test_a_preview_names_columns_that_point_to_others(shown: Preview) -> None:
    tables = shown.tables
    known = {f"{name}.{column.name}" for name, table in tables.items() for column in table.columns}
    references = [column.references for table in tables.values() for column in table.columns]
    assert {reference for reference in references if reference is not None} <= known
    assert any(references)


async def test_a_preview_that_fails_is_told_and_makes_room_for_the_next() -> None:
    def make(spec: Spec, rows: int) -> Preview:
        if rows == 5:
            raise ValueError("no such row")
        return DONE

    previews = Previews(make)
    for _ in range(5):
        with pytest.raises(ValueError, match="no such row"):
            await previews.make(ADA, TINY, 5)
    assert await previews.make(ADA, TINY, 6) == DONE
