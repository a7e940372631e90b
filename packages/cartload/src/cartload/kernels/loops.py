"""Loops over integers, for which numpy would need several passes.

Arrays are of 64-bit integers unless a type says otherwise.
"""

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from cartload.kernels.library import look_up, run, words

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_ROOM: Final = 4
"""Places that some loops write beyond what they fill."""


def scramble(rows: I64, first: np.uint64, second: np.uint64) -> U64:
    """``mix(mix(row + first) + second)``; ``mix`` is SplitMix64's finaliser (Steele, Lea and Flood 2014)."""
    out = np.empty(len(rows), np.uint64)
    run("scramble", words(rows), first, second, out, len(out))
    return out


def owners(counts: I64, total: int) -> I64:
    """The group of each row; ``total`` is the sum of the counts."""
    out = np.empty(total + _ROOM, np.int64)
    run("owners", words(counts), len(counts), out)
    return out[:total]


def places(counts: I64, total: int) -> I64:
    """The place of each row in its group, from 0."""
    out = np.empty(total + _ROOM, np.int64)
    run("places", words(counts), len(counts), out)
    return out[:total]


def group_sums(values: I64, counts: I64) -> I64:
    """Sum over each group; 0 for empty ones."""
    running, out = np.empty(len(values) + 1, np.int64), np.empty(len(counts), np.int64)
    run("group_sums", words(values), len(values), words(counts), len(counts), running, out)
    return out


def later_doubles(owner: I64, values: I64, most: int) -> I64:
    """Positions of all values that stand at an earlier position of the same owner too, in order.

    Owners' values lie together, at most ``most`` of each; values are below ``2**40``, owners below ``2**24``.
    """
    count = len(values)
    keys, hits, out = np.empty(count, np.uint64), np.empty(count, np.uint8), np.empty(count, np.int64)
    arguments = (words(owner), words(values), most, keys, hits, out, count)
    return out[: run("later_doubles", *arguments)]


def systematic(weights: I64, sizes: I64, quotas: I64, starts: I64) -> I64:
    """:func:`cartload.randomness.sampling.systematic`."""
    out = np.empty(len(weights), np.int64)
    run("systematic", words(weights), words(sizes), words(quotas), words(starts), len(sizes), out)
    return out


def sampling_keys(weights: I64, draws: I64, exponentials: I64, weightless: int) -> I64:
    """:func:`cartload.randomness.sampling.sampling_keys`; ``exponentials`` has one for each word.

    ``weightless`` is added to the keys of rows of weight 0.
    """
    out = np.empty(len(draws), np.int64)
    look_up("sampling_keys", words(weights), words(draws), exponentials, weightless, out, len(out))
    return out


def weighted_sample(sort_keys: I64, sizes: I64, quotas: I64) -> Flags:
    """:func:`cartload.randomness.sampling.weighted_sample`."""
    scratch, out = np.empty(1 + int(sizes.max(initial=0)), np.int64), np.empty(len(sort_keys), np.bool_)
    run("weighted_sample", words(sort_keys), words(sizes), words(quotas), len(sizes), scratch, out)
    return out


def find(running: I64, table: I64, shift: int, positions: I64) -> I64:
    """Where in a running sum each position lies, looked for from ``table[position >> shift]`` on."""
    out = np.empty(len(positions), np.int64)
    look_up("find", running, len(running) - 1, table, len(table), shift, words(positions), out, len(out))
    return out


def favourites(drawn: U64, category: I64, categories: int) -> I64:
    """Four categories by each word, 12 bits each from the top; the next one where one is there already.

    ``category`` has one for each 12-bit word.
    """
    out = np.empty(4 * len(drawn), np.int64)
    run("favourites", drawn, category, categories, out, len(drawn))
    return out


def position(moments: I64, start: int, running: I64, daily: I64, hours: I64, before_hour: I64) -> I64:
    """:meth:`cartload.calendar.timeline.Timeline.position`."""
    out = np.empty(len(moments), np.int64)
    tables = (running, daily, hours, before_hour)
    look_up("position", words(moments), start, len(daily), *tables, out, len(out))
    return out


def moment(positions: I64, day: I64, start: int, *tables: I64) -> I64:
    """:meth:`cartload.calendar.timeline.Timeline.moment`, the days known; tables as there, in that order."""
    out = np.empty(len(positions), np.int64)
    run("moment", words(positions), day, start, *tables, out, len(out))
    return out


def local_day(noon: I32, first_day: int, days: int, zone: I64, moments: I64) -> I64:
    """:meth:`cartload.calendar.clock.Clock.day`; ``noon`` as in :func:`by_clock`."""
    out = np.empty(len(moments), np.int64)
    run("local_day", noon, first_day, days, words(zone), words(moments), out, len(out))
    return out


def by_clock(
    way: Literal["local", "utc"], noon: I32, first_day: int, days: int, zone: I64, moments: I64
) -> tuple[I64, I64]:
    """Moments moved from UTC (``local``) or to it (``utc``) by their zone's offset at noon of their day.

    And the places of those on days on which clocks change, for which the lowest bit of the offset is 1.
    """
    out, hit = np.empty(len(moments), np.int64), np.empty(len(moments), np.int64)
    arguments = (noon, first_day, days, words(zone), words(moments), out, hit, len(out))
    return out, hit[: run(way, *arguments)]
