"""Each field even over ten million values, no two with anything in common, neither over rows nor over seeds.

The long proofs ask the same of a hundred million values.
"""

from support.randomness import dependent, fields, uneven

ROWS = 80_000
COMPARED_ROWS = 20_000
"""Every field with every other at 65 distances: the time goes with these rows."""


def test_every_field_is_even() -> None:
    found = fields(seed=3, rows=ROWS)
    assert len(found) * ROWS >= 10_000_000
    assert uneven([found]) == []


def test_no_two_fields_of_seed_0_correlate() -> None:
    found = fields(seed=0, rows=COMPARED_ROWS)
    assert dependent([(found, found)]) == []


def test_no_field_correlates_with_one_of_the_next_seed() -> None:
    one, next_one = fields(seed=0, rows=COMPARED_ROWS), fields(seed=1, rows=COMPARED_ROWS)
    assert dependent([(one, next_one)]) == []
