"""Payments: attempts in order, by methods that the channel takes, and refunds of what was paid."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from support.shop_rows import Row, ShopRows

SETTLES = {
    "card": (1, 9),
    "paypal": (3, 93),
    "bank_transfer": (2 * 3600, 52 * 3600),
    "klarna": (2, 62),
    "gift_card": (1, 5),
}
"""Seconds from and below which a charge settles."""


@pytest.fixture(scope="module")
def shop() -> ShopRows:
    return ShopRows(
        orders={
            "per_customer": 12,
            "items": 1.3,
            "payment_failure_rate": 0.35,
            "cancel_rate": 0.25,
            "return_rate": 0.3,
        }
    )


@pytest.fixture(scope="module")
def payments(shop: ShopRows) -> dict[int, list[Row]]:
    return shop.grouped("payment_details", "order_id")


def charges(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["kind"] == "charge"]


def test_every_order_has_payments_numbered_from_one_of_which_only_the_last_may_be_a_refund(
    shop: ShopRows, payments: dict[int, list[Row]]
) -> None:
    assert set(payments) == {order["id"] for order in shop["order_details"]}
    for rows in payments.values():
        assert [row["attempt"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["kind"] for row in rows[:-1]] == ["charge"] * (len(rows) - 1)
        assert 1 <= len(charges(rows)) <= 3


def test_the_first_charge_is_made_with_the_order_and_each_is_for_its_total(
    shop: ShopRows, payments: dict[int, list[Row]]
) -> None:
    orders = shop.by_id("order_details")
    for key, rows in payments.items():
        assert rows[0]["created_at"] == orders[key]["placed_at"]
        assert {row["amount"] for row in charges(rows)} == {orders[key]["total"]}
        assert {row["currency"] for row in rows} == {"USD"}


def test_another_charge_is_made_only_after_one_that_failed(payments: dict[int, list[Row]]) -> None:
    again = 0
    for rows in payments.values():
        for before, after in zip(charges(rows), charges(rows)[1:], strict=False):
            assert before["status"] == "failed"
            assert after["created_at"] >= before["updated_at"] + timedelta(seconds=20)
            again += 1
    assert again > 300


def test_a_charge_settles_at_any_time_that_its_method_takes(payments: dict[int, list[Row]]) -> None:
    seen: dict[str, list[float]] = defaultdict(list)
    for rows in payments.values():
        for row in charges(rows):
            if row["status"] in ("captured", "failed"):
                seen[row["method"]].append((row["updated_at"] - row["created_at"]).total_seconds())
            elif row["status"] == "pending":
                assert row["updated_at"] == row["created_at"]
    assert set(seen) == set(SETTLES)
    for method, found in seen.items():
        low, high = SETTLES[method]
        assert low <= min(found) < low + 0.2 * (high - low)
        assert high - 0.2 * (high - low) < max(found) < high


def test_failed_charges_and_no_others_have_a_reason(shop: ShopRows) -> None:
    for row in shop["payment_details"]:
        assert (row["failure_reason"] is not None) == (row["status"] == "failed")


def test_cards_and_nothing_else_have_a_number_and_an_order_always_the_same(
    payments: dict[int, list[Row]],
) -> None:
    for rows in payments.values():
        assert all((row["card_last_four"] is not None) == (row["method"] == "card") for row in rows)
        assert len({row["card_last_four"] for row in rows if row["method"] == "card"}) <= 1


def test_a_provider_belongs_to_one_method(shop: ShopRows) -> None:
    methods = defaultdict(set)
    for row in shop["payment_details"]:
        methods[row["provider"]].add(row["method"])
    assert all(len(found) == 1 for found in methods.values())
    assert Counter(method for found in methods.values() for method in found) == {
        "card": 2,
        "paypal": 1,
        "bank_transfer": 2,
        "klarna": 1,
        "gift_card": 1,
    }


def test_counters_take_cards_and_gift_cards_only(shop: ShopRows, payments: dict[int, list[Row]]) -> None:
    at_counters = [order["id"] for order in shop["order_details"] if order["channel"] == "store"]
    methods = {row["method"] for key in at_counters for row in payments[key]}
    assert methods == {"card", "gift_card"}


def test_an_order_is_paid_when_a_charge_is_captured(shop: ShopRows, payments: dict[int, list[Row]]) -> None:
    for order in shop["order_details"]:
        captured = [row for row in charges(payments[order["id"]]) if row["status"] == "captured"]
        assert [row["updated_at"] for row in captured] == ([order["paid_at"]] if order["paid_at"] else [])


def test_cancelled_orders_void_their_open_charge(shop: ShopRows, payments: dict[int, list[Row]]) -> None:
    voided = 0
    for order in shop["order_details"]:
        for row in payments[order["id"]]:
            if row["status"] == "voided":
                voided += 1
                assert order["status"] == "cancelled"
                assert row["attempt"] == len(payments[order["id"]]) == 1
                assert row["updated_at"] == order["cancelled_at"]
                wait = order["cancelled_at"] - order["placed_at"]
                assert timedelta(minutes=1) <= wait <= timedelta(minutes=121)
    assert voided > 50


def test_refunds_are_of_returned_goods_and_cancelled_orders_that_were_paid(
    shop: ShopRows, payments: dict[int, list[Row]]
) -> None:
    refunded: Counter[str] = Counter()
    for order in shop["order_details"]:
        refunds = [row for row in payments[order["id"]] if row["kind"] == "refund"]
        if order["status"] == "returned":
            assert [row["created_at"] for row in refunds] == [order["returned_at"]]
            assert 0 < refunds[0]["amount"] <= order["total"]
        elif order["status"] == "cancelled" and order["paid_at"] is not None:
            assert [row["created_at"] for row in refunds] == [order["cancelled_at"]]
            assert refunds[0]["amount"] == order["total"]
        else:
            assert refunds == []
        for row in refunds:
            assert row["status"] == "captured"
            assert row["updated_at"] == row["created_at"]
            assert row["method"] == charges(payments[order["id"]])[-1]["method"]
        refunded[order["status"]] += len(refunds)
    assert min(refunded["returned"], refunded["cancelled"]) > 50


def test_unpaid_orders_are_cancelled_after_their_last_charge(
    shop: ShopRows, payments: dict[int, list[Row]]
) -> None:
    unpaid = 0
    for order in shop["order_details"]:
        own = charges(payments[order["id"]])
        if order["status"] == "cancelled" and own[-1]["status"] == "failed":
            wait = order["cancelled_at"] - own[-1]["updated_at"]
            assert timedelta(hours=1) <= wait <= timedelta(days=3, hours=1)
            assert order["paid_at"] is None
            unpaid += 1
    assert unpaid > 100


def test_keys_of_payments_leave_room_for_all_that_an_order_may_have(shop: ShopRows) -> None:
    for row in shop["payment_details"]:
        assert row["id"] == 4 * (row["order_id"] - 1) + row["attempt"]


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_without_failures_cancellations_and_returns_there_is_one_payment_an_order(ids: str) -> None:
    rates = {"payment_failure_rate": 0, "cancel_rate": 0, "return_rate": 0}
    shop = ShopRows(customers=50, ids=ids, orders={"per_customer": 4, **rates})
    assert len(shop["payment_details"]) == len(shop["order_details"]) == 200
    assert {row["status"] for row in shop["payment_details"]} <= {"captured", "pending"}
