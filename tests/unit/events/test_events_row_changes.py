"""Folded until any moment, the changes of rows are the rows as of that moment, by row hash."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartload.engine.chunks import Blocks, CatalogueRows, Segment, plan
from cartload.events.row_changes import CREATED, UPDATED, RowChanges, changes_schema
from cartload.schema import TABLE_NAMES
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import Spec, parse, resolve
from support.any_spec import valid_fields
from support.folding import fold_hashes, folded, milliseconds, table_hashes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIVELY: dict[str, Any] = {
    "customers": 2500,
    "clickstream": {"sessions_per_customer": 0.5, "conversion_rate": 0.6},
    "ids": "integer",
    "catalogue": {"products": 600},
    "orders": {"cancel_rate": 0.2, "return_rate": 0.3, "payment_failure_rate": 0.3},
}


def since_1970(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment_of(spec: Spec, part: int) -> datetime:
    """A moment of the spec's window, 0 being its start and 1000 its end."""
    opens = datetime.combine(spec.window.start, time(), UTC)
    whole = datetime.combine(spec.window.end, time(), UTC) + timedelta(days=1) - opens
    return opens + whole * part / 1000


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(valid_fields(most_rows=10_000), st.integers(0, 1000), st.integers(1, 3), st.randoms())
def test_folded_they_are_the_tables_as_of_any_moment(
    fields: dict[str, Any], part: int, blocks: int, random: Random
) -> None:
    spec = resolve(parse({name: value for name, value in fields.items() if name != "as_of"}))
    segment, moment = Segment(0, spec.customers), moment_of(spec, part)
    chunks = list(plan(spec, segment, catalogue=True, blocks_per_chunk=blocks))
    random.shuffle(chunks)
    shown = table_hashes(spec.model_copy(update={"as_of": moment}), plan(spec, segment, catalogue=True))
    assert fold_hashes(spec, chunks, since_1970(moment)) == shown


@pytest.fixture(scope="module")
def lively() -> Spec:
    return resolve(parse(LIVELY))


@pytest.fixture(scope="module")
def changes(lively: Spec) -> dict[str, pa.RecordBatch]:
    made, found = RowChanges(lively), dict[str, pa.RecordBatch]()
    for chunk in plan(lively, Segment(0, lively.customers), catalogue=True, blocks_per_chunk=3):
        found |= made.of(chunk)
    return found


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_a_row_is_created_once_and_each_change_makes_another_of_it(
    changes: dict[str, pa.RecordBatch], table: str
) -> None:
    latest: dict[int, dict[str, Any]] = {}
    for change in changes[table].to_pylist():
        before, after = change["before"], change["after"]
        former = latest.get(change["row"])
        assert change["key"] == after["id"] == change["row"] + 1
        if former is None:
            assert (change["op"], change["sequence"], before) == (CREATED, 1, None)
        else:
            assert (change["op"], change["sequence"]) == (UPDATED, former["sequence"] + 1)
            assert before == former["after"] != after
            assert change["time"] > former["time"]
            assert before["created_at"] == after["created_at"]
        latest[change["row"]] = change
    assert latest


def test_every_table_that_can_change_does(changes: dict[str, pa.RecordBatch]) -> None:
    most = {table: max(batch["sequence"].to_pylist()) for table, batch in changes.items()}
    assert most == {
        "categories": 1,
        "sub_categories": 1,
        "products": 2,
        "products_skus": 2,
        "distribution_centers": 1,
        "inventory_items": 2,
        "users": 1,
        "addresses": 1,
        "order_details": 5,
        "order_item": 2,
        "payment_details": 2,
        "wishlist": 2,
        "reviews": 2,
        "sessions": 31,
        "events": 1,
    }


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_a_row_says_when_it_changed(changes: dict[str, pa.RecordBatch], table: str) -> None:
    for change in changes[table].to_pylist():
        # Rows of a SKU came to be with its product's, before its launch.
        if table in ("products_skus", "inventory_items") and change["op"] == CREATED:
            assert change["time"] > change["after"]["updated_at"]
        else:
            assert change["time"] == change["after"]["updated_at"]


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_they_are_in_the_order_of_time_and_then_of_rows(
    changes: dict[str, pa.RecordBatch], table: str
) -> None:
    order = list(zip(changes[table]["time"].to_pylist(), changes[table]["row"].to_pylist(), strict=True))
    assert order == sorted(order)


def test_a_block_alone_has_the_same_changes(lively: Spec, changes: dict[str, pa.RecordBatch]) -> None:
    alone = RowChanges(lively).of(Blocks(1, 1000))
    for table, batch in alone.items():
        first, last = min(batch["row"].to_pylist()), max(batch["row"].to_pylist())
        whole = changes[table]
        inside = [first <= row <= last for row in whole["row"].to_pylist()]
        assert whole.filter(pa.array(inside)).equals(batch), table


def test_only_the_tables_asked_for_are_made(lively: Spec) -> None:
    made = RowChanges(lively)
    assert made.of(CatalogueRows("products", 0, 10), {"users"}) == {}
    only = made.of(Blocks(0, 100), {"wishlist"})
    assert only.keys() == {"wishlist"}
    assert only["wishlist"].schema == changes_schema("wishlist", "integer")


def test_with_dictionaries_they_are_the_same(lively: Spec) -> None:
    made = RowChanges(lively)
    for chunk in (Blocks(2, 500), CatalogueRows("products_skus", 0, 700)):
        coded = made.of(chunk, dictionaries=True)
        for table, batch in made.of(chunk).items():
            assert coded[table].to_pylist() == batch.to_pylist(), table


def test_as_of_a_moment_nothing_later_is_told(lively: Spec) -> None:
    moment = moment_of(lively, 400)
    early = RowChanges(lively.model_copy(update={"as_of": moment})).of(Blocks(0, 1000))
    for table, batch in RowChanges(lively).of(Blocks(0, 1000)).items():
        there = pa.array(milliseconds(batch["time"]) <= since_1970(moment))
        assert batch.filter(there).equals(early[table]), table
        assert 0 < early[table].num_rows < batch.num_rows, table


def test_rows_that_there_are_none_of_are_refused(lively: Spec) -> None:
    with pytest.raises(ValueError, match="categories has 20 rows in this spec"):
        RowChanges(lively).of(CatalogueRows("categories", 0, 21))


def test_the_fold_of_tests_finds_a_change_that_is_missing(
    lively: Spec, changes: dict[str, pa.RecordBatch]
) -> None:
    orders, end = changes["order_details"], since_1970(moment_of(lively, 1000))
    whole = hash_batch(folded(orders, "order_details", lively, end), "order_details")
    assert whole.rows == 6250
    short = folded(orders.slice(0, orders.num_rows - 1), "order_details", lively, end)
    assert hash_batch(short, "order_details") not in (whole, RowHash())
