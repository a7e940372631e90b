"""Draws: fields of one hash, numbers below a bound, chances, and permutations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.randomness.draws import Draw, Randomness, keys, permute, places, seed_keys
from cartload.randomness.register import FAMILIES

WORDS = np.array([0, 1, 0x0123456789ABCDEF, 0xFEDCBA9876543210, 2**64 - 1], np.uint64)
ROWS = np.arange(5000)


@pytest.mark.parametrize("family", FAMILIES)
def test_fields_are_slices_of_the_word_from_the_top(family: str) -> None:
    draw, before = Draw(family, WORDS), 0
    for field, width in FAMILIES[family]:
        expected = [int(f"{word:064b}"[before : before + width], 2) for word in WORDS.tolist()]
        assert draw.bits(field).tolist() == expected
        before += width


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 16), min_size=1, max_size=4), st.integers(1, 8))
def test_places_leave_no_gap_and_one_more_field_moves_none(widths: list[int], more: int) -> None:
    fields = [(f"field {number}", width) for number, width in enumerate(widths)]
    found = places(fields)
    taken = [bit for down, width in found.values() for bit in range(down, down + width)]
    assert sorted(taken) == list(range(64 - sum(widths), 64))
    assert found.items() <= places([*fields, ("more", more)] if sum(widths) + more <= 64 else fields).items()


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 10**9))
def test_numbers_below_a_bound_are_all_from_0_and_follow_the_bits(bound: int) -> None:
    draw = Draw("users.home", np.append(WORDS, np.arange(50, dtype=np.uint64) << np.uint64(58)))
    numbers, bits = draw.below("city", bound), draw.bits("city")
    assert numbers.min() == 0
    assert numbers.max() < bound
    order = np.argsort(bits, kind="stable")
    assert (np.diff(numbers[order]) >= 0).all()


def test_each_row_may_have_its_own_bound() -> None:
    draw = Randomness(3).draw("users.home", ROWS)
    bounds = 1 + ROWS % 7
    numbers = draw.below("city", bounds)
    assert (numbers < bounds).all()
    assert (numbers[bounds == 1] == 0).all()
    assert set(numbers[bounds == 7].tolist()) == set(range(7))


def test_a_bound_of_one_or_less_leaves_nothing_but_0() -> None:
    draw = Randomness(3).draw("users.home", ROWS)
    assert not draw.below("city", 1).any()
    assert not draw.below("city", 0).any()


@pytest.mark.parametrize("chance", [1, 37, 5_000, 9_999])
def test_a_chance_is_the_share_of_words_below_it(chance: int) -> None:
    every_word = np.arange(1 << 16, dtype=np.uint64) << np.uint64(48)
    happens = Draw("users.home", every_word).happens("city", chance)
    assert happens.sum() == -(-chance * (1 << 16) // 10_000)
    assert happens[: happens.sum()].all()


def test_each_row_may_have_its_own_chance() -> None:
    chances = np.where(ROWS % 2 == 0, 10_000, 0)
    happens = Randomness(5).draw("users.home", ROWS).happens("city", chances)
    assert (happens == (ROWS % 2 == 0)).all()


def test_a_row_has_the_same_draw_alone_and_among_others_in_any_order() -> None:
    whole = Randomness(11).draw("users.pace", ROWS).words
    assert Randomness(11).draw("users.pace", ROWS[::-1]).words.tolist() == whole[::-1].tolist()
    assert Randomness(11).draw("users.pace", np.array([4321])).words[0] == whole[4321]


def test_seeds_families_and_rows_have_draws_of_their_own() -> None:
    drawn = [
        Randomness(seed).draw(family, ROWS).words
        for seed in (0, 1, 2**53 - 1)
        for family in ("users.pace", "users.taste", "products.name_again_1", "products.name_again_2")
    ]
    assert len(np.unique(np.concatenate(drawn))) == 12 * len(ROWS)


@pytest.mark.parametrize("row", [0, 2**31, 2**40, 2**62])
def test_large_row_numbers_are_no_worse_than_small_ones(row: int) -> None:
    words = Randomness(1).draw("users.pace", row + np.arange(4096)).words
    ones = [int(((words >> np.uint64(bit)) & np.uint64(1)).sum()) for bit in range(64)]
    assert min(ones) > 2048 - 6 * 32
    assert max(ones) < 2048 + 6 * 32


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(KeyError, match="nothing"):
        Randomness(1).draw("users.nothing", ROWS).bits("city")


def test_keys_are_as_many_as_asked_for_and_not_the_first_of_more() -> None:
    assert [len(keys("a", 1, count=count)) for count in range(1, 9)] == list(range(1, 9))
    assert keys("a", count=2)[:1] != keys("a", count=1)
    with pytest.raises(ValueError, match="digest_size"):
        keys("a", count=9)


def test_keys_of_numbers_and_of_their_digits_are_the_same() -> None:
    assert keys("draws", 12, count=1) == keys("draws", "12", count=1)
    assert seed_keys(1, "2.x") != seed_keys(12, ".x")


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 6), st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5))
def test_a_permutation_with_any_keys_is_one(half_bits: int, round_keys: list[int]) -> None:
    domain = np.arange(4**half_bits)
    found = permute(domain, tuple(np.array(round_keys, np.uint64)), half_bits)
    assert sorted(found.tolist()) == domain.tolist()


def test_a_permutation_is_undone_by_its_rounds_in_reverse() -> None:
    round_keys, half = keys("test", count=4), 12
    numbers = np.arange(0, 1 << 24, 4099)
    shuffled = permute(numbers, round_keys, half)

    def swapped(values: np.ndarray) -> np.ndarray:
        return (values >> half) | (values & (1 << half) - 1) << half

    back = swapped(permute(swapped(shuffled), round_keys[::-1], half))
    assert back.tolist() == numbers.tolist()


def test_neighbours_are_far_apart_once_permuted() -> None:
    found = permute(np.arange(1 << 14), keys("test", count=4), 12)
    steps = np.abs(np.diff(found))
    assert np.median(steps) > 1 << 21
    assert (steps < 1000).mean() < 0.01
