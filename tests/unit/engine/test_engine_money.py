"""Money: every amount of items, orders and refunds, calculated again with fractions."""

from fractions import Fraction
from math import floor

import pytest

from support.shop_rows import Row, ShopRows


@pytest.fixture(scope="module")
def shop() -> ShopRows:
    return ShopRows(
        orders={
            "per_customer": 8,
            "items": 2.5,
            "quantity": 2,
            "discount_share": 0.5,
            "return_rate": 0.5,
            "cancel_rate": 0.1,
        },
        shipping={"fee": 777, "free_from": 9000},
    )


@pytest.fixture(scope="module")
def items(shop: ShopRows) -> dict[int, list[Row]]:
    return shop.grouped("order_item", "order_id")


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def test_an_items_price_is_its_skus_and_its_total_that_times_the_quantity(shop: ShopRows) -> None:
    skus = shop.by_id("products_skus")
    for item in shop["order_item"]:
        assert item["unit_price"] == skus[item["product_sku_id"]]["price"]
        assert item["line_total"] == item["unit_price"] * item["quantity"]


def test_an_orders_amounts_are_sums_of_its_items(shop: ShopRows, items: dict[int, list[Row]]) -> None:
    for order in shop["order_details"]:
        own = items[order["id"]]
        assert order["subtotal"] == sum(item["line_total"] for item in own)
        assert order["discount"] == sum(item["discount"] for item in own)
        assert order["tax"] == sum(item["tax"] for item in own)
        assert order["total"] == order["subtotal"] - order["discount"] + order["tax"] + order["shipping"]
        assert order["total"] > 0


def test_a_coupon_takes_its_percentage_off_and_each_item_bears_its_part(
    shop: ShopRows, items: dict[int, list[Row]]
) -> None:
    for order in shop["order_details"]:
        if order["coupon"] is None:
            assert order["discount"] == 0
            continue
        percent = int(order["coupon"][len(order["coupon"].rstrip("0123456789")) :])
        assert order["discount"] == order["subtotal"] * percent // 100 > 0
        for item in items[order["id"]]:
            exact = Fraction(order["discount"] * item["line_total"], order["subtotal"])
            assert abs(item["discount"] - exact) < 1
            assert 0 <= item["discount"] < item["line_total"]


def test_exactly_the_specs_share_of_orders_has_a_coupon(shop: ShopRows) -> None:
    assert sum(order["coupon"] is not None for order in shop["order_details"]) == 800


def test_tax_is_that_of_the_country_rounded_half_up_by_item(shop: ShopRows) -> None:
    orders, rates = shop.by_id("order_details"), shop.spec.tax.rates
    for item in shop["order_item"]:
        country = shop.users[orders[item["order_id"]]["user_id"]]["country"]
        rate = Fraction(str(rates[country]))
        assert item["tax"] == half_up((item["line_total"] - item["discount"]) * rate)


def test_countries_without_a_rate_of_their_own_have_the_default() -> None:
    shop = ShopRows(
        customers=40, locales={"de_DE": 1, "fr_FR": 1}, tax={"default": 0.0825, "rates": {"FR": 0}}
    )
    orders = shop.by_id("order_details")
    for item in shop["order_item"]:
        country = shop.users[orders[item["order_id"]]["user_id"]]["country"]
        wanted = half_up((item["line_total"] - item["discount"]) * Fraction("0.0825"))
        assert item["tax"] == (wanted if country == "DE" else 0)


def test_shipping_is_free_from_an_amount_on_and_at_counters(shop: ShopRows) -> None:
    free = {True: 0, False: 0}
    for order in shop["order_details"]:
        goods = order["subtotal"] - order["discount"]
        is_free = order["channel"] == "store" or goods >= 9000
        assert order["shipping"] == (0 if is_free else 777)
        free[is_free] += 1
    assert min(free.values()) > 100


@pytest.mark.parametrize("shipping", [{"fee": 300, "free_from": None}, {"fee": 300, "free_from": 0}])
def test_shipping_that_is_never_free_or_always(shipping: dict[str, int | None]) -> None:
    shop = ShopRows(customers=40, shipping=shipping)
    fees = {order["shipping"] for order in shop["order_details"] if order["channel"] != "store"}
    assert fees == ({300} if shipping["free_from"] is None else {0})


def test_a_refund_is_the_part_of_what_was_paid_for_the_pieces_that_came_back(
    shop: ShopRows, items: dict[int, list[Row]]
) -> None:
    partly = 0
    for payment in shop["payment_details"]:
        if payment["kind"] != "refund":
            continue
        own = items[payment["order_id"]]
        back = [item for item in own if item["returned_quantity"]]
        if not back:
            continue  # cancelled after payment
        expected = sum(
            half_up(
                Fraction(item["line_total"] - item["discount"] + item["tax"])
                * Fraction(item["returned_quantity"], item["quantity"])
            )
            for item in back
        )
        assert payment["amount"] == expected
        partly += any(item["returned_quantity"] < item["quantity"] for item in back)
    assert partly > 20


def test_only_returned_orders_have_items_that_came_back_and_each_has_one(
    shop: ShopRows, items: dict[int, list[Row]]
) -> None:
    for order in shop["order_details"]:
        back = [item for item in items[order["id"]] if item["returned_quantity"]]
        assert bool(back) == (order["status"] == "returned")
        for item in items[order["id"]]:
            assert 0 <= item["returned_quantity"] <= item["quantity"]
            assert item["created_at"] == order["placed_at"]
            assert item["updated_at"] == (order["returned_at"] if item in back else order["placed_at"])


def test_amounts_are_the_same_numbers_in_every_currency(shop: ShopRows) -> None:
    fields = {"customers": 30, "orders": {"per_customer": 3}}
    dollars, yen = ShopRows(**fields), ShopRows(**fields, currency="JPY")
    for one, other in zip(dollars["order_details"], yen["order_details"], strict=True):
        assert (one["total"], one["currency"]) == (other["total"], "USD")
        assert other["currency"] == "JPY"
