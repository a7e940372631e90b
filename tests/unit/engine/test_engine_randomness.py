"""The mixer, the register, permutations and fixed-point functions that values are made of."""

import math

import numpy as np
import pytest

from cartload.randomness.draws import Randomness, keys, permute
from cartload.randomness.fixed_point import exp2, exponentials, log2, power_law
from cartload.randomness.register import FAMILIES
from support.mixer import mix


def test_mix_is_splitmix64() -> None:
    # SplitMix64 seeded with 0: the first outputs of the reference implementation.
    states = np.array([0x9E3779B97F4A7C15, 0x3C6EF372FE94F82A], np.uint64)
    assert [hex(word) for word in mix(states).tolist()] == ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4"]


def test_keys_depend_on_every_part_and_its_place() -> None:
    assert (
        len({keys("a", "b", count=1), keys("ab", count=1), keys("b", "a", count=1), keys("a", 1, count=1)})
        == 4
    )
    assert len(keys("a", count=8)) == 8


@pytest.mark.parametrize("family", FAMILIES)
def test_no_family_gives_out_more_bits_than_there_are(family: str) -> None:
    fields = FAMILIES[family]
    assert sum(width for _, width in fields) <= 64
    assert len({name for name, _ in fields}) == len(fields)


def test_fields_of_one_hash_do_not_overlap() -> None:
    draw = Randomness(1).draw("users.home", np.arange(4))
    rebuilt = sum(
        draw.bits(field).astype(np.uint64) << np.uint64(shift)
        for field, shift in (("city", 48), ("phone", 32))
    )
    assert (rebuilt >> np.uint64(32) == draw.words >> np.uint64(32)).all()


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(KeyError, match="nothing"):
        Randomness(1).draw("users.home", np.arange(1)).bits("nothing")


def test_draws_are_even_and_independent_of_neighbours() -> None:
    draw = Randomness(7).draw("users.home", np.arange(100_000))
    counts = np.bincount(draw.below("city", 10), minlength=10)
    assert (abs(counts - 10_000) < 5 * math.sqrt(9_000)).all()
    bits = draw.bits("city")
    assert abs(np.corrcoef(bits[1:], bits[:-1])[0, 1]) < 5 / math.sqrt(100_000)
    assert abs(draw.happens("phone", 2_500).mean() - 0.25) < 5 * math.sqrt(0.1875 / 100_000)


def test_happens_never_and_always() -> None:
    draw = Randomness(7).draw("users.home", np.arange(1000))
    assert not draw.happens("city", 0).any()
    assert draw.happens("city", 10_000).all()


def test_permutation_is_one() -> None:
    numbers = permute(np.arange(1 << 16), keys("test", count=4), 8)
    assert (np.sort(numbers) == np.arange(1 << 16)).all()
    assert (numbers != np.arange(1 << 16)).mean() > 0.99


def test_log2_is_close() -> None:
    values = np.unique(np.geomspace(1, 2**31 - 1, 5000).astype(np.int64))
    assert np.abs(log2(values) / 65536 - np.log2(values)).max() < 4e-5
    assert log2(np.array([1, 2, 1024])).tolist() == [0, 65536, 655360]


def test_exp2_is_close_and_exact_at_whole_numbers() -> None:
    assert exp2(np.arange(31) << 16).tolist() == [1 << power for power in range(31)]
    values = np.arange(20 << 16, 21 << 16, 77)
    assert np.abs(exp2(values) / 2 ** (values / 65536) - 1).max() < 1e-5


def test_power_law_has_the_exponent_asked_for() -> None:
    ranks = np.arange(1, 1001)
    for exponent in (0.5, 1.0, 1.4):
        weights = power_law(ranks, round(exponent * 10_000))
        slope = np.polyfit(np.log(ranks[:100]), np.log(weights[:100]), 1)[0]
        assert slope == pytest.approx(-exponent, abs=0.01)
    assert (power_law(ranks, 0) == 1 << 20).all()
    assert power_law(np.array([400_000]), 20_000)[0] == 1


def test_exponentials_have_their_mean_and_are_never_zero() -> None:
    values = exponentials()
    assert values.min() == 1
    assert values.mean() == pytest.approx(65536 / math.log(2), rel=0.01)
