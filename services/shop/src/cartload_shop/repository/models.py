"""The tables of the database `cartload_shop`: which shops there are. Times are UTC with microseconds."""

from pathlib import Path

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.mysql import VARCHAR

from cartload_kit.database.types import TABLE_OPTIONS, UtcDateTime, Uuid, ascii_word

metadata = MetaData()
MIGRATIONS = Path(__file__).parents[1] / "migrations"
"""What makes these tables, step by step."""

SHOP_MIGRATIONS = MIGRATIONS / "shop"
"""What makes the living tables in the database of each shop."""


# One row a user who ever opened a shop: locked while limits are checked, so that two requests cannot pass.
owners = Table(
    "owners",
    metadata,
    Column("owner_id", Uuid(), primary_key=True),
    Column("deleted_at", UtcDateTime(), nullable=True, comment="When the account was deleted."),
    **TABLE_OPTIONS,
)

# One row a shop, for ever: a deleted one stays as a tombstone that names its database.
shops = Table(
    "shops",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=True),
    Column("id", Uuid(), nullable=False, unique=True),
    Column("owner_id", Uuid(), nullable=False),
    Column("name", VARCHAR(100), nullable=False),
    Column("dataset_id", Uuid(), nullable=False),
    Column("dataset_database", ascii_word(64), nullable=False),
    Column("database_name", ascii_word(64), nullable=False),
    Column("state", ascii_word(16), nullable=False),
    Column("version", BigInteger, nullable=False, comment="Rises with every change that a user can see."),
    Column("ids", ascii_word(8), nullable=False, comment="uuid or integer."),
    Column("spec", JSON, nullable=False, comment="Of the dataset, resolved."),
    Column("vintage", Integer, nullable=False),
    Column("segments", JSON, nullable=False),
    Column("counts", JSON, nullable=False, comment="Rows of each table when it was opened."),
    Column("error", Text, nullable=True),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("opened_at", UtcDateTime(), nullable=True),
    Column("lease_owner", ascii_word(64), nullable=True, comment="The run of a worker that has the shop."),
    Column("leased_until", UtcDateTime(), nullable=True),
    Column("deleted_at", UtcDateTime(), nullable=True, comment="Nothing is left of it."),
    Index("ix_shops_owner", "owner_id", "number"),
    Index("ix_shops_state", "state", "leased_until"),
    Index("ix_shops_dataset", "dataset_id"),
    **TABLE_OPTIONS,
)
