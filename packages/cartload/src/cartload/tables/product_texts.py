"""Names, summaries and descriptions of products, put together from words that fit the noun."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.catalogue import product_words
from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import starts_of_runs
from cartload.tables.product_names import MODELS
from cartload.tables.world import World

_MODELS: Final = arrays.pool(MODELS)
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
    def name(self) -> Any:
        """Such as ``Classic Oak Bookcase``, ``Wireless Mouse K320`` or ``The Last Harbour: Crime Novel``."""
        words = product_words.texts()
        pools = (
            words.series,
            words.adjectives.pool,
            words.materials.pool,
            words.titles.pool,
            words.nouns,
            _MODELS,
        )
        parts = self.world.names.parts
        return arrays.joined(
            *(arrays.take(pool, part[self.rows]) for pool, part in zip(pools, parts, strict=True))
        )

    def _word(self, words: product_words.Words, bits: I64) -> Any:
        """One of the noun's words by eight bits; an empty text where there is none."""
        return arrays.take(words.pool, words.place(self._noun, bits))

    @cached_property
    def brand(self) -> Any:
        """The maker's name."""
        return arrays.take(product_words.texts().brands, self.world.catalogue.assortment.brand[self.rows])

    @cached_property
    def slug(self) -> Any:
        """The name in lower case with dashes, then the row number: unique whatever the names."""
        return arrays.slugs(self.name, self.rows + 1)

    @cached_property
    def _slots(self) -> dict[str, Any]:
        plural = product_words.numbers().plural[self._noun]
        return {
            "name": self.name,
            "brand": arrays.plain(self.brand),
            "use": arrays.plain(self._word(product_words.texts().uses, self._draw.bits("use"))),
            "this": arrays.text(_THIS, plural),
        }

    @cached_property
    def summary(self) -> Any:
        """One line."""
        return self._filled(product_words.texts().summaries, self._draw.bits("summary"))

    @cached_property
    def description(self) -> Any:
        """An opening, two features, the material if there is one, care, and a closing sentence."""
        words, draw, more = product_words.texts(), self._draw, self._more
        features = words.features.at.count[self._noun]
        first = draw.bits("feature") * features >> 8
        # Counted on from the first one, by less than a whole round: so it is another feature.
        second = (first + 1 + (draw.bits("second") * (features - 1) >> 8)) % features
        feature = 1 + words.features.at.start[self._noun]
        voice = product_words.numbers().voice[self._noun]
        closing = words.closings.at.count[voice] * more.bits("closing") >> 8
        return arrays.joined(
            self._filled(words.openings, more.bits("opening")),
            " ",
            arrays.take(words.features.pool, feature + first),
            arrays.take(words.features.pool, feature + second),
            arrays.take(words.about_material, 1 + self.world.catalogue.assortment.material[self.rows]),
            self._word(words.care, more.bits("care")),
            arrays.take(words.closings.pool, 1 + words.closings.at.start[voice] + closing),
        )

    def _filled(self, templates: product_words.Templates, bits: I64) -> Any:
        """A template of the noun's voice, chosen by eight bits, with its slots filled."""
        voice = product_words.numbers().voice[self._noun]
        chosen = templates.at.start[voice] + (bits * templates.at.count[voice] >> 8)
        # All rows of one template are joined at once, template by template; then each row takes its text back
        # to its own place.
        order = np.argsort(chosen, kind="stable")
        parts = [
            _filled(templates.texts[chosen[rows[0]]], rows, self._slots)
            for rows in np.split(order, starts_of_runs(chosen[order]))[1:]
        ]
        if not parts:
            return arrays.constant("", 0)  # concat_arrays refuses an empty list
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
