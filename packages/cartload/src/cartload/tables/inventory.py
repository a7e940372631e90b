"""Distribution centres and what lies in them: rows by their numbers."""

import numpy as np
import pyarrow as pa

from cartload.columns import arrays
from cartload.places.gazetteer import place_pools
from cartload.randomness.fixed_point import I64
from cartload.tables import stock
from cartload.tables.world import Until, World


def centers(world: World, rows: I64, _: Until) -> pa.RecordBatch:
    """Rows of ``distribution_centers``."""
    known, places = world.centers, place_pools()
    city = arrays.take(places.names, known.city[rows])
    latitude, longitude = known.position
    created = arrays.times(known.created[rows])
    return world.batch(
        "distribution_centers",
        world.ids("distribution_centers", rows),
        arrays.joined(city, " Distribution Center"),
        city,
        arrays.take(places.codes, known.country[rows]),
        arrays.decimals(latitude[rows], 8, 5),
        arrays.decimals(longitude[rows], 8, 5),
        created,
        created,
    )


def items(world: World, rows: I64, until: Until) -> pa.RecordBatch:
    """Rows of ``inventory_items``: over a SKU's rows the quantities are its stock."""
    catalogue, held = world.catalogue, world.storage.holdings(rows)
    product = catalogue.product_of_sku[held.sku]
    created, ends = catalogue.created[product], catalogue.ends[product]
    ended = ends <= until
    return world.batch(
        "inventory_items",
        world.ids("inventory_items", rows),
        world.ids("products_skus", held.sku),
        world.ids("distribution_centers", held.center),
        arrays.integers(held.part(stock.pieces(world, held.sku, until)), small=True),
        arrays.integers(held.part(stock.reorder_level(world, held.sku, until)), small=True),
        arrays.times(created),
        arrays.times(np.where(ended, ends, created)),
    )
