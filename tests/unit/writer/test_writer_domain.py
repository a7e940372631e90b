"""The writer's rules that need no server: names of parts, segments, and what a seal proves."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload import schema
from cartload.schema import ddl
from cartload_contracts.model import TableTotals
from cartload_writer.domain import names
from cartload_writer.domain.seal_checks import Check, judge
from cartload_writer.domain.states import Totals, covers

COUNTS = dict.fromkeys(schema.TABLE_NAMES, 10)
STORED = {name: Totals(10, f"{number:032x}", 100) for number, name in enumerate(schema.TABLE_NAMES)}
EXPECTED: Any = {name: TableTotals(rows=10, row_hash=found.row_hash) for name, found in STORED.items()}
NO_ORPHANS = dict.fromkeys(ddl.orphan_queries(), 0)


@settings(max_examples=25)
@given(st.integers(0, 10**16 - 1), st.sampled_from(["parquet", "csv", "jsonl"]))
def test_a_parts_number_is_read_from_its_name(chunk: int, extension: str) -> None:
    assert names.part_number(names.part_name(chunk, extension)) == chunk
    assert names.part_number(str(chunk)) == chunk


@settings(max_examples=25)
@given(st.text(max_size=40))
def test_no_text_but_a_minted_name_is_quoted(text: str) -> None:
    try:
        quoted = names.quoted_database(text)
    except ValueError:
        return
    assert quoted == f"`{text}`"
    assert text.isalnum()
    assert text.isascii()
    assert len(text) == 30


@settings(max_examples=25)
@given(st.uuids(), st.uuids())
def test_owners_have_users_of_their_own(one: UUID, other: UUID) -> None:
    assert (names.reader_user(one) == names.reader_user(other)) is (one == other)
    assert len(names.reader_user(one)) <= 32
    assert names.reader_user(one).isalnum()


def test_a_datasets_blobs_lie_under_its_prefix_and_nowhere_else() -> None:
    one, other = uuid4(), uuid4()
    name = names.blob_name(one, "users", 3, "csv")
    assert name.startswith(names.dataset_prefix(one))
    assert not name.startswith(names.dataset_prefix(other))
    assert names.part_number(name.rpartition("/")[2]) == 3


SEGMENTS = [{"first_block": 0, "customers": 1001}, {"first_block": 5, "customers": 1}]


@pytest.mark.parametrize(
    ("chunk", "inside"), [(0, True), (1, True), (2, False), (4, False), (5, True), (6, False), (10**9, False)]
)
def test_a_chunk_of_customers_belongs_to_a_segment_that_has_its_block(chunk: int, inside: bool) -> None:
    """Blocks are a thousand customers; between two segments lie those of an append that was rolled back."""
    assert covers(SEGMENTS, "users", chunk) is inside
    assert covers(SEGMENTS, "order_item", chunk) is inside


@pytest.mark.parametrize("table", ["categories", "products", "products_skus"])
def test_the_catalogue_belongs_to_every_segment(table: str) -> None:
    assert covers(SEGMENTS, table, 123_456)
    assert covers([], table, 0)
    assert not covers([], "users", 0)


def broken(**changes: Any) -> dict[str, Check]:
    """The checks that fail, by name, where something is not as it should be."""
    given_: dict[str, Any] = {"expected": EXPECTED, "stored": STORED, "counts": COUNTS, "orphans": NO_ORPHANS}
    found = judge(**{**given_, **changes})
    return {check.name: check for check in found if check.violations}


def test_a_whole_dataset_breaks_nothing() -> None:
    assert broken() == {}
    checks = judge(EXPECTED, STORED, COUNTS, NO_ORPHANS)
    assert len(checks) == len({check.name for check in checks}) == 2 * len(COUNTS) + len(NO_ORPHANS)
    assert all(check.rows_checked == 10 for check in checks)
    assert not any(check.samples for check in checks)


def test_where_there_is_no_database_only_the_totals_are_proven() -> None:
    checks = judge(EXPECTED, STORED, None, {})
    assert {check.name for check in checks} == {f"hash_{name}" for name in STORED}
    other = {**STORED, "users": Totals(9, "f" * 32, 100)}
    assert set(broken(counts=None, orphans={}, stored=other)) == {"hash_users"}


@pytest.mark.parametrize(("counted", "violations"), [(7, 3), (12, 2), (0, 10)])
def test_rows_that_are_missing_or_too_many_are_counted(counted: int, violations: int) -> None:
    found = broken(counts={**COUNTS, "users": counted})
    assert found["count_users"].violations == violations
    assert found["count_users"].rows_checked == counted
    assert found["count_users"].samples == [{"stored": 10, "counted": counted}]
    assert set(found) == {"count_users"}


@pytest.mark.parametrize(
    ("stored", "violations"),
    [(Totals(10, "f" * 32, 100), 1), (Totals(8, "f" * 32, 100), 2), (Totals(13, "f" * 32, 100), 3)],
)
def test_other_rows_than_expected_are_a_violation_even_if_as_many(stored: Totals, violations: int) -> None:
    found = broken(stored={**STORED, "users": stored}, counts={**COUNTS, "users": stored.rows})
    assert set(found) == {"hash_users"}
    assert found["hash_users"].violations == violations
    (sample,) = found["hash_users"].samples
    assert (sample["expected_rows"], sample["stored_rows"]) == (10, stored.rows)
    assert sample["expected_hash"] != sample["stored_hash"] == "f" * 32


def test_a_table_of_which_nothing_is_stored_is_missed() -> None:
    stored = {name: found for name, found in STORED.items() if name != "wishlist"}
    found = broken(stored=stored, counts={**COUNTS, "wishlist": 0})
    assert {name: check.violations for name, check in found.items()} == {"hash_wishlist": 10}


def test_without_expectation_only_what_is_stored_counts() -> None:
    assert broken(expected=None, stored={}, counts=dict.fromkeys(COUNTS, 0)) == {}
    assert set(broken(expected=None, counts={**COUNTS, "users": 9})) == {"count_users"}


@pytest.mark.parametrize("name", NO_ORPHANS)
def test_orphans_are_told_with_the_column_and_its_parent(name: str) -> None:
    found = broken(orphans={**NO_ORPHANS, name: 4})
    assert set(found) == {name}
    assert found[name].violations == 4
    child, column = next(
        (table.name, column)
        for table in schema.TABLES
        for column, _ in table.foreign_keys
        if ddl.foreign_key_name(table.name, column) == name
    )
    assert f"{child}.{column}" in found[name].title
    assert found[name].document()["title"] == found[name].title
