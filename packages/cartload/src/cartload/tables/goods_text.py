"""What a product's page says: name, summary and description, put together from words that fit its noun."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload import arrays, goods
from cartload.fixed import I64
from cartload.tables.world import World

_PATTERNS: Final = np.array(
    [
        [5, 5, 5, 5, 3, 3, 3, 6, 6, 4, 4, 2, 2, 2, 1, 1],
        [3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1],
        [2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 1, 1, 1],
        [6, 6, 6, 6, 6, 6, 6, 6, 2, 2, 2, 2, 2, 2, 2, 2],
    ]
)
"""By naming, what a name has before its noun: 1 for the material, 2 an adjective, 4 a series, and sums."""
_TITLED: Final = goods.NAMINGS.index("title")
_NUMBERED: Final = goods.NAMINGS.index("model")
_MODELS: Final = arrays.pool(
    ["", *(f" {letter}{number}" for letter in "ABCDEHKLMNPRSTVX" for number in range(120, 920, 50))]
)

_THIS: Final = arrays.pool(["this", "these"])


@dataclass(frozen=True)
class Texts:
    """Texts of some products; each attribute is a column with one entry for each of ``rows``."""

    world: World
    rows: I64

    @cached_property
    def _noun(self) -> I64:
        return self.world.catalogue.noun[self.rows]

    @cached_property
    def _draw(self) -> Any:
        return self.world.random.draw("products.text", self.rows)

    @cached_property
    def _more(self) -> Any:
        return self.world.random.draw("products.more", self.rows)

    @cached_property
    def _naming(self) -> I64:
        result: I64 = goods.numbers().naming[self._noun]
        return result

    @cached_property
    def _pattern(self) -> I64:
        """The name's parts; an adjective in place of a material where there is none."""
        pattern = _PATTERNS[self._naming, self._draw.bits("pattern") >> 4]
        bare = (self._material < 0) & (pattern & 1 == 1)
        result: I64 = np.where(bare, (pattern | 2) & ~1, pattern)
        return result

    @cached_property
    def _material(self) -> I64:
        return self.world.catalogue.assortment.material[self.rows]

    @cached_property
    def name(self) -> Any:
        """Such as ``Classic Oak Bookcase``, ``Wireless Mouse K320`` or ``The Last Harbour: Crime Novel``."""
        words, draw = goods.texts(), self._draw
        series = 2 + self.world.catalogue.assortment.kind.below("series", len(words.series) - 2)[self.rows]
        series = np.where(self._naming == _TITLED, 1, series)
        model = np.where(self._naming == _NUMBERED, 1 + draw.bits("model"), 0)
        return arrays.joined(
            arrays.take(words.series, np.where(self._pattern & 4, series, 0)),
            self._word(words.adjectives, draw.bits("adjective"), self._pattern & 2 > 0),
            arrays.take(words.materials.pool, np.where(self._pattern & 1, self._material + 1, 0)),
            self._word(words.titles, draw.bits("title"), self._naming == _TITLED),
            arrays.take(words.nouns, self._noun),
            arrays.take(_MODELS, model),
        )

    def _word(self, words: goods.Words, bits: I64, shown: Any = True) -> Any:
        """One of the noun's words by eight bits; an empty text where not shown, or where there is none."""
        count = words.at.count[self._noun]
        place = 1 + words.at.start[self._noun] + (bits * count >> 8)
        return arrays.take(words.pool, np.where(shown & (count > 0), place, 0))

    @cached_property
    def brand(self) -> Any:
        """The maker's name."""
        return arrays.take(goods.texts().brands, self.world.catalogue.assortment.brand[self.rows])

    @cached_property
    def slug(self) -> Any:
        """The name in lower case with dashes, then the row number: unique whatever the names."""
        return arrays.slugs(self.name, self.rows + 1)

    @cached_property
    def _slots(self) -> dict[str, Any]:
        plural = goods.numbers().plural[self._noun]
        return {
            "name": self.name,
            "brand": arrays.plain(self.brand),
            "use": arrays.plain(self._word(goods.texts().uses, self._draw.bits("use"))),
            "this": arrays.text(_THIS, plural),
        }

    @cached_property
    def summary(self) -> Any:
        """One line."""
        return self._filled(goods.texts().summaries, self._draw.bits("summary"))

    @cached_property
    def description(self) -> Any:
        """An opening, two features, the material if there is one, care, and a closing sentence."""
        words, draw, more = goods.texts(), self._draw, self._more
        features = words.features.at.count[self._noun]
        first = draw.bits("feature") * features >> 8
        second = (first + 1 + (draw.bits("second") * (features - 1) >> 8)) % features
        feature = 1 + words.features.at.start[self._noun]
        voice = goods.numbers().voice[self._noun]
        closing = words.closings.at.count[voice] * more.bits("closing") >> 8
        return arrays.joined(
            self._filled(words.openings, more.bits("opening")),
            " ",
            arrays.take(words.features.pool, feature + first),
            arrays.take(words.features.pool, feature + second),
            arrays.take(words.about_material, self._material + 1),
            self._word(words.care, more.bits("care")),
            arrays.take(words.closings.pool, 1 + words.closings.at.start[voice] + closing),
        )

    def _filled(self, templates: goods.Templates, bits: I64) -> Any:
        """A template of the voice, by eight bits, its slots filled."""
        voice = goods.numbers().voice[self._noun]
        chosen = templates.at.start[voice] + (bits * templates.at.count[voice] >> 8)
        order = np.argsort(chosen, kind="stable")
        used, starts = np.unique(chosen[order], return_index=True)
        parts = [
            _filled(templates.texts[number], rows, self._slots)
            for number, rows in zip(used.tolist(), np.split(order, starts[1:]), strict=True)
        ]
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return arrays.text(pa.concat_arrays(parts), back)


def _filled(template: str, rows: I64, slots: Mapping[str, Any]) -> Any:
    pieces: list[Any] = []
    for text, slot, *_ in string.Formatter().parse(template):
        pieces.append(text)
        if slot:
            pieces.append(arrays.take(slots[slot], rows))
    return arrays.joined(*pieces, rows=len(rows))
