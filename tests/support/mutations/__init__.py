"""How each rule of the checker is broken in a stored dataset, one invariant after the other."""

from typing import Final

from support.mutations import money, people, status, stock, structure, times, visits
from support.mutations.case import Case

CASES: Final[dict[str, Case]] = {
    **dict(structure.cases()),
    **money.CASES,
    **times.CASES,
    **status.CASES,
    **people.CASES,
    **stock.CASES,
    **visits.CASES,
}
"""By the name of the rule: statements over the tables that break it."""
