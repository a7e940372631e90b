"""Exact numbers by weights, and ragged groups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.kernels.loops import later_doubles
from cartload.randomness.sampling import Groups, Guide, sampling_keys, systematic, weighted_sample


def test_groups_walk_their_rows() -> None:
    groups = Groups(np.array([2, 0, 3]))
    assert groups.total == 5
    assert groups.starts.tolist() == [0, 2, 2]
    assert groups.owner.tolist() == [0, 0, 2, 2, 2]
    assert groups.place.tolist() == [0, 1, 0, 1, 2]
    assert groups.sums(np.array([1, 2, 3, 4, 5])).tolist() == [3, 0, 12]


@settings(deadline=None)
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


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), max_size=8), max_size=8))
def test_later_doubles_are_all_but_the_first_of_each_owner(owned: list[list[int]]) -> None:
    pairs = [(owner, value) for owner, values in enumerate(owned) for value in values]
    expected = [place for place, pair in enumerate(pairs) if pair in pairs[:place]]
    owner, value = (np.array([pair[which] for pair in pairs], np.int64) for which in (0, 1))
    most = max(map(len, owned), default=0)
    assert later_doubles(owner, value, most).tolist() == expected


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(0, 60), min_size=1, max_size=4),
    share=st.integers(0, 100),
    seed=st.integers(0, 2**32),
)
def test_a_sample_has_exactly_its_quota_of_each_block(sizes: list[int], share: int, seed: int) -> None:
    blocks = Groups(np.array(sizes))
    quotas = blocks.counts * share // 100
    random = np.random.default_rng(seed)
    sort_keys = sampling_keys(
        random.integers(0, 256, blocks.total), random.integers(0, 1 << 16, blocks.total)
    )
    chosen = weighted_sample(sort_keys, blocks, quotas)
    assert blocks.sums(chosen.astype(np.int64)).tolist() == quotas.tolist()


def test_rows_are_chosen_in_proportion_to_weights_and_never_without_one() -> None:
    random, rounds = np.random.default_rng(3), 20_000
    weights = np.tile([1, 2, 5, 0], rounds)
    blocks = Groups(np.full(rounds, 4))
    sort_keys = sampling_keys(weights, random.integers(0, 1 << 16, len(weights)))
    chosen = weighted_sample(sort_keys, blocks, np.ones(rounds, np.int64)).reshape(rounds, 4).mean(axis=0)
    assert chosen.tolist() == pytest.approx([1 / 8, 2 / 8, 5 / 8, 0], abs=0.015)


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=200), st.integers(0, 2**32))
def test_a_guide_finds_what_a_search_finds(weights: list[int], seed: int) -> None:
    running = np.concatenate(([0], np.cumsum(np.array(weights, np.int64))))
    if running[-1] == 0:
        return
    positions = np.random.default_rng(seed).integers(0, running[-1], 300)
    expected = np.searchsorted(running, positions, side="right") - 1
    assert Guide(running).find(positions).tolist() == expected.tolist()
