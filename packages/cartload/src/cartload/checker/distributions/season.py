"""Season: do customers order at the hours, weekdays, months and events that the spec asks for?

The test needs no knowledge of when customers signed up, how often they order or when they left. It takes the
customers with at least three orders and looks at their orders between the first and the last one. If the
dataset follows the spec, these ``m`` orders are independent draws from the demand between those two moments.
A bin (an hour of the day, a weekday, a month, an event) that has the share ``q`` of that demand then gets
``m * q`` of the orders on average, with a variance of ``m * q * (1 - q)``. Both are summed over all customers
and compared with what is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from cartload.checker.distributions.demand import F64, HOUR, I64, Demand, Family
from cartload.checker.ranges import Range
from cartload.checker.relations import CUSTOMERS
from cartload.checker.rule_evaluator import RuleEvaluator

LEAST: Final = 100.0
"""A bin is tested when the expected variance of its count is at least this."""
SIGMAS: Final = 5.0
_AT_ONCE: Final = 50_000

_ZONE: Final = "u.time_zone"
"""The spec's hours are those of the customer's local clock: an expression over customers ``u``."""


@dataclass(frozen=True)
class Bins:
    """How many orders each bin of a family has, how many were expected, and the variance of that."""

    family: Family
    observed: I64
    expected: F64
    variance: F64

    @property
    def large_enough(self) -> Any:
        """Which bins have enough orders to be tested."""
        return self.variance >= LEAST

    @property
    def sigmas(self) -> F64:
        """How many standard deviations each bin is away from its expectation."""
        # The signed root of the Poisson deviance: it is close to normal even where a bin has few orders,
        # where (observed - expected) / sqrt(variance) is skewed. The counts vary less than Poisson's, since
        # the number of orders of each customer is given; ``scale`` corrects for that.
        observed, expected = self.observed.astype(np.float64), np.maximum(self.expected, 1e-9)
        ratio = np.maximum(observed, 1e-9) / expected
        deviance = 2 * (observed * np.log(ratio) - (observed - expected))
        scale = np.sqrt(expected / np.maximum(self.variance, 1e-9))
        result: F64 = np.sign(observed - expected) * np.sqrt(np.maximum(deviance, 0)) * scale
        return result


@dataclass(frozen=True)
class _Spans:
    """Customers with at least three orders: local times of the first and the last, orders in between."""

    first: I64
    last: I64
    between: I64


def seasons(evaluator: RuleEvaluator, demand: Demand) -> list[Bins]:
    """Each family of bins, observed and expected."""
    hours = len(demand.hourly)
    observed = np.zeros(hours, np.int64)
    spans: list[_Spans] = []
    for part in evaluator.ranges_of(CUSTOMERS):
        found = _spans(evaluator, part)
        # A customer's first and last order only mark out the span: they are no draws, so they are left out.
        observed += _hours(evaluator, part, demand.start, hours)
        observed -= _orders_by_hour(found.first, demand.start, hours) + _orders_by_hour(
            found.last, demand.start, hours
        )
        spans.append(found)
    return [_bins(family, demand, observed, spans) for family in demand.families()]


def _spans(evaluator: RuleEvaluator, part: Range) -> _Spans:
    query = f"""SELECT epoch_ms(low AT TIME ZONE {_ZONE}) AS first,
        epoch_ms(high AT TIME ZONE {_ZONE}) AS last, n - 2 AS between
        FROM {_customers(part)} c JOIN users u ON u.id = c.user_id"""
    columns = evaluator.stored.columns(query)
    first, last, between = (np.asarray(columns[name], np.int64) for name in ("first", "last", "between"))
    return _Spans(first, last, between)


def _customers(part: Range) -> str:
    """Customers with orders between their first and their last."""
    return f"""(SELECT user_id, min(placed_at) AS low, max(placed_at) AS high, count(*) AS n
        FROM order_details WHERE {part.within("user_id")} AND placed_at IS NOT NULL
        GROUP BY user_id HAVING count(*) > 2 AND max(placed_at) > min(placed_at))"""


def _hours(evaluator: RuleEvaluator, part: Range, start: int, hours: int) -> I64:
    """Orders of those customers by local hour, the first and the last included."""
    # Orders are grouped by quarter of an hour in UTC before the time zone is applied: converting a moment is
    # what takes the time, and every zone's offset is a multiple of 15 minutes.
    query = f"""SELECT (epoch_ms(moment AT TIME ZONE zone) - {start}) // {HOUR} AS hour, sum(n)::BIGINT AS n
        FROM (SELECT {_ZONE} AS zone, time_bucket(INTERVAL 15 MINUTE, o.placed_at) AS moment, count(*) AS n
          FROM order_details o JOIN {_customers(part)} c ON c.user_id = o.user_id
          JOIN users u ON u.id = o.user_id WHERE {part.within("o.user_id")} GROUP BY ALL)
        GROUP BY ALL"""
    columns = evaluator.stored.columns(query)
    result = np.zeros(hours, np.int64)
    np.add.at(result, np.clip(np.asarray(columns["hour"], np.int64), 0, hours - 1), columns["n"])
    return result


def _orders_by_hour(moments: I64, start: int, hours: int) -> I64:
    """How many of the moments lie in each hour."""
    places = np.clip((moments - start) // HOUR, 0, hours - 1)
    return np.bincount(places, minlength=hours)


def _bins(family: Family, demand: Demand, observed: I64, spans: list[_Spans]) -> Bins:
    count = len(family.bins)
    running = _running(family, demand.hourly)
    expected, variance = np.zeros(count), np.zeros(count)
    for first, last, between in _batches(spans):
        share = _before(running, family, demand, last) - _before(running, family, demand, first)
        share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-12)
        expected += between @ share
        variance += between @ (share * (1 - share))
    seen = np.bincount(family.of_hour, weights=observed.astype(np.float64), minlength=count)
    return Bins(family, np.rint(seen).astype(np.int64), expected, variance)


def _batches(spans: list[_Spans]) -> Iterator[tuple[I64, I64, F64]]:
    for one in spans:
        for begin in range(0, len(one.first), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            yield one.first[part], one.last[part], one.between[part].astype(np.float64)


def _running(family: Family, hourly: F64) -> F64:
    """Cumulated demand of each bin before each hour, and before the end."""
    sums = np.zeros((len(hourly) + 1, len(family.bins)))
    sums[np.arange(1, len(hourly) + 1), family.of_hour] = hourly
    result: F64 = np.cumsum(sums, axis=0, out=sums)
    return result


def _before(running: F64, family: Family, demand: Demand, moments: I64) -> F64:
    """Cumulated demand of each bin before each moment; within an hour it grows evenly."""
    since = np.clip(moments - demand.start, 0, len(demand.hourly) * HOUR - 1)
    hour = since // HOUR
    result = running[hour]
    within = (since - hour * HOUR) / HOUR * demand.hourly[hour]
    result[np.arange(len(moments)), family.of_hour[hour]] += within
    return result
