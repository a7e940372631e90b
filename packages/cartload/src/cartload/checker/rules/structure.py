"""Invariant 1: keys are unique, parents there, mandatory values present, row counts as promised."""

from collections.abc import Iterator
from typing import Final

from cartload.checker.model import Expected, QueryRule, RowRule, Rule
from cartload.checker.relations import (
    ADDRESSES,
    INVENTORY,
    ITEMS,
    ORDERS,
    PAYMENTS,
    PRODUCTS,
    REVIEWS,
    ROWS,
    SESSION_EVENTS,
    SESSIONS,
    SKUS,
    SUB_CATEGORIES,
    WISHLIST,
    Relation,
)
from cartload.engine.chunks import Segment, row_totals
from cartload.schema import CATALOGUE_TABLES, TABLES, Column, Ids, Table
from cartload.spec.counts import EXPECTED
from cartload.spec.daily_demand import shown_share_of_sign_ups
from cartload.spec.model import Spec

INVARIANT: Final = 1
_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


def rules(ids: Ids, spec: Spec | None, segments: tuple[Segment, ...] | None) -> Iterator[Rule]:
    """The rules of every table."""
    if spec is not None:
        yield from _counted(spec, segments or (Segment(0, spec.customers),))
    yield _numbered()
    for table in TABLES:
        yield _mandatory(table)
        yield _ids(table, ids)
        if any(column.type == "string" for column in table.columns):
            yield _fitting(table)
        if any(column.values for column in table.columns):
            yield _listed(table)
        for key in (("id",), *table.unique):
            yield _unique(table, key)
        for column, parent in table.foreign_keys:
            yield _parent(table, column, parent)


def rows_of(table: str) -> Expected:
    """How many rows a table has under a spec; at least, where the shop is shown as of a moment."""
    return lambda spec: (
        row_totals(spec, Segment(0, spec.customers), catalogue=True)[table] * _surely_shown(spec, table)
    )


def _surely_shown(spec: Spec, table: str) -> float:
    """The share of a table's rows that is surely there at the moment shown."""
    if spec.as_of is None:
        return 1
    # Three in five products are there before the window; customers come as the spec's demand says, and what
    # they do comes after them.
    if table in CATALOGUE_TABLES:
        return 0.5
    signed_up = shown_share_of_sign_ups(spec)
    if table in ("reviews", "sessions", "events"):
        return signed_up**3 / 8
    return signed_up / 2 if table in ("users", "addresses") else signed_up**2 / 8


def _counted(spec: Spec, segments: tuple[Segment, ...]) -> Iterator[Rule]:
    """Exact counts of all tables but those whose rows follow from what became of orders.

    Where the shop is shown as of a moment, the counts of the whole window are the most that there can be.
    """
    totals = [row_totals(spec, part, catalogue=part.first_block == 0) for part in segments]
    for table in TABLES:
        if table.name not in EXPECTED:
            promised = sum(total[table.name] for total in totals)
            whole = spec.as_of is None
            known = "the" if whole else "at most the"
            wrong = f"abs(count(*) - {promised})" if whole else f"greatest(count(*) - {promised}, 0)"
            yield QueryRule(
                f"{table.name}.count",
                INVARIANT,
                f"{table.name} has {known} {promised:,} rows that the spec promises.",
                f"SELECT count(*), {wrong} FROM {table.name}",
                f"SELECT {promised} AS promised, count(*) AS found FROM {table.name}",
                rows_of(table.name),
            )


def _numbered() -> Rule:
    return RowRule(
        "order.lines",
        INVARIANT,
        "An order has at least one line, and its lines are numbered from 1.",
        ORDERS,
        "coalesce(l.n, 0) < 1 OR l.low <> 1 OR l.high <> l.n",
        ("l.n AS lines", "l.low", "l.high"),
        expected=rows_of("order_details"),
    )


def _mandatory(table: Table) -> Rule:
    columns = [column.name for column in table.columns if not column.nullable]
    missing = [f"CASE WHEN t.{column} IS NULL THEN '{column}' END" for column in columns]
    return RowRule(
        f"{table.name}.mandatory",
        INVARIANT,
        f"No mandatory value of {table.name} is NULL.",
        ROWS[table.name],
        " OR ".join(f"t.{column} IS NULL" for column in columns),
        (f"concat_ws(', ', {', '.join(missing)}) AS missing",),
        expected=rows_of(table.name),
    )


