"""What clocks show in each time zone, from a committed table: the time-zone data of a machine changes.

``vocabulary/zones.json`` holds, for each zone of the gazetteer, every change of its offset from 1989 to the
end of 2100 as the IANA time zone database tells it; ``python -m cartload.vocabulary.render_zones`` wrote it.
"""

from functools import cache
from typing import Final

import numpy as np

from cartload import vocabulary
from cartload.randomness.fixed_point import I64

_SHIFT: Final = 1 << 43
"""More milliseconds than there are from 1970 to the last moment of the table."""


def _names() -> tuple[str, ...]:
    return tuple(vocabulary.document("zones"))


NAMES: Final = _names()
"""IANA names of all zones, sorted; a zone's number is its place here."""

COUNT: Final = len(NAMES)


@cache
def _table() -> tuple[I64, I64]:
    moments, offsets = [], []
    for place, (seconds, minutes) in enumerate(vocabulary.document("zones").values()):
        # All zones lie in one sorted array, each shifted beyond the one before: one binary search serves
        # moments of any mixture of zones. The 0 in front of each stands for all time before its first change.
        moments.append(np.array([0, *seconds], np.int64) * 1000 + place * _SHIFT)
        offsets.append(np.array(minutes, np.int64) * 60_000)
    return np.concatenate(moments), np.concatenate(offsets)


def utc_offset(zone: I64, moments: I64) -> I64:
    """Milliseconds to add to UTC for the local time of zones (by number) at moments (since 1970).

    Right from 1989 to 2100; the first and the last offset of the table stand for what is before and after.
    """
    changes, offsets = _table()
    result: I64 = offsets[np.searchsorted(changes, zone * _SHIFT + moments, side="right") - 1]
    return result
