"""Orders follow the spec's season by the customer's clock: month, weekday and hour, within five sigma.

The statistic is that of docs/how-the-numbers-are-made.md: orders between a customer's first and last one are
spread over the demand in between, whatever the customer's pace, growth and leaving.
"""

from typing import Any

import numpy as np
import pytest

from cartload.calendar import timeline, zones
from cartload.spec import parse, resolve
from support.engine_invariants import dataset

FIELDS: dict[str, Any] = {
    "customers": 12_000,
    "ids": "integer",
    "orders": {"per_customer": 6, "items": 1},
    "season": {"events": [{"name": "Sale", "month": 5, "day": 20, "days": 10, "factor": 5}]},
}


def local_orders() -> tuple[np.ndarray, np.ndarray]:
    """Customer and local moment of each order, by customer and time."""
    _, tables = dataset(**FIELDS)
    users, orders = tables["users"], tables["order_details"]
    number = {name: place for place, name in enumerate(zones.NAMES)}
    zone = np.array([number[name] for name in users["time_zone"].to_pylist()])
    user = orders["user_id"].to_numpy() - 1
    placed = orders["placed_at"].cast("int64").to_numpy()
    return user, placed + zones.utc_offset(zone[user], placed)


@pytest.fixture(scope="module")
def inner() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Moments of inner orders; and of customers with some: first and last moment, number of inner orders."""
    user, local = local_orders()
    first = np.flatnonzero(np.diff(user, prepend=-1))
    last = np.append(first[1:], len(user)) - 1
    between = np.ones(len(user), bool)
    between[first] = between[last] = False
    some = last - first > 1
    return local[between], local[first[some]], local[last[some]], (last - first - 1)[some]


def cells_by_hour(kind: str, when: timeline.Timeline) -> np.ndarray:
    """The cell of each hour of the timeline."""
    hours = (when.start + np.arange(when.days * 24) * timeline.HOUR).astype("datetime64[ms]")
    match kind:
        case "hour":
            return np.tile(np.arange(24), when.days)
        case "weekday":
            return (hours.astype("datetime64[D]").astype(int) + 3) % 7
        case _:
            return hours.astype("datetime64[M]").astype(int) % 12


@pytest.mark.parametrize("kind", ["hour", "weekday", "month"])
def test_inner_orders_are_where_the_demand_is(kind: str, inner: Any) -> None:
    moments, first, last, count = inner
    when = timeline.orders(resolve(parse(FIELDS)))
    cells = cells_by_hour(kind, when)
    demand = (when.daily[:, None] * when.hours).ravel().astype(float)
    edges = when.start + np.arange(len(demand) + 1) * timeline.HOUR
    whole = running_at(demand, edges, first, last)
    found = np.bincount(cells[(moments - when.start) // timeline.HOUR], minlength=cells.max() + 1)
    for cell, seen in enumerate(found):
        chance = running_at(np.where(cells == cell, demand, 0), edges, first, last) / whole
        expected, variance = (count * chance).sum(), (count * chance * (1 - chance)).sum()
        assert abs(seen - expected) < 5 * np.sqrt(variance), (kind, cell)


def running_at(demand: np.ndarray, edges: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Demand between two moments."""
    sums = np.concatenate(([0.0], np.cumsum(demand)))
    between: np.ndarray = np.interp(last, edges, sums) - np.interp(first, edges, sums)
    return between


def test_the_test_would_see_a_clock_that_is_two_hours_wrong(inner: Any) -> None:
    moments, first, last, count = inner
    with pytest.raises(AssertionError):
        test_inner_orders_are_where_the_demand_is(
            "hour", (moments + 2 * timeline.HOUR, first, last + 2 * timeline.HOUR, count)
        )
