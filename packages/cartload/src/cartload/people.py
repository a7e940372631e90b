"""Words about people as Arrow pools, with the numbers that address them. Built once per process."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from cartload import arrays, vocabulary, zones
from cartload.fixed import I64

PHONES: Final = 100
POSTAL_CODES: Final = 50
STREET_LINES: Final = 600
_STREET_NUMBERS: Final = 180
LOCALE_SLOTS: Final = 16
"""Places kept for locales in the numbers of user names: more can come without touching those there are."""


@dataclass(frozen=True)
class NamePools:
    """First and last names of all locales, one behind the other, as written and folded to ASCII."""

    first: Any
    first_folded: Any
    last: Any
    last_folded: Any
    first_start: I64
    first_count: I64
    last_start: I64
    last_count: I64
    female: I64
    locales: Any
    country: I64


@cache
def name_pools() -> NamePools:
    """All names; row i of the numbers belongs to locale i."""
    all_names = vocabulary.names()
    first = [name for names in all_names for name in names.first]
    last = [name for names in all_names for name in names.last]
    first_count = np.array([len(names.first) for names in all_names], np.int64)
    last_count = np.array([len(names.last) for names in all_names], np.int64)
    codes = [country.code for country in vocabulary.countries()]
    return NamePools(
        first=arrays.pool(first),
        first_folded=arrays.pool([vocabulary.fold(name) for name in first]),
        last=arrays.pool(last),
        last_folded=arrays.pool([vocabulary.fold(name) for name in last]),
        first_start=np.cumsum(first_count) - first_count,
        first_count=first_count,
        last_start=np.cumsum(last_count) - last_count,
        last_count=last_count,
        female=np.array([names.female for names in all_names], np.int64),
        locales=arrays.pool([names.locale for names in all_names]),
        country=np.array([codes.index(names.country) for names in all_names], np.int64),
    )


@dataclass(frozen=True)
class PlacePools:
    """Cities of all countries, one behind the other; phones and postal codes by city, streets by country."""

    codes: Any
    first_city: I64
    cities: I64
    names: Any
    regions: Any
    time_zones: Any
    zone: I64
    latitude: I64
    longitude: I64
    phones: Any
    postal_codes: Any
    street_lines: Any


@cache
def place_pools() -> PlacePools:
    """All places; phone ``p`` of city ``c`` is entry ``c * PHONES + p``, and so on."""
    countries = vocabulary.countries()
    cities = [city for country in countries for city in country.cities]
    count = np.array([len(country.cities) for country in countries], np.int64)
    return PlacePools(
        codes=arrays.pool([country.code for country in countries]),
        first_city=np.cumsum(count) - count,
        cities=count,
        names=arrays.pool([city.name for city in cities]),
        regions=arrays.pool([city.region for city in cities]),
        time_zones=arrays.pool([city.time_zone for city in cities]),
        zone=np.array([zones.NAMES.index(city.time_zone) for city in cities], np.int64),
        latitude=np.array([city.latitude for city in cities], np.int64),
        longitude=np.array([city.longitude for city in cities], np.int64),
        phones=arrays.pool([text for city in cities for text in vocabulary.expand(city.phone, PHONES)]),
        postal_codes=arrays.pool(
            [text for city in cities for text in vocabulary.expand(city.postal_code, POSTAL_CODES)]
        ),
        street_lines=arrays.pool([line for country in countries for line in _street_lines(country)]),
    )


def _street_lines(country: vocabulary.Country) -> list[str]:
    streets = country.streets
    return [
        country.line_1.format(
            street=streets[line % len(streets)], number=1 + line // len(streets) * 7 % _STREET_NUMBERS
        )
        for line in range(STREET_LINES)
    ]
