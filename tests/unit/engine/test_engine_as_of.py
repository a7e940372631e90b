"""A shop as of a moment: what the whole window's rows say had happened until then, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from cartload.engine import chunks
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine, preview
from cartload.engine.row_totals import BLOCKS_COUNTED, row_totals
from cartload.schema import TABLE_NAMES
from cartload.schema.rowhash import hash_batch
from cartload.spec import SpecError, parse, resolve, spec_hash
from support.engine_invariants import dataset, in_memory, report, violations

FIELDS: dict[str, Any] = {
    "customers": 1500,
    "ids": "integer",
    "catalogue": {"products": 600},
    "clickstream": {"sessions_per_customer": 1},
    "orders": {"cancel_rate": 0.2, "return_rate": 0.3, "payment_failure_rate": 0.3},
}
MOMENTS = ("2024-02-10T00:00:00Z", "2025-01-15T12:34:56.789Z", "2025-12-29T23:00:00Z")
_STEPS = ("paid_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at")
_ORDER = ", ".join(f"CASE WHEN {step} <= $t THEN {step} END AS {step}" for step in _STEPS)
EARLIER = {
    "categories": "FROM categories WHERE created_at <= $t",
    "sub_categories": "FROM sub_categories WHERE created_at <= $t",
    "products": """SELECT * REPLACE (
            CASE WHEN discontinued_at <= $t THEN discontinued_at END AS discontinued_at,
            CASE WHEN discontinued_at <= $t THEN discontinued_at ELSE launched_at END AS updated_at)
        FROM products WHERE launched_at <= $t""",
    "distribution_centers": "FROM distribution_centers WHERE created_at <= $t",
    "users": "FROM users WHERE created_at <= $t",
    "addresses": "FROM addresses WHERE created_at <= $t",
    "order_details": f"""SELECT * REPLACE (
            CASE WHEN cancelled_at <= $t THEN 'cancelled' WHEN returned_at <= $t THEN 'returned'
                WHEN delivered_at <= $t THEN 'delivered' WHEN shipped_at <= $t THEN 'shipped'
                WHEN paid_at <= $t THEN 'paid' ELSE 'pending' END AS status, {_ORDER},
            greatest(placed_at, {", ".join(f"CASE WHEN {step} <= $t THEN {step} END" for step in _STEPS)})
                AS updated_at)
        FROM order_details WHERE placed_at <= $t""",
    "order_item": """SELECT i.* REPLACE (
            CASE WHEN i.updated_at <= $t THEN returned_quantity ELSE 0 END AS returned_quantity,
            CASE WHEN i.updated_at <= $t THEN i.updated_at ELSE i.created_at END AS updated_at)
        FROM order_item i WHERE i.created_at <= $t""",
    "payment_details": """SELECT * REPLACE (
            CASE WHEN updated_at <= $t THEN status ELSE 'pending' END AS status,
            CASE WHEN updated_at <= $t THEN failure_reason END AS failure_reason,
            CASE WHEN updated_at <= $t THEN updated_at ELSE created_at END AS updated_at)
        FROM payment_details WHERE created_at <= $t""",
    "wishlist": """SELECT * REPLACE (
            CASE WHEN removed_at <= $t THEN removed_at END AS removed_at,
            CASE WHEN removed_at <= $t THEN removed_at ELSE created_at END AS updated_at)
        FROM wishlist WHERE created_at <= $t""",
    "reviews": """SELECT * REPLACE (
            CASE WHEN updated_at <= $t THEN status ELSE 'pending' END AS status,
            CASE WHEN updated_at <= $t THEN updated_at ELSE created_at END AS updated_at)
        FROM reviews WHERE created_at <= $t""",
    "sessions": """SELECT s.* REPLACE (e.last AS ended_at, e.n AS events, e.last AS updated_at)
        FROM sessions s JOIN (SELECT session_id, max(occurred_at) AS last, count(*)::INTEGER AS n FROM events
          WHERE occurred_at <= $t GROUP BY session_id) e ON e.session_id = s.id""",
    "events": "FROM events WHERE occurred_at <= $t",
}
"""The rows of each table at the moment $t, by what the whole window's rows say; stock is below."""


