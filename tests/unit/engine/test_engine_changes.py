"""State at one moment and the changes until another are the state then, by row hash."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartload.engine.changes import AFTER, BEFORE, CHANGE_TYPE, INSERT, Changes, changes_schema
from cartload.engine.chunks import CatalogueRows, Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import Spec, parse, resolve
from support.any_spec import valid_fields

MODULUS = 1 << 128
START, END = datetime(2025, 1, 15, 12, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)


def changes(spec: Spec, since: datetime, until: datetime, **more: Any) -> dict[str, pa.Table]:
    made = Changes(spec, since, until)
    parts: dict[str, list[pa.RecordBatch]] = {}
    for chunk in plan(spec, Segment(0, spec.customers), catalogue=True, **more):
        for table, batch in made.of(chunk).items():
            parts.setdefault(table, []).append(batch)
    return {table: pa.Table.from_batches(batches) for table, batches in parts.items()}


def of_kind(table: pa.Table, kind: str) -> pa.Table:
    return table.filter(pc.equal(table[CHANGE_TYPE], kind)).drop_columns([CHANGE_TYPE])


def total(name: str, *tables: pa.Table) -> RowHash:
    found = [hash_batch(batch, name) for table in tables for batch in table.to_batches()]
    return sum(found, RowHash())


def state(spec: Spec, moment: datetime) -> dict[str, RowHash]:
    engine, totals = Engine(spec.model_copy(update={"as_of": moment})), dict.fromkeys(TABLE_NAMES, RowHash())
    for chunk in plan(spec, Segment(0, spec.customers), catalogue=True):
        for table, batch in engine.generate(chunk).items():
            totals[table] += hash_batch(batch, table)
    return totals


def require_sum(spec: Spec, since: datetime, until: datetime, **more: Any) -> None:
    """State at `since`, without rows before and with those after and new ones, is the state at `until`."""
    earlier, later = state(spec, since), state(spec, until)
    for name, table in changes(spec, since, until, **more).items():
        gone = total(name, of_kind(table, BEFORE))
        come = total(name, of_kind(table, INSERT), of_kind(table, AFTER))
        rows = earlier[name].rows - gone.rows + come.rows
        assert RowHash(rows, (earlier[name].total - gone.total + come.total) % MODULUS) == later[name], name


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(valid_fields(most_rows=10_000), st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 3))
def test_state_and_changes_are_the_later_state(
    fields: dict[str, Any], one: int, other: int, blocks: int
) -> None:
    spec = resolve(parse({name: value for name, value in fields.items() if name != "as_of"}))
    opens = datetime.combine(spec.window.start, time(), UTC)
    whole = datetime.combine(spec.window.end, time(), UTC) + timedelta(days=1) - opens
    since, until = (opens + whole * part / 1000 for part in sorted((one, other)))
    require_sum(spec, since, until, blocks_per_chunk=blocks)


@pytest.fixture(scope="module")
def winter() -> dict[str, pa.Table]:
    spec = resolve(
        parse(
            {
                "customers": 1500,
                "ids": "integer",
                "catalogue": {"products": 600},
                "orders": {"per_customer": 10, "return_rate": 0.3, "payment_failure_rate": 0.3},
            }
        )
    )
    return changes(spec, START, END)


def test_a_changed_row_is_there_before_and_after(winter: dict[str, pa.Table]) -> None:
    for name in ("order_details", "order_item", "payment_details", "wishlist"):
        before, after = of_kind(winter[name], BEFORE), of_kind(winter[name], AFTER)
        assert before.num_rows > 0, name
        assert before["id"].to_pylist() == after["id"].to_pylist()
        for old, new in zip(before.to_pylist(), after.to_pylist(), strict=True):
            assert old["updated_at"] <= START < new["updated_at"] <= END, name
            assert old["created_at"] == new["created_at"] <= START


def test_a_new_row_came_after_the_first_moment(winter: dict[str, pa.Table]) -> None:
    for name in ("users", "addresses", "order_details", "order_item", "payment_details", "wishlist"):
        created = of_kind(winter[name], INSERT)["created_at"].to_pylist()
        assert len(created) > 10
        assert START < min(created) <= max(created) <= END, name
    launched = of_kind(winter["products"], INSERT)["launched_at"].to_pylist()
    assert START < min(launched) <= max(launched) <= END


def test_orders_come_further_and_never_back(winter: dict[str, pa.Table]) -> None:
    steps = ["pending", "paid", "shipped", "delivered", "returned", "cancelled"]
    orders = winter["order_details"]
    pairs = zip(
        of_kind(orders, BEFORE)["status"].to_pylist(),
        of_kind(orders, AFTER)["status"].to_pylist(),
        strict=True,
    )
    assert all(steps.index(old) < steps.index(new) for old, new in pairs)


def test_a_product_that_ends_takes_the_stock_of_its_skus_along() -> None:
    spec = resolve(parse({"customers": 50, "catalogue": {"products": 200}}))
    made = changes(spec, datetime(2024, 1, 1, tzinfo=UTC), END)
    ended = {row["id"]: row["discontinued_at"] for row in of_kind(made["products"], AFTER).to_pylist()}
    skus = of_kind(made["products_skus"], AFTER).to_pylist()
    assert ended.keys() == {row["product_id"] for row in skus} != set()
    assert any(of_kind(made["products_skus"], BEFORE)["stock"].to_pylist())
    assert {row["stock"] for row in skus} == {0}
    assert all(row["updated_at"] == ended[row["product_id"]] for row in skus)


def test_between_a_moment_and_itself_nothing_changes() -> None:
    spec = resolve(parse({"customers": 300}))
    assert {name: table.num_rows for name, table in changes(spec, END, END).items()} == dict.fromkeys(
        TABLE_NAMES, 0
    )


def test_only_what_is_asked_for_is_made() -> None:
    spec = resolve(parse({"customers": 300, "ids": "integer"}))
    made = Changes(spec, START, END)
    assert made.of(CatalogueRows("products", 0, 10), {"users"}) == {}
    (chunk,) = plan(spec, Segment(0, 300), catalogue=False)
    only = made.of(chunk, {"wishlist"})
    assert only.keys() == {"wishlist"}
    assert only["wishlist"].schema == changes_schema("wishlist", "integer")
