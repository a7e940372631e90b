"""Words about products as Arrow pools, with the numbers that address them. Built once per process."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.vocabulary import product_types
from cartload.vocabulary.product_types import Category, Material, Noun, SubCategory

_PLAIN_LEVEL = 2
"""The price level of things that have no material."""


def slug(name: str) -> str:
    """A name in lower-case ASCII with dashes."""
    return re.sub("[^a-z0-9]+", "-", name.lower().replace("&", "and").replace("'", "")).strip("-")


@dataclass(frozen=True)
class Lists:
    """Lists one behind the other: where each starts and how long it is."""

    start: I64
    count: I64

    @classmethod
    def of(cls, lists: Iterable[Sequence[Any]]) -> "Lists":
        """The lists' places."""
        count = np.array([len(one) for one in lists], np.int64)
        return cls(np.cumsum(count) - count, count)


@dataclass(frozen=True)
class Words:
    """A list of words per noun, one behind the other, in a pool whose first entry is an empty text.

    Names are joined from parts of which some are missing: index 0 is the missing one, no NULL is needed.
    """

    pool: Any
    at: Lists

    def place(self, noun: I64, bits: I64) -> I64:
        """Where one of each noun's words stands in the pool, by eight bits; 0 for a noun without any."""
        count = self.at.count[noun]
        return np.where(count > 0, 1 + self.at.start[noun] + (bits * count >> 8), 0)


@dataclass(frozen=True)
class Templates:
    """Texts with slots in braces, lists one behind the other."""

    texts: tuple[str, ...]
    at: Lists


@dataclass(frozen=True)
class SubCategoryWords:
    """Categories and sub-categories, for all of the vocabulary; ``nouns`` are the nouns of a sub-category."""

    category_names: Any
    category_slugs: Any
    category_descriptions: Any
    subs: Lists
    sub_names: Any
    sub_slugs: Any
    sub_descriptions: Any
    nouns: Lists


@dataclass(frozen=True)
class Numbers:
    """Numbers of each noun: bands at the reference size, margins in percent, what it may come in."""

    price_low: I64
    price_high: I64
    grams_low: I64
    grams_high: I64
    margin_low: I64
    margin_high: I64
    sizes: Lists
    reference: I64
    size_price: I64
    size_grams: I64
    colors: Lists
    materials: Lists
    material_level: I64
    brands: Lists
    brand_level: I64
    naming: I64
    voice: I64
    plural: I64

    def level_of_material(self, material: I64) -> I64:
        """The price level of materials, a middle one for -1."""
        return _at(self.material_level, material, _PLAIN_LEVEL)

    def percent(self, of: I64, size: I64) -> I64:
        """A percentage of sizes, ``size_price`` or ``size_grams``; 100 for -1."""
        return _at(of, size, 100)


def _at(values: I64, places: I64, otherwise: int) -> I64:
    # Index -1 is numpy's last entry: the value for what has no size or material is put there, without a
    # condition.
    return np.concatenate((values, [otherwise]))[places]


@dataclass(frozen=True)
class Texts:
    """Words of each noun."""

    series: Any
    nouns: Any
    brands: Any
    sizes: Any
    colors: Any
    adjectives: Words
    materials: Words
    about_material: Any
    titles: Words
    uses: Words
    features: Words
    care: Words
    summaries: Templates
    openings: Templates
    closings: Words


NAMINGS = ("series", "plain", "model", "title")


def _subs() -> list[tuple[Category, SubCategory]]:
    return [(category, sub) for category in product_types.categories() for sub in category.sub_categories]


def _nouns() -> list[tuple[Category, Noun]]:
    return [(category, noun) for category, sub in _subs() for noun in sub.nouns]


@cache
def sub_categories() -> SubCategoryWords:
    """All categories and sub-categories in their order."""
    categories, subs = product_types.categories(), _subs()
    return SubCategoryWords(
        category_names=arrays.pool([category.name for category in categories]),
        category_slugs=arrays.pool([slug(category.name) for category in categories]),
        category_descriptions=arrays.pool([category.description for category in categories]),
        subs=Lists.of([category.sub_categories for category in categories]),
        sub_names=arrays.pool([sub.name for _, sub in subs]),
        sub_slugs=arrays.pool([slug(f"{category.name} {sub.name}") for category, sub in subs]),
        sub_descriptions=arrays.pool([sub.description for _, sub in subs]),
        nouns=Lists.of([sub.nouns for _, sub in subs]),
    )


