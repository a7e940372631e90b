"""Titles and texts of reviews as Arrow pools, with the numbers that address them. Built once per process."""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final

import numpy as np

from cartload import vocabulary
from cartload.catalogue.product_words import Lists, slug
from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.vocabulary import product_types, review_phrases
from cartload.vocabulary.review_phrases import RATINGS

_NOUN: Final = "{noun}"


@dataclass(frozen=True)
class ReviewTexts:
    """All titles and texts; ``language`` is that of each locale, ``kind`` that of each category's goods.

    Of the titles' templates, those with a noun stand in the pool once for each noun.
    """

    language: I64
    kind: I64
    kinds: int
    titles: Any
    templates: Lists
    first_title: I64
    by_noun: I64
    bodies: Any
    bodies_at: Lists

    def title(self, language: I64, rating: I64, noun: I64, bits: I64) -> Any:
        """A title for each rating, 1 to 5, by eight random bits."""
        template = _one_of(self.templates, language * RATINGS + rating - 1, bits, 8)
        return arrays.take(self.titles, self.first_title[template] + self.by_noun[template] * noun)

    def body(self, language: I64, kind: I64, rating: I64, bits: I64) -> Any:
        """A text about a kind of goods for each rating, 1 to 5, by sixteen random bits."""
        cell = (language * self.kinds + kind) * RATINGS + rating - 1
        return arrays.take(self.bodies, _one_of(self.bodies_at, cell, bits, 16))


def _one_of(lists: Lists, cell: I64, bits: I64, width: int) -> I64:
    result: I64 = lists.start[cell] + (bits * lists.count[cell] >> width)
    return result


@cache
def review_texts() -> ReviewTexts:
    """The titles and texts of all languages."""
    languages, of_category = review_phrases.languages(), review_phrases.kinds()
    kinds = sorted(set(of_category.values()))
    spoken = {locale: place for place, one in enumerate(languages) for locale in one.locales}
    nouns = [
        noun.name
        for category in product_types.categories()
        for sub in category.sub_categories
        for noun in sub.nouns
    ]
    templates = [titles for language in languages for titles in language.titles]
    flat = [title for titles in templates for title in titles]
    named = np.array([_NOUN in title for title in flat], np.int64)
    room = np.where(named == 1, len(nouns), 1)
    bodies = [
        list(language.bodies(kind, rating))
        for language, kind, rating in product(languages, kinds, range(1, RATINGS + 1))
    ]
    return ReviewTexts(
        language=np.array([spoken[names.locale] for names in vocabulary.names()], np.int64),
        kind=np.array(
            [kinds.index(of_category[slug(category.name)]) for category in product_types.categories()],
            np.int64,
        ),
        kinds=len(kinds),
        titles=arrays.pool([text for title in flat for text in _filled(title, nouns)]),
        templates=Lists.of(templates),
        first_title=np.cumsum(room) - room,
        by_noun=named,
        bodies=arrays.pool([body for cell in bodies for body in cell]),
        bodies_at=Lists.of(bodies),
    )


def _filled(title: str, nouns: list[str]) -> list[str]:
    return [title.replace(_NOUN, noun) for noun in nouns] if _NOUN in title else [title]