def _ids(table: Table, ids: Ids) -> Rule:
    form = "UUIDs of version 8" if ids == "uuid" else "integers from 1"
    well = f"regexp_matches(t.id, '{_UUID}')" if ids == "uuid" else "t.id >= 1"
    return RowRule(
        f"{table.name}.ids",
        INVARIANT,
        f"Ids of {table.name} are {form}.",
        ROWS[table.name],
        f"NOT {well}",
        expected=rows_of(table.name),
    )


def _fitting(table: Table) -> Rule:
    texts = [column for column in table.columns if column.type == "string"]
    return RowRule(
        f"{table.name}.texts",
        INVARIANT,
        f"Texts of {table.name} fit their columns, and are ASCII where the schema says so.",
        ROWS[table.name],
        " OR ".join(f"({_too_long(column)})" for column in texts),
        tuple(f"t.{column.name}" for column in texts),
        expected=rows_of(table.name),
    )


def _too_long(column: Column) -> str:
    """``length`` counts characters, ``strlen`` bytes: as many of both is ASCII."""
    name = f"t.{column.name}"
    others = f" OR strlen({name}) <> length({name})" if column.ascii else ""
    return f"length({name}) > {column.length}{others}"


def _listed(table: Table) -> Rule:
    enums = [column for column in table.columns if column.values]
    others = [f"t.{c.name} NOT IN ({', '.join(repr(value) for value in c.values)})" for c in enums]
    return RowRule(
        f"{table.name}.values",
        INVARIANT,
        f"{' and '.join(column.name for column in enums)} of {table.name} are among the values there are.",
        ROWS[table.name],
        " OR ".join(others),
        tuple(f"t.{column.name}" for column in enums),
        expected=rows_of(table.name),
    )


def _unique(table: Table, key: tuple[str, ...]) -> Rule:
    columns, row = ", ".join(key), table.name
    # NULL is never a duplicate, in the database neither.
    there = " AND ".join(f"{column} IS NOT NULL" for column in key)
    doubled = f"SELECT {columns}, count(*) AS times FROM {row} WHERE {there} GROUP BY ALL HAVING count(*) > 1"
    return QueryRule(
        f"{row}.{'+'.join(key)}.unique",
        INVARIANT,
        f"{' and '.join(key)} of {row} {'is' if len(key) == 1 else 'together are'} unique.",
        f"SELECT count(*), count(*) - count(DISTINCT hash({columns})) FROM {row} WHERE {there}",
        f"{doubled} ORDER BY ALL LIMIT 5",
        rows_of(row),
        recount_query=f"SELECT coalesce(sum(times - 1), 0) FROM ({doubled})",
    )


_JOINED: Final[dict[tuple[str, str], tuple[Relation, str, str]]] = {
    ("sub_categories", "category_id"): (SUB_CATEGORIES, "s", "c"),
    ("products", "sub_category_id"): (PRODUCTS, "p", "s"),
    ("products_skus", "product_id"): (SKUS, "s", "p"),
    ("inventory_items", "product_sku_id"): (INVENTORY, "i", "s"),
    ("inventory_items", "distribution_center_id"): (INVENTORY, "i", "c"),
    ("addresses", "user_id"): (ADDRESSES, "a", "u"),
    ("order_details", "user_id"): (ORDERS, "o", "u"),
    ("order_details", "address_id"): (ORDERS, "o", "a"),
    ("order_item", "order_id"): (ITEMS, "i", "o"),
    ("order_item", "product_sku_id"): (ITEMS, "i", "s"),
    ("payment_details", "order_id"): (PAYMENTS, "d", "o"),
    ("wishlist", "user_id"): (WISHLIST, "w", "u"),
    ("wishlist", "product_id"): (WISHLIST, "w", "p"),
    ("reviews", "user_id"): (REVIEWS, "r", "u"),
    ("reviews", "product_id"): (REVIEWS, "r", "p"),
    ("reviews", "order_id"): (REVIEWS, "r", "o"),
    ("sessions", "user_id"): (SESSIONS, "s", "u"),
    ("events", "session_id"): (SESSION_EVENTS, "e", "s"),
    ("events", "product_id"): (SESSION_EVENTS, "e", "p"),
}
"""The relation that joins each foreign key, and what it calls child and parent."""


def _parent(table: Table, column: str, parent: str) -> Rule:
    relation, child, joined = _JOINED[table.name, column]
    return RowRule(
        f"{table.name}.{column}.parent",
        INVARIANT,
        f"Every {column} of {table.name} is the id of a row of {parent}.",
        relation,
        f"{joined}.id IS NULL",
        (f"{child}.{column}",),
        applies=f"{child}.{column} IS NOT NULL",
        expected=rows_of(table.name),
    )
