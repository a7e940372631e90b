"""The catalogue: launches and ends leave something on sale, and baskets never hold a SKU twice."""

from typing import Any

import numpy as np
import pytest

from cartload.calendar import timeline
from cartload.catalogue.catalogue import Catalogue
from cartload.engine.chunks import Blocks
from cartload.engine.generate import Engine
from cartload.randomness.draws import Randomness
from cartload.spec import parse, resolve
from cartload.spec.counts import fewest_on_sale, largest_basket, most_wishes
from cartload.tables.on_sale import OnSale


def catalogue(**fields: Any) -> Catalogue:
    spec = resolve(parse({"catalogue": fields, "wishlist": {"per_customer": 0}}))
    return Catalogue(spec, Randomness(spec.seed))


@pytest.mark.parametrize(
    "fields",
    [
        {"categories": 1, "products": 40},
        {"categories": 16, "products": 41, "skus_per_product": 1},
        {"categories": 5, "products": 3001, "skus_per_product": 7.5},
    ],
)
def test_what_is_on_sale_is_one_range_and_enough(fields: dict[str, Any]) -> None:
    made = catalogue(**fields)
    assert made.by_category.counts.min() >= 1
    assert made.by_product.total == made.skus
    kinds = np.arange(made.categories)
    for moment in np.linspace(timeline.window_start(made.spec.window), made.end - 1, 50).astype(np.int64):
        first, after = made.on_sale(kinds, np.full(made.categories, moment))
        real = (made.launched <= moment) & (made.ends > moment)
        ranges = np.zeros(made.products, bool)
        for start, end in zip(first, after, strict=True):
            ranges[start:end] = True
        assert (ranges == real).all()
        assert (after > first).all()
        assert real.sum() >= fewest_on_sale(made.products)


def test_products_are_sorted_by_category_and_launch() -> None:
    made = catalogue(products=500)
    keys = list(zip(made.category.tolist(), made.launched.tolist(), strict=True))
    assert keys == sorted(keys)
    assert (made.created <= made.launched).all()
    assert made.launched.max() < made.end
    early = made.launched < timeline.window_start(made.spec.window)
    assert all(early[made.category == kind].any() for kind in range(made.categories))


def test_every_sku_on_sale_is_counted_once() -> None:
    made = catalogue(products=60, skus_per_product=2.5)
    moment = timeline.window_start(made.spec.window)
    skus = OnSale.at(made, np.array([moment]))
    size = int(skus.sizes[0])
    on_sale = (made.launched <= moment) & (made.ends > moment)
    wanted = np.flatnonzero(on_sale[made.product_of_sku])
    assert skus.sku(np.zeros(size, np.int64), np.arange(size)).tolist() == wanted.tolist()
    assert skus.sku(np.array([0]), np.array([size])).tolist() == [wanted[0]]


def test_the_largest_orders_fit_the_smallest_catalogue() -> None:
    spec = resolve(
        parse(
            {
                "catalogue": {"categories": 1, "products": 32, "skus_per_product": 1},
                "orders": {"items": 2, "per_customer": 3},
                "skew": {"products": 2},
                "wishlist": {"per_customer": 2.75},
            }
        )
    )
    assert largest_basket(spec) == fewest_on_sale(32) == 16
    assert most_wishes(spec) == 30
    batches = Engine(spec).generate(Blocks(0, 1000))
    lines = batches["order_item"].to_pylist()
    assert len({(line["order_id"], line["product_sku_id"]) for line in lines}) == len(lines) == 6000
    assert max(line["line_number"] for line in lines) <= 16
    wishes = batches["wishlist"].to_pylist()
    assert len({(wish["user_id"], wish["product_id"]) for wish in wishes}) == len(wishes) == 2750


def test_popularity_follows_the_exponent() -> None:
    spec = resolve(parse({"catalogue": {"categories": 1, "products": 20_000}, "skew": {"products": 1.2}}))
    weights = np.sort(np.diff(Catalogue(spec, Randomness(1)).popularity))[::-1].astype(float)
    ranks = np.arange(10, 2000)
    slope = np.polyfit(np.log(ranks), np.log(weights[ranks]), 1)[0]
    assert slope == pytest.approx(-1.2, abs=0.08)
