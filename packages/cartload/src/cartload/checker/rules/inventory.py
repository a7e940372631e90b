"""Invariant 8, stock: what the distribution centres hold of a SKU is its stock."""

from collections.abc import Iterator
from typing import Final

from cartload.checker.model import RowRule, Rule
from cartload.checker.relations import INVENTORY, ROWS, STOCKS
from cartload.checker.rules.countries import one_of, outside
from cartload.checker.rules.structure import rows_of
from cartload.spec.model import Spec

INVARIANT: Final = 8
_CENTERS: Final = rows_of("distribution_centers")
_ITEMS: Final = rows_of("inventory_items")


def rules(spec: Spec | None) -> Iterator[Rule]:
    """The rules of stock and distribution centres; where centres may be, where the spec is known."""
    yield RowRule(
        "inventory.stock",
        INVARIANT,
        "What all distribution centres hold of a SKU is its stock; none is left of what is discontinued.",
        STOCKS,
        "coalesce(i.quantity, 0) <> s.stock OR p.discontinued_at IS NOT NULL AND s.stock <> 0",
        ("s.sku", "s.stock", "i.quantity AS in_centers", "p.discontinued_at"),
        expected=rows_of("products_skus"),
    )
    yield RowRule(
        "inventory.levels",
        INVARIANT,
        "No quantity or reorder level is negative; what is discontinued is not ordered again.",
        INVENTORY,
        "i.quantity < 0 OR i.reorder_level < 0 OR p.discontinued_at IS NOT NULL AND i.reorder_level <> 0",
        ("i.quantity", "i.reorder_level", "p.discontinued_at"),
        expected=_ITEMS,
    )
    yield RowRule(
        "inventory.moments",
        INVARIANT,
        "An inventory item is made and updated with its SKU, in a distribution centre that was there.",
        INVENTORY,
        "i.created_at <> s.created_at OR i.updated_at <> s.updated_at OR c.created_at > i.created_at",
        ("i.created_at", "i.updated_at", "s.created_at AS sku_made_at", "s.updated_at AS sku_updated_at"),
        expected=_ITEMS,
    )
    yield RowRule(
        "center.coordinates",
        INVARIANT,
        "Distribution centres lie in their country.",
        ROWS["distribution_centers"],
        outside("t.country", "t.latitude", "t.longitude"),
        ("t.city", "t.country", "t.latitude", "t.longitude"),
        expected=_CENTERS,
    )
    yield RowRule(
        "center.moments",
        INVARIANT,
        "Distribution centres are as they were made.",
        ROWS["distribution_centers"],
        "t.updated_at <> t.created_at",
        ("t.city", "t.created_at", "t.updated_at"),
        expected=_CENTERS,
    )
    if spec is not None:
        yield RowRule(
            "center.country",
            INVARIANT,
            "Distribution centres are in countries where the spec has customers.",
            ROWS["distribution_centers"],
            f"NOT {one_of('t.country', {locale[-2:] for locale in spec.locales})}",
            ("t.city", "t.country"),
            expected=_CENTERS,
        )
