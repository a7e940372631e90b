"""Rules of addresses and phone numbers by country, as data that the engine and the checker read.

What holds for a customer or an address in country ``code``:

- ``postal_code`` matches ``postcode_pattern`` in full; ``region`` is one of ``regions``;
- ``phone_number`` matches one of ``phone_patterns`` in full, each a range published as fictional or left
  unassigned (its ``source`` says by whom), and so begins with ``dialling_code`` and a space;
- ``latitude`` and ``longitude`` lie in ``bounding_box``, edges included;
- a customer's ``time_zone`` is one of ``time_zones``, the locale one of ``locales``.

Patterns are plain: digits, classes, groups and counts, the same to Python's ``re`` and to RE2 (DuckDB).
``docs/people-and-places.md`` is the table of sources.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from cartload import vocabulary


class Box(NamedTuple):
    """A bounding box in degrees that holds a country's cities; territories far away are left out."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class PhoneRange:
    """Phone numbers that nobody has, as a pattern, and the source that says so."""

    pattern: str
    source: str


@dataclass(frozen=True, slots=True)
class CountryRule:
    """What addresses, numbers and clocks of a country look like; ``tax_rate`` is the standard rate."""

    code: str
    name: str
    dialling_code: str
    currency: str
    postcode_pattern: str
    bounding_box: Box
    regions: frozenset[str]
    time_zones: frozenset[str]
    locales: frozenset[str]
    phone_ranges: tuple[PhoneRange, ...]
    tax_rate: float
    tax_source: str

    @property
    def phone_patterns(self) -> tuple[str, ...]:
        """The pattern of each range."""
        return tuple(known.pattern for known in self.phone_ranges)


@cache
def country_rules() -> dict[str, CountryRule]:
    """The rules of each country that customers may live in, by ISO 3166-1 code, in the gazetteer's order."""
    rules = vocabulary.document("rules")
    return {country.code: _rule(country, rules[country.code]) for country in vocabulary.countries()}


def _rule(country: vocabulary.Country, entry: dict[str, Any]) -> CountryRule:
    locales = (names.locale for names in vocabulary.names() if names.country == country.code)
    return CountryRule(
        code=country.code,
        name=entry["name"],
        dialling_code=entry["dialling_code"],
        currency=entry["currency"],
        postcode_pattern=entry["postcode"],
        bounding_box=Box(*entry["box"]),
        regions=frozenset(city.region for city in country.cities if city.region is not None),
        time_zones=frozenset(city.time_zone for city in country.cities),
        locales=frozenset(locales),
        phone_ranges=tuple(PhoneRange(known["pattern"], known["source"]) for known in entry["phones"]),
        tax_rate=entry["tax"],
        tax_source=entry["tax_source"],
    )
