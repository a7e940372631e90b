"""Invariant 6 as rules of the report, and its figures."""

from typing import Any, Final

import numpy as np

from cartload.checker.distributions.demand import Demand
from cartload.checker.distributions.product_skew import LEAST_PRODUCTS, LEAST_SALES, Fit, fitted
from cartload.checker.distributions.season import LEAST, SIGMAS, Bins, seasons
from cartload.checker.results import Figure, RuleReport
from cartload.checker.rule_evaluator import RuleEvaluator
from cartload.checker.rules.structure import rows_of
from cartload.spec.daily_demand import shown_end
from cartload.spec.model import Spec

INVARIANT: Final = 6
_SAMPLES: Final = 5
_ENOUGH_ORDERS: Final = 20_000
_ENOUGH_DAYS: Final = 365
_MOST_POINTS: Final = 200
_NO_SPEC: Final = "no spec: nobody says what it should be"

_TITLES: Final = {
    "hour": "Customers order at the local hours that the spec asks for.",
    "weekday": "Customers order on the weekdays that the spec asks for.",
    "month": "Customers order in the months that the spec asks for.",
    "event": "Customers order on days of events as much more as the spec asks for.",
}
_SKEW: Final = "Products of a category sell by Zipf's law with the spec's exponent."


def reports(evaluator: RuleEvaluator) -> tuple[list[RuleReport], list[Figure]]:
    """Reports of the rules of invariant 6, and figures to plot; without a spec the reports say so."""
    spec = evaluator.stored.spec
    if spec is None:
        return [_not_checked(name, title) for name, title in [*_season_rules(), ("skew.products", _SKEW)]], []
    found = seasons(evaluator, Demand(spec))
    sales, fit = fitted(evaluator, spec)
    rules = [*(_season(bins, spec) for bins in found), _skew(sales, fit, spec)]
    figures = [_profile(bins) for bins in found] + ([_ranks(fit, spec)] if fit else [])
    return rules, figures


def _season_rules() -> list[tuple[str, str]]:
    return [(f"season.{name}", title) for name, title in _TITLES.items()]


def _not_checked(name: str, title: str) -> RuleReport:
    return RuleReport(name=name, title=title, rows_checked=0, violations=0, note=_NO_SPEC, ok=True)


def _season(bins: Bins, spec: Spec) -> RuleReport:
    tested = bins.large_enough
    broken = tested & (np.abs(bins.sigmas) > SIGMAS)
    rows = int(bins.observed[tested].sum())
    few = int((~tested).sum())
    idle = rows == 0 and _has_enough_orders(spec)
    note = (
        f"too few orders for {few} of {len(tested)} bins: a variance of {LEAST:.0f} is needed"
        if few
        else None
    )
    return RuleReport(
        name=f"season.{bins.family.name}",
        title=_TITLES[bins.family.name],
        rows_checked=rows,
        violations=int(broken.sum()),
        samples=[_bin(bins, int(place)) for place in np.flatnonzero(broken)[:_SAMPLES]],
        note=note,
        ok=not broken.any() and not idle,
    )


def _bin(bins: Bins, place: int) -> dict[str, Any]:
    return {
        bins.family.name: bins.family.bins[place],
        "orders": int(bins.observed[place]),
        "expected": round(float(bins.expected[place]), 1),
        "sigmas": round(float(bins.sigmas[place]), 1),
    }


def _has_enough_orders(spec: Spec) -> bool:
    """Whether a spec surely makes enough orders to test the season with."""
    orders = rows_of("order_details")(spec)
    long = (shown_end(spec).date() - spec.window.start).days > _ENOUGH_DAYS
    return orders >= _ENOUGH_ORDERS and spec.orders.per_customer >= 1 and long


def _skew(sales: int, fit: Fit | None, spec: Spec) -> RuleReport:
    broken = fit is not None and abs(fit.sigmas) > SIGMAS
    told = f"fitted {fit.exponent:.3f} +- {fit.error:.3f}" if fit else "too few sales"
    wanted = f"the spec says {spec.skew.products:g}"
    needed = f"{LEAST_SALES} customers' first lines of {LEAST_PRODUCTS} products that were always there"
    return RuleReport(
        name="skew.products",
        title=_SKEW,
        rows_checked=sales,
        violations=int(broken),
        samples=[_exponents(fit, spec)] if fit and broken else [],
        note=f"{told}, {wanted}" if fit else f"{told}: it needs {needed}",
        ok=not broken,
    )


def _exponents(fit: Fit, spec: Spec) -> dict[str, Any]:
    return {
        "exponent": round(fit.exponent, 3),
        "error": round(fit.error, 3),
        "expected": spec.skew.products,
        "sigmas": round(fit.sigmas, 1),
    }


def _profile(bins: Bins) -> Figure:
    """The spec's weights, and the same times what was observed of what was expected."""
    weights = np.array(bins.family.weights)
    expected = weights / weights.mean() * 100
    seen = bins.observed / np.maximum(bins.expected, 1e-9)
    shown = np.where(bins.expected >= 1, expected * np.minimum(seen, 3), 0.0)
    return Figure(
        name=f"season.{bins.family.name}",
        title=f"Orders by {bins.family.title}",
        kind="bars",
        x_label=bins.family.title,
        y_label="orders per active customer, mean 100",
        x=list(bins.family.bins),
        y=[round(float(value), 2) for value in shown],
        expected=[round(float(value), 2) for value in expected],
        note=f"{int(bins.observed.sum()):,} orders between first and last ones; lines are the spec's demand",
    )


def _ranks(fit: Fit, spec: Spec) -> Figure:
    """Sales of the largest category's products by rank, thinned to evenly spaced points."""
    counts = np.sort(fit.largest.counts)[::-1].astype(np.float64)
    counts = counts[counts > 0]
    ranks = np.unique(np.geomspace(1, len(counts), _MOST_POINTS).astype(np.int64))
    law = ranks.astype(np.float64) ** -spec.skew.products
    middle = len(ranks) // 3
    level = counts[ranks[middle] - 1] / law[middle]
    return Figure(
        name="skew.products",
        title=f"Sales by rank of product: {fit.largest.category}",
        kind="log_log",
        x_label="rank",
        y_label="first sales",
        x=[int(rank) for rank in ranks],
        y=[float(value) for value in counts[ranks - 1]],
        expected=[round(float(level * value), 3) for value in law],
        note=f"fitted exponent {fit.exponent:.3f} +- {fit.error:.3f}, the spec says {spec.skew.products:g}",
    )
