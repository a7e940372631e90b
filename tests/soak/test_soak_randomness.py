"""A hundred million values: each field even, no two with anything in common, over rows and seeds."""

from collections.abc import Iterator

import pytest

from support.randomness import Field, dependent, fields, uneven

pytestmark = pytest.mark.timeout(1800)

ROWS = 80_000
SLABS = 10
LAST_SEED = 2**53 - 1
FAR = 10**12
"""Row numbers of the largest datasets there could be."""


@pytest.mark.parametrize(("seed", "first_row"), [(0, 0), (3, 0), (LAST_SEED, FAR)])
def test_every_field_is_even(seed: int, first_row: int) -> None:
    slabs = (fields(seed, ROWS, first_row + slab * ROWS) for slab in range(SLABS))
    assert uneven(slabs) == []


@pytest.mark.parametrize(("one", "other"), [(0, 0), (0, 1), (7, 7), (7, 8), (LAST_SEED - 1, LAST_SEED)])
def test_no_two_fields_correlate(one: int, other: int) -> None:
    def slabs() -> Iterator[tuple[list[Field], list[Field]]]:
        for slab in range(SLABS):
            found = fields(one, ROWS, slab * ROWS)
            yield found, found if one == other else fields(other, ROWS, slab * ROWS)

    assert dependent(slabs()) == []
