"""What rules look at: rows of one table, or rows with what belongs to them, as the FROM part of a query.

Parents are joined from the left: a row whose parent is missing stays, with NULL, and invariant 1 says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cartload.checker.ranges import Owner, Range
from cartload.schema import TABLES


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation: ``source`` makes its FROM part for a range of ids of ``by``; ``key`` orders sample rows."""

    source: Callable[[Range], str]
    key: tuple[str, ...]
    by: Owner | None = None


def items_of(part: Range) -> str:
    """Sums over the items of each order."""
    return f"""(SELECT order_id, sum(line_total)::BIGINT AS subtotal, sum(discount)::BIGINT AS discount,
        sum(tax)::BIGINT AS tax, max(returned_quantity) AS returned, min(line_number) AS low,
        max(line_number) AS high, count(*) AS n,
        sum(((line_total - discount + tax) * returned_quantity * 2 + quantity)
          // nullif(2 * quantity, 0))::BIGINT AS refund
        FROM order_item WHERE {part.within("order_id")} GROUP BY order_id)"""


def payments_of(part: Range) -> str:
    """What was charged and refunded for each order."""
    return f"""(SELECT order_id,
        count(*) FILTER (kind = 'charge') AS charges,
        count(*) FILTER (kind = 'refund') AS refunds,
        coalesce(sum(amount) FILTER (kind = 'refund'), 0)::BIGINT AS refunded,
        sum(CASE WHEN kind = 'refund' THEN -amount WHEN status = 'captured' THEN amount ELSE 0 END)::BIGINT
          AS collected,
        max(attempt) FILTER (kind = 'charge') AS last_charge,
        max(attempt) FILTER (kind = 'refund') AS refund_attempt,
        min(status) FILTER (kind = 'refund') AS refund_status,
        max(created_at) FILTER (kind = 'refund') AS refund_created,
        max(updated_at) FILTER (kind = 'refund') AS refund_updated,
        count(*) FILTER (kind = 'charge' AND status = 'captured') AS captured,
        arg_max(status, attempt) FILTER (kind = 'charge') AS last_status,
        arg_max(updated_at, attempt) FILTER (kind = 'charge') AS last_updated,
        arg_min(created_at, attempt) FILTER (kind = 'charge') AS first_created
        FROM payment_details WHERE {part.within("order_id")} GROUP BY order_id)"""


def _orders(part: Range) -> str:
    return f"""(SELECT * FROM order_details WHERE {part.within("id")}) o
        LEFT JOIN {items_of(part)} l ON l.order_id = o.id
        LEFT JOIN {payments_of(part)} p ON p.order_id = o.id
        LEFT JOIN users u ON u.id = o.user_id
        LEFT JOIN addresses a ON a.id = o.address_id"""


def _items(part: Range) -> str:
    return f"""(SELECT * FROM order_item WHERE {part.within("order_id")}) i
        LEFT JOIN (SELECT * FROM order_details WHERE {part.within("id")}) o ON o.id = i.order_id
        LEFT JOIN addresses a ON a.id = o.address_id
        LEFT JOIN products_skus s ON s.id = i.product_sku_id
        LEFT JOIN products p ON p.id = s.product_id"""


def _running_items(part: Range) -> str:
    return f"""(SELECT *, sum(line_total) OVER (PARTITION BY order_id ORDER BY line_number) AS upto
          FROM order_item WHERE {part.within("order_id")}) i
        LEFT JOIN (SELECT id, discount, subtotal FROM order_details WHERE {part.within("id")}) o
          ON o.id = i.order_id"""


def _payments(part: Range) -> str:
    return f"""(SELECT * FROM payment_details WHERE {part.within("order_id")}) d
        LEFT JOIN (SELECT * FROM order_details WHERE {part.within("id")}) o ON o.id = d.order_id
        LEFT JOIN {payments_of(part)} p ON p.order_id = d.order_id"""


def _customers(part: Range) -> str:
    return f"""(SELECT * FROM users WHERE {part.within("id")}) u
        LEFT JOIN (SELECT user_id, count(*) AS n, count(*) FILTER (is_default) AS defaults,
            arg_min(is_default, id) AS first_is_default
          FROM addresses WHERE {part.within("user_id")} GROUP BY user_id) a ON a.user_id = u.id"""


def _addresses(part: Range) -> str:
    return f"""(SELECT * FROM addresses WHERE {part.within("user_id")}) a
        LEFT JOIN (SELECT * FROM users WHERE {part.within("id")}) u ON u.id = a.user_id"""


def _wishes(part: Range) -> str:
    return f"""(SELECT * FROM wishlist WHERE {part.within("user_id")}) w
        LEFT JOIN (SELECT * FROM users WHERE {part.within("id")}) u ON u.id = w.user_id
        LEFT JOIN products p ON p.id = w.product_id"""


