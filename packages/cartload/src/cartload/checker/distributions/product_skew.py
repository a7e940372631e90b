"""Skew: do products of a category sell by Zipf's law with the spec's exponent?

Only independent sales are counted: the first item of one order of each customer, and only products that were
on sale during the whole window. Each such product sells in proportion to a power of its rank. The rank is not
stored; the engine draws it evenly from 1 to the number of the category's products. So the test simulates:
it draws ranks in the same way, shares out as many sales over as many products, and computes one statistic of
how unequal they are. The fitted exponent is the one whose simulations agree with the stored sales; the spread
of the simulations with the spec's exponent gives its standard error.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cartload.checker.distributions.demand import F64, I64
from cartload.checker.ranges import Range
from cartload.checker.relations import CUSTOMERS
from cartload.checker.rule_evaluator import RuleEvaluator
from cartload.spec.counts import catalogue_rows
from cartload.spec.model import Spec

LEAST_SALES: Final = 1000
"""Fewer sales than this are not tested."""
LEAST_PRODUCTS: Final = 50
"""Fewer products than this are not tested."""
_LEAST_IN_CATEGORY: Final = 50
_SEED: Final = 20_250_101
_TIMES: Final = 400
_TIMES_ON_GRID: Final = 25
_HIGHEST: Final = 3.0
_STEP: Final = 0.125
_SMALLEST: Final = 2.0**-20
"""The catalogue's smallest weight beside its largest."""


@dataclass(frozen=True)
class Sales:
    """Sales of a category's products that were always on sale, and how many products it has in all."""

    category: str
    counts: I64
    products: int


@dataclass(frozen=True)
class Fit:
    """The fitted exponent, its standard error, how many standard deviations away the spec's is."""

    exponent: float
    error: float
    sigmas: float
    sales: int
    largest: Sales


def fitted(evaluator: RuleEvaluator, spec: Spec) -> tuple[int, Fit | None]:
    """The number of sales that are tested, and the fit: None where there are too few sales."""
    sales = [one for one in _by_category(evaluator, spec) if one.counts.sum() >= _LEAST_IN_CATEGORY]
    sales = sorted(sales, key=lambda one: -int(one.counts.sum()))
    total = sum(int(one.counts.sum()) for one in sales)
    if total < LEAST_SALES or sum(len(one.counts) for one in sales) < LEAST_PRODUCTS:
        return 0, None
    found = sum(_statistic(one.counts) for one in sales)
    asked = _simulations(sales, spec.skew.products, _TIMES)
    deviation = float(asked.std(ddof=1))
    grid = np.arange(0, _HIGHEST + _STEP / 2, _STEP)
    curve = np.array([_simulations(sales, exponent, _TIMES_ON_GRID).mean() for exponent in grid.tolist()])
    # Both negated, since interp wants rising values and the statistic falls as the exponent grows.
    exponent = float(np.interp(-found, -curve, grid))
    slope = abs(float(np.interp(exponent, grid, np.gradient(curve, grid))))
    sigmas = float((asked.mean() - found) / deviation)
    return total, Fit(exponent, deviation / max(slope, 1e-9), sigmas, total, sales[0])


def _by_category(evaluator: RuleEvaluator, spec: Spec) -> list[Sales]:
    sold: dict[object, int] = {}
    for part in evaluator.ranges_of(CUSTOMERS):
        for product, count in evaluator.stored.rows(_first_sales(part)):
            sold[product] = sold.get(product, 0) + count
    query = f"""SELECT c.id, c.name, p.id, p.launched_at < TIMESTAMPTZ '{spec.window.start}T00:00:00Z'
          AND p.discontinued_at IS NULL AS always
        FROM products p JOIN sub_categories s ON s.id = p.sub_category_id
        JOIN categories c ON c.id = s.category_id ORDER BY c.id, p.id"""
    found: dict[object, tuple[str, list[int], int]] = {}
    for key, name, product, always in evaluator.stored.rows(query):
        _, sales, size = found.get(key, (name, [], 0))
        sales += [sold.get(product, 0)] if always else []
        found[key] = (name, sales, size + 1)
    # Ranks are drawn among all products of a category: where the shop is shown as of a moment, there are some
    # that come later.
    shown = sum(size for _, _, size in found.values())
    later = catalogue_rows(spec, "products") / max(1, shown)
    return [
        Sales(name, np.array(always, np.int64), max(size, round(size * later)))
        for name, always, size in found.values()
    ]


def _first_sales(part: Range) -> str:
    """Products on the first line of one order of each customer: that of the smallest id."""
    return f"""SELECT s.product_id, count(*) FROM (
          SELECT min(id) AS id FROM order_details
          WHERE {part.within("user_id")} GROUP BY user_id) o
        JOIN order_item i ON i.order_id = o.id AND i.line_number = 1
        JOIN products_skus s ON s.id = i.product_sku_id GROUP BY s.product_id"""


def _statistic(counts: I64) -> float:
    """A measure of inequality: the sum of logarithms is lower, the more unequal counts of one sum are."""
    return float(np.log(counts + 0.5).sum())


def _simulations(sales: list[Sales], exponent: float, times: int) -> F64:
    """The statistic of so many simulations with an exponent; the fixed seed makes reports repeatable."""
    random = np.random.default_rng(_SEED)
    return np.array(
        [sum(_statistic(_simulated(random, one, exponent)) for one in sales) for _ in range(times)]
    )


def _simulated(random: np.random.Generator, one: Sales, exponent: float) -> I64:
    ranks = random.integers(1, one.products + 1, len(one.counts)).astype(np.float64)
    weights = np.maximum(ranks**-exponent, _SMALLEST)
    return random.multinomial(int(one.counts.sum()), weights / weights.sum())
