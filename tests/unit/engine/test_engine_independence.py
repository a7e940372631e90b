"""Ten million values: each field even, no two with anything in common, neither over rows nor over seeds."""

from support.randomness import dependent, fields, uneven

ROWS = 80_000


def test_every_field_is_even() -> None:
    found = fields(seed=3, rows=ROWS)
    assert len(found) * ROWS >= 10_000_000
    assert uneven([found]) == []


def test_no_two_fields_of_seed_0_correlate() -> None:
    found = fields(seed=0, rows=ROWS)
    assert dependent([(found, found)]) == []


def test_no_field_correlates_with_one_of_the_next_seed() -> None:
    assert dependent([(fields(seed=0, rows=ROWS), fields(seed=1, rows=ROWS))]) == []
