"""Exact numbers by weights, and ragged groups."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cartload.sampling import Groups, later_doubles, systematic


def test_groups_walk_their_rows() -> None:
    groups = Groups(np.array([2, 0, 3]))
    assert groups.total == 5
    assert groups.starts.tolist() == [0, 2, 2]
    assert groups.owner.tolist() == [0, 0, 2, 2, 2]
    assert groups.place.tolist() == [0, 1, 0, 1, 2]
    assert groups.running(np.array([1, 2, 3, 4, 5])).tolist() == [1, 3, 3, 7, 12]
    assert groups.sums(np.array([1, 2, 3, 4, 5])).tolist() == [3, 0, 12]


@given(
    weights=st.lists(st.lists(st.integers(1, 2**33), min_size=1, max_size=20), min_size=1, max_size=4),
    quota=st.integers(0, 50_000),
    start=st.integers(0, 2**32 - 1),
)
def test_systematic_gives_the_quota_and_each_its_part(
    weights: list[list[int]], quota: int, start: int
) -> None:
    blocks = Groups(np.array([len(block) for block in weights]))
    flat = np.array([weight for block in weights for weight in block])
    size = len(weights)
    given_out = systematic(flat, blocks, np.full(size, quota), np.full(size, start))
    assert blocks.sums(given_out).tolist() == [quota] * size
    fair = flat * quota / np.repeat(blocks.sums(flat), blocks.counts)
    assert (np.abs(given_out - fair) < 1.001).all()


def test_systematic_of_nothing() -> None:
    empty = np.empty(0, np.int64)
    assert systematic(empty, Groups(empty), empty, empty).tolist() == []
    assert systematic(
        np.array([5]), Groups(np.array([0, 1])), np.array([0, 3]), np.zeros(2, np.int64)
    ).tolist() == [3]


@given(st.lists(st.integers(0, 9), max_size=40))
def test_later_doubles_are_all_but_the_first(values: list[int]) -> None:
    expected = [place for place, value in enumerate(values) if value in values[:place]]
    assert later_doubles(np.array(values, np.int64)).tolist() == expected