def _reviews(part: Range) -> str:
    return f"""(SELECT * FROM reviews WHERE {part.within("order_id")}) r
        LEFT JOIN (SELECT * FROM order_details WHERE {part.within("id")}) o ON o.id = r.order_id
        LEFT JOIN users u ON u.id = r.user_id
        LEFT JOIN products p ON p.id = r.product_id
        LEFT JOIN (SELECT i.order_id, s.product_id, count(*) AS n FROM order_item i
            JOIN products_skus s ON s.id = i.product_sku_id WHERE {part.within("i.order_id")} GROUP BY ALL) l
          ON l.order_id = r.order_id AND l.product_id = r.product_id"""


def _visited(part: Range) -> str:
    """Sessions with what their visitor's last one was like, and when it ended."""
    return f"""(SELECT *, lag(ended_at) OVER visits AS left_at,
          lag(concat_ws(' ', channel, device, os, browser, country)) OVER visits AS last_profile,
          lag(user_id) OVER visits AS last_user
        FROM sessions WHERE {part.within("visitor_id")}
        WINDOW visits AS (PARTITION BY visitor_id ORDER BY started_at, ended_at, id))"""


def _sessions(part: Range) -> str:
    ids = f"SELECT id FROM sessions WHERE {part.within('visitor_id')}"
    return f"""{_visited(part)} s
        LEFT JOIN users u ON u.id = s.user_id
        LEFT JOIN (SELECT session_id, count(*) AS n, min(sequence) AS low, max(sequence) AS high,
            min(occurred_at) AS first, max(occurred_at) AS last
          FROM events WHERE session_id IN ({ids}) GROUP BY session_id) e ON e.session_id = s.id"""


_INTO_CART: Final = "CASE e.type WHEN 'add_to_cart' THEN 1 WHEN 'remove_from_cart' THEN -1 ELSE 0 END"


def _session_events(part: Range) -> str:
    # Events without a session stay, in the range that has no lower bound.
    visits = f"SELECT id, visitor_id, user_id, channel FROM sessions WHERE {part.within('visitor_id')}"
    orphans = "" if part.low is not None else " OR session_id NOT IN (SELECT id FROM sessions)"
    ids = f"SELECT id FROM sessions WHERE {part.within('visitor_id')}"
    return f"""(SELECT e.*, v.id AS visit_id, v.user_id, v.channel,
          lag(e.occurred_at) OVER steps AS last_at,
          lead(e.sequence) OVER steps IS NULL AS is_last,
          sum({_INTO_CART}) OVER (PARTITION BY e.session_id, e.product_id ORDER BY e.sequence) AS in_cart,
          sum({_INTO_CART}) OVER (steps ROWS UNBOUNDED PRECEDING) AS cart,
          count(*) FILTER (e.type = 'begin_checkout') OVER (steps ROWS UNBOUNDED PRECEDING) AS checkouts,
          count(*) FILTER (e.type = 'view_product') OVER (PARTITION BY v.visitor_id, e.product_id
            ORDER BY e.occurred_at, e.session_id, e.sequence ROWS UNBOUNDED PRECEDING) AS views
        FROM (SELECT * FROM events WHERE session_id IN ({ids}){orphans}) e
          LEFT JOIN ({visits}) v ON v.id = e.session_id
        WINDOW steps AS (PARTITION BY e.session_id ORDER BY e.sequence)) e
        LEFT JOIN (SELECT id FROM ({visits})) s ON s.id = e.session_id
        LEFT JOIN products p ON p.id = e.product_id"""


_CARTS: Final = """(SELECT session_id,
            list_sort(flatten(list(list_resize([product_id], n, product_id)))) AS cart
          FROM (SELECT session_id, product_id, count(*) FILTER (type = 'add_to_cart')
              - count(*) FILTER (type = 'remove_from_cart') AS n
            FROM events WHERE type IN ('add_to_cart', 'remove_from_cart') AND {within} GROUP BY ALL)
          WHERE n > 0 GROUP BY session_id)"""
"""The products left in the cart of each session, those of several pieces several times."""


def _online_orders(part: Range) -> str:
    buyers = f"SELECT user_id FROM order_details WHERE {part.within('id')}"
    visits = f"SELECT id, user_id, channel FROM sessions WHERE user_id IN ({buyers})"
    carts = _CARTS.format(within=f"session_id IN (SELECT id FROM ({visits}))")
    return f"""(SELECT id, user_id, channel, placed_at,
          count(*) OVER (PARTITION BY user_id, channel, placed_at) AS n
        FROM order_details WHERE {part.within("id")} AND channel IN ('web', 'ios', 'android')) o
        LEFT JOIN (SELECT v.user_id, v.channel, e.occurred_at, count(*) AS n, any_value(c.cart) AS cart
          FROM events e JOIN ({visits}) v ON v.id = e.session_id LEFT JOIN {carts} c ON c.session_id = v.id
          WHERE e.type = 'purchase' GROUP BY ALL) b
          ON b.user_id = o.user_id AND b.channel = o.channel AND b.occurred_at = o.placed_at
        LEFT JOIN (SELECT i.order_id, list_sort(list(s.product_id)) AS products FROM order_item i
            JOIN products_skus s ON s.id = i.product_sku_id WHERE {part.within("i.order_id")}
            GROUP BY i.order_id) i ON i.order_id = o.id"""


