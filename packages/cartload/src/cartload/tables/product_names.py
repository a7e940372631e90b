"""The words of each product's name, chosen so that hardly any two products of one brand have the same."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from cartload.catalogue import product_words
from cartload.catalogue.assortment import Assortment
from cartload.randomness.draws import Randomness
from cartload.randomness.fixed_point import I64

_MATERIAL, _ADJECTIVE, _SERIES = 1, 2, 4
_PATTERNS: Final = np.array(
    [
        [5, 5, 5, 5, 3, 3, 3, 6, 6, 4, 4, 2, 2, 2, 1, 1],
        [3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1],
        [2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 1, 1, 1],
        [6, 6, 6, 6, 6, 6, 6, 6, 2, 2, 2, 2, 2, 2, 2, 2],
    ]
)
"""By naming and four random bits, the words of a name besides its noun: sums of the three bits above."""
_DISTINCT_PATTERNS: Final = np.array(
    [
        [5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7],
        [5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7],
        [2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 1, 1, 1],
        [6, 6, 6, 6, 6, 6, 6, 6, 2, 2, 2, 2, 2, 2, 2, 2],
    ]
)
"""The same where the brand has a product of the first name already: mostly by a series."""
_TITLED: Final = product_words.NAMINGS.index("title")
_NUMBERED: Final = product_words.NAMINGS.index("model")
MODELS: Final = (
    "",
    *(f" {letter}{number}" for letter in "ABCDEHKLMNPRSTVX" for number in range(120, 920, 50)),
)
"""Model numbers, none first."""
_MIX: Final = 0x9E3779B97F4A7C15
"""2**64 divided by the golden ratio, an odd multiplier of many different bits (Knuth, volume 3, 6.4)."""


class Parts(NamedTuple):
    """Places of a name's words in their pools, in the order of the words; 0 for none but of the noun."""

    series: I64
    adjective: I64
    material: I64
    title: I64
    noun: I64
    model: I64


@dataclass(frozen=True)
class Names:
    """The names of a catalogue's products."""

    random: Randomness
    assortment: Assortment

    @cached_property
    def parts(self) -> Parts:
        """The words of each: drawn, and drawn again where an earlier product of the brand has them."""
        # Twice and no more: a few pairs of the same name may remain in a large catalogue, as in a real one.
        parts = self._drawn("products.name", np.arange(len(self.assortment.noun)), _PATTERNS)
        for family in ("products.name_again_1", "products.name_again_2"):
            doubles = self._doubles(parts)
            again = self._drawn(family, doubles, _DISTINCT_PATTERNS)
            for part, words in zip(parts, again, strict=True):
                part[doubles] = words
        return parts

    def _drawn(self, family: str, rows: I64, patterns: I64) -> Parts:
        texts, draw, noun = product_words.texts(), self.random.draw(family, rows), self.assortment.noun[rows]
        naming, material = product_words.numbers().naming[noun], self.assortment.material[rows]
        pattern = patterns[naming, draw.bits("pattern") >> 4]
        pattern = np.where(
            (material < 0) & (pattern & _MATERIAL > 0), pattern & ~_MATERIAL | _ADJECTIVE, pattern
        )
        series = np.where(naming == _TITLED, 1, 2 + draw.below("series", len(texts.series) - 2))
        return Parts(
            series=np.where(pattern & _SERIES > 0, series, 0),
            adjective=np.where(
                pattern & _ADJECTIVE > 0, texts.adjectives.place(noun, draw.bits("adjective")), 0
            ),
            material=np.where(pattern & _MATERIAL > 0, material + 1, 0),
            title=np.where(naming == _TITLED, texts.titles.place(noun, draw.bits("title")), 0),
            noun=noun,
            model=np.where(naming == _NUMBERED, 1 + draw.bits("model"), 0),
        )

    def _doubles(self, parts: Parts) -> I64:
        """Products that have the brand and all words of an earlier one."""
        # One 64-bit hash of all words instead of rows of seven numbers to compare: two different names of a
        # million have the same with a chance of 1 in 40 million, and would only be drawn again. The sort is
        # stable, so the first product of a name keeps it.
        key = self.assortment.brand.astype(np.uint64)
        for part in parts:
            key = (key ^ part.view(np.uint64)) * np.uint64(_MIX)
            key ^= key >> np.uint64(29)
        order = np.argsort(key, kind="stable")
        again = key[order[1:]] == key[order[:-1]]
        return np.sort(order[1:][again])
