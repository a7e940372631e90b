"""Invariant 3 broken: something before its cause, or after the window's end."""

from typing import Final

from support.mutations.case import UNUSED, Case, case, one

_LATER: Final = "TIMESTAMPTZ '2030-01-01 00:00:00Z'"
_LATE: Final = "TIMESTAMPTZ '2025-12-31 23:59:59Z'"
_EARLY: Final = "TIMESTAMPTZ '1990-01-01 00:00:00Z'"
_EARLIER: Final = "created_at - INTERVAL 1 MILLISECOND"
_RETRIED: Final = "kind = 'charge' AND status = 'failed' AND order_id IN (" + (
    "SELECT order_id FROM payment_details WHERE status = 'captured' AND kind = 'charge')"
)
_DELIVERED: Final = "status = 'delivered'"
_AFTER_START: Final = "created_at > TIMESTAMPTZ '2024-01-02 00:00:00Z'"


def _after_end(table: str, condition: str = "true", others: str = "") -> Case:
    return case(one(table, f"updated_at = {_LATER}", condition), others=others)


CASES: Final[dict[str, Case]] = {
    "categories.window": _after_end("categories"),
    "sub_categories.window": _after_end("sub_categories"),
    "products.window": _after_end("products", others="product.moments"),
    "products_skus.window": _after_end("products_skus", others="sku.moments inventory.moments"),
    "distribution_centers.window": _after_end("distribution_centers", others="center.moments"),
    "inventory_items.window": _after_end("inventory_items", others="inventory.moments"),
    "users.window": _after_end("users"),
    "addresses.window": _after_end("addresses"),
    "order_details.window": _after_end("order_details", others="order.updated_at"),
    "order_item.window": _after_end("order_item", others="line.moments"),
    "payment_details.window": _after_end("payment_details", _RETRIED),
    "wishlist.window": _after_end("wishlist", others="wish.moments"),
    "reviews.window": _after_end("reviews", "status = 'published'"),
    "sessions.window": _after_end("sessions", others="session.moments"),
    "events.window": _after_end("events", others="event.moments"),
    "order.after_sign_up": case(
        one(
            "users",
            f"created_at = {_LATE}, updated_at = {_LATE}",
            "id IN (SELECT user_id FROM order_details)",
        ),
        others="address.after_sign_up",
        perhaps="wish.moments session.user",
    ),
    "order.address": case(
        one("addresses", f"created_at = {_LATE}, updated_at = {_LATE}", f"NOT ({UNUSED})"),
    ),
    "order.events": case(one("order_details", "shipped_at = paid_at - INTERVAL 1 MILLISECOND", _DELIVERED)),
    "order.updated_at": case(one("order_details", "updated_at = placed_at", _DELIVERED)),
    "line.on_sale": case(
        one(
            "products",
            f"launched_at = {_LATE}, updated_at = {_LATE}",
            """discontinued_at IS NULL AND id IN (SELECT product_id FROM products_skus s
            JOIN order_item i ON i.product_sku_id = s.id)""",
        ),
        perhaps="wish.moments event.on_sale",
    ),
    "line.moments": case(one("order_item", "created_at = created_at + INTERVAL 1 MILLISECOND")),
    "payment.moments": case(one("payment_details", f"updated_at = {_EARLIER}", _RETRIED)),
    "refund.after_capture": case(
        """UPDATE payment_details p SET created_at = o.placed_at, updated_at = o.placed_at
        FROM order_details o WHERE o.id = p.order_id AND p.kind = 'refund'""",
        others="refund.moment",
    ),
    "address.after_sign_up": case(
        f"""UPDATE addresses a SET created_at = u.created_at - INTERVAL 1 MILLISECOND FROM users u
        WHERE u.id = a.user_id AND NOT a.is_default AND u.{_AFTER_START}"""
    ),
    "wish.moments": case(one("wishlist", f"removed_at = {_EARLIER}, updated_at = {_EARLIER}", _AFTER_START)),
    "category.moments": case(one("sub_categories", f"created_at = {_EARLY}")),
    "product.moments": case(one("products", "updated_at = updated_at - INTERVAL 1 MILLISECOND")),
    "sku.moments": case(
        one("products_skus", "updated_at = updated_at + INTERVAL 1 MILLISECOND"), others="inventory.moments"
    ),
}
