"""Skew and season: what the spec asks for is found, and another spec is not."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from cartload.checker import Report, check_stored
from cartload.spec import Spec, parse, resolve
from support.engine_invariants import Remembering, dataset, in_memory

FIELDS: dict[str, Any] = {
    "customers": 6000,
    "ids": "integer",
    "orders": {"per_customer": 3, "items": 1},
    "wishlist": {"per_customer": 0},
    "catalogue": {"products": 300, "skus_per_product": 1},
}


@pytest.fixture(scope="module")
def made() -> tuple[Spec, dict[str, pa.Table]]:
    return dataset(**FIELDS)


@pytest.fixture(scope="module")
def stored(made: tuple[Spec, dict[str, pa.Table]]) -> Iterator[Remembering]:
    with in_memory(*made) as opened:
        yield Remembering("memory", made[0], "integer", None, opened.tables, opened.connection)


def against(stored: Remembering, **fields: Any) -> Report:
    """The report on a dataset held against a spec that differs in some fields."""
    return check_stored(replace(stored, spec=resolve(parse(FIELDS | fields))))


def test_what_the_spec_asks_for_is_found(stored: Remembering) -> None:
    report = against(stored)
    assert report.ok, report.text()
    assert {rule.name: rule.rows_checked > 0 for rule in report.invariants[5].rules} == dict.fromkeys(
        ("season.hour", "season.weekday", "season.month", "season.event", "skew.products"), True
    )


def shifted(weights: tuple[int, ...], by: int) -> list[int]:
    return [*weights[by:], *weights[:by]]


DEFAULT = Spec().season
EVENT = {"name": "Sale", "month": 11, "day": 24, "days": 5, "factor": 1.0}
OTHERS: dict[str, dict[str, Any]] = {
    "season.hour": {"season": {"day": shifted(DEFAULT.day, 3)}},
    "season.weekday": {"season": {"week": [140, 96, 96, 100, 106, 80, 70]}},
    "season.month": {"season": {"year": shifted(DEFAULT.year, 6)}},
    "season.event": {"season": {"events": [EVENT]}},
    "skew.products": {"skew": {"products": 0.3}},
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_spec_is_seen(stored: Remembering, name: str) -> None:
    report = against(stored, **OTHERS[name])
    broken = {rule.name for rule in report.broken}
    assert name in broken
    assert {one.partition(".")[0] for one in broken} == {name.partition(".")[0]}
    (found,) = (rule for rule in report.broken if rule.name == name)
    assert found.violations
    assert abs(found.samples[0]["sigmas"]) > 5


def test_few_rows_are_said_to_be_few() -> None:
    spec, tables = dataset(customers=30)
    with in_memory(spec, tables) as stored:
        report = check_stored(stored)
    assert report.ok
    assert all(rule.note and "too few" in rule.note for rule in report.invariants[5].rules)


def test_clocks_of_customers_count(made: tuple[Spec, dict[str, pa.Table]]) -> None:
    spec, tables = made
    users = tables["users"]
    place = users.schema.get_field_index("time_zone")
    moved = users.set_column(place, users.schema.field(place), pa.array(["Asia/Tokyo"] * users.num_rows))
    with in_memory(spec, tables | {"users": moved}) as elsewhere:
        report = check_stored(elsewhere)
    assert {rule.name for rule in report.broken if rule.name.startswith("season")} >= {"season.hour"}


def test_figures_show_what_was_found_and_asked_for(stored: Remembering) -> None:
    figures = {figure.name: figure for figure in against(stored).figures}
    assert figures.keys() == OTHERS.keys()
    hours = figures["season.hour"]
    assert len(hours.x) == len(hours.y) == len(hours.expected or []) == 24
    assert max(hours.y) > 2 * min(hours.y)
    assert "fitted exponent" in figures["skew.products"].note
