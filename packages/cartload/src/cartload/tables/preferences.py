"""What is usual for each category: what is bought together with it, how often again, how many, how often
returned.

The kind of a category is recognised by words in its name, so that new categories need no entry here.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from cartload.randomness.fixed_point import I64

COMPLEMENTS: Final = 16


class Kind(NamedTuple):
    """A kind of goods: words in names of its categories, kinds that go with it, and three relative weights.

    - ``returned``: how often its items come back. Our estimates: surveys agree that clothes and shoes lead by
      far, not on how far (docs/how-the-numbers-are-made.md names two);
    - ``more``: how many more than one are bought;
    - ``repeats``: how many of 256 items are the customer's usual product again.
    """

    words: tuple[str, ...]
    beside: tuple[str, ...]
    returned: int
    more: int
    repeats: int


KINDS: Final[dict[str, Kind]] = {
    "shoes": Kind(("shoe", "footwear", "boot"), ("wear", "sport"), 32, 2, 6),
    "finery": Kind(("jewel", "watch", "bag", "accessor"), ("wear", "shoes"), 13, 1, 4),
    "wear": Kind(("cloth", "fashion", "wear", "lingerie"), ("shoes", "finery"), 28, 4, 10),
    "pets": Kind(("pet",), ("food",), 3, 16, 120),
    "food": Kind(("food", "drink", "grocer", "beverage", "wine", "coffee"), ("kitchen",), 1, 26, 130),
    "care": Kind(("beauty", "health", "care", "baby", "drug", "hygiene"), ("wear", "food"), 3, 14, 110),
    "kitchen": Kind(("kitchen", "cook", "dining", "tableware"), ("home", "food"), 6, 8, 12),
    "home": Kind(
        ("home", "textile", "bed", "bath", "decor", "light", "living", "furnitur"), ("kitchen",), 9, 4, 5
    ),
    "tech": Kind(
        ("electronic", "computer", "phone", "audio", "photo", "gaming", "appliance"), ("office",), 11, 2, 5
    ),
    "play": Kind(("toy", "game", "book", "music", "film", "craft", "hobby", "art"), ("office",), 5, 5, 12),
    "office": Kind(("office", "station", "paper", "school"), ("tech", "play"), 4, 22, 60),
    "sport": Kind(
        ("sport", "outdoor", "travel", "luggage", "camping", "bike", "cycl"), ("shoes",), 10, 4, 12
    ),
    "garden": Kind(("garden", "tool", "diy", "hardware", "auto", "car "), ("home",), 6, 12, 20),
}
"""A category is of the first kind that has a word of its name, so the order of kinds matters."""
_OTHER: Final = Kind((), (), 8, 6, 12)


@dataclass(frozen=True)
class Preferences:
    """Tables by category, for a catalogue's category names."""

    names: tuple[str, ...]

    @cached_property
    def _kinds(self) -> tuple[str, ...]:
        return tuple(_kind(name) for name in self.names)

    def _column(self, field: str) -> list[int]:
        return [getattr(KINDS.get(kind, _OTHER), field) for kind in self._kinds]

    @cached_property
    def returned(self) -> I64:
        """The weight by which items of each category come back, 1 to 32."""
        return np.array(self._column("returned"), np.int64)

    @cached_property
    def repeats(self) -> I64:
        """How many of 256 items of each category are the customer's usual product again."""
        return np.array(self._column("repeats"), np.int64)

    @cached_property
    def complements(self) -> I64:
        """Sixteen categories that go with each, of its own kind and of kinds beside it, in turn."""
        rows = [self._beside(place) for place in range(len(self.names))]
        return np.array([row[slot % len(row)] for row in rows for slot in range(COMPLEMENTS)], np.int64)

    def _beside(self, place: int) -> list[int]:
        kind = self._kinds[place]
        wanted = {kind, *KINDS.get(kind, _OTHER).beside}
        found = [other for other, its in enumerate(self._kinds) if its in wanted and other != place]
        return found or [place]

    @cached_property
    def more(self) -> I64:
        """The weight of pieces beyond the first of each category, 1 to 26."""
        return np.array(self._column("more"), np.int64)


def _kind(name: str) -> str:
    # With a space behind the name, "car " finds "Car" but neither "Cards" nor "Care".
    plain = f"{name.lower()} "
    return next((kind for kind, its in KINDS.items() if any(word in plain for word in its.words)), "")
