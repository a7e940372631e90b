"""Whatever the spec, all invariants hold: a few specs, the same ones every time; the soak has many."""

from typing import Any

from hypothesis import HealthCheck, example, given, settings

from support.any_spec import valid_fields
from support.engine_invariants import dataset, report


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
# All sessions of one customer are before the sign-up.
@example(
    {
        "seed": 2**53 - 1,
        "customers": 1,
        "locales": {"de_DE": 1},
        "window": {"start": "1990-01-01", "end": "1990-01-01"},
        "clickstream": {"sessions_per_customer": 0.5, "bounce_rate": 0, "conversion_rate": 0.005},
    }
)
# All sessions there are end with a purchase.
@example(
    {
        "seed": 0,
        "customers": 999,
        "locales": {"de_DE": 1},
        "clickstream": {"sessions_per_customer": 0.0001, "bounce_rate": 0},
    }
)
@given(valid_fields(most_rows=20_000))
def test_invariants_hold_for_any_spec(fields: dict[str, Any]) -> None:
    found = report(*dataset(**fields))
    assert found.ok, found.text()
