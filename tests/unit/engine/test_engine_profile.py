"""The profile of customers, against counting rows one by one."""

from collections import Counter
from typing import Any

import pytest

from cartload.engine.chunks import Blocks
from cartload.engine.generate import Engine, preview_with_profile
from cartload.engine.profile import MOST_ORDERS
from cartload.spec import parse, resolve

SPECS: tuple[dict[str, Any], ...] = (
    {"customers": 1_500},
    {"customers": 40, "ids": "integer", "orders": {"per_customer": 0.1}},
    {"customers": 1_000, "orders": {"per_customer": 12}, "currency": "JPY"},
    {"customers": 700, "as_of": "2024-03-01T00:00:00Z"},
)


@pytest.mark.parametrize("document", SPECS)
def test_it_is_what_counting_says(document: dict[str, Any]) -> None:
    spec = resolve(parse(document))
    _, found = preview_with_profile(spec, 1)
    batches = Engine(spec).generate(Blocks(0, min(spec.customers, 1_000)))
    users = batches["users"].to_pylist()
    orders = batches["order_details"].to_pylist()
    times = Counter(order["user_id"] for order in orders)
    per_customer = Counter(min(times[user["id"]], MOST_ORDERS) for user in users)
    assert found.orders_per_customer == tuple(per_customer[count] for count in range(MOST_ORDERS + 1))
    assert sum(found.orders_by_value) == len(orders)
    bounds = zip(found.value_bounds, found.value_bounds[1:], strict=False)
    for (least, below), count in zip(bounds, found.orders_by_value, strict=True):
        assert count == sum(least <= order["total"] < below for order in orders)
    assert found.orders_by_value[0] > 0
    assert found.orders_by_value[-1] > 0


def test_customers_without_orders_have_no_values() -> None:
    spec = resolve(parse({"customers": 3, "orders": {"per_customer": 0.1}}))
    _, found = preview_with_profile(spec, 1)
    assert found.orders_per_customer == (3, *[0] * MOST_ORDERS)
    assert found.value_bounds == found.orders_by_value == ()
