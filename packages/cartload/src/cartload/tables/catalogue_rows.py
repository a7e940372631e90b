"""The rows of the catalogue's tables by their numbers, and the moments at which they change."""

from collections.abc import Callable
from typing import Final

import pyarrow as pa

from cartload.randomness.fixed_point import I64
from cartload.tables import inventory, products
from cartload.tables.world import Until, World

_BUILDERS: Final[dict[str, Callable[[World, I64, Until], pa.RecordBatch]]] = {
    "categories": products.categories,
    "sub_categories": products.sub_categories,
    "products": products.products,
    "products_skus": products.skus,
    "distribution_centers": inventory.centers,
    "inventory_items": inventory.items,
}


def rows_of(world: World, table: str, rows: I64, until: Until) -> pa.RecordBatch:
    """Consecutive rows of a catalogue table as they are at a moment; each is there from :func:`since` on."""
    return _BUILDERS[table](world, rows, until)


def since(world: World, table: str, rows: I64) -> I64:
    """When each row came to be shown: products, and what belongs to them, at their launch."""
    catalogue = world.catalogue
    match table:
        case "categories":
            return catalogue.category_created[rows]
        case "sub_categories":
            return catalogue.sub_category_created[rows]
        case "products":
            return catalogue.launched[rows]
        case "products_skus":
            return catalogue.launched[catalogue.product_of_sku[rows]]
        case "distribution_centers":
            return world.centers.created[rows]
        case "inventory_items":
            return catalogue.launched[catalogue.product_of_sku[world.storage.sku(rows)]]
    raise KeyError(table)


def later(world: World, table: str, rows: I64) -> tuple[I64, ...]:
    """The moments at which each row changes: when its product is discontinued."""
    catalogue = world.catalogue
    match table:
        case "products":
            return (catalogue.ends[rows],)
        case "products_skus":
            return (catalogue.ends[catalogue.product_of_sku[rows]],)
        case "inventory_items":
            return (catalogue.ends[catalogue.product_of_sku[world.storage.sku(rows)]],)
    return ()