@pytest.fixture(scope="module")
def whole() -> dict[str, pa.Table]:
    return dataset(**FIELDS)[1]


@pytest.mark.parametrize("moment", MOMENTS)
def test_rows_are_what_the_whole_windows_rows_say_had_happened(
    whole: dict[str, pa.Table], moment: str
) -> None:
    spec, shown = dataset(**FIELDS, as_of=moment)
    with in_memory(None, whole, "integer") as stored:
        for name, query in EARLIER.items():
            earlier = stored.connection.sql(query, params={"t": spec.as_of}).to_arrow_table()
            assert _rows(shown[name]) == _rows(earlier), name
        skus = """SELECT s.id,
                CASE WHEN discontinued_at <= $t THEN discontinued_at ELSE s.created_at END AS updated_at
            FROM products_skus s JOIN products p ON p.id = s.product_id WHERE launched_at <= $t"""
        there = stored.connection.sql(skus, params={"t": spec.as_of}).to_arrow_table()
        items = f"""SELECT i.id, k.updated_at FROM inventory_items i
            JOIN ({skus}) k ON k.id = i.product_sku_id"""
        stored_items = stored.connection.sql(items, params={"t": spec.as_of}).to_arrow_table()
    # What was in stock earlier, the whole window's rows do not say.
    assert _rows(shown["products_skus"].select(["id", "updated_at"])) == _rows(there)
    assert _rows(shown["inventory_items"].select(["id", "updated_at"])) == _rows(stored_items)


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    return sorted(table.to_pylist(), key=lambda row: row["id"])


def test_a_product_that_is_on_sale_at_the_moment_may_be_in_stock(whole: dict[str, pa.Table]) -> None:
    moment = datetime(2024, 3, 1, tzinfo=UTC)
    products = {row["id"]: row for row in whole["products"].to_pylist()}
    ending = {
        key
        for key, row in products.items()
        if row["launched_at"] <= moment and row["discontinued_at"] and row["discontinued_at"] > moment
    }
    _, shown = dataset(**FIELDS, as_of=moment.isoformat())
    stocks = [row["stock"] for row in shown["products_skus"].to_pylist() if row["product_id"] in ending]
    assert len(stocks) > 5
    assert any(stocks)


def test_at_the_windows_end_it_is_the_whole_dataset(whole: dict[str, pa.Table]) -> None:
    _, shown = dataset(**FIELDS, as_of="2026-01-01T00:00:00Z")
    for name in TABLE_NAMES:
        assert _hash(shown[name], name) == _hash(whole[name], name)


def _hash(table: pa.Table, name: str) -> list[str]:
    return [hash_batch(batch, name).hex for batch in table.combine_chunks().to_batches()]


def test_at_the_windows_start_there_is_a_catalogue_and_nobody_yet() -> None:
    spec, shown = dataset(**FIELDS, as_of="2024-01-01T00:00:00Z")
    assert shown["products"].num_rows > 20
    assert [shown[name].num_rows for name in ("users", "order_details", "wishlist")] == [0, 0, 0]
    assert report(spec, shown).ok


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_chunk_counts_as_many_rows_as_it_makes(moment: str) -> None:
    spec = resolve(parse({**FIELDS, "as_of": moment}))
    engine = Engine(spec)
    for chunk in plan(spec, Segment(0, spec.customers), catalogue=True, blocks_per_chunk=1):
        made = engine.generate(chunk, dictionaries=True)
        assert engine.count(chunk) == {name: batch.num_rows for name, batch in made.items()}


def test_the_rows_of_a_small_dataset_are_known_before_the_first() -> None:
    spec, shown = dataset(**FIELDS, as_of=MOMENTS[1])
    totals = row_totals(spec, Segment(0, spec.customers), catalogue=True)
    assert totals == {name: table.num_rows for name, table in shown.items()}


