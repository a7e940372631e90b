"""What belongs to a country, in SQL: the rules that the engine's places keep too."""

from collections.abc import Callable, Collection

from cartload.places.country_rules import CountryRule, country_rules
from cartload.readers.duckdb_schema import text_literal


def unlike(column: str, holds: Callable[[CountryRule], str]) -> str:
    """Whether the condition of the country in ``column`` does not hold, or nobody knows the country."""
    cases = " ".join(
        f"WHEN {text_literal(code)} THEN ({holds(rule)})" for code, rule in country_rules().items()
    )
    return f"NOT (CASE {column} {cases} ELSE false END)"


def outside(country: str, latitude: str, longitude: str) -> str:
    """Whether a place lies outside of the country's bounding box, or nobody knows the country."""
    return unlike(
        country,
        lambda rule: (
            f"""{latitude} BETWEEN {rule.bounding_box.south} AND {rule.bounding_box.north}
            AND {longitude} BETWEEN {rule.bounding_box.west} AND {rule.bounding_box.east}"""
        ),
    )


def one_of(column: str, values: Collection[str]) -> str:
    """Whether a value is among some; no value is never asked for where there are none."""
    listed = ", ".join(text_literal(value) for value in sorted(values))
    return f"{column} IN ({listed})" if values else f"{column} IS NULL"


def matches(column: str, patterns: Collection[str]) -> str:
    """Whether a text matches one of the patterns in full."""
    together = "|".join(f"(?:{pattern})" for pattern in patterns)
    return f"regexp_full_match({column}, {text_literal(together)})"
