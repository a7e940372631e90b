"""How large rows are and batches may become: means measured on default specs, which change no value."""

from collections.abc import Mapping
from typing import Final

from cartload.schema import Ids, table

BATCH_ROWS: Final = 25_000
BATCH_BYTES: Final = 4 * 2**20

_REST: Final = {
    "categories": 110,
    "sub_categories": 130,
    "products": 470,
    "products_skus": 80,
    "distribution_centers": 110,
    "inventory_items": 25,
    "users": 180,
    "addresses": 180,
    "order_details": 180,
    "order_item": 61,
    "payment_details": 105,
    "wishlist": 30,
    "reviews": 205,
    "sessions": 105,
    "events": 85,
}
"""Bytes of a row in memory without its ids."""

_ID_BYTES: Final = {"uuid": 40, "integer": 8}


def row_bytes(name: str, ids: Ids) -> int:
    """Mean bytes of a row of a table in an Arrow batch."""
    id_columns = sum(column.type == "id" for column in table(name).columns)
    return _REST[name] + id_columns * _ID_BYTES[ids]


def dataset_bytes(ids: Ids, totals: Mapping[str, int]) -> int:
    """Bytes of that many rows in Arrow's form: what databases and files take is of this order."""
    return sum(rows * row_bytes(name, ids) for name, rows in totals.items())


def rows_per_batch(name: str, ids: Ids) -> int:
    """The most rows of a table that one batch should hold."""
    return min(BATCH_ROWS, BATCH_BYTES // row_bytes(name, ids))
