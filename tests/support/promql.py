"""Which metrics and labels a PromQL expression names. No parser: what ours look like is enough.

Our metrics begin with `cartload_`, recorded ones with `cartload:`; besides them dashboards and alerts use
what Prometheus and its client give by themselves (`up`, `process_*`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTOR = re.compile(r"\b(cartload[_:][a-z0-9_:]+|process_[a-z_]+|up|ALERTS)\b\s*(?:\{([^}]*)\})?")
_MATCHER = re.compile(r"\s*([a-z_]+)\s*(?:=~|!~|!=|=)")
_GROUPING = re.compile(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)")
TARGET_LABELS = frozenset({"job", "instance"})
"""What a scrape adds to every series."""


@dataclass(frozen=True)
class Named:
    """The metrics of an expression with the labels that select from them, and the labels it groups by."""

    selectors: tuple[tuple[str, frozenset[str]], ...]
    grouping: frozenset[str]


def named(expression: str) -> Named:
    """Read an expression."""
    bare = _STRING.sub('""', expression)
    selectors = tuple(
        (name, frozenset(_MATCHER.match(part)[1] for part in inside.split(",") if part.strip()))  # type: ignore[index] # a matcher has a name
        for name, inside in _SELECTOR.findall(bare)
    )
    grouping = frozenset(
        label.strip() for inside in _GROUPING.findall(bare) for label in inside.split(",") if label.strip()
    )
    return Named(selectors, grouping)


def unknown(expression: str, series: Mapping[str, frozenset[str]]) -> list[str]:
    """Return what an expression names that is not there. `series`: each metric that is, with its labels."""
    found = named(expression)
    wrong = [name for name, _ in found.selectors if name not in series]
    there = TARGET_LABELS.union(*(series.get(name, frozenset()) for name, _ in found.selectors))
    for name, labels in found.selectors:
        known = series.get(name, frozenset()) | TARGET_LABELS
        wrong += [f"{name}{{{label}}}" for label in sorted(labels - known)]
    return wrong + [f"by ({label})" for label in sorted(found.grouping - there)]
