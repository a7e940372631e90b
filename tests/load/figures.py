"""A figure with its aim, and whether it was met."""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.table import Row


@dataclass(frozen=True)
class Figure(Row):
    """One figure; those without an aim are met always."""

    is_met: bool = True


def at_most(name: str, value: float, most: float, unit: str = "") -> Figure:
    """A figure that must not be larger."""
    return Figure(name, _shown(value, unit), f"<= {_shown(most, unit)}", value <= most)


def at_least(name: str, value: float, least: float, unit: str = "") -> Figure:
    """A figure that must not be smaller."""
    return Figure(name, _shown(value, unit), f">= {_shown(least, unit)}", value >= least)


def missed(figures: Iterable[Figure]) -> list[str]:
    """The names of those that were not met."""
    return [figure.name for figure in figures if not figure.is_met]


def _shown(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
    return f"{number} {unit}".rstrip()
