"""Prices, costs and weights: inside their bands, with the endings of shops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.catalogue import pricing

BAND = st.tuples(st.integers(50, 200_000), st.integers(0, 500_000)).map(lambda band: (band[0], sum(band)))
LEVEL = st.integers(1, 5)


def one(value: int) -> np.ndarray:
    return np.array([value])


@settings(deadline=None, max_examples=40)
@given(BAND, st.integers(0, 65_535), LEVEL, LEVEL)
def test_a_price_lies_in_its_band(band: tuple[int, int], level: int, brand: int, material: int) -> None:
    low, high = band
    price = int(pricing.base(one(low), one(high), one(level), one(brand), one(material))[0])
    assert low <= price <= high


def test_a_price_rises_with_brand_material_and_chance() -> None:
    low, high = np.full(5, 1_000), np.full(5, 9_000)
    middle, levels = np.full(5, 3), np.arange(1, 6)
    chance = np.array([0, 16_000, 32_000, 48_000, 65_535])
    for prices in (
        pricing.base(low, high, np.full(5, 30_000), levels, middle),
        pricing.base(low, high, np.full(5, 30_000), middle, levels),
        pricing.base(low, high, chance, middle, middle),
    ):
        assert (np.diff(prices) > 0).all()
    cheapest = pricing.base(low, high, np.zeros(5, np.int64), np.ones(5, np.int64), np.ones(5, np.int64))
    dearest = pricing.base(low, high, np.full(5, 65_535), np.full(5, 5), np.full(5, 5))
    assert cheapest.tolist() == [1_000] * 5
    assert dearest.min() > 8_990


def test_steps_of_brands_are_even_in_the_logarithm() -> None:
    levels = np.arange(1, 6)
    same = (np.zeros(5, np.int64), levels, np.ones(5, np.int64))
    prices = pricing.base(np.full(5, 10_000), np.full(5, 1_000_000), *same)
    ratios = prices[1:] / prices[:-1]
    assert ratios.tolist() == pytest.approx([ratios[0]] * 4, rel=1e-3)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 2_000_000), st.integers(0, 255))
def test_prices_end_as_in_shops(price: int, ending: int) -> None:
    found = int(pricing.charming(one(price), one(price), one(ending))[0])
    assert found >= 49
    if price < 1_000:
        assert found % 50 == 49
    elif price < 10_000:
        assert found % 100 in (99, 95, 0)
    else:
        step = 5_000 if price >= 100_000 else 1_000
        assert step - found % step in (1, 5, 100, step)
    largest_step = 50 if price < 1_000 else 100 if price < 10_000 else 1_000 if price < 100_000 else 5_000
    assert abs(found - price) <= largest_step // 2 + 100 or found == 49


def test_all_sizes_of_a_product_end_alike() -> None:
    prices = np.array([8_700, 9_900, 10_400, 13_000])
    found = pricing.charming(prices, np.full(4, 9_950), np.full(4, 7))
    assert len({price % 100 for price in found.tolist()}) == 1


def test_about_half_of_all_prices_end_in_99_and_most_others_in_95() -> None:
    endings = np.arange(256)
    found = pricing.charming(np.full(256, 4_200), np.full(256, 4_200), endings) % 100
    assert (found == 99).mean() == 0.5
    assert (found == 95).mean() == 0.375
    assert (found == 0).mean() == 0.125


@settings(deadline=None, max_examples=30)
@given(st.integers(49, 500_000), st.integers(5, 69), st.integers(1, 30), st.integers(0, 255))
def test_a_cost_leaves_a_margin_between_its_bounds(price: int, lowest: int, more: int, draw: int) -> None:
    highest = min(lowest + more, 70)
    cost = int(pricing.cost(one(price), one(lowest), one(highest), one(draw))[0])
    margin = 100 * (price - cost) / price
    assert lowest <= margin <= highest + 100 / price
    assert 1 <= cost < price


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 50_000), st.integers(0, 50_000), st.integers(0, 65_535), st.integers(10, 400))
def test_a_weight_lies_in_the_band_of_its_size(low: int, more: int, draw: int, percent: int) -> None:
    grams = int(pricing.grams(one(low), one(low + more), one(draw), one(percent))[0])
    assert max(1, low * percent // 100) <= grams <= max(1, (low + more) * percent // 100)


@pytest.mark.parametrize(
    ("price", "usual", "ending", "found"),
    [
        (999, 999, 8, 999),  # below 10.00 endings are .49 and .99 alone
        (1_000, 1_000, 8, 995),
        (9_980, 9_999, 0, 9_999),
        (9_980, 10_000, 0, 9_900),  # from 100.00 on, ..9.00 too
        (102_000, 99_999, 16, 101_999),
        (102_000, 100_000, 16, 99_999),  # from 1,000.00 on, in steps of 50.00
    ],
)
def test_endings_change_exactly_where_prices_become_dearer(
    price: int, usual: int, ending: int, found: int
) -> None:
    assert pricing.charming(one(price), one(usual), one(ending)).tolist() == [found]


def test_margins_reach_from_the_lowest_to_the_highest() -> None:
    draws = np.array([0, 128, 255])
    costs = pricing.cost(np.full(3, 10_000), np.full(3, 20), np.full(3, 60), draws)
    assert costs.tolist() == pytest.approx([8_000, 6_000, 4_000], abs=20)
    assert pricing.cost(one(1), one(60), one(70), one(9)).tolist() == [1]
