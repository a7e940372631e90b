"""Plans: exact counts, batches that fit, any chunk by its position."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.engine.chunks import Blocks, CatalogueRows, Segment, plan, row_totals, rows_of
from cartload.engine.generate import Engine, estimated_bytes, preview
from cartload.schema import BLOCK_TABLES, CATALOGUE_TABLES, TABLE_NAMES, arrow_schema
from cartload.spec import parse, resolve, sizes
from cartload.spec.counts import EXPECTED, rows_before


def test_catalogue_first_then_blocks_in_order() -> None:
    spec = resolve(parse({"customers": 10_500}))
    chunks = list(plan(spec, Segment(0, 10_500), catalogue=True))
    catalogue, blocks = chunks[: len(CATALOGUE_TABLES)], chunks[len(CATALOGUE_TABLES) :]
    assert [chunk.tables for chunk in catalogue] == [(name,) for name in CATALOGUE_TABLES]
    assert blocks == [Blocks(0, 4000), Blocks(4, 4000), Blocks(8, 2500)]
    assert [chunk.number for chunk in blocks] == [0, 4, 8]


def test_a_large_catalogue_travels_in_runs() -> None:
    spec = resolve(parse({"catalogue": {"products": 30_000, "skus_per_product": 2}, "ids": "integer"}))
    chunks = [
        chunk for chunk in plan(spec, Segment(0, 1), catalogue=True) if isinstance(chunk, CatalogueRows)
    ]
    runs = [chunk for chunk in chunks if chunk.table == "products_skus"]
    assert [(run.first_row, run.rows) for run in runs] == [(0, 25_000), (25_000, 25_000), (50_000, 10_000)]
    assert [run.number for run in runs] == [0, 25_000, 50_000]


def test_an_append_has_no_catalogue_and_starts_at_its_block() -> None:
    spec = resolve(parse({"customers": 2000}))
    assert list(plan(spec, Segment(2, 5000), catalogue=False)) == [Blocks(2, 4000), Blocks(6, 1000)]
    totals = row_totals(spec, Segment(2, 5000), catalogue=False)
    assert totals["users"] == 5000
    assert totals["products"] == 0


def test_positions_outside_are_refused_and_slices_work() -> None:
    spec = resolve(parse({}))
    chunks = plan(spec, Segment(0, 100_000_000), catalogue=True)
    first = len(CATALOGUE_TABLES)
    assert len(chunks) == first + 25_000
    assert chunks[first + 24_999] == Blocks(99_996, 4000)
    assert chunks[first : first + 2] == [Blocks(0, 4000), Blocks(4, 4000)]
    for position in (-1, first + 25_000):
        with pytest.raises(IndexError):
            chunks[position]


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_counts_are_exact_and_batches_fit(ids: str) -> None:
    spec = resolve(parse({"customers": 5200, "ids": ids, "orders": {"per_customer": 2.3333}}))
    engine, segment = Engine(spec), Segment(0, 5200)
    made = dict.fromkeys(TABLE_NAMES, 0)
    for chunk in plan(spec, segment, catalogue=True):
        expected = rows_of(spec, chunk)
        for name, batch in engine.generate(chunk).items():
            assert batch.num_rows <= sizes.BATCH_ROWS
            assert batch.nbytes <= sizes.BATCH_BYTES
            assert batch.nbytes <= 1.02 * batch.num_rows * sizes.row_bytes(name, spec.ids)
            assert batch.schema == arrow_schema(name, spec.ids)
            assert name in EXPECTED or batch.num_rows == expected[name]
            batch.validate(full=True)
            made[name] += batch.num_rows
    totals = row_totals(spec, segment, catalogue=True)
    for name in EXPECTED:
        assert made[name] == pytest.approx(totals.pop(name), rel=0.1)
    assert {name: made[name] for name in totals} == totals


@pytest.mark.parametrize("wanted", [["payment_details"], ["users", "wishlist"], ["products"], []])
def test_tables_asked_for_are_the_same_without_the_others(wanted: list[str]) -> None:
    spec = resolve(parse({"customers": 1100}))
    for chunk in plan(spec, Segment(0, 1100), catalogue=True):
        every = Engine(spec).generate(chunk)
        some = Engine(spec).generate(chunk, tables=wanted)
        assert some == {name: batch for name, batch in every.items() if name in wanted}


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 10**6).map(lambda value: round(value % 80_000 / 10_000, 4)),
    st.integers(10_000, 50_000).map(lambda value: value / 10_000),
    st.integers(0, 99_999),
)
def test_lines_never_fall_short_of_orders(per_customer: float, items: float, block: int) -> None:
    spec = parse({"orders": {"per_customer": per_customer, "items": items}})
    orders, lines = (
        rows_before(spec, table, (block + 1) * 1000) - rows_before(spec, table, block * 1000)
        for table in ("order_details", "order_item")
    )
    assert lines >= orders


def test_an_append_starts_a_new_block() -> None:
    assert Segment(3, 2500).end_block == 6
    assert Segment(3, 2000).end_block == 5


def test_preview_is_the_start_of_the_dataset() -> None:
    spec = resolve(parse({"customers": 5000, "ids": "integer"}))
    shown = preview(spec, 7)
    assert list(shown) == list(TABLE_NAMES)
    whole = Engine(spec).generate(Blocks(0, 4000))
    for name in BLOCK_TABLES:
        assert shown[name].to_pylist() == whole[name].slice(0, 7).to_pylist()
    assert shown["products"].num_rows == 7
    assert preview(resolve(parse({"customers": 2})), 50)["users"].num_rows == 2


def test_estimated_bytes_is_of_the_right_order() -> None:
    spec = resolve(parse({}))
    whole = preview(spec, 10**6)
    real = sum(batch.nbytes for batch in whole.values())
    assert estimated_bytes(spec, {name: batch.num_rows for name, batch in whole.items()}) == pytest.approx(
        real, rel=0.2
    )
