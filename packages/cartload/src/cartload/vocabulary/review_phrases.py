"""What customers write about what they bought: our own phrases by language, rating and kind of goods.

A text is an opening that says how satisfied somebody is, a sentence about the goods and mostly a closing.
Every opening belongs to one rating, so that the checker can tell whether text and rating agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from cartload.vocabulary import document

RATINGS: Final = 5
_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "ja", "zh")


@dataclass(frozen=True, slots=True)
class Aspects:
    """What is said of a kind of goods: two good things and two bad ones."""

    good: tuple[str, str]
    bad: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """A language: the locales that write it, titles and openings from one star to five, and the rest.

    A title may have the slot ``{noun}`` for the kind of thing that was bought.
    """

    language: str
    locales: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...]
    openings: tuple[tuple[str, ...], ...]
    good_closings: tuple[str, ...]
    fair_closings: tuple[str, ...]
    bad_closings: tuple[str, ...]
    aspects: dict[str, Aspects]

    def bodies(self, kind: str, rating: int) -> Iterator[str]:
        """Every text there is about a kind of goods with so many stars."""
        for opening in self.openings[rating - 1]:
            for middle in self._middles(kind, rating):
                for closing in self._closings(rating):
                    yield _joined(opening, middle, closing)

    def _middles(self, kind: str, rating: int) -> tuple[str, ...]:
        aspects = self.aspects[kind]
        # Three stars are for what works, with a reservation: that is the closing.
        if rating == 3:
            return aspects.good[:1]
        return aspects.good if rating > 3 else aspects.bad

    def _closings(self, rating: int) -> tuple[str, ...]:
        if rating == 3:
            return self.fair_closings
        return ("", *(self.good_closings if rating > 3 else self.bad_closings))


def _joined(*sentences: str) -> str:
    """Sentences one after the other; those that end in an ideographic full stop need no space."""
    return "".join(one if one.endswith("。") else f"{one} " for one in sentences).rstrip()


@cache
def languages() -> tuple[Phrases, ...]:
    """All languages in their fixed order; each locale of the vocabulary has one."""
    return tuple(_phrases(language, document(f"reviews/{language}")) for language in _LANGUAGES)


def _phrases(language: str, raw: dict[str, Any]) -> Phrases:
    stars = [str(rating) for rating in range(1, RATINGS + 1)]
    return Phrases(
        language,
        tuple(raw["locales"]),
        tuple(tuple(raw["titles"][rating]) for rating in stars),
        tuple(tuple(raw["openings"][rating]) for rating in stars),
        tuple(raw["closings"]["good"]),
        tuple(raw["closings"]["fair"]),
        tuple(raw["closings"]["bad"]),
        {
            kind: Aspects((aspects["good"][0], aspects["good"][1]), (aspects["bad"][0], aspects["bad"][1]))
            for kind, aspects in raw["aspects"].items()
        },
    )


@cache
def kinds() -> dict[str, str]:
    """The kind of goods of each category, by the slug of its name."""
    found: dict[str, str] = document("reviews/kinds")
    return found
