"""Conversion between UTC and the local time of every zone, by tables.

On most days a zone has one offset, so a table of offsets at noon of each day is enough. On the few days on
which clocks change, the exact moment of the change is looked up.

Local moments are milliseconds since 1970 as a wall clock shows them. Converting them to UTC never reverses
their order, which a library's rule (take the first of two, skip what does not exist) would: a customer's
orders are sorted by local time, and must stay sorted. So when clocks are put forward, the hour that does not
exist and the hour after it are squeezed into that one hour of UTC; when they are put back, the hour that
comes twice is stretched over two hours of UTC.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from cartload.calendar import zones
from cartload.calendar.timeline import DAY, HOUR
from cartload.kernels import loops
from cartload.randomness.fixed_point import I64

_NOON: Final = DAY // 2
_AROUND: Final = 2 * HOUR
"""How far before and after a day its clock change is looked for."""


@dataclass(frozen=True)
class Clock:
    """Wall clocks of all zones for some days (since 1970); outside, the nearest day's offset counts."""

    first_day: int
    days: int

    @cached_property
    def _noon(self) -> I64:
        """The offset at local noon, zone by zone, day by day."""
        # Local noon is noon in UTC less the offset, which is what is wanted. The offset at noon UTC, up to 14
        # hours away, is a first guess that leads to local noon or an hour beside it; clocks change at night,
        # so the offset there is that of noon.
        noons = np.tile((self.first_day + np.arange(self.days)) * DAY + _NOON, zones.COUNT)
        zone = np.repeat(np.arange(zones.COUNT), self.days)
        guess = zones.utc_offset(zone, noons)
        return zones.utc_offset(zone, noons - guess)

    @cached_property
    def _changing(self) -> npt.NDArray[np.bool_]:
        """Whether a day's offset differs from the day before or after: clocks may change on it."""
        table = self._noon.reshape(zones.COUNT, self.days)
        changed = np.zeros(table.shape, bool)
        # A change between two noons may lie on either day: in Brazil clocks were put back at midnight, so
        # that the last hour of the day before came twice.
        changed[:, 1:] |= table[:, 1:] != table[:, :-1]
        changed[:, :-1] |= changed[:, 1:]
        return changed.ravel()

    @cached_property
    def _marked(self) -> npt.NDArray[np.int32]:
        """The offsets at noon; the lowest bit, 0 in all offsets, marks days on which clocks change."""
        # One table instead of two: the kernels look up millions of moments, and each look-up may miss the
        # cache. An offset is at most 14 hours, 50,400,000 ms, and so fits into 32 bits.
        return (self._noon + self._changing).astype(np.int32)

    @cached_property
    def _changes(self) -> "_Changes":
        cells = np.flatnonzero(self._changing)
        zone, day = np.divmod(cells, self.days)
        midnight = (self.first_day + day) * DAY - self._noon[cells]
        moment = _found(zone, midnight - _AROUND, midnight + DAY + _AROUND)
        before, after = zones.utc_offset(zone, moment - 1), zones.utc_offset(zone, moment)
        return _Changes(cells, moment, before, after)

    def _cells(self, zone: I64, day: I64) -> I64:
        place = np.minimum(np.maximum(day - self.first_day, 0), self.days - 1)
        result: I64 = zone * self.days + place
        return result

    def day(self, zone: I64, moments: I64) -> I64:
        """The local day of moments in UTC; on days on which clocks change, by the offset at noon."""
        return loops.local_day(self._marked, self.first_day, self.days, zone, moments)

    def local(self, zone: I64, moments: I64) -> I64:
        """Local times of moments in UTC, each in its zone."""
        # By the offset at noon, which is right on all days but a few; what lies on those is done again.
        local, hit = self._by_noon("local", zone, moments)
        if len(hit):
            local[hit] = moments[hit] + zones.utc_offset(zone[hit], moments[hit])
        return local

    def utc(self, zone: I64, local: I64) -> I64:
        """Moments in UTC of local times, each in its zone."""
        moments, hit = self._by_noon("utc", zone, local)
        if len(hit):
            cells = self._cells(zone[hit], local[hit] // DAY)
            moments[hit] = self._changes.utc(cells, local[hit])
        return moments

    def _by_noon(self, way: Literal["local", "utc"], zone: I64, moments: I64) -> tuple[I64, I64]:
        return loops.by_clock(way, self._marked, self.first_day, self.days, zone, moments)


@dataclass(frozen=True)
class _Changes:
    """Clock changes by cell (zone and day) of the table: the moment, and the offsets before and after."""

    cells: I64
    moment: I64
    before: I64
    after: I64

    def utc(self, cells: I64, local: I64) -> I64:
        """Moments in UTC of local times on days with a clock change: piecewise linear, never decreasing."""
        # Every cell that the kernel reports is marked, hence in `cells`: the search finds it exactly.
        place = np.searchsorted(self.cells, cells)
        change, before, after = self.moment[place], self.before[place], self.after[place]
        forward, back = np.maximum(after - before, 0), np.maximum(before - after, 0)
        # `since` is 0 at the first local time that is skipped, or that comes twice.
        since = local - change - np.minimum(before, after)
        inside = np.where(back > 0, change - back + 2 * since, change + since // 2)
        width = np.where(back > 0, back, 2 * forward)
        return np.where(since < 0, local - before, np.where(since < width, inside, local - after))


def _found(zone: I64, low: I64, high: I64) -> I64:
    """The first moment with another offset than at ``low``, by bisection; ``high`` where there is none."""
    # All cells are halved together, in some 27 steps; bisection holds because no zone changes its clocks
    # twice within a day and a bit.
    old = zones.utc_offset(zone, low)
    while (high - low > 1).any():
        middle = (low + high) // 2
        same = zones.utc_offset(zone, middle) == old
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return high
