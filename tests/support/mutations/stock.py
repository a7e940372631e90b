"""Invariant 8 broken: stock that lies nowhere, centres where nobody buys."""

from typing import Final

from support.mutations.case import Case, case, one

CASES: Final[dict[str, Case]] = {
    "inventory.stock": case(one("inventory_items", "quantity = quantity + 1")),
    "inventory.levels": case(one("inventory_items", "reorder_level = -1")),
    "inventory.moments": case(one("inventory_items", "created_at = created_at - INTERVAL 1 MILLISECOND")),
    "center.coordinates": case(one("distribution_centers", "latitude = -80")),
    "center.moments": case(one("distribution_centers", "created_at = created_at - INTERVAL 1 MILLISECOND")),
    "center.country": case(one("distribution_centers", "country = 'XX'"), others="center.coordinates"),
}
