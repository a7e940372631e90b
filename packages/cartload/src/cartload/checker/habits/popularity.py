"""Skew: do products of a category sell by Zipf's law with the spec's exponent?

The first line of one order of each customer is independent from one customer to the next. Among products
that were on sale from before the window to its end, such sales are shared out by popularity alone, a power of
the product's rank; ranks are hidden, drawn evenly from 1 to the number of the category's products. How
unequal sales are is told by one number over all products, and compared with that of made-up sales: as many,
of as many products, with ranks drawn alike.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cartload.checker.counting import Counter
from cartload.checker.habits.demand import F64, I64
from cartload.checker.ranges import Range
from cartload.checker.relations import CUSTOMERS
from cartload.spec.model import Spec

LEAST_SALES: Final = 1000
"""Sales that are needed to judge at all."""
LEAST_PRODUCTS: Final = 50
"""Products that are needed to judge at all."""
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
    """The likeliest exponent, its standard error, and how many sigmas the spec's is away."""

    exponent: float
    error: float
    sigmas: float
    sales: int
    largest: Sales


def fitted(counter: Counter, spec: Spec) -> tuple[int, Fit | None]:
    """Sales that there are to judge by, and the fit; None where they are too few."""
    sales = [one for one in _by_category(counter, spec) if one.counts.sum() >= _LEAST_IN_CATEGORY]
    sales = sorted(sales, key=lambda one: -int(one.counts.sum()))
    total = sum(int(one.counts.sum()) for one in sales)
    if total < LEAST_SALES or sum(len(one.counts) for one in sales) < LEAST_PRODUCTS:
        return 0, None
    found = sum(_statistic(one.counts) for one in sales)
    asked = _drawn(sales, spec.skew.products, _TIMES)
    deviation = float(asked.std(ddof=1))
    grid = np.arange(0, _HIGHEST + _STEP / 2, _STEP)
    curve = np.array([_drawn(sales, exponent, _TIMES_ON_GRID).mean() for exponent in grid.tolist()])
    exponent = float(np.interp(-found, -curve, grid))
    slope = abs(float(np.interp(exponent, grid, np.gradient(curve, grid))))
    sigmas = float((asked.mean() - found) / deviation)
    return total, Fit(exponent, deviation / max(slope, 1e-9), sigmas, total, sales[0])


def _by_category(counter: Counter, spec: Spec) -> list[Sales]:
    sold: dict[object, int] = {}
    for part in counter.parts(CUSTOMERS):
        for product, count in counter.stored.rows(_first_sales(part)):
            sold[product] = sold.get(product, 0) + count
    query = f"""SELECT c.id, c.name, p.id, p.launched_at < TIMESTAMPTZ '{spec.window.start}T00:00:00Z'
          AND p.discontinued_at IS NULL AS always
        FROM products p JOIN sub_categories s ON s.id = p.sub_category_id
        JOIN categories c ON c.id = s.category_id ORDER BY c.id, p.id"""
    found: dict[object, tuple[str, list[int], int]] = {}
    for key, name, product, always in counter.stored.rows(query):
        _, counts, size = found.get(key, (name, [], 0))
        counts += [sold.get(product, 0)] if always else []
        found[key] = (name, counts, size + 1)
    return [Sales(name, np.array(counts, np.int64), size) for name, counts, size in found.values()]


def _first_sales(part: Range) -> str:
    """Products on the first line of one order of each customer: that of the smallest id."""
    return f"""SELECT s.product_id, count(*) FROM (
          SELECT min(id) AS id FROM order_details
          WHERE {part.within("user_id")} GROUP BY user_id) o
        JOIN order_item i ON i.order_id = o.id AND i.line_number = 1
        JOIN products_skus s ON s.id = i.product_sku_id GROUP BY s.product_id"""


def _statistic(counts: I64) -> float:
    """Lower, the more unequal the counts of a given sum are; all products have a say in it."""
    return float(np.log(counts + 0.5).sum())


def _drawn(sales: list[Sales], exponent: float, times: int) -> F64:
    """The statistic of so many made-up datasets with an exponent, the same ones every time."""
    random = np.random.default_rng(_SEED)
    return np.array([sum(_statistic(_made_up(random, one, exponent)) for one in sales) for _ in range(times)])


def _made_up(random: np.random.Generator, one: Sales, exponent: float) -> I64:
    ranks = random.integers(1, one.products + 1, len(one.counts)).astype(np.float64)
    weights = np.maximum(ranks**-exponent, _SMALLEST)
    return random.multinomial(int(one.counts.sum()), weights / weights.sum())
