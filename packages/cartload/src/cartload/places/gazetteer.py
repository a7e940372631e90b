"""Places as Arrow pools, with the numbers that address them. Built once per process."""

from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from math import isqrt
from typing import Any, Final

import numpy as np

from cartload import vocabulary
from cartload.calendar import zones
from cartload.columns import arrays
from cartload.places.templates import fill_all
from cartload.randomness.fixed_point import I64

PHONES: Final = 100
POSTAL_CODES: Final = 60
STREET_LINES: Final = 6000
LINES_2: Final = 100
CITY_BITS: Final = 12
"""Each country has ``1 << CITY_BITS`` slots for its cities: a large city has many of them."""
NEAR: Final = 4
"""How many cities count as near, the city itself first."""


@dataclass(frozen=True)
class PlacePools:
    """Cities of all countries, one behind the other; phones and postal codes by city, streets by country."""

    codes: Any
    city_slot: I64
    near: I64
    names: Any
    regions: Any
    time_zones: Any
    zone: I64
    latitude: I64
    longitude: I64
    radius: I64
    phones: Any
    postal_codes: Any
    street_lines: Any
    lines_2: Any
    titles: Any


@cache
def place_pools() -> PlacePools:
    """All places; phone ``p`` of city ``c`` is entry ``c * PHONES + p``, and so on."""
    # Every city has equally many phones and postal codes, every country equally many street lines: so an
    # index is one multiplication and one addition, and no list needs its own start and length.
    countries = vocabulary.countries()
    cities = [city for country in countries for city in country.cities]
    return PlacePools(
        codes=arrays.pool([country.code for country in countries]),
        city_slot=np.concatenate(_by_country(countries, _city_slots)),
        near=np.concatenate(_by_country(countries, _nearest)),
        names=arrays.pool([city.name for city in cities]),
        regions=arrays.pool([city.region for city in cities]),
        time_zones=arrays.pool([city.time_zone for city in cities]),
        zone=np.array([zones.NAMES.index(city.time_zone) for city in cities], np.int64),
        latitude=np.array([city.latitude for city in cities], np.int64),
        longitude=np.array([city.longitude for city in cities], np.int64),
        radius=np.array([_radius(city) for city in cities], np.int64),
        phones=arrays.pool(_filled([city.phones for city in cities], PHONES)),
        postal_codes=arrays.pool(_filled([city.postal_codes for city in cities], POSTAL_CODES)),
        street_lines=arrays.pool([line for country in countries for line in _street_lines(country)]),
        lines_2=arrays.pool([line for country in countries for line in _lines_2(country)]),
        titles=arrays.pool([title for country in countries for title in country.titles]),
    )


def _filled(templates: list[tuple[str, ...]], count: int) -> list[str]:
    return [text for place, those in enumerate(templates) for text in fill_all(those, count, place)]


def _by_country(countries: tuple[vocabulary.Country, ...], rule: Any) -> list[I64]:
    """A rule's indices for each country's own cities, as indices among the cities of all countries."""
    starts = np.cumsum([0, *(len(country.cities) for country in countries)])
    return [rule(country.cities) + start for country, start in zip(countries, starts, strict=False)]


def _city_slots(cities: tuple[vocabulary.City, ...]) -> I64:
    """City by slot; weights are population to the power of 3/4: small ones also stand for towns around."""
    # Integer square roots instead of a power, because a float's last bit may differ between machines. The
    # factors keep three more decimals, populations being in thousands.
    weights = [isqrt(1000 * city.population * isqrt(1_000_000 * city.population)) for city in cities]
    ends = np.cumsum(weights) * (1 << CITY_BITS) // sum(weights)
    return np.searchsorted(ends, np.arange(1 << CITY_BITS), side="right")


def _nearest(cities: tuple[vocabulary.City, ...]) -> I64:
    latitude = np.array([city.latitude for city in cities], np.int64)
    longitude = np.array([city.longitude for city in cities], np.int64)
    narrowing = np.array([_narrowing(city.latitude) for city in cities], np.int64)[:, None]
    north = latitude[:, None] - latitude
    east = (longitude[:, None] - longitude) * narrowing // 1000
    # Squared distances on a plane are enough to find out which city is nearer; near the 180th meridian they
    # would be wrong, where none of the cities lie.
    nearest: I64 = np.argsort(north * north + east * east, axis=1, kind="stable")[:, :NEAR].ravel()
    return nearest


def _narrowing(latitude: int) -> int:
    """A degree of longitude in thousandths of its length at the equator: the cosine's series up to x**4."""
    # The latitude is in hundredths of a degree here, so the divisors are 2! and 4! times (180 / pi)**2 and
    # **4 with the factors of 100; the error is below 1 % up to the northernmost city, at 66 degrees. The
    # library's cos may differ between machines in its last bit.
    square = (latitude // 1000) ** 2
    return 1000 - square * 1000 // 65_660_000 + square * square // 25_865_000_000_000


def _radius(city: vocabulary.City) -> int:
    """How far from its centre addresses lie, in hundred-thousandths of a degree: at most some eight km."""
    return min(8000, 900 + isqrt(1000 * city.population) * 5 // 2)


def _street_lines(country: vocabulary.Country) -> list[str]:
    """All streets with the first house number, then all with the next, until there are enough."""
    lines = [country.line_1.replace("{street}", street) for street in country.streets]
    numbered = (line.replace("{number}", number) for number in cycle(country.numbers) for line in lines)
    return list(islice(numbered, STREET_LINES))


def _lines_2(country: vocabulary.Country) -> list[str | None]:
    values, percent = country.line_2, country.line_2_percent
    return [values[line % len(values)] if line < percent else None for line in range(LINES_2)]
