"""Write the engine's own numbers for the tests of the UI's plots: shares by rank, and demand by day."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cartload.randomness.fixed_point import I64, power_law
from cartload.spec import daily_demand, parse, resolve
from cartload.spec.model import ten_thousandths

FILE = Path(__file__).resolve().parents[2] / "frontend" / "src" / "testing" / "engine-numbers.json"
EXPONENTS = (0.0, 0.5, 1.0, 1.7)
RANKS = {"skew.products": np.arange(1, 101), "skew.customers": np.arange(6, 1006)}
"""The ranks of a category of a hundred products, and of customers as `cartload.tables.world` has them."""
SPECS: tuple[dict[str, Any], ...] = (
    {"window": {"start": "2024-02-20", "end": "2024-03-10"}},
    {"window": {"start": "2023-11-15", "end": "2024-01-12"}, "growth": 2.5},
    {
        "window": {"start": "2022-12-25", "end": "2024-01-05"},
        "growth": 0.5,
        "season": {
            "year": [100, 50, 100, 100, 100, 100, 200, 100, 100, 100, 100, 300],
            "week": [100, 100, 100, 100, 150, 200, 1],
            "events": [
                {"name": "over the year", "month": 12, "day": 28, "days": 10, "factor": 3},
                {"name": "after February", "month": 2, "day": 30, "days": 2, "factor": 0.5},
                {"name": "on top", "month": 12, "day": 31, "factor": 1.25},
            ],
        },
    },
)


def main() -> None:
    """Write the file, a case a line."""
    lines = {"skews": list(skews()), "demands": list(demands())}
    text = ",\n".join(
        f'"{name}": [\n{",\n".join(json.dumps(case) for case in cases)}\n]' for name, cases in lines.items()
    )
    FILE.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


def skews() -> Iterator[dict[str, Any]]:
    """What each tenth of the ranks has of all weights, the best first."""
    for path, ranks in RANKS.items():
        for exponent in EXPONENTS:
            weights = power_law(ranks, ten_thousandths(exponent))
            shares = weights.reshape(10, -1).sum(axis=1) / weights.sum()
            yield {"path": path, "exponent": exponent, "shares": [round(float(one), 9) for one in shares]}


def demands() -> Iterator[dict[str, Any]]:
    """Demand of each day of the window, as shares of all of it."""
    for document in SPECS:
        spec = resolve(parse(document))
        yield {
            "settings": spec.model_dump(mode="json", include={"window", "season", "growth"}),
            "orders": shares(np.array(daily_demand.orders(spec.window, spec.season), np.int64)),
            "signUps": shares(np.array(daily_demand.sign_ups(spec.window, spec.season, spec.growth), object)),
        }


def shares(weights: I64) -> list[float]:
    """Weights as shares of their sum."""
    whole = weights.sum()
    return [round(float(weight / whole), 9) for weight in weights]


if __name__ == "__main__":
    main()