def test_the_rows_of_a_large_one_are_about_right() -> None:
    spec = resolve(parse({"customers": 3 * BLOCKS_COUNTED * 1000 + 7, "as_of": MOMENTS[1]}))
    segment = Segment(0, spec.customers)
    engine, counted = Engine(spec), dict.fromkeys(TABLE_NAMES, 0)
    for chunk in plan(spec, segment, catalogue=True):
        for name, rows in engine.count(chunk).items():
            counted[name] += rows
    for name, total in row_totals(spec, segment, catalogue=True).items():
        assert total == pytest.approx(counted[name], rel=0.03), name


def test_a_whole_window_is_not_counted() -> None:
    spec, segment = resolve(parse({"customers": 100_000_000})), Segment(0, 100_000_000)
    assert row_totals(spec, segment, catalogue=True) == chunks.row_totals(spec, segment, catalogue=True)


def test_a_preview_shows_no_row_that_came_later() -> None:
    moment = datetime(2024, 6, 1, tzinfo=UTC)
    shown = preview(resolve(parse({"as_of": moment.isoformat()})), 20)
    assert shown["order_details"].num_rows == 20
    assert max(shown["order_details"]["updated_at"].to_pylist()) <= moment


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        ("2023-12-31T23:59:59Z", "must lie in the window, 2024-01-01T00:00:00Z to 2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.001Z", "must lie in the window"),
        ("2025-06-30T12:00:00", "timezone"),
        ("2025-06-30", "must be a date and time with its zone"),
        ("1735689600", "must be a date and time with its zone"),
        ("2025-06-31T12:00:00Z", "must be a date and time with its zone"),
        (1735689600, "datetime"),
    ],
)
def test_moments_that_are_none_of_the_window_are_refused(moment: object, message: str) -> None:
    with pytest.raises(SpecError, match=message) as refused:
        parse({"as_of": moment})
    assert [error["field"] for error in refused.value.errors] == ["as_of"]


def test_one_moment_by_two_clocks_is_one_spec() -> None:
    here, there = (
        parse({"as_of": "2025-06-30T14:00:00.1239+02:00"}),
        parse({"as_of": "2025-06-30T12:00:00.123Z"}),
    )
    assert here.as_of == datetime(2025, 6, 30, 12, tzinfo=UTC) + timedelta(milliseconds=123)
    assert spec_hash(here) == spec_hash(there)
    assert here.model_dump(mode="json")["as_of"] == "2025-06-30T12:00:00.123000Z"
    assert spec_hash(parse({"as_of": None})) == spec_hash(parse({})) != spec_hash(here)
    assert "as_of" not in parse({}).model_dump(mode="json")


def test_the_checker_misses_nothing_that_is_later_than_the_moment(whole: dict[str, pa.Table]) -> None:
    spec = resolve(parse({**FIELDS, "as_of": MOMENTS[1]}))
    found = violations(spec, whole)
    later = {
        "products",
        "products_skus",
        "inventory_items",
        "users",
        "addresses",
        "order_details",
        "order_item",
        "payment_details",
        "wishlist",
        "reviews",
        "sessions",
        "events",
    }
    assert found.keys() == {f"{name}.window" for name in later}


def test_the_checker_finds_rows_that_nobody_promised() -> None:
    spec, shown = dataset(**FIELDS, as_of=MOMENTS[1])
    again = {**shown, "users": pa.concat_tables([shown["users"]] * 4)}
    assert violations(spec, again)["users.count"] == 4 * shown["users"].num_rows - 1500


def test_the_checker_finds_an_empty_table() -> None:
    spec, shown = dataset(**FIELDS, as_of=MOMENTS[1])
    empty = {name: shown[name].slice(0, 0) for name in ("order_details", "order_item", "payment_details")}
    assert not report(spec, {**shown, **empty}).ok
