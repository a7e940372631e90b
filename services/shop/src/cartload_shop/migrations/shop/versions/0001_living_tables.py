"""The tables by which a shop lives, beside those of its dataset.

All are made in one step, since a shop's database is filled by one task that begins anew when it is cut short.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    *("relay_turn", "outbox", "event_sequences", "cart_items", "carts", "inventory_log", "listings"),
    "shop_clock",
)
"""In the order in which they can be removed."""

TIME = mysql.DATETIME(fsp=3)
REAL_TIME = mysql.DATETIME(fsp=6)
UUID = mysql.CHAR(36, charset="ascii", collation="ascii_bin")
HEX = mysql.CHAR(64, charset="ascii", collation="ascii_bin")


def word(length: int) -> mysql.VARCHAR:
    return mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")


def row_id() -> Any:
    """The type of the ids of this shop's rows, which its dataset has decided."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT DATA_TYPE FROM information_schema.COLUMNS "
            "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'products' AND COLUMN_NAME = 'id'"
        )
    )
    return sa.BigInteger() if str(found.scalar_one()).lower() == "bigint" else UUID


def create(name: str, *parts: Any) -> None:
    # The collation is that of the dataset's tables, beside which these stand.
    op.create_table(
        name,
        *parts,
        mysql_engine="InnoDB",
        mysql_default_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
    )


def needed(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **more)


def maybe(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, **more)


def upgrade() -> None:
    entity = row_id()
    _clock_and_goods(entity)
    _carts(entity)
    _events()


def _clock_and_goods(entity: Any) -> None:
    create(
        "shop_clock",
        needed("id", mysql.TINYINT, autoincrement=False),
        needed("mode", word(16)),
        needed("speed", sa.Double),
        needed("real_time", REAL_TIME),
        needed("shop_time", TIME),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="ck_shop_clock_one"),
    )
    create(
        "listings",
        needed("product_id", entity),
        needed("state", word(16)),
        maybe("reason", mysql.VARCHAR(200)),
        needed("version", sa.Integer),
        needed("updated_at", TIME),
        sa.PrimaryKeyConstraint("product_id"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_listings_product_id"),
    )
    create(
        "inventory_log",
        needed("sku_id", entity),
        needed("sequence", sa.Integer, autoincrement=False),
        needed("change_type", word(16)),
        needed("old_stock", sa.Integer),
        needed("new_stock", sa.Integer),
        maybe("reason", mysql.VARCHAR(200)),
        needed("cause", word(120)),
        needed("created_at", TIME),
        sa.PrimaryKeyConstraint("sku_id", "sequence"),
        sa.UniqueConstraint("sku_id", "cause", name="uq_inventory_log_cause"),
        sa.ForeignKeyConstraint(["sku_id"], ["products_skus.id"], name="fk_inventory_log_sku_id"),
        sa.CheckConstraint("new_stock >= 0", name="ck_inventory_log_new_stock"),
    )
    op.create_check_constraint("ck_products_skus_stock", "products_skus", "stock >= 0")


def _carts(entity: Any) -> None:
    create(
        "carts",
        needed("id", UUID),
        maybe("account_id", UUID),
        maybe("guest_token", HEX),
        needed("version", sa.Integer),
        needed("created_at", TIME),
        needed("updated_at", TIME),
        needed("touched_at", REAL_TIME, comment="Real time."),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", name="uq_carts_account_id"),
        sa.UniqueConstraint("guest_token", name="uq_carts_guest_token"),
        sa.Index("ix_carts_touched_at", "touched_at"),
    )
    create(
        "cart_items",
        needed("cart_id", UUID),
        needed("sku_id", entity),
        needed("quantity", sa.Integer),
        needed("added_at", TIME),
        sa.PrimaryKeyConstraint("cart_id", "sku_id"),
        sa.ForeignKeyConstraint(["cart_id"], ["carts.id"], name="fk_cart_items_cart_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sku_id"], ["products_skus.id"], name="fk_cart_items_sku_id"),
        sa.CheckConstraint("quantity > 0", name="ck_cart_items_quantity"),
    )


def _events() -> None:
    create(
        "event_sequences",
        needed("topic", word(100)),
        needed("event_key", word(100)),
        needed("last", sa.Integer),
        sa.PrimaryKeyConstraint("topic", "event_key"),
    )
    create(
        "outbox",
        needed("number", sa.BigInteger, autoincrement=True),
        needed("event_id", UUID),
        needed("topic", word(100)),
        needed("event_key", word(100)),
        needed("type", word(32)),
        needed("sequence", sa.Integer),
        needed("happened_at", TIME),
        needed("data", mysql.MEDIUMTEXT),
        maybe("sent_at", REAL_TIME),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("topic", "event_key", "sequence", name="uq_outbox_sequence"),
        sa.Index("ix_outbox_sent_at", "sent_at", "number"),
    )
    # Whoever has locked its one row sends what waits in the outbox, and nobody else meanwhile.
    create("relay_turn", needed("id", mysql.TINYINT, autoincrement=False), sa.PrimaryKeyConstraint("id"))
    op.execute("INSERT INTO relay_turn (id) VALUES (1)")


def downgrade() -> None:
    op.drop_constraint("ck_products_skus_stock", "products_skus", type_="check")
    for name in TABLES:
        op.drop_table(name)
