"""The row numbers of a chunk: consecutive over chunks, exact over blocks, whatever the grouping."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.spec import counts, parse, resolve
from cartload.tables.layout import Layout

SPEC = resolve(parse({"customers": 100_000, "orders": {"per_customer": 2.3337, "items": 1.71}}))
TABLES = ("users", "addresses", "order_details", "order_item", "wishlist")


@pytest.mark.parametrize("table", TABLES)
def test_the_next_chunk_goes_on_where_one_ends(table: str) -> None:
    one, other = Layout(SPEC, 3, 2000), Layout(SPEC, 5, 1500)
    rows, more = one.rows(table).tolist(), other.rows(table).tolist()
    assert rows == list(range(rows[0], rows[0] + len(rows)))
    assert more[0] == rows[-1] + 1
    assert len(rows) == counts.rows_between(SPEC, table, 3, 2000) == one.groups(table).total


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 90), st.integers(1, 6500))
def test_blocks_have_the_rows_that_they_have_alone(first_block: int, customers: int) -> None:
    layout = Layout(SPEC, first_block, customers)
    blocks = -(-customers // 1000)
    assert layout.blocks.tolist() == list(range(first_block, first_block + blocks))
    for table in TABLES:
        sizes = [
            counts.rows_between(SPEC, table, first_block + block, min(1000, customers - 1000 * block))
            for block in range(blocks)
        ]
        assert layout.groups(table).counts.tolist() == sizes


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_shares_of_all_blocks_add_up_to_the_share_of_the_whole(first: int, second: int) -> None:
    whole = Layout(SPEC, 0, 20_000)
    orders = whole.groups("order_details")
    one = whole.shares("order_details", first)
    assert one.sum() == orders.total * first // 10_000
    rest = orders.total - one.sum()
    assert whole.shares("order_details", first, second).sum() == rest * second // 10_000
    assert (one >= 0).all()
    assert (one <= orders.counts).all()


def test_shares_of_any_chunks_are_those_of_the_blocks() -> None:
    whole = Layout(SPEC, 0, 9000).shares("order_details", 500, 800).tolist()
    parts = [Layout(SPEC, first, 3000).shares("order_details", 500, 800).tolist() for first in (0, 3, 6)]
    assert [share for part in parts for share in part] == whole


def test_a_chunk_without_customers_has_no_blocks() -> None:
    layout = Layout(SPEC, 7, 0)
    assert layout.blocks.tolist() == layout.rows("users").tolist() == []
    assert layout.groups("order_item").counts.tolist() == layout.shares("order_item", 5000).tolist() == []
