"""The engine's edges: empty runs, rows that there are not, several threads, tables left out."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cartload.engine.chunks import Blocks, CatalogueRows, Chunk, Segment, plan
from cartload.engine.generate import Engine, preview
from cartload.schema import BLOCK_TABLES, CATALOGUE_TABLES, TABLE_NAMES, arrow_schema
from cartload.spec import parse, resolve
from cartload.spec.counts import catalogue_rows

SPEC = resolve(parse({"customers": 150, "ids": "integer"}))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(SPEC)


@pytest.mark.parametrize("table", CATALOGUE_TABLES)
@pytest.mark.parametrize("first_row", [0, 3])
def test_an_empty_run_of_any_catalogue_table_is_an_empty_batch(
    engine: Engine, table: str, first_row: int
) -> None:
    made = engine.generate(CatalogueRows(table, first_row, 0))
    assert {name: batch.num_rows for name, batch in made.items()} == {table: 0}
    assert made[table].schema == arrow_schema(table, "integer")


def test_blocks_without_customers_are_empty_batches(engine: Engine) -> None:
    made = engine.generate(Blocks(0, 0))
    assert {name: batch.num_rows for name, batch in made.items()} == dict.fromkeys(BLOCK_TABLES, 0)
    assert all(batch.schema == arrow_schema(name, "integer") for name, batch in made.items())


def test_a_preview_of_no_rows_is_ten_empty_tables() -> None:
    shown = preview(SPEC, 0)
    assert {name: batch.num_rows for name, batch in shown.items()} == dict.fromkeys(TABLE_NAMES, 0)


@pytest.mark.parametrize("table", CATALOGUE_TABLES)
def test_the_last_row_of_a_catalogue_table_can_be_made_and_none_after_it(engine: Engine, table: str) -> None:
    rows = catalogue_rows(SPEC, table)
    assert engine.generate(CatalogueRows(table, rows - 1, 1))[table].num_rows == 1
    with pytest.raises(ValueError, match=rf"{table} has {rows} rows in this spec, row {rows} was asked for"):
        engine.generate(CatalogueRows(table, rows - 1, 2))


@pytest.mark.parametrize(
    ("chunk", "message"),
    [
        (CatalogueRows("products", -1, 2), "2 rows of products from row -1 on: neither may be"),
        (CatalogueRows("categories", -20, 20), "20 rows of categories from row -20 on"),
        (CatalogueRows("products_skus", 5, -1), "-1 rows of products_skus from row 5 on"),
        (Blocks(-1, 10), "10 customers from block -1 on"),
        (Blocks(0, -1), "-1 customers from block 0 on"),
    ],
)
def test_rows_that_no_dataset_has_are_refused(engine: Engine, chunk: Chunk, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        engine.generate(chunk)


@pytest.mark.parametrize("table", [*BLOCK_TABLES, "nothing"])
def test_only_catalogue_tables_are_made_in_runs_of_rows(engine: Engine, table: str) -> None:
    with pytest.raises(ValueError, match=f"{table} is no catalogue table"):
        engine.generate(CatalogueRows(table, 0, 1))


def test_a_run_is_the_same_rows_as_in_a_longer_one(engine: Engine) -> None:
    for table in CATALOGUE_TABLES:
        rows = catalogue_rows(SPEC, table)
        whole = engine.generate(CatalogueRows(table, 0, rows))[table]
        middle = engine.generate(CatalogueRows(table, 3, rows - 5))[table]
        assert middle.to_pylist() == whole.slice(3, rows - 5).to_pylist()


def test_threads_may_share_an_engine() -> None:
    chunks = list(plan(SPEC, Segment(0, 150), catalogue=True)) * 3
    alone = [Engine(SPEC).generate(chunk) for chunk in chunks[: len(chunks) // 3]] * 3
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(Engine(SPEC).generate, chunks))
    assert together == alone


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_coded_batches_are_the_plain_ones_in_the_same_order(ids: str) -> None:
    spec = resolve(parse({"customers": 30, "ids": ids}))
    engine = Engine(spec)
    for chunk in plan(spec, Segment(0, 30), catalogue=True):
        plain, coded = engine.generate(chunk), engine.generate(chunk, dictionaries=True)
        assert list(plain) == list(coded) == list(chunk.tables)
        for name, batch in coded.items():
            assert batch.schema.names == plain[name].schema.names
            assert engine.plain(name, batch) == plain[name]


def test_a_preview_holds_parents_of_no_other_dataset() -> None:
    one, other = (resolve(parse({"customers": 20, "seed": seed})) for seed in (1, 2))
    first, second = (set(preview(spec, 20)["users"]["id"].to_pylist()) for spec in (one, other))
    assert len(first) == len(second) == 20
    assert not first & second


@pytest.mark.parametrize("rows", [1, 3, 10**6])
def test_a_preview_has_as_many_rows_as_asked_for_or_there_are(rows: int) -> None:
    shown = preview(SPEC, rows)
    for table in CATALOGUE_TABLES:
        assert shown[table].num_rows == min(rows, catalogue_rows(SPEC, table))
    assert shown["users"].num_rows == min(rows, SPEC.customers)
