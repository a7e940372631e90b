"""Names of customers as Arrow pools, with the numbers that address them. Built once per process.

A name that is frequent has many slots: so a slot, chosen evenly, gives names with their true frequencies.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from cartload import vocabulary
from cartload.columns import arrays
from cartload.randomness.fixed_point import I64

FIRST_BITS: Final = 10
LAST_BITS: Final = 12
"""Each locale has ``1 << FIRST_BITS`` slots for first names and ``1 << LAST_BITS`` for last names."""


@dataclass(frozen=True)
class NamePools:
    """First and last names of all locales, one behind the other, as written and folded to ASCII.

    - ``first_slot``, ``last_slot``: by locale and slot, the index of a name in its pool;
    - ``*_turn``: by locale and slot, how many earlier slots the same name has;
    - ``*_slots``: by name, how many slots it has;
    - ``*_shared``: by name, how many locales have a name that is folded to the same letters;
    - ``*_place``: by name, how many of these locales come before its own;
    - ``female_shift``: by locale, the distance from a last name to its form for women, 0 where there is none.
    """

    first: Any
    first_folded: Any
    last: Any
    last_folded: Any
    first_slot: I64
    first_turn: I64
    first_slots: I64
    last_slot: I64
    last_turn: I64
    last_slots: I64
    first_shared: I64
    first_place: I64
    last_shared: I64
    last_place: I64
    female_shift: I64
    is_female: I64
    locales: Any
    country: I64


@cache
def name_pools() -> NamePools:
    """All names; row i of the numbers by locale belongs to locale i."""
    all_names = vocabulary.names()
    first = [names.first for names in all_names]
    last = [(*names.last, *_forms(names)) for names in all_names]
    first_folded = [names.first_folded for names in all_names]
    last_folded = [(*names.last_folded, *map(vocabulary.fold, _forms(names))) for names in all_names]
    codes = [country.code for country in vocabulary.countries()]
    first_slot, first_turn = _slots(first, [names.first_slots for names in all_names])
    last_slot, last_turn = _slots(last, [names.last_slots for names in all_names])
    first_shared, first_place = _sharing(first_folded)
    last_shared, last_place = _sharing(last_folded)
    return NamePools(
        # Forms for women stand behind the locale's last names in the same order: one distance for the whole
        # locale leads from each name to its form.
        first=arrays.pool(_flat(first)),
        first_folded=arrays.pool(_flat(first_folded)),
        last=arrays.pool(_flat(last)),
        last_folded=arrays.pool(_flat(last_folded)),
        first_slot=first_slot,
        first_turn=first_turn,
        first_slots=_numbers(names.first_slots for names in all_names),
        last_slot=last_slot,
        last_turn=last_turn,
        last_slots=_numbers((*n.last_slots, *(n.last_slots if _forms(n) else ())) for n in all_names),
        first_shared=first_shared,
        first_place=first_place,
        last_shared=last_shared,
        last_place=last_place,
        female_shift=np.array([len(_forms(names)) for names in all_names], np.int64),
        is_female=_numbers([place < n.female for place in range(len(n.first))] for n in all_names),
        locales=arrays.pool([names.locale for names in all_names]),
        country=np.array([codes.index(names.country) for names in all_names], np.int64),
    )


def _forms(names: vocabulary.Names) -> tuple[str, ...]:
    return () if names.last_female == names.last else names.last_female


def _flat(lists: Iterable[Iterable[Any]]) -> list[Any]:
    return [value for values in lists for value in values]


def _numbers(lists: Iterable[Iterable[int]]) -> I64:
    return np.array(_flat(lists), np.int64)


def _slots(lists: Sequence[Sequence[str]], slots: Sequence[Sequence[int]]) -> tuple[I64, I64]:
    """Index in the pool, and number among the slots of its name, for each slot of each locale."""
    starts = np.cumsum([0, *map(len, lists)])
    place = [
        np.repeat(np.arange(len(many)) + start, many) for start, many in zip(starts, slots, strict=False)
    ]
    turn = [np.concatenate([np.arange(count) for count in many]) for many in slots]
    return np.concatenate(place), np.concatenate(turn)


def _sharing(lists: Sequence[Sequence[str]]) -> tuple[I64, I64]:
    """In how many locales each name is, and how many of them come before its own."""
    total = Counter(_flat(lists))
    so_far: Counter[str] = Counter()
    place = []
    for name in _flat(lists):
        place.append(so_far[name])
        so_far[name] += 1
    return np.array([total[name] for name in _flat(lists)], np.int64), np.array(place, np.int64)
