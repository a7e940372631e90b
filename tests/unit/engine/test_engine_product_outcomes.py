"""Generated catalogues look like a shop: what is sold fits its kind, its price, its size and its words."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from cartload.calendar import timeline
from cartload.catalogue import product_words
from cartload.catalogue.catalogue import Catalogue
from cartload.engine.chunks import CatalogueRows, Plan, Segment, plan
from cartload.engine.generate import Engine
from cartload.randomness.draws import Randomness
from cartload.schema import table
from cartload.spec import parse, resolve
from cartload.vocabulary import product_types

PRODUCTS = (60, 1_000, 50_000)
NOUNS = [noun for one in product_types.categories() for sub in one.sub_categories for noun in sub.nouns]
EVERY_SIZE = [size for noun in NOUNS for size in noun.sizes]


class Shop:
    """The catalogue of a spec: its tables and the numbers behind them."""

    def __init__(self, products: int, **fields: Any) -> None:
        self.spec = resolve(
            parse({"customers": 1, "ids": "integer", "catalogue": {"products": products, **fields}})
        )
        self.made = Catalogue(self.spec, Randomness(self.spec.seed))
        engine, batches = Engine(self.spec), dict[str, list[pa.RecordBatch]]()
        chunks: Plan = plan(self.spec, Segment(0, 1), catalogue=True)
        for chunk in chunks:
            if isinstance(chunk, CatalogueRows):
                batches.setdefault(chunk.table, []).extend(engine.generate(chunk).values())
        self.tables = {name: pa.Table.from_batches(parts) for name, parts in batches.items()}

    def skus(self, name: str) -> Any:
        return self.tables["products_skus"][name].to_numpy()

    def texts(self, name: str) -> list[str]:
        found: list[str] = self.tables["products"][name].to_pylist()
        return found

    def variants(self) -> Iterator[tuple[Any, Any]]:
        """Neighbours of one product, as two arrays of SKU numbers."""
        owner = self.made.product_of_sku
        first = np.flatnonzero(owner[1:] == owner[:-1])
        yield first, first + 1


@cache
def shop(products: int) -> Shop:
    return Shop(products)


shops = pytest.mark.parametrize("products", PRODUCTS)


@shops
def test_texts_fit_their_columns_and_are_whole(products: int) -> None:
    made = shop(products)
    for name in ("categories", "sub_categories", "products", "products_skus"):
        for column in table(name).columns:
            if column.type == "string":
                found = [text for text in made.tables[name][column.name].to_pylist() if text is not None]
                assert max(map(len, found), default=0) <= column.length, column.name
                assert not column.ascii or all(map(str.isascii, found)), column.name
                assert not any("{" in text or "  " in text or text != text.strip() for text in found)


@shops
def test_slugs_are_unique_and_pictures_on_a_reserved_domain(products: int) -> None:
    slugs = shop(products).texts("slug")
    assert len(set(slugs)) == products
    assert all(product_words.slug(text) == text for text in slugs)
    assert all(url.startswith("https://images.example.com/") for url in shop(products).texts("image_url"))


@shops
def test_every_sku_comes_in_a_size_and_colour_of_its_kind(products: int) -> None:
    made = shop(products)
    nouns = made.made.noun[made.made.product_of_sku].tolist()
    sizes, colors = made.skus("size"), made.skus("color")
    offered: list[tuple[list[str | None], list[str | None]]] = [
        ([size.label for size in noun.sizes] or [None], [*noun.colors] or [None]) for noun in NOUNS
    ]
    for noun, size, color in zip(nouns, sizes, colors, strict=True):
        assert size in offered[noun][0], NOUNS[noun].name
        assert color in offered[noun][1], NOUNS[noun].name


@shops
def test_no_variant_comes_twice(products: int) -> None:
    made = shop(products)
    keys = Counter(zip(made.skus("product_id"), made.skus("size"), made.skus("color"), strict=True))
    assert keys.total() == len(keys)


@shops
def test_sizes_follow_their_system_and_grow_in_weight_and_price(products: int) -> None:
    made = shop(products)
    size, price, grams = made.made.size, made.skus("price"), made.skus("weight_grams")
    color = made.skus("color")
    for one, other in made.variants():
        same = (color[one] == color[other]) & (size[one] >= 0)
        one, other = one[same], other[same]
        assert (size[other] == size[one] + 1).all()
        growing = np.array([size.price for size in EVERY_SIZE])
        up = growing[size[other]] >= growing[size[one]]
        assert (price[other] >= price[one])[up].all()
        heavier = np.array([size.grams for size in EVERY_SIZE])
        up = heavier[size[other]] >= heavier[size[one]]
        assert (grams[other] >= grams[one])[up].all()


@shops
def test_colours_change_neither_price_nor_weight(products: int) -> None:
    made = shop(products)
    seen: dict[tuple[Any, Any], tuple[Any, Any]] = {}
    columns = (made.skus(name) for name in ("product_id", "size", "price", "weight_grams"))
    for product, size, price, grams in zip(*columns, strict=True):
        assert seen.setdefault((product, size), (price, grams)) == (price, grams)


@shops
def test_prices_and_weights_lie_in_the_bands(products: int) -> None:
    made = shop(products)
    noun = made.made.noun[made.made.product_of_sku]
    numbers = product_words.numbers()
    percent = numbers.percent(numbers.size_price, made.made.size)
    price = made.skus("price")
    low, high = numbers.price_low[noun] * percent // 100, numbers.price_high[noun] * percent // 100
    rounding = np.where(high < 10_000, 105, np.where(high < 100_000, 1_100, 5_100))
    assert (price >= low - rounding).all()
    assert (price <= high + rounding).all()
    percent = numbers.percent(numbers.size_grams, made.made.size)
    grams = made.skus("weight_grams")
    assert (grams >= np.maximum(numbers.grams_low[noun] * percent // 100, 1)).all()
    assert (grams <= numbers.grams_high[noun] * percent // 100).all()


@shops
def test_prices_end_like_prices(products: int) -> None:
    price = shop(products).skus("price")
    assert price.min() >= 49
    endings = Counter((price % 100).tolist())
    assert set(endings) <= {99, 95, 0, 49}
    assert endings[99] > endings[95] > endings[0]


@shops
def test_costs_leave_the_margin_of_the_category(products: int) -> None:
    made = shop(products)
    noun = made.made.noun[made.made.product_of_sku]
    price, cost = made.skus("price"), made.skus("cost")
    assert (cost >= 1).all()
    assert (cost < price).all()
    margin = 100 * (price - cost) / price
    assert (margin >= product_words.numbers().margin_low[noun] - 1).all()
    assert (margin <= product_words.numbers().margin_high[noun] + 2.1).all()


def test_dear_brands_and_materials_make_dear_goods() -> None:
    made = shop(50_000).made
    numbers, chosen = product_words.numbers(), made.assortment
    first = made.price[made.first_sku[:-1]]
    place = (first - numbers.price_low[made.noun]) / (numbers.price_high - numbers.price_low)[made.noun]
    by_brand = [place[numbers.brand_level[chosen.brand] == level].mean() for level in range(1, 6)]
    assert by_brand == sorted(by_brand)
    level = numbers.level_of_material(chosen.material)
    jewellery = np.isin(made.category, [17])
    by_material = [place[jewellery & (level == one)].mean() for one in (3, 4, 5)]
    assert by_material == sorted(by_material)


def test_ratings_have_the_shape_of_ratings() -> None:
    ratings = np.array([float(value) for value in shop(50_000).texts("rating")])
    assert ratings.mean() == pytest.approx(4.2, abs=0.05)
    assert 1 <= ratings.min() < 2
    assert ratings.max() == 5
    assert np.mean(ratings >= 4) > 0.6
    assert 0.02 < np.mean(ratings < 3) < 0.1
    quality = shop(50_000).made.quality
    order = np.argsort(quality, kind="stable")
    assert (np.diff(ratings[order]) >= 0).all()


def test_all_kinds_are_sold_in_a_large_shop() -> None:
    made = Shop(50_000, categories=22)
    assert len(set(made.made.noun.tolist())) == len(NOUNS) >= 1000
    assert made.tables["categories"].num_rows >= 20
    assert made.tables["sub_categories"].num_rows >= 100
    assert len(set(made.tables["products"]["sub_category_id"].to_pylist())) >= 100
    assert len(set(made.texts("brand"))) >= 150


@shops
def test_a_brand_has_next_to_no_two_products_of_one_name(products: int) -> None:
    made = shop(products)
    names = set(zip(made.texts("name"), made.texts("brand"), strict=True))
    assert len(names) >= products - products // 1_000


def test_what_is_no_longer_sold_is_not_in_stock() -> None:
    made = shop(1_000)
    ended = made.made.ends <= timeline.window_end(made.spec.window) - 1
    stock = made.skus("stock")
    assert (stock[ended[made.made.product_of_sku]] == 0).all()
    assert np.mean(stock[~ended[made.made.product_of_sku]] == 0) < 0.06
    assert stock.max() <= 800


@pytest.mark.parametrize("mean", [1, 12])
def test_the_number_of_skus_is_exact_however_many_are_wanted(mean: float) -> None:
    made = Shop(200, skus_per_product=mean)
    assert made.tables["products_skus"].num_rows == 200 * mean
    assert made.made.by_product.counts.min() >= 1
