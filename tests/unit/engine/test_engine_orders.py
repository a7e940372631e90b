"""Orders: whose they are, where they go, and that their moments follow from each other."""

from datetime import timedelta
from itertools import pairwise

import pytest

from support.shop_rows import ShopRows

STEPS = ("placed_at", "paid_at", "shipped_at", "delivered_at", "returned_at")
REACHED = ("pending", "paid", "shipped", "delivered", "returned")


@pytest.fixture(scope="module")
def shop() -> ShopRows:
    return ShopRows(
        orders={"per_customer": 12, "items": 1.5, "cancel_rate": 0.15, "return_rate": 0.2},
        addresses={"per_customer": 3},
    )


def test_order_numbers_count_the_rows(shop: ShopRows) -> None:
    numbers = [order["order_number"] for order in shop["order_details"]]
    assert numbers == [f"ORD-{number:012}" for number in range(1, 2401)]


def test_orders_come_by_customer_then_time_inside_the_window(shop: ShopRows) -> None:
    for one, other in pairwise(shop["order_details"]):
        assert (one["user_id"], one["placed_at"]) <= (other["user_id"], other["placed_at"])
    for order in shop["order_details"]:
        assert shop.users[order["user_id"]]["created_at"] <= order["placed_at"] < shop.closes
        assert order["created_at"] == order["placed_at"]


def test_an_order_goes_to_an_address_of_the_customer_that_existed(shop: ShopRows) -> None:
    addresses, elsewhere = shop.by_id("addresses"), 0
    for order in shop["order_details"]:
        address = addresses[order["address_id"]]
        assert address["user_id"] == order["user_id"]
        assert address["created_at"] <= order["placed_at"]
        elsewhere += not address["is_default"]
    # 77 of 256 may go to any of the addresses, of which some do not exist yet.
    assert 0.08 < elsewhere / 2400 < 0.26


def test_the_status_says_how_far_an_order_came(shop: ShopRows) -> None:
    for order in shop["order_details"]:
        reached = [step for step in STEPS if order[step] is not None]
        if order["status"] == "cancelled":
            assert order["cancelled_at"] is not None
            assert reached in (["placed_at"], ["placed_at", "paid_at"])
        else:
            assert order["cancelled_at"] is None
            assert reached == list(STEPS[: len(reached)])
            assert order["status"] == REACHED[len(reached) - 1]


def test_moments_follow_each_other_and_the_row_changed_at_the_last_one(shop: ShopRows) -> None:
    for order in shop["order_details"]:
        moments = [order[step] for step in (*STEPS, "cancelled_at") if order[step] is not None]
        assert moments == sorted(moments)
        assert order["updated_at"] == moments[-1]
        assert moments[-1] < shop.closes


def test_parcels_leave_from_monday_to_friday_in_the_daytime_after_payment(shop: ShopRows) -> None:
    days = set()
    for order in shop["order_details"]:
        if order["shipped_at"] is None or order["channel"] == "store":
            continue
        shipped, paid = shop.local(order, "shipped_at"), shop.local(order, "paid_at")
        days.add(shipped.weekday())
        assert 7 <= shipped.hour < 18
        # Up to four days in the warehouse after the next one, and a weekend.
        assert 1 <= (shipped.date() - paid.date()).days <= 7
    assert days == {0, 1, 2, 3, 4}


def test_parcels_arrive_from_monday_to_saturday_within_days(shop: ShopRows) -> None:
    days, far = set(), {"US", "CA", "AU", "BR", "IN", "CN"}
    longest = {True: 0, False: 0}
    for order in shop["order_details"]:
        if order["delivered_at"] is None or order["channel"] == "store":
            continue
        delivered, shipped = shop.local(order, "delivered_at"), shop.local(order, "shipped_at")
        days.add(delivered.weekday())
        assert 9 <= delivered.hour < 20
        is_far = shop.users[order["user_id"]]["country"] in far
        longest[is_far] = max(longest[is_far], (delivered.date() - shipped.date()).days)
    assert days == {0, 1, 2, 3, 4, 5}
    assert 6 <= longest[False] <= 7
    assert 9 <= longest[True] <= 11


def test_what_is_bought_at_a_counter_is_handed_over_within_minutes(shop: ShopRows) -> None:
    bought = [order for order in shop["order_details"] if order["channel"] == "store"]
    assert len(bought) > 50
    for order in bought:
        if order["shipped_at"] is not None:
            assert timedelta(seconds=20) <= order["shipped_at"] - order["paid_at"] < timedelta(minutes=5)
        if order["delivered_at"] is not None:
            assert order["delivered_at"] - order["shipped_at"] == timedelta(seconds=1)


@pytest.mark.parametrize("channel", ["store", "phone"])
def test_counters_and_phones_are_staffed_on_weekdays_in_the_daytime(shop: ShopRows, channel: str) -> None:
    placed = [
        shop.local(order, "placed_at") for order in shop["order_details"] if order["channel"] == channel
    ]
    assert {moment.weekday() for moment in placed} <= set(range(6))
    assert all(9 <= moment.hour < 20 for moment in placed)


def test_goods_come_back_in_three_days_to_five_weeks(shop: ShopRows) -> None:
    days = [
        (order["returned_at"] - order["delivered_at"]) / timedelta(days=1)
        for order in shop["order_details"]
        if order["returned_at"] is not None
    ]
    assert len(days) > 200
    assert 3 <= min(days) < 4
    assert 30 < max(days) < 36
    assert 8 < sorted(days)[len(days) // 2] < 14


def test_the_young_buy_by_app_and_the_old_by_phone(shop: ShopRows) -> None:
    ages: dict[str, list[float]] = {}
    for order in shop["order_details"]:
        born = shop.users[order["user_id"]]["birth_date"]
        ages.setdefault(order["channel"], []).append((order["placed_at"].date() - born).days / 365)
    mean = {channel: sum(found) / len(found) for channel, found in ages.items()}
    assert max(mean["ios"], mean["android"]) + 5 < min(mean["phone"], mean["store"])


@pytest.mark.parametrize(
    ("cancel_rate", "return_rate", "last"), [(1, 1, "cancelled"), (0, 0, "delivered"), (0, 1, "returned")]
)
def test_rates_of_none_and_all(cancel_rate: int, return_rate: int, last: str) -> None:
    rates = {"cancel_rate": cancel_rate, "return_rate": return_rate, "payment_failure_rate": 0}
    shop = ShopRows(customers=60, orders={"per_customer": 6, "items": 1, **rates})
    old = [order for order in shop["order_details"] if order["placed_at"] < shop.closes - timedelta(days=80)]
    assert len(old) > 200
    assert {order["status"] for order in old} == {last}