def _purchases(part: Range) -> str:
    return f"""(SELECT e.id, e.session_id, e.occurred_at, v.user_id, v.channel FROM events e
          JOIN (SELECT * FROM sessions WHERE {part.within("visitor_id")}) v ON v.id = e.session_id
          WHERE e.type = 'purchase') b
        LEFT JOIN order_details o
          ON o.user_id = b.user_id AND o.channel = b.channel AND o.placed_at = b.occurred_at"""


_SKUS: Final = "products_skus s LEFT JOIN products p ON p.id = s.product_id"
_INVENTORY: Final = """inventory_items i LEFT JOIN products_skus s ON s.id = i.product_sku_id
        LEFT JOIN products p ON p.id = s.product_id
        LEFT JOIN distribution_centers c ON c.id = i.distribution_center_id"""
_STORED: Final = """(SELECT product_sku_id, sum(quantity)::BIGINT AS quantity FROM inventory_items
          GROUP BY product_sku_id)"""


def _plain(text: str) -> Callable[[Range], str]:
    return lambda part: text


ORDERS: Final = Relation(_orders, ("o.id",), by="order_details")
"""Orders ``o`` with sums of items ``l``, payments ``p``, customer ``u``, address ``a``."""
ITEMS: Final = Relation(_items, ("i.order_id", "i.id"), by="order_details")
"""Items ``i`` with order ``o``, its address ``a``, SKU ``s`` and product ``p``."""
RUNNING_ITEMS: Final = Relation(_running_items, ("i.order_id", "i.id"), by="order_details")
"""Items ``i`` with the sum of line totals ``upto`` them, and their order ``o``."""
PAYMENTS: Final = Relation(_payments, ("d.order_id", "d.id"), by="order_details")
"""Payments ``d`` with order ``o`` and all payments of it ``p``."""
CUSTOMERS: Final = Relation(_customers, ("u.id",), by="users")
"""Customers ``u`` with their addresses, counted, ``a``."""
ADDRESSES: Final = Relation(_addresses, ("a.user_id", "a.id"), by="users")
"""Addresses ``a`` with their customer ``u``."""
WISHLIST: Final = Relation(_wishes, ("w.user_id", "w.id"), by="users")
"""Wishes ``w`` with customer ``u`` and product ``p``."""
REVIEWS: Final = Relation(_reviews, ("r.order_id", "r.id"), by="order_details")
"""Reviews ``r`` with order ``o``, its lines of the product ``l``, author ``u`` and product ``p``."""
SESSIONS: Final = Relation(_sessions, ("s.visitor_id", "s.id"), by="visitors")
"""Sessions ``s``, with the visitor's last one, user ``u``, and events, counted, ``e``."""
SESSION_EVENTS: Final = Relation(_session_events, ("e.session_id", "e.sequence"), by="visitors")
"""Events ``e`` with what was in the cart then, how often it was viewed; session ``s`` and product ``p``."""
ONLINE_ORDERS: Final = Relation(_online_orders, ("o.id",), by="order_details")
"""Orders ``o`` of web and apps with their purchase ``b`` and the products of their items ``i``."""
PURCHASES: Final = Relation(_purchases, ("b.session_id", "b.id"), by="visitors")
"""Purchases ``b`` with their order ``o``."""
PRODUCTS: Final = Relation(
    _plain("""products p LEFT JOIN sub_categories s ON s.id = p.sub_category_id
        LEFT JOIN categories c ON c.id = s.category_id"""),
    ("p.id",),
)
"""Products ``p`` with sub-category ``s`` and category ``c``."""
SUB_CATEGORIES: Final = Relation(
    _plain("sub_categories s LEFT JOIN categories c ON c.id = s.category_id"), ("s.id",)
)
"""Sub-categories ``s`` with category ``c``."""
SKUS: Final = Relation(_plain(_SKUS), ("s.id",))
"""SKUS ``s`` with product ``p``."""
STOCKS: Final = Relation(
    _plain(f"{_SKUS} LEFT JOIN {_STORED} i ON i.product_sku_id = s.id"),
    ("s.id",),
)
"""SKUs ``s`` with product ``p`` and what all distribution centres hold of it, summed, ``i``."""
INVENTORY: Final = Relation(_plain(_INVENTORY), ("i.id",))
"""Inventory items ``i`` with SKU ``s``, its product ``p`` and distribution centre ``c``."""

ROWS: Final = {table.name: Relation(_plain(f"{table.name} t"), ("t.id",)) for table in TABLES}
"""The rows ``t`` of each table alone."""
