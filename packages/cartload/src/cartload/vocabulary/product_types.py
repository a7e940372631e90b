"""The shop's goods as committed data: categories, sub-categories and nouns, each with the words that fit it.

A noun is a kind of thing that is sold, such as a bread knife. Whatever its entry lacks it takes from its
sub-category. The words are our own: Faker has no goods, and faker-commerce's seventeen product words, twelve
materials and twenty adjectives go with everything, so that they make a frozen car as easily as a rubber soap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from cartload.vocabulary import document

Naming = Literal["series", "plain", "model", "title"]


@dataclass(frozen=True, slots=True)
class Size:
    """A size, its price and weight as percentages of those of its system's reference size."""

    label: str
    price: int
    grams: int


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of thing: price in minor units and weight in grams (lowest, highest) at the reference size.

    Lists that do not apply are empty: what comes in one size has no ``sizes``, and so on.
    """

    name: str
    number: Literal["singular", "plural", "mass"]
    price: tuple[int, int]
    grams: tuple[int, int]
    sizes: tuple[Size, ...]
    colors: tuple[str, ...]
    adjectives: tuple[str, ...]
    materials: tuple[str, ...]
    varieties: tuple[str, ...]
    titles: tuple[str, ...]
    uses: tuple[str, ...]
    features: tuple[str, ...]
    care: tuple[str, ...]

    @property
    def reference(self) -> int:
        """The place of the reference size; 0 where there are no sizes."""
        return next((place for place, size in enumerate(self.sizes) if size.price == size.grams == 100), 0)


@dataclass(frozen=True, slots=True)
class SubCategory:
    """The second level of the catalogue."""

    name: str
    description: str
    nouns: tuple[Noun, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """The first level; ``margin`` is the lowest and highest gross margin in percent of the price."""

    name: str
    description: str
    brands: str
    naming: Naming
    voice: str
    margin: tuple[int, int]
    sub_categories: tuple[SubCategory, ...]


@dataclass(frozen=True, slots=True)
class Brand:
    """An invented maker, from 1 for cheap to 5 for dear."""

    name: str
    level: int


@dataclass(frozen=True, slots=True)
class Voice:
    """Texts for a group of categories: templates with slots in braces, and closing sentences."""

    summaries: tuple[str, ...]
    openings: tuple[str, ...]
    closings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """A material: its price level, 1 to 5, and a sentence that is true of everything made of it."""

    level: int
    about: str


@cache
def categories() -> tuple[Category, ...]:
    """All categories, those that sell most first."""
    return tuple(_category(document(f"goods/categories/{slug}")) for slug in document("goods/order"))


@cache
def sizes() -> dict[str, tuple[Size, ...]]:
    """Size systems by name, each from small to large."""
    return {
        name: tuple(Size(*size) for size in entry["sizes"]) for name, entry in document("goods/sizes").items()
    }


@cache
def brands() -> dict[str, tuple[Brand, ...]]:
    """Brands by group."""
    return {
        group: tuple(Brand(one["name"], one["level"]) for one in entries)
        for group, entries in document("goods/brands").items()
    }


@cache
def voices() -> dict[str, Voice]:
    """Templates by voice."""
    return {
        name: Voice(tuple(entry["summaries"]), tuple(entry["openings"]), tuple(entry["closings"]))
        for name, entry in document("goods/texts").items()
    }


@cache
def materials() -> dict[str, Material]:
    """Materials by name."""
    return {name: Material(one["level"], one["about"]) for name, one in document("goods/materials").items()}


@cache
def series() -> tuple[str, ...]:
    """Names of product lines."""
    return tuple(document("goods/series"))


def _category(raw: dict[str, Any]) -> Category:
    return Category(
        raw["name"],
        raw["description"],
        raw["brands"],
        raw["naming"],
        raw["voice"],
        tuple(raw["margin"]),
        tuple(_sub_category(sub) for sub in raw["sub_categories"]),
    )


def _sub_category(raw: dict[str, Any]) -> SubCategory:
    return SubCategory(raw["name"], raw["description"], tuple(_nouns(raw)))


def _nouns(sub: dict[str, Any]) -> Iterator[Noun]:
    shared = {key: value for key, value in sub.items() if key not in ("name", "description", "nouns")}
    for own in sub["nouns"]:
        yield _noun(shared | own)


def _noun(raw: dict[str, Any]) -> Noun:
    words = ("adjectives", "materials", "varieties", "titles", "uses", "features", "care")
    lists = {key: tuple(raw.get(key, ())) for key in words}
    return Noun(
        name=raw["name"],
        number=raw.get("number", "singular"),
        price=tuple(raw["price"]),
        grams=tuple(raw["grams"]),
        sizes=sizes()[raw["sizes"]] if raw["sizes"] else (),
        colors=tuple(document("goods/palettes")[raw["colors"]]) if raw["colors"] else (),
        **lists,
    )
