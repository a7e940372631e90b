"""Two kinds of rules: about each row of a relation, and about a whole table."""

from collections.abc import Callable
from dataclasses import dataclass

from cartload.checker.relations import Relation
from cartload.spec.model import Spec

type Expected = Callable[[Spec], float]
"""About how many rows a rule has to look at under a spec."""


def _none(spec: Spec) -> float:
    return 0


@dataclass(frozen=True, slots=True)
class RowRule:
    """What must hold for each row of a relation.

    ``broken`` is true for a row that breaks it and false or NULL for others; only rows for which ``applies``
    is true are asked. ``shown`` are the expressions that an example row shows, beside the key.
    """

    name: str
    invariant: int
    title: str
    relation: Relation
    broken: str
    shown: tuple[str, ...] = ()
    applies: str = "true"
    expected: Expected = _none


@dataclass(frozen=True, slots=True)
class QueryRule:
    """What must hold for a whole table.

    ``count_query`` answers one row: rows checked and violations. ``sample_query`` answers rows that show the
    violations. ``recount_query`` counts the violations exactly, where the first count may be too high.
    """

    name: str
    invariant: int
    title: str
    count_query: str
    sample_query: str
    expected: Expected = _none
    recount_query: str | None = None


type Rule = RowRule | QueryRule
