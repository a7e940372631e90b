"""The invariants of dataset.md hold in small datasets of very different specs."""

from typing import Any

import pytest

from support.engine_invariants import dataset, violations

SPECS: dict[str, dict[str, Any]] = {
    "plain": {"customers": 1500},
    "one customer": {"customers": 1, "ids": "integer"},
    "failing payments": {
        "customers": 700,
        "orders": {
            "payment_failure_rate": 0.6,
            "cancel_rate": 0.5,
            "return_rate": 0.5,
            "discount_share": 0.9,
        },
    },
    "more unpaid than cancelled": {
        "customers": 900,
        "orders": {"payment_failure_rate": 0.9, "cancel_rate": 0.1, "return_rate": 0},
    },
    "everything returned": {"customers": 300, "orders": {"return_rate": 1, "cancel_rate": 0, "quantity": 5}},
    "everything cancelled": {"customers": 300, "orders": {"cancel_rate": 1}},
    "one day": {"customers": 500, "window": {"start": "2025-03-01", "end": "2025-03-01"}},
    "twenty years, steep": {
        "customers": 400,
        "window": {"start": "2000-01-01", "end": "2019-12-31"},
        "growth": 10,
        "skew": {"products": 2, "customers": 2},
        "ids": "integer",
    },
    "few products, large orders": {
        "customers": 400,
        "catalogue": {"categories": 3, "products": 84, "skus_per_product": 1},
        "orders": {"items": 3.5},
        "skew": {"products": 2},
        "wishlist": {"per_customer": 6.5},
    },
    "nobody buys": {"customers": 50, "orders": {"per_customer": 0}, "wishlist": {"per_customer": 0}},
    "one country, no free shipping": {
        "customers": 200,
        "locales": {"sv_SE": 1},
        "shipping": {"fee": 0, "free_from": None},
        "tax": {"default": 0, "rates": {}},
    },
}


@pytest.mark.parametrize("name", SPECS)
def test_invariants_hold(name: str) -> None:
    spec, tables = dataset(**SPECS[name])
    assert violations(spec, tables) == {}


def test_the_checker_sees_a_broken_cent() -> None:
    spec, tables = dataset(customers=20)
    place = tables["order_details"].schema.get_field_index("tax")
    broken = tables["order_details"].column("tax").to_pylist()
    broken[0] += 1
    tables["order_details"] = tables["order_details"].set_column(place, "tax", [broken])
    assert set(violations(spec, tables)) == {"order.tax", "order.total"}
