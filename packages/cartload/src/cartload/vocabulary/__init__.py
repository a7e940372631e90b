"""Committed words: names by locale, places by country, goods by category, with the functions that read them.

They are part of the engine's vintage: another word in a list is another value in a row.
"""

import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

_FOLDS: Final = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d"})


def fold(text: str) -> str:
    """Lower-case ASCII letters of a name, as in an email address; all else is left out."""
    # NFKD takes accents off their letters; the letters in the table above are not composed of any.
    if text.isascii() and text.isalpha():
        return text.lower()
    lowered = unicodedata.normalize("NFKD", text.lower().translate(_FOLDS))
    return "".join(letter for letter in lowered if "a" <= letter <= "z")


@cache
def document(name: str) -> Any:
    """A committed vocabulary file."""
    return json.loads(resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one locale; women's first names come before men's, ``last_female`` beside ``last``.

    Names are given as written and folded to ASCII. A name is as frequent as it has slots, of which there are
    1024 for first names, half of them women's, and 4096 for last names.
    """

    locale: str
    country: str
    female: int
    first: tuple[str, ...]
    first_folded: tuple[str, ...]
    first_slots: tuple[int, ...]
    last: tuple[str, ...]
    last_folded: tuple[str, ...]
    last_female: tuple[str, ...]
    last_slots: tuple[int, ...]


@cache
def names() -> tuple[Names, ...]:
    """All locales in their fixed order."""
    return tuple(_names(locale, lists) for locale, lists in document("people").items())


def _names(locale: str, lists: dict[str, Any]) -> Names:
    first, last = [*lists["female"], *lists["male"]], lists["last"]
    female_form = lists.get("last_female", {})
    return Names(
        locale,
        locale[3:],
        len(lists["female"]),
        tuple(name for name, *_ in first),
        tuple(_folded(name, *rest) for name, _, *rest in first),
        tuple(slots for _, slots, *_ in first),
        tuple(name for name, *_ in last),
        tuple(_folded(name, *rest) for name, _, *rest in last),
        tuple(female_form.get(name, name) for name, *_ in last),
        tuple(slots for _, slots, *_ in last),
    )


def _folded(name: str, romanised: str | None = None) -> str:
    return fold(name) if romanised is None else romanised


@dataclass(frozen=True, slots=True)
class City:
    """One city; coordinates in hundred-thousandths of a degree, templates of ``cartload.places.templates``.

    ``population`` is in thousands, ``phones`` are the city's own ranges and those of the whole country.
    """

    country: str
    name: str
    region: str | None
    time_zone: str
    latitude: int
    longitude: int
    postal_codes: tuple[str, ...]
    phones: tuple[str, ...]
    population: int


@dataclass(frozen=True, slots=True)
class Country:
    """A country's cities and how its addresses are written.

    ``line_1`` has ``{street}`` and ``{number}``; of addresses, ``line_2_percent`` have a second line;
    ``titles`` are what one calls home, work, parents, holiday home and neighbours there.
    """

    code: str
    cities: tuple[City, ...]
    line_1: str
    streets: tuple[str, ...]
    numbers: tuple[str, ...]
    line_2: tuple[str, ...]
    line_2_percent: int
    titles: tuple[str, ...]


@cache
def countries() -> tuple[Country, ...]:
    """All countries in the order of the rules."""
    return tuple(_country(code, rule) for code, rule in document("rules").items())


def _country(code: str, rule: dict[str, Any]) -> Country:
    entry = document(f"places/{code}")
    everywhere = [template for known in rule["phones"] for template in known["templates"]]
    return Country(
        code,
        tuple(_city(code, everywhere, *fields) for fields in entry["cities"]),
        entry["line_1"],
        tuple(entry["streets"]),
        tuple(entry["numbers"]),
        tuple(entry["line_2"]["values"]),
        entry["line_2"]["percent"],
        tuple(entry["titles"]),
    )


def _city(code: str, everywhere: list[str], name: str, region: str | None, *rest: Any) -> City:
    postal_codes, phones, _, zone, latitude, longitude, population = rest
    return City(
        code,
        name,
        region,
        zone,
        _degrees(latitude),
        _degrees(longitude),
        tuple(postal_codes.split("|")),
        (*(phones.split("|") if phones else ()), *everywhere),
        population,
    )


def _degrees(text: str) -> int:
    whole, _, places = text.partition(".")
    # Text and no float, so that no digit is lost to rounding. The sign is read from the text too, because int
    # loses that of "-0".
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 100_000 + sign * int(places.ljust(5, "0"))
