"""Stock: how many pieces of a SKU the shop has, and with how many left it orders again."""

from typing import Final

import numpy as np

from cartload.randomness.fixed_point import I64
from cartload.tables.world import Until, World

_STOCKS: Final = ((0, 800), (2_000, 400), (10_000, 120), (50_000, 40))
"""Prices with the most pieces in stock of what costs as much or more, up to the next price."""
_SOLD_OUT: Final = 8
"""How many of 256 SKUs on sale are out of stock."""
_REORDER: Final = 16
"""SKUs are ordered again when one in 16 to two in 16 of the most pieces are left."""


def pieces(world: World, skus: I64, until: Until) -> I64:
    """Pieces in stock at a moment: fewer of expensive SKUs, none of those sold out or discontinued."""
    draw = world.random.draw("products_skus.row", skus)
    empty = _is_discontinued(world, skus, until) | (draw.bits("sold_out") < _SOLD_OUT)
    return np.where(empty, 0, 1 + draw.below("stock", _most(world, skus)))


def reorder_level(world: World, skus: I64, until: Until) -> I64:
    """Pieces at which a SKU is ordered again: fewer of expensive SKUs, none of those discontinued by then."""
    most = _most(world, skus)
    level = (most + world.random.draw("inventory_items.sku", skus).below("reorder", most)) // _REORDER
    return np.where(_is_discontinued(world, skus, until), 0, level)


def _is_discontinued(world: World, skus: I64, until: Until) -> np.typing.NDArray[np.bool_]:
    catalogue = world.catalogue
    result: np.typing.NDArray[np.bool_] = catalogue.ends[catalogue.product_of_sku[skus]] <= until
    return result


def _most(world: World, skus: I64) -> I64:
    prices, most = np.array(_STOCKS, np.int64).T
    result: I64 = most[np.searchsorted(prices, world.catalogue.price[skus], "right") - 1]
    return result
