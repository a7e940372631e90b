"""Wish lists: each product once, noted after sign-up and launch, and gone when it is bought."""

from collections import defaultdict
from typing import Any

import pytest

from support.shop_rows import ShopRows


@pytest.fixture(scope="module")
def shop() -> ShopRows:
    return ShopRows(orders={"per_customer": 6}, wishlist={"per_customer": 8}, catalogue={"products": 300})


@pytest.fixture(scope="module")
def bought(shop: ShopRows) -> set[tuple[int, int, Any]]:
    """Customer, product and moment of every item that was ordered."""
    skus, orders = shop.by_id("products_skus"), shop.by_id("order_details")
    return {
        (
            orders[item["order_id"]]["user_id"],
            skus[item["product_sku_id"]]["product_id"],
            orders[item["order_id"]]["placed_at"],
        )
        for item in shop["order_item"]
    }


def test_nobody_wishes_for_a_product_twice(shop: ShopRows) -> None:
    assert len(shop["wishlist"]) == 1600
    assert len({(wish["user_id"], wish["product_id"]) for wish in shop["wishlist"]}) == 1600


def test_wishes_come_after_sign_up_and_launch_inside_the_window(shop: ShopRows) -> None:
    products = shop.by_id("products")
    for wish in shop["wishlist"]:
        assert wish["created_at"] >= shop.users[wish["user_id"]]["created_at"]
        assert wish["created_at"] >= products[wish["product_id"]]["launched_at"]
        assert wish["created_at"] < shop.closes


def test_a_removed_wish_changed_when_it_was_removed_and_others_never(shop: ShopRows) -> None:
    for wish in shop["wishlist"]:
        if wish["removed_at"] is None:
            assert wish["updated_at"] == wish["created_at"]
        else:
            assert wish["created_at"] <= wish["removed_at"] < shop.closes
            assert wish["updated_at"] == wish["removed_at"]


def test_some_wishes_of_buyers_are_removed_by_buying(
    shop: ShopRows, bought: set[tuple[int, int, Any]]
) -> None:
    buyers = {user for user, _, _ in bought}
    wishes = [wish for wish in shop["wishlist"] if wish["user_id"] in buyers]
    came_true = [
        wish for wish in wishes if (wish["user_id"], wish["product_id"], wish["removed_at"]) in bought
    ]
    # 72 of 256 are worked out from an item, fewer where two would be the same product.
    assert 0.12 < len(came_true) / len(wishes) < 0.3


def test_others_are_removed_after_a_while_or_stay(shop: ShopRows, bought: set[tuple[int, int, Any]]) -> None:
    kept = removed = 0
    for wish in shop["wishlist"]:
        if (wish["user_id"], wish["product_id"], wish["removed_at"]) in bought:
            continue
        kept += wish["removed_at"] is None
        removed += wish["removed_at"] is not None
    # 100 of 256 are removed sooner or later, 45 days later in the mean, some after the window.
    assert 0.25 < removed / (kept + removed) < 0.4


def test_customers_wish_for_few_categories(shop: ShopRows) -> None:
    products, subs = shop.by_id("products"), shop.by_id("sub_categories")
    categories: dict[int, list[int]] = defaultdict(list)
    for wish in shop["wishlist"]:
        categories[wish["user_id"]].append(
            subs[products[wish["product_id"]]["sub_category_id"]]["category_id"]
        )
    many = [found for found in categories.values() if len(found) >= 10]
    assert len(many) > 20
    assert sum(len(set(found)) < len(found) / 1.5 for found in many) > 0.8 * len(many)


@pytest.mark.parametrize("products", [12, 60])
def test_wishes_for_every_product_of_a_small_catalogue(products: int) -> None:
    most = {12: 0.5, 60: 6.5}[products]
    shop = ShopRows(
        customers=80,
        catalogue={"categories": 2, "products": products, "skus_per_product": 1},
        orders={"per_customer": 1, "items": 1},
        wishlist={"per_customer": most},
        skew={"products": 2},
    )
    pairs = {(wish["user_id"], wish["product_id"]) for wish in shop["wishlist"]}
    assert len(pairs) == len(shop["wishlist"]) == 80 * most


def test_wishes_without_any_orders() -> None:
    shop = ShopRows(customers=40, orders={"per_customer": 0}, wishlist={"per_customer": 3})
    assert len(shop["wishlist"]) == 120
    assert shop["order_details"] == shop["order_item"] == shop["payment_details"] == []
