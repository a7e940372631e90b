"""Phrases of reviews: whole in every language, an opening has one rating, no text contradicts itself."""

import re
from itertools import combinations

import pytest

from cartload import vocabulary
from cartload.catalogue.product_words import slug
from cartload.schema import table
from cartload.vocabulary import product_types
from cartload.vocabulary.review_phrases import RATINGS, Phrases, kinds, languages

STARS = range(1, RATINGS + 1)
DURATIONS = re.compile(
    r"\b(week|month|year|Woche|Monat|semaine|mois|semana|settiman|tydzie|vecka)", re.IGNORECASE
)


def test_every_locale_has_one_language() -> None:
    written = [locale for phrases in languages() for locale in phrases.locales]
    assert sorted(written) == sorted(names.locale for names in vocabulary.names())


def test_every_category_has_a_kind_of_goods_that_every_language_knows() -> None:
    assert kinds().keys() == {slug(category.name) for category in product_types.categories()}
    for phrases in languages():
        assert phrases.aspects.keys() == set(kinds().values())


@pytest.mark.parametrize("phrases", languages(), ids=lambda phrases: phrases.language)
def test_every_text_is_there_and_fits_its_column(phrases: Phrases) -> None:
    assert len(phrases.titles) == len(phrases.openings) == RATINGS
    longest_title = max(len(title) for titles in phrases.titles for title in titles)
    longest_noun = max(
        len(noun.name)
        for category in product_types.categories()
        for sub in category.sub_categories
        for noun in sub.nouns
    )
    assert longest_title + longest_noun <= table("reviews").column("title").length
    for kind in phrases.aspects:
        for rating in STARS:
            bodies = list(phrases.bodies(kind, rating))
            assert len(set(bodies)) == len(bodies) >= 6
            assert max(map(len, bodies)) <= table("reviews").column("body").length
            assert all(body.endswith((".", "。")) and "  " not in body for body in bodies)


@pytest.mark.parametrize("phrases", languages(), ids=lambda phrases: phrases.language)
def test_the_beginning_of_a_text_tells_its_stars(phrases: Phrases) -> None:
    for (one, ones), (other, others) in combinations(enumerate(phrases.openings, 1), 2):
        for opening in ones:
            assert not opening.startswith(others), (one, other)
            assert not any(text.startswith(opening) for text in others), (one, other)


@pytest.mark.parametrize("phrases", languages(), ids=lambda phrases: phrases.language)
def test_good_ratings_have_good_texts_and_bad_ones_bad(phrases: Phrases) -> None:
    for kind, aspects in phrases.aspects.items():
        for body in (body for rating in (4, 5) for body in phrases.bodies(kind, rating)):
            assert any(good in body for good in aspects.good)
            assert not any(bad in body for bad in (*aspects.bad, *phrases.bad_closings))
        for body in (body for rating in (1, 2) for body in phrases.bodies(kind, rating)):
            assert any(bad in body for bad in aspects.bad)
            assert not any(good in body for good in (*aspects.good, *phrases.good_closings))
        for body in phrases.bodies(kind, 3):
            assert aspects.good[0] in body
            assert body.endswith(phrases.fair_closings)
            assert not any(bad in body for bad in aspects.bad)


@pytest.mark.parametrize("phrases", languages(), ids=lambda phrases: phrases.language)
def test_no_text_tells_of_more_time_than_there_was(phrases: Phrases) -> None:
    # Reviews are written from a day after the delivery on.
    sentences = [text for one in phrases.aspects.values() for text in (*one.good, *one.bad)]
    assert not [text for text in sentences if DURATIONS.search(text)]
