"""The truths of a dataset as SQL over its tables: each query counts violations, so each must answer 0."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from cartload.chunks import Segment, plan
from cartload.engine import Engine
from cartload.schema import TABLES
from cartload.spec import Spec, parse, resolve


def dataset(segment: Segment | None = None, **fields: Any) -> tuple[Spec, dict[str, pa.Table]]:
    """A whole small dataset in memory, and its resolved spec."""
    spec = resolve(parse(fields))
    engine = Engine(spec)
    parts: dict[str, list[pa.RecordBatch]] = {}
    for chunk in plan(spec, segment or Segment(0, spec.customers), catalogue=True):
        for name, batch in engine.generate(chunk).items():
            parts.setdefault(name, []).append(batch)
    return spec, {name: pa.Table.from_batches(batches) for name, batches in parts.items()}


def violations(tables: Mapping[str, pa.Table], end: datetime) -> dict[str, int]:
    """Violations by the name of the check, only those above 0."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            connection.register(name, table)
        counted = {name: _count(connection, sql) for name, sql in _checks(end).items()}
    return {name: count for name, count in counted.items() if count}


def _count(connection: Any, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0] or 0)


def _checks(end: datetime) -> dict[str, str]:
    return {**_structure(), **_after_end(end), **MONEY, **TIME, **STATUS, **PEOPLE}


def _structure() -> dict[str, str]:
    checks: dict[str, str] = {}
    for table in TABLES:
        for columns in (("id",), *table.unique):
            key = ", ".join(columns)
            checks[f"{table.name} {key} unique"] = (
                f"SELECT sum(n) FROM (SELECT count(*) - 1 AS n FROM {table.name} GROUP BY {key})"
            )
        for name in (column.name for column in table.columns if not column.nullable):
            checks[f"{table.name}.{name} set"] = f"SELECT count(*) FROM {table.name} WHERE {name} IS NULL"
        for column, parent in table.foreign_keys:
            checks[f"{table.name}.{column} has its parent"] = (
                f"SELECT count(*) FROM {table.name} c ANTI JOIN {parent} p ON p.id = c.{column}"
            )
    return checks


def _after_end(end: datetime) -> dict[str, str]:
    return {
        f"{table.name}.{column.name} in the window": (
            f"SELECT count(*) FROM {table.name} WHERE {column.name} >= TIMESTAMPTZ '{end.isoformat()}'"
        )
        for table in TABLES
        for column in table.columns
        if column.type == "timestamp"
    }


_LINES = """(SELECT order_id, sum(line_total) subtotal, sum(discount) discount, sum(tax) tax,
    sum(returned_quantity) returned, min(line_number) low, max(line_number) high, count(*) n,
    sum(((line_total - discount + tax) * returned_quantity * 2 + quantity) // (2 * quantity)) refund
    FROM order_item GROUP BY order_id)"""
_PAID = """(SELECT order_id,
    count(*) FILTER (kind = 'charge') charges,
    count(*) FILTER (kind = 'refund') refunds,
    sum(amount) FILTER (kind = 'refund') refunded,
    max(attempt) FILTER (kind = 'charge') last_charge,
    max(attempt) FILTER (kind = 'refund') refund_attempt,
    max(status) FILTER (kind = 'refund') refund_status,
    max(created_at) FILTER (kind = 'refund') refund_at,
    max(updated_at) FILTER (kind = 'refund') refund_updated,
    count(*) FILTER (kind = 'charge' AND status = 'captured') captured,
    arg_max(status, attempt) FILTER (kind = 'charge') last_status,
    arg_max(updated_at, attempt) FILTER (kind = 'charge') last_updated,
    min(created_at) first_created
    FROM payment_details GROUP BY order_id)"""

