"""Order items: numbered, different, on sale when they were ordered, and in the numbers asked for."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from cartload.spec.counts import largest_basket
from support.shop_rows import Row, ShopRows


@pytest.fixture(scope="module")
def shop() -> ShopRows:
    return ShopRows(orders={"per_customer": 10, "items": 3, "quantity": 2}, catalogue={"products": 150})


@pytest.fixture(scope="module")
def items(shop: ShopRows) -> dict[int, list[Row]]:
    return shop.grouped("order_item", "order_id")


def test_items_are_numbered_from_one_in_each_order(shop: ShopRows, items: dict[int, list[Row]]) -> None:
    assert list(items) == [order["id"] for order in shop["order_details"]]
    for own in items.values():
        assert [item["line_number"] for item in own] == list(range(1, len(own) + 1))


def test_the_mean_is_exact_and_two_orders_in_five_have_one_item(
    shop: ShopRows, items: dict[int, list[Row]]
) -> None:
    sizes = Counter(map(len, items.values()))
    assert len(shop["order_item"]) == 6000
    assert sizes.total() == 2000
    assert sizes[1] >= 800
    assert max(sizes) <= largest_basket(shop.spec)


def test_no_order_has_a_sku_twice(items: dict[int, list[Row]]) -> None:
    for own in items.values():
        assert len({item["product_sku_id"] for item in own}) == len(own)


def test_products_are_on_sale_for_the_whole_day_of_the_order(shop: ShopRows) -> None:
    skus, products, orders = shop.by_id("products_skus"), shop.by_id("products"), shop.by_id("order_details")
    soon = 0
    for item in shop["order_item"]:
        product = products[skus[item["product_sku_id"]]["product_id"]]
        placed = orders[item["order_id"]]["placed_at"]
        morning = placed.replace(hour=0, minute=0, second=0, microsecond=0)
        assert product["launched_at"] <= placed
        ends = product["discontinued_at"]
        assert ends is None or ends > placed
        if item["line_number"] == 1:  # the last resort, the next free SKU, only looks at the moment
            assert product["launched_at"] <= morning
            assert ends is None or ends >= morning + timedelta(days=1)
        soon += product["launched_at"] > shop.opens
    assert soon > 100


def test_quantities_are_from_one_to_twenty_and_mostly_one(shop: ShopRows) -> None:
    quantities = Counter(item["quantity"] for item in shop["order_item"])
    assert min(quantities) == 1
    assert max(quantities) <= 20
    assert quantities[1] > quantities[2] > quantities[3]


@pytest.mark.parametrize(("quantity", "most"), [(1, 1), (5, 20)])
def test_quantities_at_their_bounds(quantity: float, most: int) -> None:
    shop = ShopRows(customers=150, orders={"per_customer": 6, "quantity": quantity})
    found = [item["quantity"] for item in shop["order_item"]]
    assert max(found) == most
    # A few expensive things are bought one at a time even then, so the mean may fall short.
    assert 0.75 * quantity <= sum(found) / len(found) <= 1.25 * quantity


def test_one_item_an_order_when_the_mean_is_one() -> None:
    shop = ShopRows(customers=100, orders={"per_customer": 5, "items": 1})
    assert {item["line_number"] for item in shop["order_item"]} == {1}


def test_a_tiny_catalogue_still_fills_large_orders_with_different_skus() -> None:
    """Every item after the first is drawn again or takes the next free SKU, in almost every order."""
    shop = ShopRows(
        customers=60,
        catalogue={"categories": 1, "products": 32, "skus_per_product": 1},
        orders={"per_customer": 8, "items": 2},
        wishlist={"per_customer": 1},
        skew={"products": 2},
    )
    skus, products, orders = shop.by_id("products_skus"), shop.by_id("products"), shop.by_id("order_details")
    for own in shop.grouped("order_item", "order_id").values():
        chosen = [item["product_sku_id"] for item in own]
        assert len(set(chosen)) == len(chosen)
        placed = orders[own[0]["order_id"]]["placed_at"]
        for sku in chosen:
            product = products[skus[sku]["product_id"]]
            assert product["launched_at"] <= placed
            assert product["discontinued_at"] is None or product["discontinued_at"] > placed


def test_customers_come_back_for_what_runs_out() -> None:
    shop = ShopRows(
        customers=100,
        catalogue={"categories": 6, "products": 600},
        orders={"per_customer": 25, "items": 1},
        skew={"products": 0},
    )
    skus, products = shop.by_id("products_skus"), shop.by_id("products")
    subs, categories = shop.by_id("sub_categories"), shop.by_id("categories")
    orders = shop.by_id("order_details")
    bought: dict[tuple[str, int], list[int]] = defaultdict(list)
    for item in shop["order_item"]:
        product = products[skus[item["product_sku_id"]]["product_id"]]
        category = categories[subs[product["sub_category_id"]]["category_id"]]["name"]
        bought[category, orders[item["order_id"]]["user_id"]].append(product["id"])
    repeated: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for (category, _), found in bought.items():
        repeated[category] += len(found) - len(set(found))
        whole[category] += len(found)
    share = {category: repeated[category] / count for category, count in whole.items()}
    assert share["Grocery"] > 0.3
    assert share["Grocery"] > 2 * share["Electronics"]
