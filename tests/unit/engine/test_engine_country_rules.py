"""Rules by country: the gazetteer keeps them, and their patterns mean the same to Python and to DuckDB."""

import re

import duckdb
import pytest

from cartload import vocabulary
from cartload.places.country_rules import country_rules

COUNTRIES = {country.code: country for country in vocabulary.countries()}


@pytest.mark.parametrize("code", COUNTRIES)
def test_cities_lie_in_their_country(code: str) -> None:
    rule, cities = country_rules()[code], COUNTRIES[code].cities
    box = rule.bounding_box
    for city in cities:
        assert box.south < city.latitude / 100_000 < box.north, city
        assert box.west < city.longitude / 100_000 < box.east, city


def test_patterns_are_plain_enough_for_duckdb() -> None:
    for rule in country_rules().values():
        for pattern in (rule.postcode_pattern, *rule.phone_patterns):
            found = duckdb.execute(f"SELECT regexp_full_match('no', '{pattern}')").fetchall()
            assert found == [(False,)]


def test_every_rule_says_where_it_comes_from() -> None:
    for code, rule in country_rules().items():
        assert rule.locales
        assert all(locale.endswith(code) for locale in rule.locales)
        assert rule.phone_ranges
        assert all(known.source for known in rule.phone_ranges)
        assert rule.tax_source
        assert re.fullmatch("[A-Z]{3}", rule.currency)
