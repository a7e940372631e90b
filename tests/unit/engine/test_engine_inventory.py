"""Distribution centres follow the customers; what they hold of a SKU is its stock."""

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pytest

from cartload.engine.chunks import CatalogueRows
from cartload.engine.generate import Engine
from cartload.places.country_rules import country_rules
from cartload.spec import parse, resolve
from cartload.spec.counts import catalogue_rows
from support.shop_rows import Row, ShopRows

MOMENTS = (None, "2024-01-01T00:00:00Z", "2024-09-09T09:09:09Z")


def shop(**fields: Any) -> ShopRows:
    return ShopRows(**{"customers": 10, "catalogue": {"products": 500}, **fields})


@pytest.fixture(scope="module")
def usual() -> ShopRows:
    return shop()


def countries(made: ShopRows) -> list[str]:
    return [center["country"] for center in made["distribution_centers"]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"US": 4, "GB": 2, "DE": 1, "FR": 1, "ES": 1, "IT": 1}),
        ({"locales": {"sv_SE": 1}}, {"SE": 3}),
        ({"locales": {"de_DE": 3, "fr_FR": 1}}, {"DE": 2, "FR": 1}),
        ({"locales": {"en_US": 1000, "zh_CN": 1}, "inventory": {"centers": 10}}, {"US": 10}),
        ({"inventory": {"centers": 3}}, {"US": 1, "GB": 1, "DE": 1}),
    ],
)
def test_countries_get_centers_by_their_customers(fields: dict[str, Any], expected: dict[str, int]) -> None:
    assert Counter(countries(shop(**fields))) == expected


def test_no_city_has_two_centers_and_each_lies_in_its_country(usual: ShopRows) -> None:
    centers = usual["distribution_centers"]
    assert len({(center["country"], center["city"]) for center in centers}) == len(centers) == 10
    for center in centers:
        box = country_rules()[center["country"]].bounding_box
        assert box.south <= center["latitude"] <= box.north
        assert box.west <= center["longitude"] <= box.east
        assert center["name"] == f"{center['city']} Distribution Center"


def test_another_seed_has_centers_elsewhere(usual: ShopRows) -> None:
    other = shop(seed=2)
    cities = [{center["city"] for center in made["distribution_centers"]} for made in (usual, other)]
    assert countries(other) == countries(usual)
    assert cities[0] != cities[1]


@pytest.mark.parametrize("moment", MOMENTS)
def test_quantities_add_up_to_the_stock_at_any_moment(moment: str | None) -> None:
    made = shop(as_of=moment) if moment else shop()
    held = by_sku(made)
    assert held.keys() == made.by_id("products_skus").keys()
    for sku in made["products_skus"]:
        assert sum(item["quantity"] for item in held[sku["id"]]) == sku["stock"]


def by_sku(made: ShopRows) -> dict[Any, list[Row]]:
    return made.grouped("inventory_items", "product_sku_id")


@pytest.mark.parametrize("wanted", [1, 1.5, 2, 3.2, 9.5, 10])
def test_as_many_centers_hold_a_sku_as_the_spec_says(wanted: float) -> None:
    made = shop(inventory={"centers_per_sku": wanted})
    counts = [len(items) for items in by_sku(made).values()]
    assert sum(counts) == int(1250 * wanted) == len(made["inventory_items"])
    assert 1 <= min(counts) <= max(counts) <= 10
    for items in by_sku(made).values():
        assert len({item["distribution_center_id"] for item in items}) == len(items)


def test_best_sellers_are_held_in_more_centers() -> None:
    made = ShopRows(customers=3000, catalogue={"products": 300}, inventory={"centers_per_sku": 3})
    sold = Counter(item["product_sku_id"] for item in made["order_item"])
    ranked = sorted(by_sku(made), key=lambda sku: -sold[sku])
    best, worst = (np.mean([len(by_sku(made)[sku]) for sku in part]) for part in (ranked[:75], ranked[-75:]))
    assert best > worst + 1


def test_what_is_discontinued_is_neither_there_nor_ordered_again(usual: ShopRows) -> None:
    products, skus = usual.by_id("products"), usual.by_id("products_skus")
    ended = 0
    for item in usual["inventory_items"]:
        sku = skus[item["product_sku_id"]]
        end = products[sku["product_id"]]["discontinued_at"]
        assert (item["created_at"], item["updated_at"]) == (sku["created_at"], end or sku["created_at"])
        if end:
            ended += 1
            assert item["quantity"] == item["reorder_level"] == 0
    assert ended > 100


def test_about_one_item_in_ten_is_to_be_ordered_again(usual: ShopRows) -> None:
    lasting = [item for item in usual["inventory_items"] if item["reorder_level"] > 0]
    low = sum(item["quantity"] <= item["reorder_level"] for item in lasting)
    assert 0.06 < low / len(lasting) < 0.18


def test_larger_markets_hold_more(usual: ShopRows) -> None:
    pieces: dict[Any, int] = defaultdict(int)
    for item in usual["inventory_items"]:
        pieces[item["distribution_center_id"]] += item["quantity"]
    held = {center["city"]: pieces[center["id"]] for center in usual["distribution_centers"]}
    where = {center["city"]: center["country"] for center in usual["distribution_centers"]}
    (german,) = (held[city] for city in held if where[city] == "DE")
    (italian,) = (held[city] for city in held if where[city] == "IT")
    assert german > 2 * italian


@pytest.mark.parametrize("run", [1, 7, 250, 1249])
def test_any_run_of_rows_is_the_same_alone(run: int) -> None:
    spec = resolve(parse({"catalogue": {"products": 500}, "inventory": {"centers_per_sku": 2.7}}))
    total = catalogue_rows(spec, "inventory_items")
    whole = Engine(spec).generate(CatalogueRows("inventory_items", 0, total))["inventory_items"]
    for first in range(0, total, max(run, total // 10)):
        rows = min(run, total - first)
        alone = Engine(spec).generate(CatalogueRows("inventory_items", first, rows))["inventory_items"]
        assert alone == whole.slice(first, rows)
