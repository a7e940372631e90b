"""Whatever the spec, all invariants hold: a few specs, the same ones every time; the soak has many."""

from typing import Any

from hypothesis import HealthCheck, given, settings

from support.any_spec import valid_fields
from support.engine_invariants import dataset, report


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(valid_fields(most_rows=20_000))
def test_invariants_hold_for_any_spec(fields: dict[str, Any]) -> None:
    found = report(*dataset(**fields))
    assert found.ok, found.text()
