"""Draw docs/sample/: a hundred rows of each table of the docs' shop, from all countries and categories."""

from pathlib import Path

from cartload.encoders.files import csv_lines
from cartload.readers import Stored
from cartload.schema import TABLE_NAMES, arrow_schema
from shop import COMMAND, shop

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "sample"
ROWS = 100

_CATEGORY = (
    "JOIN sub_categories AS b ON b.id = p.sub_category_id JOIN categories AS c ON c.id = b.category_id"
)
_COUNTRY = "JOIN order_details AS o ON o.id = t.order_id JOIN addresses AS a ON a.id = o.address_id"
_STRATA = {
    "categories": ("t.slug", ""),
    "sub_categories": ("c.slug", "JOIN categories AS c ON c.id = t.category_id"),
    "products": ("c.slug", f"JOIN products AS p ON p.id = t.id {_CATEGORY}"),
    "products_skus": ("c.slug", f"JOIN products AS p ON p.id = t.product_id {_CATEGORY}"),
    "distribution_centers": ("t.country", ""),
    "inventory_items": (
        "k.country, c.slug",
        "JOIN distribution_centers AS k ON k.id = t.distribution_center_id "
        "JOIN products_skus AS s ON s.id = t.product_sku_id "
        f"JOIN products AS p ON p.id = s.product_id {_CATEGORY}",
    ),
    "users": ("t.country", ""),
    "addresses": ("t.country", ""),
    "order_details": ("a.country, t.status", "JOIN addresses AS a ON a.id = t.address_id"),
    "order_item": (
        "a.country, c.slug",
        f"{_COUNTRY} JOIN products_skus AS s ON s.id = t.product_sku_id "
        f"JOIN products AS p ON p.id = s.product_id {_CATEGORY}",
    ),
    "payment_details": ("a.country, t.kind, t.status", _COUNTRY),
    "wishlist": ("c.slug", f"JOIN products AS p ON p.id = t.product_id {_CATEGORY}"),
    "reviews": ("u.country, t.rating", "JOIN users AS u ON u.id = t.user_id"),
    "sessions": ("t.country, t.channel, t.traffic_source", ""),
    "events": ("t.type, s.channel", "JOIN sessions AS s ON s.id = t.session_id"),
}
"""By table: what its rows are spread over evenly, and the joins that know it."""

README = f"""# A hundred rows of each table

Rows of `{COMMAND}`, as `--format csv` writes them: chosen evenly over
countries, categories and states, so rare ones are here more often than in the data, and the parents of a
row may be missing. Drawn by `make generate`.
"""


def sample(stored: Stored, table: str) -> bytes:
    """Return a table's sample as CSV: rows of each stratum in an order by hash, until there are enough."""
    strata, joins = _STRATA[table]
    schema = arrow_schema(table, "uuid")
    query = f"""
        WITH placed AS (
            SELECT t.*, row_number() OVER (PARTITION BY {strata} ORDER BY md5(t.id)) AS place,
                row({strata}) AS stratum
            FROM {table} AS t {joins}
        ), chosen AS (SELECT * FROM placed ORDER BY place, md5(id) LIMIT {ROWS})
        SELECT {", ".join(schema.names)} FROM chosen ORDER BY stratum, id"""  # noqa: S608 names of ours
    found = stored.connection.sql(query).to_arrow_table().cast(schema)
    return bytes(csv_lines(found.combine_chunks().to_batches()[0], header=True))


def main() -> None:
    """Write the samples of all tables."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with shop() as stored:
        for table in TABLE_NAMES:
            (FOLDER / f"{table}.csv").write_bytes(sample(stored, table))
    (FOLDER / "README.md").write_text(README, encoding="utf-8")


if __name__ == "__main__":
    main()