MONEY = {
    "unit price is the SKU's": """SELECT count(*) FROM order_item i
        JOIN products_skus s ON s.id = i.product_sku_id WHERE i.unit_price <> s.price OR i.unit_price < 1""",
    "line total": "SELECT count(*) FROM order_item WHERE line_total <> unit_price * quantity OR quantity < 1",
    "line discount in bounds": "SELECT count(*) FROM order_item WHERE discount < 0 OR discount > line_total",
    "sums of lines": f"""SELECT count(*) FROM order_details o LEFT JOIN {_LINES} l ON l.order_id = o.id
        WHERE l.subtotal IS DISTINCT FROM o.subtotal OR l.discount IS DISTINCT FROM o.discount
        OR l.tax IS DISTINCT FROM o.tax OR l.low <> 1 OR l.high <> l.n""",
    "total": """SELECT count(*) FROM order_details
        WHERE total <> subtotal - discount + tax + shipping OR total <= 0
        OR discount >= subtotal AND discount > 0""",
    "coupon with discount": "SELECT count(*) FROM order_details WHERE (coupon IS NULL) <> (discount = 0)",
    "line discount is spread by running sums": """SELECT count(*) FROM (
        SELECT i.discount, o.discount d, o.subtotal s, i.line_total t,
          sum(i.line_total) OVER (PARTITION BY i.order_id ORDER BY i.line_number) c
        FROM order_item i JOIN order_details o ON o.id = i.order_id)
        WHERE discount <> d * c // s - d * (c - t) // s""",
    "charge is the total": """SELECT count(*) FROM payment_details p JOIN order_details o ON o.id = p.order_id
        WHERE p.kind = 'charge' AND p.amount <> o.total OR p.amount <= 0 OR p.currency <> o.currency""",
    "captured less refunds": f"""SELECT abs(
        (SELECT coalesce(sum(CASE WHEN kind = 'charge' AND status = 'captured' THEN amount
            WHEN kind = 'refund' THEN -amount ELSE 0 END), 0) FROM payment_details)
        - (SELECT coalesce(sum(o.total - CASE WHEN o.status = 'returned' THEN l.refund
            WHEN o.status = 'cancelled' THEN o.total ELSE 0 END), 0)
          FROM order_details o JOIN {_LINES} l ON l.order_id = o.id WHERE o.paid_at IS NOT NULL))""",
}

TIME = {
    "on sale when ordered": """SELECT count(*) FROM order_item i JOIN order_details o ON o.id = i.order_id
        JOIN products_skus s ON s.id = i.product_sku_id JOIN products p ON p.id = s.product_id
        WHERE p.launched_at > o.placed_at OR p.discontinued_at < o.placed_at""",
    "signed up before ordering": """SELECT count(*) FROM order_details o JOIN users u ON u.id = o.user_id
        WHERE u.created_at > o.placed_at""",
    "address is the customer's and there": """SELECT count(*) FROM order_details o
        JOIN addresses a ON a.id = o.address_id WHERE a.created_at > o.placed_at OR a.user_id <> o.user_id""",
    "order of events": """SELECT count(*) FROM order_details WHERE placed_at > paid_at OR paid_at > shipped_at
        OR shipped_at > delivered_at OR delivered_at > returned_at OR placed_at > cancelled_at
        OR paid_at > cancelled_at OR created_at <> placed_at""",
    "updated is the latest": """SELECT count(*) FROM order_details WHERE updated_at <>
        greatest(placed_at, paid_at, shipped_at, delivered_at, cancelled_at, returned_at)""",
    "payments after placing": """SELECT count(*) FROM payment_details p
        JOIN order_details o ON o.id = p.order_id
        WHERE p.created_at < o.placed_at OR p.updated_at < p.created_at""",
    "wishes after sign-up and launch": """SELECT count(*) FROM wishlist w JOIN users u ON u.id = w.user_id
        JOIN products p ON p.id = w.product_id
        WHERE w.created_at < u.created_at OR w.created_at < p.launched_at
        OR w.removed_at < w.created_at OR w.updated_at <> coalesce(w.removed_at, w.created_at)""",
    "addresses after sign-up": """SELECT count(*) FROM addresses a JOIN users u ON u.id = a.user_id
        WHERE a.created_at < u.created_at""",
    "catalogue from the top": """SELECT count(*) FROM products p
        JOIN sub_categories s ON s.id = p.sub_category_id JOIN categories c ON c.id = s.category_id
        WHERE c.created_at > s.created_at
        OR s.created_at > p.created_at OR p.created_at > p.launched_at OR p.launched_at > p.discontinued_at
        OR p.updated_at <> coalesce(p.discontinued_at, p.launched_at)""",
    "lines follow their order": """SELECT count(*) FROM order_item i JOIN order_details o ON o.id = i.order_id
        WHERE i.created_at <> o.placed_at
        OR i.updated_at <> CASE WHEN i.returned_quantity > 0 THEN o.returned_at ELSE o.placed_at END""",
}

