"""A change of stock is shared out among centres: nothing is lost, and no centre has less than nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload_shop.domain.stock import shared_out

QUANTITIES = st.dictionaries(st.integers(1, 1000), st.integers(0, 50), min_size=1, max_size=10)


@given(QUANTITIES, st.data())
def test_the_centres_add_up_to_the_stock(quantities: dict[str | int, int], data: st.DataObject) -> None:
    there = sum(quantities.values())
    change = data.draw(st.integers(-there, 100))
    after = {**quantities, **shared_out(quantities, change)}
    assert sum(after.values()) == there + change
    assert min(after.values()) >= 0
    assert shared_out(quantities, change) == shared_out(dict(reversed(quantities.items())), change)


def test_pieces_are_taken_where_most_lie_and_put_where_fewest_lie() -> None:
    assert shared_out({"a": 5, "b": 9, "c": 1}, -11) == {"b": 0, "a": 3}
    assert shared_out({"a": 5, "b": 9, "c": 1}, 4) == {"c": 5}
    assert shared_out({"a": 5}, 0) == {}


@pytest.mark.parametrize(("quantities", "change"), [({"a": 2, "b": 1}, -4), ({}, 1), ({}, -1)])
def test_what_is_not_there_is_not_taken(quantities: dict[str | int, int], change: int) -> None:
    with pytest.raises(ValueError, match="cannot be shared out"):
        shared_out(quantities, change)
