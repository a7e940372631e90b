"""Local time of every zone, by tables: the offset at noon of each day, and exact change-overs on few days.

Local moments are milliseconds since 1970 read off a wall clock. The way back to UTC is monotone: where
clocks are put forward, the missing hour and the one after it share the hour that there is; where they are
put back, the hour that comes twice is spread over both.
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
"""How far beyond a day's ends its change-over is looked for."""


@dataclass(frozen=True)
class Clock:
    """Wall clocks from a day (since 1970) on, for so many days; outside of them the nearest day counts."""

    first_day: int
    days: int

    @cached_property
    def _noon(self) -> I64:
        """The offset at local noon, zone by zone, day by day."""
        noons = np.tile((self.first_day + np.arange(self.days)) * DAY + _NOON, zones.COUNT)
        zone = np.repeat(np.arange(zones.COUNT), self.days)
        guess = zones.utc_offset(zone, noons)
        return zones.utc_offset(zone, noons - guess)

    @cached_property
    def _changing(self) -> npt.NDArray[np.bool_]:
        """Whether a day's offset is not that of the days around it: its clocks may change."""
        table = self._noon.reshape(zones.COUNT, self.days)
        changed = np.zeros(table.shape, bool)
        changed[:, 1:] |= table[:, 1:] != table[:, :-1]
        changed[:, :-1] |= changed[:, 1:]
        return changed.ravel()

    @cached_property
    def _marked(self) -> npt.NDArray[np.int32]:
        """The offsets at noon, one more where the clocks change that day."""
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
        """The local day of moments in UTC, exact but on days on which clocks change."""
        return loops.local_day(self._marked, self.first_day, self.days, zone, moments)

    def local(self, zone: I64, moments: I64) -> I64:
        """What the clocks of each zone show at moments in UTC."""
        local, hit = self._by_noon("local", zone, moments)
        if len(hit):
            local[hit] = moments[hit] + zones.utc_offset(zone[hit], moments[hit])
        return local

    def utc(self, zone: I64, local: I64) -> I64:
        """The moment at which the clocks of each zone show a time."""
        moments, hit = self._by_noon("utc", zone, local)
        if len(hit):
            cells = self._cells(zone[hit], local[hit] // DAY)
            moments[hit] = self._changes.utc(cells, local[hit])
        return moments

    def _by_noon(self, way: Literal["local", "utc"], zone: I64, moments: I64) -> tuple[I64, I64]:
        return loops.by_clock(way, self._marked, self.first_day, self.days, zone, moments)


@dataclass(frozen=True)
class _Changes:
    """Change-overs by cell of the clock's table: when, and the offsets before and after."""

    cells: I64
    moment: I64
    before: I64
    after: I64

    def utc(self, cells: I64, local: I64) -> I64:
        """The way back on days of the table: piecewise straight, never backwards."""
        place = np.searchsorted(self.cells, cells)
        change, before, after = self.moment[place], self.before[place], self.after[place]
        forward, back = np.maximum(after - before, 0), np.maximum(before - after, 0)
        since = local - change - np.minimum(before, after)
        inside = np.where(back > 0, change - back + 2 * since, change + since // 2)
        width = np.where(back > 0, back, 2 * forward)
        return np.where(since < 0, local - before, np.where(since < width, inside, local - after))


def _found(zone: I64, low: I64, high: I64) -> I64:
    """The first moment of another offset than at ``low``; ``high`` where there is none before it."""
    old = zones.utc_offset(zone, low)
    while (high - low > 1).any():
        middle = (low + high) // 2
        same = zones.utc_offset(zone, middle) == old
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return high