_SHAPES = {
    "pending": "00000",
    "paid": "10000",
    "shipped": "11000",
    "delivered": "11100",
    "returned": "11101",
}
_SHAPE = " || ".join(
    f"CASE WHEN {column} IS NULL THEN '0' ELSE '1' END"
    for column in ("paid_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at")
)
_EXPECTED = " ".join(f"WHEN '{status}' THEN {_SHAPE} = '{shape}'" for status, shape in _SHAPES.items())

STATUS = {
    "times of the status": f"""SELECT count(*) FROM order_details
        WHERE NOT (CASE status {_EXPECTED} WHEN 'cancelled' THEN {_SHAPE} IN ('00010', '10010') END)""",
    "last charge": f"""SELECT count(*) FROM order_details o LEFT JOIN {_PAID} p ON p.order_id = o.id
        WHERE p.order_id IS NULL OR p.charges < 1 OR NOT (CASE
          WHEN o.paid_at IS NOT NULL THEN p.last_status = 'captured' AND p.last_updated = o.paid_at
          WHEN o.status = 'pending' THEN p.last_status IN ('pending', 'failed')
          ELSE p.last_status IN ('voided', 'failed') END)""",
    "earlier charges failed": f"""SELECT count(*) FROM payment_details d JOIN {_PAID} p USING (order_id)
        WHERE d.kind = 'charge' AND d.attempt < p.last_charge AND d.status <> 'failed' OR p.captured > 1
        OR p.last_charge <> p.charges OR p.refund_attempt <> p.charges + 1 OR p.refunds > 1""",
    "first charge at placing": f"""SELECT count(*) FROM order_details o JOIN {_PAID} p ON p.order_id = o.id
        WHERE p.first_created <> o.placed_at""",
    "voided at cancelling": """SELECT count(*) FROM payment_details p
        JOIN order_details o ON o.id = p.order_id
        WHERE p.status = 'voided' AND p.updated_at IS DISTINCT FROM o.cancelled_at
        OR p.status = 'pending' AND p.updated_at <> p.created_at""",
    "refunds": f"""SELECT count(*) FROM order_details o JOIN {_PAID} p ON p.order_id = o.id
        JOIN {_LINES} l ON l.order_id = o.id
        WHERE coalesce(p.refunded, 0) <> CASE WHEN o.status = 'returned' THEN l.refund
          WHEN o.status = 'cancelled' AND o.paid_at IS NOT NULL THEN o.total ELSE 0 END
        OR p.refunds > 0 AND (p.refund_status <> 'captured' OR p.refund_at <> p.refund_updated
          OR p.refund_at <> coalesce(o.cancelled_at, o.returned_at))""",
    "returned pieces": f"""SELECT count(*) FROM order_details o JOIN {_LINES} l ON l.order_id = o.id
        WHERE (l.returned > 0) <> (o.status = 'returned')""",
    "returned at most bought": """SELECT count(*) FROM order_item
        WHERE returned_quantity < 0 OR returned_quantity > quantity""",
    "reasons and cards": """SELECT count(*) FROM payment_details
        WHERE (failure_reason IS NULL) = (status = 'failed')
        OR (card_last_four IS NULL) = (method = 'card')""",
}

PEOPLE = {
    "exactly one default, the first": """SELECT count(*) FROM (SELECT u.id,
          count(*) FILTER (a.is_default) n, arg_min(a.is_default, a.id) first_is
        FROM users u LEFT JOIN addresses a ON a.user_id = u.id GROUP BY u.id) WHERE n <> 1 OR NOT first_is""",
    "sixteen at sign-up": "SELECT count(*) FROM users WHERE birth_date + INTERVAL 16 YEAR > created_at",
    "address in the home country": """SELECT count(*) FROM addresses a JOIN users u ON u.id = a.user_id
        WHERE a.country <> u.country OR right(u.locale, 2) <> u.country""",
    "email on a reserved domain": r"""SELECT count(*) FROM users
        WHERE NOT regexp_full_match(email, '[a-z]+[._][a-z]+[0-9]*@([a-z]+\.)?example(\.(com|org|net))?')""",
}
