"""Groups of rows, samples of fixed size and look-ups in running sums, in the cases that callers meet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.randomness.fixed_point import exp2, log2, power_law
from cartload.randomness.sampling import (
    Groups,
    Guide,
    sampling_keys,
    starts_of_runs,
    systematic,
    weighted_sample,
)

COUNTS = st.lists(st.integers(0, 9), max_size=12)


@settings(deadline=None, max_examples=40)
@given(COUNTS)
def test_groups_lie_one_behind_the_other(counts: list[int]) -> None:
    groups = Groups(np.array(counts, np.int64))
    rows = list(range(sum(counts)))
    found = [rows[start:end] for start, end in zip(groups.starts.tolist(), groups.ends.tolist(), strict=True)]
    assert [len(group) for group in found] == counts
    assert [row for group in found for row in group] == rows
    assert groups.total == len(rows)
    for row, owner, place in zip(rows, groups.owner.tolist(), groups.place.tolist(), strict=True):
        assert found[owner][place] == row


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 3), max_size=20))
def test_runs_begin_where_the_value_changes(values: list[int]) -> None:
    expected = [place for place, value in enumerate(values) if place == 0 or values[place - 1] != value]
    assert starts_of_runs(np.array(values, np.int64)).tolist() == expected


def one_block(size: int) -> Groups:
    return Groups(np.array([size]))


def test_rows_without_weight_are_given_nothing() -> None:
    weights = np.array([0, 3, 0, 0, 1, 0])
    given_out = systematic(weights, one_block(6), np.array([400]), np.array([2**31]))
    assert given_out.tolist() == [0, 300, 0, 0, 100, 0]


@pytest.mark.parametrize("start", [0, 2**31, 2**32 - 1])
def test_a_quota_of_one_goes_to_one_row(start: int) -> None:
    given_out = systematic(np.full(1000, 7), one_block(1000), np.array([1]), np.array([start]))
    assert sorted(given_out.tolist()) == [0] * 999 + [1]


def test_over_many_starts_each_row_is_given_its_share() -> None:
    rounds, weights = 2_000, np.array([1, 2, 3, 4])
    starts = np.random.default_rng(1).integers(0, 2**32, rounds)
    blocks = Groups(np.full(rounds, 4))
    given_out = systematic(np.tile(weights, rounds), blocks, np.full(rounds, 3), starts)
    means = given_out.reshape(rounds, 4).mean(axis=0)
    assert means.tolist() == pytest.approx([0.3, 0.6, 0.9, 1.2], abs=0.05)


def test_blocks_are_given_out_as_if_alone() -> None:
    random = np.random.default_rng(2)
    sizes, quotas = np.array([5, 0, 9, 1]), np.array([17, 0, 4, 3])
    weights, starts = random.integers(1, 50, 15), random.integers(0, 2**32, 4)
    together = systematic(weights, Groups(sizes), quotas, starts)
    ends = np.cumsum(sizes)
    for block, end in enumerate(ends):
        part = slice(end - sizes[block], end)
        alone = systematic(weights[part], one_block(sizes[block]), quotas[[block]], starts[[block]])
        assert together[part].tolist() == alone.tolist()


def test_the_largest_sums_that_are_allowed_do_not_overflow() -> None:
    weights, quota = np.full(1000, 2**37), 50_000  # 2**47 in all, times 2**15.6
    given_out = systematic(weights, one_block(1000), np.array([quota]), np.array([2**32 - 1]))
    assert given_out.tolist() == [50] * 1000


def test_rows_without_weight_are_chosen_only_when_all_others_are() -> None:
    random = np.random.default_rng(4)
    weights = np.array([0, 9, 0, 255, 1, 0])
    for quota, chosen_of_weight in ((1, 1), (3, 3), (5, 3)):
        sort_keys = sampling_keys(weights, random.integers(0, 1 << 16, 6))
        chosen = weighted_sample(sort_keys, one_block(6), np.array([quota]))
        assert chosen.sum() == quota
        assert (chosen & (weights > 0)).sum() == chosen_of_weight


def test_a_larger_sample_by_the_same_keys_holds_the_smaller_one() -> None:
    random = np.random.default_rng(5)
    sort_keys = sampling_keys(random.integers(0, 256, 500), random.integers(0, 1 << 16, 500))
    before = np.zeros(500, np.bool_)
    for quota in range(0, 501, 50):
        chosen = weighted_sample(sort_keys, one_block(500), np.array([quota]))
        assert (chosen >= before).all()
        before = chosen


def test_the_smallest_of_keys_wins_in_proportion_to_its_weight() -> None:
    words = np.random.default_rng(6).integers(0, 1 << 16, (4_000, 2))
    one, other = (
        sampling_keys(np.full(4_000, weight), words[:, place]) for place, weight in ((0, 30), (1, 90))
    )
    assert (one < other).mean() == pytest.approx(0.25, abs=0.03)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.one_of(st.just(0), st.integers(0, 2**40)), min_size=1, max_size=40), st.integers(1, 50))
def test_a_guide_passes_over_entries_without_weight(weights: list[int], steps: int) -> None:
    running = np.concatenate(([0], np.cumsum(np.array(weights, np.int64))))
    total = int(running[-1])
    positions = sorted({*range(0, total, -(-total // steps) or 1), *([total - 1] if total else [])})
    found = Guide(running).find(np.array(positions, np.int64)).tolist()
    for position, entry in zip(positions, found, strict=True):
        assert running[entry] <= position < running[entry + 1]


def test_a_guide_over_nothing_finds_nothing() -> None:
    guide = Guide(np.zeros(1, np.int64))
    assert guide.find(np.empty(0, np.int64)).tolist() == []
    with pytest.raises(IndexError, match="1 places lie outside"):
        guide.find(np.zeros(1, np.int64))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 2**31 - 2))
def test_logarithms_never_fall_and_powers_undo_them(value: int) -> None:
    here, above = log2(np.array([value, value + 1])).tolist()
    assert here <= above
    back = int(exp2(np.array([here]))[0]) if here <= 30 << 16 else value
    assert abs(back - value) <= 1 + value // 10_000


@pytest.mark.parametrize("bits", [10, 20])
def test_a_power_law_starts_at_its_scale_never_rises_and_ends_at_one(bits: int) -> None:
    weights = power_law(np.arange(1, 5000), 13_000, bits)
    assert weights[0] == 1 << bits
    assert (np.diff(weights) <= 0).all()
    assert weights[-1] >= 1
    assert power_law(np.array([2**31 - 1]), 20_000, bits).tolist() == [1]