@cache
def numbers() -> Numbers:
    """The numbers of all nouns in their order."""
    nouns = _nouns()
    sizes = [size for _, noun in nouns for size in noun.sizes]
    brands = [product_types.brands()[category.brands] for category, _ in nouns]
    return Numbers(
        price_low=_column(noun.price[0] for _, noun in nouns),
        price_high=_column(noun.price[1] for _, noun in nouns),
        grams_low=_column(noun.grams[0] for _, noun in nouns),
        grams_high=_column(noun.grams[1] for _, noun in nouns),
        margin_low=_column(category.margin[0] for category, _ in nouns),
        margin_high=_column(category.margin[1] for category, _ in nouns),
        sizes=Lists.of([noun.sizes for _, noun in nouns]),
        reference=_column(noun.reference for _, noun in nouns),
        size_price=_column(size.price for size in sizes),
        size_grams=_column(size.grams for size in sizes),
        colors=Lists.of([noun.colors for _, noun in nouns]),
        materials=Lists.of([noun.materials or noun.varieties for _, noun in nouns]),
        material_level=_column(kind.level if kind else _PLAIN_LEVEL for kind in _kinds()),
        brands=Lists.of(brands),
        brand_level=_column(brand.level for group in brands for brand in group),
        naming=_column(NAMINGS.index(category.naming) for category, _ in nouns),
        voice=_column(list(product_types.voices()).index(category.voice) for category, _ in nouns),
        plural=_column(noun.number == "plural" for _, noun in nouns),
    )


@cache
def texts() -> Texts:
    """The words of all nouns in their order."""
    nouns = _nouns()
    voices = product_types.voices()
    return Texts(
        series=arrays.pool(["", "The ", *(f"{name} " for name in product_types.series())]),
        nouns=arrays.pool([noun.name for _, noun in nouns]),
        brands=arrays.pool([brand.name for one, _ in nouns for brand in product_types.brands()[one.brands]]),
        sizes=arrays.pool([size.label for _, noun in nouns for size in noun.sizes]),
        colors=arrays.pool([color for _, noun in nouns for color in noun.colors]),
        adjectives=_words(lambda noun: noun.adjectives, " "),
        materials=_words(lambda noun: noun.materials or noun.varieties, " "),
        about_material=arrays.pool(["", *(f"{kind.about} " if kind else "" for kind in _kinds())]),
        titles=_words(lambda noun: noun.titles, ": "),
        uses=_words(lambda noun: noun.uses),
        features=_words(lambda noun: noun.features, " "),
        care=_words(lambda noun: noun.care, " "),
        summaries=_templates(voice.summaries for voice in voices.values()),
        openings=_templates(voice.openings for voice in voices.values()),
        closings=Words(
            arrays.pool(["", *(text for voice in voices.values() for text in voice.closings)]),
            Lists.of([voice.closings for voice in voices.values()]),
        ),
    )


def _column(values: Iterable[int]) -> I64:
    return np.array(list(values), np.int64)


def _words(of: Callable[[Noun], tuple[str, ...]], end: str = "") -> Words:
    lists = [of(noun) for _, noun in _nouns()]
    return Words(arrays.pool(["", *(word + end for words in lists for word in words)]), Lists.of(lists))


def _templates(lists: Iterable[tuple[str, ...]]) -> Templates:
    every = list(lists)
    return Templates(tuple(text for texts in every for text in texts), Lists.of(every))


def _kinds() -> list[Material | None]:
    """The material of each entry of the nouns' materials or varieties; None for a variety, like a flavour."""
    known = product_types.materials()
    return [
        known[name] if noun.materials else None
        for _, noun in _nouns()
        for name in noun.materials or noun.varieties
    ]
