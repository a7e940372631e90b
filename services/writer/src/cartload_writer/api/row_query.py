"""A query of one table's rows: filters, search, order and start, as one SQL statement.

Names of tables and columns come from the schema alone; what the caller sends is looked up there or bound.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from cartload.schema import Column, Table
from cartload_kit.errors import FieldError, Unprocessable
from cartload_kit.http.queries import repeated_parameters
from cartload_kit.pagination import Position, read_cursor, wrong_cursor
from cartload_writer.api import column_values

MOST_PARAMETERS = 64
"""Each filter costs time to parse and to plan; a query that a person or a program means has a handful."""

MOST_VALUES = 100
"""Values of all `__in` lists of a query together."""

_LONGEST_PREFIX = 120
type Clause = sa.ColumnElement[bool]
type Key = sa.ColumnClause[Any]

_COMPARE: Mapping[str, Callable[[Key, Any], Clause]] = {
    "": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
}


class RowPosition(Position):
    """The last row of a page, in one order."""

    sort: str
    value: str | int | float | bool
    id: str | int


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows of a table, in which order, from where on."""

    table: Table
    ids: str
    where: tuple[Clause, ...]
    sort: Column
    descending: bool
    start: tuple[Any, Any] | None = None

    @property
    def order(self) -> str:
        """The order as `sort` names it."""
        return f"-{self.sort.name}" if self.descending else self.sort.name

    def select(self, database: str, limit: int) -> sa.Select[Any]:
        """Return the statement for the next `limit` rows."""
        source = sa.table(self.table.name, *map(sa.column, self.table.column_names), schema=database)
        keys: list[Key] = [sa.column(name) for name in dict.fromkeys((self.sort.name, "id"))]
        ordered = [key.desc() if self.descending else key.asc() for key in keys]
        where = self.where if self.start is None else (*self.where, self._beyond(*self.start))
        return sa.select(source).where(*where).order_by(*ordered).limit(limit)

    def _beyond(self, value: Any, row_id: Any) -> Clause:
        # `key >= value` is implied by what follows it, but it is what lets the server begin in the index:
        # of the OR alone it makes a scan. No sortable column is nullable, so there is no NULL to compare.
        key: Key = sa.column(self.sort.name)
        identity: Key = sa.column("id")
        if self.sort.name == "id":
            return sa.and_(identity < row_id) if self.descending else sa.and_(identity > row_id)
        if self.descending:
            return sa.and_(key <= value, sa.or_(key < value, identity < row_id))
        return sa.and_(key >= value, sa.or_(key > value, identity > row_id))

    def after(self, row: Sequence[Any]) -> "RowQuery":
        """Return the same query, beginning after a row of its answer."""
        names = self.table.column_names
        return replace(self, start=(row[names.index(self.sort.name)], row[names.index("id")]))

    def cursor(self, row: Mapping[str, Any]) -> str:
        """Return the cursor of the page after the one that ends with this row (as JSON)."""
        return RowPosition(sort=self.order, value=row[self.sort.name], id=row["id"]).cursor

    def from_cursor(self, cursor: str) -> "RowQuery":
        """Return the same query, beginning where a cursor says.

        Raises:
            Unprocessable: the cursor belongs to another query.
        """
        position = read_cursor(cursor, RowPosition)
        try:
            if position.sort != self.order:
                raise ValueError("of another order")
            value = column_values.parse(self.sort, _text(position.value), self.ids)
            row_id = column_values.parse(self.table.column("id"), _text(position.id), self.ids)
        except ValueError as error:
            raise wrong_cursor("This cursor belongs to another table or order; begin without one.") from error
        return replace(self, start=(value, row_id))


def parse_query(
    table: Table,
    ids: str,
    given: Sequence[tuple[str, str]],
    *,
    parameters: Collection[str],
    sort: str,
    q: str | None,
) -> RowQuery:
    """Understand a request's query: the route's own `parameters`, and filters by column.

    Raises:
        Unprocessable: naming every field that is not allowed, and those that are.
    """
    if len(given) > MOST_PARAMETERS:
        message = f"may have at most {MOST_PARAMETERS} parameters, and has {len(given)}"
        raise Unprocessable([FieldError(field="query", message=message)])
    filters = [(name, text) for name, text in given if name not in parameters]
    errors = repeated_parameters(name for name, _ in given)
    where: list[Clause] = []
    errors += _too_many_values(filters)
    for name, text in filters:
        _collect(errors, name, text, partial(_add_filter, where, table, ids, name, text))
    if q:
        _collect(errors, "q", q, lambda: where.append(_search(table, q)))
    order = [table.column("id")]
    _collect(errors, "sort", sort, lambda: order.append(_sort(table, sort)))
    if errors:
        raise Unprocessable(errors)
    return RowQuery(table, ids, tuple(where), order[-1], sort.startswith("-"))


def _collect(errors: list[FieldError], field: str, value: str, step: Callable[[], object]) -> None:
    try:
        step()
    except ValueError as error:
        errors.append(FieldError(field=field, message=str(error), value=value[:200]))


def _too_many_values(filters: Iterable[tuple[str, str]]) -> list[FieldError]:
    counts = {name: text.count(",") + 1 for name, text in filters if name.endswith("__in")}
    total = sum(counts.values())
    if total <= MOST_VALUES:
        return []
    message = f"all __in lists together may have at most {MOST_VALUES} values, and have {total}"
    return [FieldError(field=name, message=message) for name in counts]


def _add_filter(where: list[Clause], table: Table, ids: str, name: str, text: str) -> None:
    where.append(_filter(table, ids, name, text))


def _filter(table: Table, ids: str, name: str, text: str) -> Clause:
    column, operator = _column(table, name)
    key: Key = sa.column(column.name)
    if operator == "in":
        # One more than allowed is enough to be refused: a long text is not split to its end.
        return key.in_([column_values.parse(column, value, ids) for value in text.split(",", MOST_VALUES)])
    if operator == "isnull":
        return key.is_(None) if column_values.boolean(text) else key.is_not(None)
    return _COMPARE[operator](key, column_values.parse(column, text, ids))


def _column(table: Table, name: str) -> tuple[Column, str]:
    base, _, operator = name.partition("__")
    allowed = [column.name for column in table.columns if column.filterable]
    if base not in allowed:
        raise ValueError(f"{table.name} can be filtered by {', '.join(allowed)}")
    if operator not in (*_COMPARE, "in", "isnull") or name.endswith("__"):
        raise ValueError("the operators are __ne, __gt, __gte, __lt, __lte, __in and __isnull")
    return table.column(base), operator


def _search(table: Table, text: str) -> Clause:
    marked = [column for column in table.columns if column.prefix]
    if not marked:
        raise ValueError(f"{table.name} has no columns that can be searched")
    if len(text) > _LONGEST_PREFIX or "\0" in text:
        raise ValueError(f"must be at most {_LONGEST_PREFIX} characters, none of them NUL")
    fitting = [column for column in marked if text.isascii() or not column.ascii]
    # A column in ASCII cannot hold the text, and comparing it with other letters is an error of the server.
    clauses = [sa.column(column.name, sa.String).startswith(text, autoescape=True) for column in fitting]
    return sa.or_(*clauses) if clauses else sa.false()


def _sort(table: Table, sort: str) -> Column:
    allowed = [column.name for column in table.columns if column.sortable]
    name = sort.removeprefix("-")
    if name not in allowed:
        raise ValueError(f"{table.name} can be sorted by {', '.join(allowed)}, each also with a leading -")
    return table.column(name)


def _text(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
