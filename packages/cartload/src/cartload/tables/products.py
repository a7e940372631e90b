"""Categories, products and SKUs: rows by their numbers."""

from typing import Final

import numpy as np
import pyarrow as pa

from cartload.catalogue import pricing, product_words, ratings
from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.tables import stock
from cartload.tables.ids import numbered
from cartload.tables.product_texts import Texts
from cartload.tables.world import Until, World

_IMAGES: Final = "https://images.example.com/products/"


def categories(world: World, rows: I64, _: Until) -> pa.RecordBatch:
    """Rows of ``categories``."""
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


def sub_categories(world: World, rows: I64, _: Until) -> pa.RecordBatch:
    """Rows of ``sub_categories``."""
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


def products(world: World, rows: I64, until: Until) -> pa.RecordBatch:
    """Rows of ``products`` as they are at a moment."""
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
        arrays.decimals(ratings.mean_of(catalogue.quality[rows]), 2, 1),
        arrays.times(launched),
        arrays.times(ends, ended),
        arrays.times(catalogue.created[rows]),
        arrays.times(np.where(ended, ends, launched)),
    )


def skus(world: World, rows: I64, until: Until) -> pa.RecordBatch:
    """Rows of ``products_skus`` as they are at a moment."""
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
        arrays.integers(stock.pieces(world, rows, until), small=True),
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
