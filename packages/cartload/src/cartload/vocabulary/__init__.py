"""Committed words: names by locale, places by country, goods by category. Part of the engine's vintage."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

_LETTERS: Final = "AEHNPRTWXY"
"""Letters that stand in the postal codes of Britain, Ireland, Canada and the Netherlands alike."""
_FOLDS: Final = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d"})


def fold(text: str) -> str:
    """Lower-case ASCII letters of a name: what its owner would have in an email address."""
    lowered = unicodedata.normalize("NFKD", text.lower().translate(_FOLDS))
    return "".join(letter for letter in lowered if "a" <= letter <= "z")


@cache
def document(name: str) -> Any:
    """A committed vocabulary file."""
    return json.loads(resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one locale; women's first names come before men's."""

    locale: str
    country: str
    female: int
    first: tuple[str, ...]
    last: tuple[str, ...]


@cache
def names() -> tuple[Names, ...]:
    """All locales in their fixed order: a locale's place in it is part of every user name."""
    return tuple(_names(locale, lists) for locale, lists in document("people").items())


def _names(locale: str, lists: dict[str, list[str]]) -> Names:
    first = (*lists["female"], *lists["male"])
    return Names(locale, locale[3:], len(lists["female"]), first, tuple(lists["last"]))


@dataclass(frozen=True, slots=True)
class City:
    """One city; coordinates in hundred-thousandths of a degree, templates as in :func:`expand`."""

    country: str
    name: str
    region: str | None
    time_zone: str
    latitude: int
    longitude: int
    postal_code: str
    phone: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country's cities and how its streets are written: ``{street}`` and ``{number}``."""

    code: str
    cities: tuple[City, ...]
    line_1: str
    streets: tuple[str, ...]


@cache
def countries() -> tuple[Country, ...]:
    """All countries in the file's order."""
    return tuple(_country(code, entry) for code, entry in document("places").items())


def _country(code: str, entry: dict[str, Any]) -> Country:
    cities = tuple(_city(code, *fields) for fields in entry["cities"])
    return Country(code, cities, entry["line_1"], tuple(entry["streets"]))


def _city(code: str, name: str, region: str | None, zone: str, *rest: Any) -> City:
    latitude, longitude, postal_code, phone = rest
    return City(code, name, region, zone, _degrees(latitude), _degrees(longitude), postal_code, phone)


def _degrees(text: str) -> int:
    whole, _, places = text.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 100_000 + sign * int(places.ljust(5, "0"))


def expand(template: str, count: int) -> tuple[str, ...]:
    """``count`` fillings of a template: each ``#`` a digit, each ``@`` a letter, spread evenly, no float."""
    sizes = [10 if mark == "#" else len(_LETTERS) for mark in template if mark in "#@"]
    space = 1
    for size in sizes:
        space *= size
    step = max(1, space // count)
    return tuple(_filled(template, number * space // count + number * 7919 % step) for number in range(count))


def _filled(template: str, number: int) -> str:
    return "".join(reversed(list(_marks_filled(template, number))))


def _marks_filled(template: str, number: int) -> Iterator[str]:
    for mark in reversed(template):
        if mark == "#":
            number, digit = divmod(number, 10)
            yield str(digit)
        elif mark == "@":
            number, letter = divmod(number, len(_LETTERS))
            yield _LETTERS[letter]
        else:
            yield mark
