"""The rows of the four catalogue tables, made in runs of consecutive rows."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa

from cartload.catalogue import pricing, product_words
from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.tables.ids import numbered
from cartload.tables.product_texts import Texts
from cartload.tables.world import Until, World

_IMAGES: Final = "https://images.example.com/products/"
_STOCKS: Final = ((0, 800), (2_000, 400), (10_000, 120), (50_000, 40))
"""Prices with the most pieces in stock of what costs as much or more, up to the next price."""
_SOLD_OUT: Final = 8
"""How many of 256 SKUs on sale are out of stock."""


def rows_of(world: World, table: str, rows: I64, until: Until) -> pa.RecordBatch:
    """Rows of a catalogue table as they are at a moment; each is there from :func:`since` on."""
    return _BUILDERS[table](world, rows, until)


def since(world: World, table: str, rows: I64) -> I64:
    """When each row came to be shown: products and their SKUs at their launch."""
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
    raise KeyError(table)


def later(world: World, table: str, rows: I64) -> tuple[I64, ...]:
    """The moments at which each row changes: products and their SKUs when they are discontinued."""
    catalogue = world.catalogue
    match table:
        case "products":
            return (catalogue.ends[rows],)
        case "products_skus":
            return (catalogue.ends[catalogue.product_of_sku[rows]],)
    return ()


def _categories(world: World, rows: I64, _: Until) -> pa.RecordBatch:
    known = product_words.sub_categories()
    created = arrays.times(world.catalogue.category_created[rows])
    return world.batch(
        "categories",
        world.ids("categories", rows),
        arrays.take(known.category_names, rows),
        arrays.take(known.category_slugs, rows),
        arrays.take(known.category_descriptions, rows),
        created,
        created,
    )


def _sub_categories(world: World, rows: I64, _: Until) -> pa.RecordBatch:
    known = product_words.sub_categories()
    category, place = np.divmod(rows, world.spec.catalogue.sub_categories)
    entry = known.subs.start[category] + place
    created = arrays.times(world.catalogue.sub_category_created[rows])
    return world.batch(
        "sub_categories",
        world.ids("sub_categories", rows),
        world.ids("categories", category),
        arrays.take(known.sub_names, entry),
        arrays.take(known.sub_slugs, entry),
        arrays.take(known.sub_descriptions, entry),
        created,
        created,
    )


def _products(world: World, rows: I64, until: Until) -> pa.RecordBatch:
    catalogue, texts = world.catalogue, Texts(world, rows)
    ends = catalogue.ends[rows]
    ended = ends <= until
    launched = catalogue.launched[rows]
    return world.batch(
        "products",
        world.ids("products", rows),
        world.ids("sub_categories", catalogue.sub_category[rows]),
        texts.name,
        texts.brand,
        texts.summary,
        texts.description,
        texts.slug,
        arrays.joined(_IMAGES, texts.slug, ".jpg", rows=len(rows)),
        arrays.decimals(pricing.rating(catalogue.quality[rows]), 2, 1),
        arrays.times(launched),
        arrays.times(ends, ended),
        arrays.times(catalogue.created[rows]),
        arrays.times(np.where(ended, ends, launched)),
    )


def _skus(world: World, rows: I64, until: Until) -> pa.RecordBatch:
    catalogue, words = world.catalogue, product_words.texts()
    product = catalogue.product_of_sku[rows]
    size = catalogue.size[rows]
    color = catalogue.assortment.color(product, rows - catalogue.first_sku[product])
    created, ends = catalogue.created[product], catalogue.ends[product]
    ended = ends <= until
    return world.batch(
        "products_skus",
        world.ids("products_skus", rows),
        world.ids("products", product),
        numbered("SKU-", rows + 1, 8),
        arrays.take(words.sizes, np.maximum(size, 0), size >= 0),
        arrays.take(words.colors, np.maximum(color, 0), color >= 0),
        arrays.integers(catalogue.price[rows]),
        arrays.integers(_cost(world, rows, product)),
        arrays.integers(_grams(world, product, size), small=True),
        arrays.integers(np.where(ended, 0, _in_stock(world, rows)), small=True),
        arrays.times(created),
        arrays.times(np.where(ended, ends, created)),
    )


def _cost(world: World, rows: I64, product: I64) -> I64:
    numbers, noun = product_words.numbers(), world.catalogue.noun[product]
    draw = world.random.draw("products.price", product).bits("margin")
    return pricing.cost(
        world.catalogue.price[rows], numbers.margin_low[noun], numbers.margin_high[noun], draw
    )


def _grams(world: World, product: I64, size: I64) -> I64:
    numbers, noun = product_words.numbers(), world.catalogue.noun[product]
    draw = world.random.draw("products.price", product).bits("weight")
    percent = numbers.percent(numbers.size_grams, size)
    return pricing.grams(numbers.grams_low[noun], numbers.grams_high[noun], draw, percent)


def _in_stock(world: World, rows: I64) -> I64:
    """Pieces in stock while a SKU is on sale: fewer of expensive ones, none of those sold out."""
    draw = world.random.draw("products_skus.row", rows)
    prices, most = np.array(_STOCKS, np.int64).T
    place = np.searchsorted(prices, world.catalogue.price[rows], "right") - 1
    return np.where(draw.bits("sold_out") < _SOLD_OUT, 0, 1 + draw.below("stock", most[place]))


_BUILDERS: Final[dict[str, Callable[[World, I64, Until], pa.RecordBatch]]] = {
    "categories": _categories,
    "sub_categories": _sub_categories,
    "products": _products,
    "products_skus": _skus,
}
