"""The tables of a shop's own database: those of its dataset, and those by which it lives.

All stand under one placeholder for the database, which `shop_session` translates. Times are the shop's, in
whole milliseconds, unless a column says that it is real time.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Double, Integer, MetaData, Numeric, Table, Text
from sqlalchemy.dialects.mysql import VARCHAR
from sqlalchemy.types import TypeEngine

from cartload import schema
from cartload.schema import Ids
from cartload_kit.database.types import UtcDateTime, Uuid, ascii_digits, ascii_word

PLACEHOLDER: Final = "shop"
"""The name that stands for a shop's database in these tables."""


def _id(ids: Ids) -> TypeEngine[Any]:
    return ascii_digits(36) if ids == "uuid" else BigInteger()


@dataclass(frozen=True, slots=True)
class Tables:
    """Every table of a shop whose rows have ids of one kind."""

    categories: Table
    sub_categories: Table
    products: Table
    products_skus: Table
    distribution_centers: Table
    inventory_items: Table
    users: Table
    addresses: Table
    order_details: Table
    order_item: Table
    payment_details: Table
    wishlist: Table
    reviews: Table
    sessions: Table
    events: Table
    shop_clock: Table
    listings: Table
    inventory_log: Table
    carts: Table
    cart_items: Table
    event_sequences: Table
    outbox: Table
    relay_turn: Table

    def named(self, name: str) -> Table:
        """The table of a name. Raises AttributeError for one that there is not."""
        found: Table = getattr(self, name)
        return found


@cache
def tables(ids: Ids) -> Tables:
    """The tables of shops whose rows have such ids."""
    metadata = MetaData(schema=PLACEHOLDER)
    dataset = {table.name: _dataset_table(metadata, table, ids) for table in schema.TABLES}
    return Tables(**dataset, **_living_tables(metadata, ids))


def _dataset_table(metadata: MetaData, table: schema.Table, ids: Ids) -> Table:
    columns = [
        Column(column.name, _type(column, ids), primary_key=column.name == "id", nullable=column.nullable)
        for column in table.columns
    ]
    return Table(table.name, metadata, *columns)


def _type(column: schema.Column, ids: Ids) -> TypeEngine[Any]:
    match column.type:
        case "id":
            return _id(ids)
        case "enum":
            return ascii_word(column.length)
        case "string":
            return VARCHAR(column.length)
        case "integer":
            return Integer()
        case "money":
            return BigInteger()
        case "decimal":
            return Numeric(column.precision, column.scale)
        case "boolean":
            return Boolean()
        case "date":
            return Date()
        case "timestamp":
            return UtcDateTime()


def _living_tables(metadata: MetaData, ids: Ids) -> dict[str, Table]:
    def table(name: str, *columns: Column[Any]) -> Table:
        return Table(name, metadata, *columns)

    def row_id(name: str, *, key: bool = False, nullable: bool = False) -> Column[Any]:
        return Column(name, _id(ids), primary_key=key, nullable=nullable)

    def moment(name: str, *, nullable: bool = False) -> Column[Any]:
        return Column(name, UtcDateTime(), nullable=nullable)

    found = (
        table(
            "shop_clock",
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("mode", ascii_word(16), nullable=False),
            Column("speed", Double, nullable=False),
            moment("real_time"),
            moment("shop_time"),
        ),
        table(
            "listings",
            row_id("product_id", key=True),
            Column("state", ascii_word(16), nullable=False),
            Column("reason", VARCHAR(200), nullable=True),
            Column("version", Integer, nullable=False),
            moment("updated_at"),
        ),
        table(
            "inventory_log",
            row_id("sku_id", key=True),
            Column("sequence", Integer, primary_key=True, autoincrement=False),
            Column("change_type", ascii_word(16), nullable=False),
            Column("old_stock", Integer, nullable=False),
            Column("new_stock", Integer, nullable=False),
            Column("reason", VARCHAR(200), nullable=True),
            Column("cause", ascii_word(120), nullable=False),
            moment("created_at"),
        ),
        table(
            "carts",
            Column("id", Uuid(), primary_key=True),
            Column("account_id", Uuid(), nullable=True),
            Column("guest_token", ascii_digits(64), nullable=True),
            Column("version", Integer, nullable=False),
            moment("created_at"),
            moment("updated_at"),
            Column("touched_at", UtcDateTime(), nullable=False, comment="Real time."),
        ),
        table(
            "cart_items",
            Column("cart_id", Uuid(), primary_key=True),
            row_id("sku_id", key=True),
            Column("quantity", Integer, nullable=False),
            moment("added_at"),
        ),
        table(
            "event_sequences",
            Column("topic", ascii_word(100), primary_key=True),
            Column("event_key", ascii_word(100), primary_key=True),
            Column("last", Integer, nullable=False),
        ),
        table(
            "outbox",
            Column("number", BigInteger, primary_key=True, autoincrement=True),
            Column("event_id", Uuid(), nullable=False),
            Column("topic", ascii_word(100), nullable=False),
            Column("event_key", ascii_word(100), nullable=False),
            Column("type", ascii_word(32), nullable=False),
            Column("sequence", Integer, nullable=False),
            moment("happened_at"),
            Column("data", Text, nullable=False),
            Column("sent_at", UtcDateTime(), nullable=True, comment="Real time."),
        ),
        table("relay_turn", Column("id", Integer, primary_key=True, autoincrement=False)),
    )
    return {one.name: one for one in found}
