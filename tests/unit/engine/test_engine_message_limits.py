"""Whatever the fields allow can be made; a service refuses what no message holds, and says what it can do."""

import re
from typing import Any

import pytest

from cartload.engine.chunks import Blocks
from cartload.engine.generate import Engine
from cartload.spec import Spec, SpecError, parse, resolve
from cartload.spec.message_limits import most_orders_per_customer, require_sendable
from cartload.writers import runs

TOO_LARGE: dict[str, tuple[str, dict[str, Any]]] = {
    "orders": ("orders.per_customer", {"orders": {"per_customer": 28}}),
    "the most orders": ("orders.per_customer", {"orders": {"per_customer": 50, "items": 1}}),
    "items": ("orders.per_customer", {"orders": {"per_customer": 6, "items": 10}}),
    "reviews": ("orders.per_customer", {"orders": {"per_customer": 12}, "reviews": {"rate": 1}}),
    "charges": (
        "orders.per_customer",
        {"orders": {"per_customer": 50, "items": 1, "payment_failure_rate": 0.9, "return_rate": 1}},
    ),
}


def spec_of(fields: dict[str, Any]) -> Spec:
    return resolve(parse({"catalogue": {"products": 2000}, **fields}))


def changed(fields: dict[str, Any], path: str, value: float) -> dict[str, Any]:
    section, name = path.split(".")
    return {**fields, section: {**fields[section], name: value}}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_block_that_no_message_holds_is_refused_with_the_most_that_can_be_sent(name: str) -> None:
    field, fields = TOO_LARGE[name]
    spec = spec_of(fields)  # that is: the fields alone are right
    with pytest.raises(SpecError) as caught:
        require_sendable(spec)
    (error,) = caught.value.errors
    assert (error["field"], error["value"]) == (field, fields[field.split(".")[0]]["per_customer"])
    found = re.match(r"the service can make at most ([\d.]+) ", error["message"])
    assert found is not None
    most = float(found[1])
    require_sendable(spec_of(changed(fields, field, most)))
    with pytest.raises(SpecError):
        require_sendable(spec_of(changed(fields, field, round(most + 0.2, 1))))


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_the_documented_number_of_orders_can_be_sent(ids: Any) -> None:
    most = most_orders_per_customer(spec_of({"ids": ids}))
    require_sendable(spec_of({"ids": ids, "orders": {"per_customer": most}}))
    with pytest.raises(SpecError):
        require_sendable(spec_of({"ids": ids, "orders": {"per_customer": most + 0.2}}))


@pytest.mark.parametrize(
    ("clickstream", "orders", "named", "least"),
    [
        ({"sessions_per_customer": 9}, 2.5, "clickstream.sessions_per_customer", False),
        ({"sessions_per_customer": 50}, 0.1, "clickstream.sessions_per_customer", False),
        ({"sessions_per_customer": 1}, 7, "orders.per_customer", False),
        ({"sessions_per_customer": 1, "conversion_rate": 0.05}, 2.5, "clickstream.conversion_rate", True),
    ],
)
def test_of_sessions_the_first_field_without_which_they_would_fit_is_named(
    clickstream: dict[str, Any], orders: float, named: str, least: bool
) -> None:
    fields = {"clickstream": clickstream, "orders": {"per_customer": orders}}
    with pytest.raises(SpecError) as caught:
        require_sendable(spec_of(fields))
    (error,) = caught.value.errors
    assert error["field"] == named
    found = re.match(r"the service can make (a conversion of at least|at most) ([\d.]+) ", error["message"])
    assert found is not None
    assert (found[1] != "at most") == least
    bound, step = float(found[2]), -0.0002 if least else 0.2
    require_sendable(spec_of(changed(fields, named, bound)))
    with pytest.raises(SpecError):
        require_sendable(spec_of(changed(fields, named, round(bound + step, 4))))


def test_a_block_at_all_upper_bounds_is_made_and_taken_alone() -> None:
    spec = spec_of({"customers": 1000, "orders": {"per_customer": 50, "items": 10}, "ids": "integer"})
    assert runs.whole(spec).blocks_per_chunk == 1
    made = Engine(spec).generate(Blocks(0, 1000), tables=("order_item",))
    assert made["order_item"].num_rows == 500_000
