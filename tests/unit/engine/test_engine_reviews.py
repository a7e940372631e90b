"""Reviews follow deliveries, fit product, rating and language, and give products their ratings."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from cartload.catalogue import ratings
from cartload.engine.chunks import Segment, row_totals
from cartload.spec import parse, resolve
from cartload.spec.counts import rows_before, rows_of_block
from cartload.vocabulary.review_phrases import languages
from support.shop_rows import Row, ShopRows


@pytest.fixture(scope="module")
def shop() -> ShopRows:
    return ShopRows(customers=1500, orders={"per_customer": 6}, reviews={"rate": 0.6})


def product_of_lines(shop: ShopRows) -> dict[tuple[Any, Any], Row]:
    """The order of each line by order and product."""
    skus, orders = shop.by_id("products_skus"), shop.by_id("order_details")
    return {
        (item["order_id"], skus[item["product_sku_id"]]["product_id"]): orders[item["order_id"]]
        for item in shop["order_item"]
    }


def test_a_review_is_of_what_was_delivered_to_its_author(shop: ShopRows) -> None:
    lines = product_of_lines(shop)
    assert len(shop["reviews"]) > 5000
    for review in shop["reviews"]:
        order = lines[review["order_id"], review["product_id"]]
        assert order["user_id"] == review["user_id"]
        waited = review["created_at"] - order["delivered_at"]
        assert timedelta(days=1) <= waited <= timedelta(days=31)


def test_nobody_reviews_a_product_twice(shop: ShopRows) -> None:
    assert len({(one["user_id"], one["product_id"]) for one in shop["reviews"]}) == len(shop["reviews"])


def test_with_a_rate_of_one_everything_is_reviewed_and_with_none_nothing() -> None:
    shop = ShopRows(reviews={"rate": 1})
    lines = product_of_lines(shop)
    settled = shop.closes - timedelta(days=100)
    delivered = {
        (order["user_id"], product)
        for (_, product), order in lines.items()
        if order["delivered_at"] and order["placed_at"] < settled
    }
    assert delivered <= {(one["user_id"], one["product_id"]) for one in shop["reviews"]}
    assert ShopRows(reviews={"rate": 0})["reviews"] == []


def test_another_rate_changes_no_review_that_both_have() -> None:
    few, many = (ShopRows(reviews={"rate": rate}).by_id("reviews") for rate in (0.2, 0.7))
    both = few.keys() & many.keys()
    assert len(both) > 0.8 * len(few)
    assert all(few[key] == many[key] for key in both)


def test_the_shop_checks_reviews_some_hours_later(shop: ShopRows) -> None:
    waits: dict[str, list[timedelta]] = defaultdict(list)
    for review in shop["reviews"]:
        waits[review["status"]].append(review["updated_at"] - review["created_at"])
    assert set(waits["pending"]) <= {timedelta()}
    checked = waits["published"] + waits["rejected"]
    assert min(checked) > timedelta()
    assert timedelta(hours=7) < sum(checked, timedelta()) / len(checked) < timedelta(hours=9)
    assert 0.02 < len(waits["rejected"]) / len(checked) < 0.06


def test_products_get_the_ratings_that_their_rows_have(shop: ShopRows) -> None:
    products = shop.by_id("products")
    found: dict[float, list[int]] = defaultdict(list)
    for review in shop["reviews"]:
        found[float(products[review["product_id"]]["rating"])].append(review["rating"])
    for mean, stars in found.items():
        error = np.sqrt((5 - mean) * (mean - 1) / len(stars))
        assert abs(np.mean(stars) - mean) <= 4 * error + 1e-9, mean


def test_ratings_never_fall_with_quality_and_are_mostly_good() -> None:
    means = ratings.mean_of(np.arange(256))
    assert (np.diff(means) >= 0).all()
    assert (means[0], means[-1]) == (10, 50)
    assert means.mean() == pytest.approx(42, abs=1)
    assert ((means >= 40) & (means < 50)).mean() > 0.6


@pytest.mark.parametrize("tenths", range(10, 51))
def test_the_mean_of_all_words_is_the_mean_that_is_asked_for(tenths: int) -> None:
    words = np.arange(1 << 16)
    stars = ratings.stars(np.full(1 << 16, tenths), words)
    assert set(stars.tolist()) <= {1, 2, 3, 4, 5}
    assert stars.mean() == pytest.approx(tenths / 10, abs=1e-4)


def test_ratings_are_j_shaped(shop: ShopRows) -> None:
    counts = np.bincount([review["rating"] for review in shop["reviews"]], minlength=6)[1:]
    assert counts.argmax() == 4
    assert counts[4] > 0.5 * counts.sum()
    assert counts[0] > counts[1]


def test_texts_are_in_the_customers_language_and_fit_the_stars(shop: ShopRows) -> None:
    by_locale = {locale: phrases for phrases in languages() for locale in phrases.locales}
    for review in shop["reviews"]:
        phrases = by_locale[shop.users[review["user_id"]]["locale"]]
        assert review["body"].startswith(phrases.openings[review["rating"] - 1])


def test_titles_name_the_kind_of_thing_that_was_bought(shop: ShopRows) -> None:
    products = shop.by_id("products")
    named = [
        (review["title"].removeprefix("Great "), products[review["product_id"]]["name"])
        for review in shop["reviews"]
        if review["title"].startswith("Great ")
    ]
    assert len(named) > 100
    assert all(noun in name for noun, name in named)


@pytest.mark.parametrize("fields", [{}, {"window": {"start": "2024-06-01", "end": "2024-07-20"}}])
def test_about_as_many_are_expected_as_are_made(fields: dict[str, Any]) -> None:
    # Nearly nobody gets a product twice out of so many: that is what the expectation leaves out.
    shop = ShopRows(
        customers=8000,
        catalogue={"products": 50_000},
        orders={"per_customer": 2},
        reviews={"rate": 0.3},
        **fields,
    )
    totals = row_totals(shop.spec, Segment(0, 8000), catalogue=False)
    assert totals["reviews"] == pytest.approx(len(shop["reviews"]), rel=0.06)


def test_sizes_are_planned_as_if_the_window_had_no_end() -> None:
    short = resolve(parse({"window": {"start": "2024-11-20", "end": "2024-11-20"}}))
    long = resolve(parse({}))
    assert rows_before(short, "reviews", 1000) == 0
    assert rows_before(long, "reviews", 1000) < rows_of_block(long, "reviews")
    assert rows_of_block(short, "reviews") == rows_of_block(long, "reviews") == 1100
