"""Every rule holds in what the engine makes, and sees what breaks it in a stored dataset."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from cartload.checker import Report, check_stored
from cartload.checker.rules import all_rules
from cartload.readers import Stored, open_stored
from cartload.schema import TABLE_NAMES
from cartload.spec import Spec
from support.engine_invariants import Remembering, dataset, report
from support.mutations import CASES
from support.stored_places import write_folder

VISITS = {"sessions_per_customer": 3, "conversion_rate": 0.35}
MANY_FATES = {"cancel_rate": 0.2, "return_rate": 0.2, "payment_failure_rate": 0.2, "discount_share": 0.4}


ROWS = re.compile(r"(?:INSERT INTO|DELETE FROM) (\w+)")
VALUES = re.compile(r"UPDATE (\w+)(?: \w)? SET (.+?)(?: WHERE | FROM (?!\w+\))|$)", re.DOTALL)
ASSIGNED = re.compile(r"(\w+) = ")


@dataclass(frozen=True)
class Change:
    """What a statement changes: rows of a table, or of its rows only some columns."""

    table: str
    columns: frozenset[str]

    def concerns(self, query: str) -> bool:
        words = words_of(query)
        return self.table in words and (not self.columns or not self.columns.isdisjoint(words))


@cache
def words_of(query: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", query))


def changes(statement: str) -> list[Change]:
    """What a statement changes; a column too many costs a query, one too few would hide a change."""
    if statement.startswith("SET VARIABLE"):
        return []
    if values := VALUES.match(statement):
        columns = frozenset(ASSIGNED.findall(values[2]))
        assert columns
        return [Change(values[1], columns)]
    rows = ROWS.match(statement)
    assert rows
    return [Change(rows[1], frozenset())]


@dataclass(frozen=True)
class Changeable(Remembering):
    """Asks again what concerns a change, and nothing else."""

    changed: list[Change] = field(default_factory=list)

    def answer(self, query: str, ask: Callable[[str], Any]) -> Any:
        if any(change.concerns(query) for change in self.changed):
            return ask(query)
        return super().answer(query, ask)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changeable]:
    """A dataset of many fates, read from Parquet into tables that can be changed."""
    made = dataset(customers=400, orders=MANY_FATES, clickstream=VISITS)
    folder = write_folder(tmp_path_factory.mktemp("shop") / "parquet", *made, "parquet")
    with open_stored(folder) as stored:
        for name in TABLE_NAMES:
            stored.connection.execute(f"CREATE TABLE kept_{name} AS SELECT * FROM {name}")
            stored.connection.execute(f"DROP VIEW {name}")
            stored.connection.execute(f"ALTER TABLE kept_{name} RENAME TO {name}")
        yield Changeable(
            stored.place, stored.spec, stored.ids, stored.segments, stored.tables, stored.connection
        )


@contextmanager
def changed(stored: Changeable, *statements: str) -> Iterator[Changeable]:
    """The dataset after some statements, which are taken back."""
    stored.connection.execute("BEGIN")
    stored.changed.extend(change for statement in statements for change in changes(statement))
    try:
        for statement in statements:
            stored.connection.execute(statement)
        yield stored
    finally:
        stored.connection.execute("ROLLBACK")
        stored.changed.clear()


def broken(report: Report) -> set[str]:
    return {rule.name for rule in report.broken}


def test_all_invariants_hold(stored: Changeable) -> None:
    report = check_stored(stored)
    assert report.ok, report.text()
    assert [invariant.number for invariant in report.invariants] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert all(invariant.rows_checked for invariant in report.invariants if invariant.number != 6)
    assert report.rows["users"] == 400


@pytest.mark.parametrize("name", CASES)
def test_what_breaks_a_rule_is_seen_by_it(stored: Changeable, name: str) -> None:
    case = CASES[name]
    with changed(stored, *case.statements):
        report = check_stored(stored)
    must = {name, *case.others}
    assert must <= broken(report) <= must | case.perhaps
    (found,) = (rule for rule in report.broken if rule.name == name)
    assert found.violations > 0
    assert 0 < len(found.samples) <= 5
    assert not report.ok


def test_no_rule_lacks_its_case(stored: Changeable) -> None:
    assert stored.spec is not None
    assert {rule.name for rule in all_rules(stored.ids, stored.spec, stored.segments)} == CASES.keys()


def test_names_of_rules_are_unique(stored: Changeable) -> None:
    names = [rule.name for rule in all_rules(stored.ids, stored.spec, stored.segments)]
    assert len(names) == len(set(names))


def test_examples_show_what_is_wrong(stored: Changeable) -> None:
    (number, tax), *_ = stored.rows("SELECT order_number, tax FROM order_details ORDER BY id LIMIT 1")
    with changed(stored, f"UPDATE order_details SET tax = tax + 1 WHERE order_number = '{number}'"):
        report = check_stored(stored)
    (found,) = (rule for rule in report.broken if rule.name == "order.tax")
    assert (found.violations, found.rows_checked) == (1, report.rows["order_details"])
    assert [(sample["tax"], sample["of_lines"]) for sample in found.samples] == [(tax + 1, tax)]


def test_ranges_of_ids_find_the_same(stored: Changeable) -> None:
    statements = [statement for name in ("order.tax", "wish.moments") for statement in CASES[name].statements]
    with changed(stored, *statements, "UPDATE order_item SET quantity = 0 WHERE line_number = 2"):
        at_once, in_ranges = check_stored(stored), check_stored(stored, rows_at_once=150)
    assert {"order.tax", "wish.moments", "line.total"} <= broken(at_once)
    assert in_ranges == at_once


def test_a_rule_that_looked_at_nothing_is_broken(stored: Changeable) -> None:
    tables = ("payment_details", "order_item", "order_details")
    with changed(stored, *(f"DELETE FROM {table}" for table in tables)):
        report = check_stored(stored)
    idle = [rule for rule in report.broken if rule.rows_checked == 0]
    assert {"line.total", "charge.amount", "refund.amount", "payment.card"} <= {rule.name for rule in idle}
    assert all(rule.note and "no row was checked" in rule.note for rule in idle)
    assert {invariant.number for invariant in report.invariants if not invariant.ok} == {1, 2, 3, 4, 7, 9}


def test_where_nothing_is_ordered_nothing_is_missed() -> None:
    made = report(*dataset(customers=200, orders={"per_customer": 0}, wishlist={"per_customer": 0}))
    assert made.ok, made.text()


def test_without_a_spec_the_rest_is_asked() -> None:
    _, tables = dataset(customers=50)
    made = report(None, tables)
    names = {rule.name for invariant in made.invariants for rule in invariant.rules}
    assert made.ok
    assert not made.spec_known
    assert {"line.tax", "users.count", "users.window"} & names == set()
    assert {rule.note for rule in made.invariants[5].rules} == {"no spec: nobody says what it should be"}


def test_the_spec_decides_what_is_right(stored: Changeable) -> None:
    assert isinstance(stored.spec, Spec)
    taxed = stored.spec.tax.model_copy(update={"rates": {}, "default": 0.01})
    other = stored.spec.model_copy(update={"tax": taxed, "customers": 401})
    report = check_stored(Stored("m", other, stored.ids, None, stored.tables, stored.connection))
    assert {"line.tax", "users.count"} <= broken(report)
