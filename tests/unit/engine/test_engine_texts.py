"""Texts and stocks of products: parts that fit the noun, and columns that agree with each other."""

import re
from collections import Counter
from typing import Any

import pytest

from cartload.calendar import timeline
from cartload.engine.chunks import CatalogueRows
from cartload.engine.generate import Engine
from cartload.spec import parse, resolve
from cartload.spec.counts import catalogue_rows
from cartload.vocabulary import product_types

Rows = dict[str, list[dict[str, Any]]]
NOUNS = {
    (category.name, sub.name): sub.nouns
    for category in product_types.categories()
    for sub in category.sub_categories
}
SPEC = resolve(parse({"ids": "integer", "catalogue": {"products": 600, "skus_per_product": 3}}))


@pytest.fixture(scope="module")
def rows() -> Rows:
    engine = Engine(SPEC)
    found = {}
    for table in ("categories", "sub_categories", "products", "products_skus"):
        run = CatalogueRows(table, 0, catalogue_rows(SPEC, table))
        found[table] = engine.generate(run)[table].to_pylist()
    return found


def test_names_hold_a_noun_of_their_sub_category(rows: Rows) -> None:
    categories = {row["id"]: row["name"] for row in rows["categories"]}
    subs = {row["id"]: (categories[row["category_id"]], row["name"]) for row in rows["sub_categories"]}
    for product in rows["products"]:
        nouns = NOUNS[subs[product["sub_category_id"]]]
        assert any(noun.name in str(product["name"]) for noun in nouns)


def test_slugs_end_with_the_row_and_name_the_picture(rows: Rows) -> None:
    for product in rows["products"]:
        slug = str(product["slug"])
        assert re.fullmatch(rf"[a-z0-9]+(-[a-z0-9]+)*-{product['id']}", slug)
        assert product["image_url"] == f"https://images.example.com/products/{slug}.jpg"


def test_descriptions_have_two_different_features_of_the_noun(
    rows: Rows,
) -> None:
    features = {text for nouns in NOUNS.values() for noun in nouns for text in noun.features}
    counts = Counter(
        sum(text in str(product["description"]) for text in features) for product in rows["products"]
    )
    assert min(counts) >= 2


def test_products_change_when_they_are_discontinued(rows: Rows) -> None:
    ended = 0
    for product in rows["products"]:
        if product["discontinued_at"] is None:
            assert product["updated_at"] == product["launched_at"]
        else:
            ended += 1
            assert product["updated_at"] == product["discontinued_at"]
    assert 0 < ended < 150


def test_skus_are_numbered_and_discontinued_ones_are_out_of_stock(
    rows: Rows,
) -> None:
    products = {row["id"]: row for row in rows["products"]}
    out_of_stock = 0
    for number, sku in enumerate(rows["products_skus"], 1):
        assert sku["sku"] == f"SKU-{number:08}"
        assert sku["created_at"] == products[sku["product_id"]]["created_at"]
        if products[sku["product_id"]]["discontinued_at"] is not None:
            assert sku["stock"] == 0
        else:
            out_of_stock += sku["stock"] == 0
    assert 10 < out_of_stock < 120  # 8 of 256


@pytest.mark.parametrize(("price", "most"), [(0, 800), (2_000, 400), (10_000, 120), (50_000, 40)])
def test_expensive_skus_are_fewer_in_stock(rows: Rows, price: int, most: int) -> None:
    stocks = [row["stock"] for row in rows["products_skus"] if row["price"] >= price]
    assert max(stocks) <= most
    assert max(stocks) > 0.7 * most


def test_sub_categories_come_after_their_category_and_before_the_window(
    rows: Rows,
) -> None:
    categories = {row["id"]: row for row in rows["categories"]}
    opens = timeline.window_start(SPEC.window)
    assert len(rows["sub_categories"]) == 120
    for sub in rows["sub_categories"]:
        assert sub["created_at"] > categories[sub["category_id"]]["created_at"]
        assert sub["updated_at"] == sub["created_at"]
        assert sub["created_at"].timestamp() * 1000 < opens
