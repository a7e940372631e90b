"""Phone numbers and postal codes from templates, and the pools of places that hold them."""

import math
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload import vocabulary
from cartload.calendar import zones
from cartload.places.country_rules import country_rules
from cartload.places.gazetteer import CITY_BITS, LINES_2, NEAR, STREET_LINES, place_pools
from cartload.places.templates import fill, fill_all

COUNTRIES = vocabulary.countries()
CITIES = [city for country in COUNTRIES for city in country.cities]
MARKS = {"#": "[0-9]", "%": "[1-9]", "@": "[A-Z]"}


@settings(deadline=None, max_examples=30)
@given(st.text("#%@+ 0A", min_size=1, max_size=12), st.integers(1, 120), st.integers(0, 500))
def test_fillings_have_the_templates_shape_and_repeat_only_for_want_of_others(
    template: str, count: int, salt: int
) -> None:
    filled = fill(template, count, salt)
    pattern = "".join(MARKS.get(mark, re.escape(mark)) for mark in template)
    assert len(filled) == count
    assert all(re.fullmatch(pattern, text) for text in filled)
    # % has nine digits, of which one comes twice as often.
    possible = math.prod({"#": 10, "%": 9, "@": 10}.get(mark, 1) for mark in template)
    if "%" not in template:
        assert len(set(filled)) == min(count, possible)
    else:
        assert len(set(filled)) <= min(count, possible)
    assert filled == fill(template, count, salt)


def test_fillings_are_spread_over_all_that_are_possible() -> None:
    numbers = [int(text) for text in fill("######", 100, 3)]
    assert [number // 10_000 for number in numbers] == list(range(100))
    assert len({number % 10 for number in numbers}) > 5


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.sampled_from(["a##", "b###", "c#", "d"]), min_size=1, max_size=4, unique=True),
    st.integers(1, 50),
)
def test_templates_take_turns(templates: list[str], count: int) -> None:
    filled = fill_all(templates, count)
    assert [text[0] for text in filled] == [templates[place % len(templates)][0] for place in range(count)]


def test_neighbouring_cities_have_other_numbers_of_the_same_range() -> None:
    one, other = (set(fill("+1 555 01## ###", 60, salt)) for salt in (7, 8))
    assert len(one & other) < 6


def test_street_lines_are_each_countrys_own_and_all_different() -> None:
    lines = place_pools().street_lines.to_pylist()
    assert len(lines) == STREET_LINES * len(COUNTRIES)
    for place, country in enumerate(COUNTRIES):
        own = lines[place * STREET_LINES : (place + 1) * STREET_LINES]
        assert len(set(own)) == min(STREET_LINES, len(set(country.streets)) * len(set(country.numbers)))
        assert not any("{" in line for line in own)
        assert all(any(street in line for street in country.streets) for line in own[::97])


def test_second_lines_are_there_in_the_share_that_the_country_says() -> None:
    lines = place_pools().lines_2.to_pylist()
    for place, country in enumerate(COUNTRIES):
        own = lines[place * LINES_2 : (place + 1) * LINES_2]
        assert sum(line is not None for line in own) == country.line_2_percent
        assert {line for line in own if line is not None} <= set(country.line_2)


def test_slots_hold_cities_of_their_own_country_the_larger_the_more() -> None:
    slots = place_pools().city_slot.reshape(len(COUNTRIES), -1)
    assert slots.shape[1] == 1 << CITY_BITS
    start = 0
    for own, country in zip(slots, COUNTRIES, strict=True):
        counts = np.bincount(own - start, minlength=len(country.cities))
        assert len(counts) == len(country.cities)
        assert counts.min() >= 1
        weights = np.array([city.population for city in country.cities]) ** 0.75
        assert np.abs(counts - weights / weights.sum() * (1 << CITY_BITS)).max() < 1.5
        start += len(country.cities)


def kilometres(one: vocabulary.City, other: vocabulary.City) -> float:
    """The great-circle distance by the haversine formula."""
    a, b, c, d = (
        math.radians(degrees / 100_000)
        for degrees in (one.latitude, other.latitude, one.longitude, other.longitude)
    )
    squared = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin((d - c) / 2) ** 2
    return 12_742 * math.asin(math.sqrt(squared))


def test_near_cities_are_about_the_nearest_of_the_country_by_distance() -> None:
    near = place_pools().near.reshape(-1, NEAR)
    for place, city in list(enumerate(CITIES))[::7]:
        others = sorted(kilometres(city, other) for other in CITIES if other.country == city.country)
        found = sorted(kilometres(city, CITIES[other]) for other in near[place].tolist())
        assert found == pytest.approx(others[:NEAR], rel=0.03)


def test_larger_cities_reach_further_but_none_beyond_some_kilometres() -> None:
    radius = place_pools().radius
    population = np.array([city.population for city in CITIES])
    order = np.argsort(population, kind="stable")
    assert (np.diff(radius[order]) >= 0).all()
    assert 900 <= radius.min() < radius.max() == 8_000


def test_pools_say_of_each_city_what_the_gazetteer_says() -> None:
    places = place_pools()
    assert places.names.to_pylist() == [city.name for city in CITIES]
    assert places.regions.to_pylist() == [city.region for city in CITIES]
    assert [zones.NAMES[number] for number in places.zone.tolist()] == [city.time_zone for city in CITIES]
    assert places.codes.to_pylist() == [country.code for country in COUNTRIES] == list(country_rules())


def test_a_phone_number_is_no_other_citys_of_the_country_as_a_rule() -> None:
    """The one range of a whole country is shared by its cities, so some numbers come again."""
    phones = place_pools().phones.to_pylist()
    counts = Counter(phones)
    assert len(phones) == 100 * len(CITIES)
    assert len(counts) > 0.3 * len(phones)
