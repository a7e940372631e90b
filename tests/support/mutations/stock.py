"""Invariant 8 broken: stock that lies nowhere, centres where nobody buys, reviews of what nobody got."""

from typing import Final

from support.mutations.case import Case, case, one

_LATE: Final = "created_at > TIMESTAMPTZ '2025-01-01 00:00:00Z'"

CASES: Final[dict[str, Case]] = {
    "inventory.stock": case(one("inventory_items", "quantity = quantity + 1")),
    "inventory.levels": case(one("inventory_items", "reorder_level = -1")),
    "inventory.moments": case(one("inventory_items", "created_at = created_at - INTERVAL 1 MILLISECOND")),
    "center.coordinates": case(one("distribution_centers", "latitude = -80")),
    "center.moments": case(one("distribution_centers", "created_at = created_at - INTERVAL 1 MILLISECOND")),
    "center.country": case(one("distribution_centers", "country = 'XX'"), others="center.coordinates"),
    "review.bought": case(
        one("reviews", "user_id = (SELECT max(id) FROM users)"),
        perhaps="review.text",
    ),
    "review.after_delivery": case(
        one("reviews", "created_at = created_at - INTERVAL 40 DAY", f"status = 'published' AND {_LATE}")
    ),
    "review.checked": case(one("reviews", "status = 'pending'", "status = 'published'")),
    "review.text": case(one("reviews", "body = 'A complete waste of money.'", "rating = 5")),
    "review.rate": case("DELETE FROM reviews WHERE md5(id) < '8'"),
    "product.rating": case("UPDATE products SET rating = 1.0 WHERE rating > 3.0"),
}
