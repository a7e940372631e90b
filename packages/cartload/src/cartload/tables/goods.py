"""The rows of the four catalogue tables, in runs."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cartload import arrays, vocabulary
from cartload.draws import Draw
from cartload.fixed import I64
from cartload.ids import numbered
from cartload.tables.world import World

_IMAGES: Final = "https://images.example.com/products/"


def goods(world: World, table: str, first_row: int, rows: int) -> pa.RecordBatch:
    """A run of rows of a catalogue table."""
    return _BUILDERS[table](world, np.arange(first_row, first_row + rows))


def _words() -> Any:
    return vocabulary.document("goods")


def _slug(name: str) -> str:
    return "-".join(name.lower().replace("&", "and").split())


def _categories(world: World, rows: I64) -> pa.RecordBatch:
    names = [_words()["categories"][row]["name"] for row in rows.tolist()]
    created = arrays.times(world.catalogue.category_created[rows])
    return world.batch(
        "categories",
        world.ids("categories", rows),
        arrays.pool(names),
        arrays.pool([_slug(name) for name in names]),
        arrays.pool([f"Everything about {name.lower()}." for name in names]),
        created,
        created,
    )


def _sub_categories(world: World, rows: I64) -> pa.RecordBatch:
    category, place = np.divmod(rows, world.spec.catalogue.sub_categories)
    entries = [_words()["categories"][row] for row in category.tolist()]
    kinds = [entry["sub"][spot] for entry, spot in zip(entries, place.tolist(), strict=True)]
    slugs = [_slug(f"{entry['name']} {kind}") for entry, kind in zip(entries, kinds, strict=True)]
    created = arrays.times(world.catalogue.sub_category_created[rows])
    return world.batch(
        "sub_categories",
        world.ids("sub_categories", rows),
        world.ids("categories", category),
        arrays.pool(kinds),
        arrays.pool(slugs),
        arrays.pool([f"All we have of the kind: {kind.lower()}." for kind in kinds]),
        created,
        created,
    )


def _chosen(draw: Draw, field: str, words: list[str]) -> Any:
    return arrays.text(arrays.pool(words), draw.below(field, len(words)))


def _products(world: World, rows: I64) -> pa.RecordBatch:
    catalogue, words = world.catalogue, _words()
    text = world.random.draw("products.text", rows)
    ends = catalogue.ends[rows]
    ended = ends <= world.last_moment
    launched = catalogue.launched[rows]
    kind = arrays.text(_kinds(world), catalogue.sub_category[rows])
    adjective = _chosen(text, "adjective", words["adjectives"])
    name = pc.binary_join_element_wise(adjective, _chosen(text, "material", words["materials"]), kind, " ")
    sentence = _chosen(text, "sentence", words["sentences"])
    brand = arrays.text(arrays.pool(words["brands"]), catalogue.brand[rows] * len(words["brands"]) >> 8)
    summary = pc.binary_join_element_wise(name, brand, " by ")
    return world.batch(
        "products",
        world.ids("products", rows),
        world.ids("sub_categories", catalogue.sub_category[rows]),
        name,
        brand,
        summary,
        pc.binary_join_element_wise(summary, sentence, ". "),
        _product_slug(name, rows),
        pc.binary_join_element_wise(_IMAGES, numbered("", text.bits("picture"), 2), ".jpg", ""),
        arrays.decimals(20 + (catalogue.quality[rows] * 31 >> 8), 2, 1),
        arrays.times(launched),
        arrays.times(ends, ended),
        arrays.times(catalogue.created[rows]),
        arrays.times(np.where(ended, ends, launched)),
    )


def _kinds(world: World) -> Any:
    """Name of every sub-category, by row number."""
    entries = _words()["categories"][: world.catalogue.categories]
    return arrays.pool(
        [kind for entry in entries for kind in entry["sub"][: world.spec.catalogue.sub_categories]]
    )


def _product_slug(name: Any, rows: I64) -> Any:
    """The name in lower case with dashes, then the row number: unique whatever the names."""
    plain = pc.replace_substring(pc.ascii_lower(name), " ", "-")
    return pc.binary_join_element_wise(plain, pc.cast(arrays.integers(rows + 1), pa.string()), "-")


def _skus(world: World, rows: I64) -> pa.RecordBatch:
    catalogue = world.catalogue
    product = catalogue.product_of_sku[rows]
    category, variant = catalogue.category[product], rows - catalogue.first_sku[product]
    by_product = world.random.draw("products.price", product)
    row = world.random.draw("products_skus.row", rows)
    price, created = catalogue.price[rows], arrays.times(catalogue.created[product])
    return world.batch(
        "products_skus",
        world.ids("products_skus", rows),
        world.ids("products", product),
        numbered("SKU-", rows + 1, 2),
        _size(category, variant),
        _color(category, variant + by_product.bits("color")),
        arrays.integers(price),
        arrays.integers(np.maximum(1, price * (45 + by_product.below("margin", 25)) // 100)),
        arrays.integers(50 + by_product.below("weight", 4_950), small=True),
        arrays.integers(row.below("stock", 500), small=True),
        created,
        created,
    )


def _size(category: I64, variant: I64) -> Any:
    """A size where the category has sizes: variants go through them in turn."""
    lists: list[list[str | None]] = [entry["sizes"] or [None] for entry in _words()["categories"]]
    counts = np.array([len(sizes) for sizes in lists])
    starts = np.cumsum(counts) - counts
    flat = arrays.pool([size for sizes in lists for size in sizes])
    return arrays.take(flat, starts[category] + variant % counts[category])


def _color(category: I64, number: I64) -> Any:
    """A colour where the category has colours."""
    colored = np.array([entry["colors"] for entry in _words()["categories"]])
    colors = _words()["colors"]
    return arrays.take(arrays.pool(colors), number % len(colors), colored[category])


_BUILDERS: Final[dict[str, Callable[[World, I64], pa.RecordBatch]]] = {
    "categories": _categories,
    "sub_categories": _sub_categories,
    "products": _products,
    "products_skus": _skus,
}
