"""What a case is, and the words that cases are written in."""

from dataclasses import dataclass
from typing import Final

NOBODY: Final = "'00000009-9999-8999-9999-999999999999'"
"""An id that no row has."""
UNUSED: Final = "id NOT IN (SELECT address_id FROM order_details)"
"""Of addresses: no order goes there."""


@dataclass(frozen=True)
class Case:
    """Statements that break a rule; ``others`` follow from it and break too, ``perhaps`` may."""

    statements: tuple[str, ...]
    others: frozenset[str]
    perhaps: frozenset[str]


def case(*statements: str, others: str = "", perhaps: str = "") -> Case:
    return Case(statements, frozenset(others.split()), frozenset(perhaps.split()))


def first(table: str, condition: str = "true") -> str:
    return f"(SELECT min(id) FROM {table} WHERE {condition})"


def one(table: str, change: str, condition: str = "true") -> str:
    """Change the first row of a table for which a condition holds."""
    return f"UPDATE {table} SET {change} WHERE id = {first(table, condition)}"


def orders(condition: str) -> str:
    """A condition over rows that belong to orders."""
    return f"order_id IN (SELECT id FROM order_details WHERE {condition})"
