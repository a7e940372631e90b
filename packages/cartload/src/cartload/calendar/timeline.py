"""Time as demand: a weight for each day and hour, and the way from moments to positions and back.

Moments are milliseconds since 1970 by a clock that nobody sets: a customer's local time read as if it were
UTC. Positions are integers below ``Timeline.total``: the running sum of demand.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Final

import numpy as np

from cartload.kernels import loops
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Guide
from cartload.spec import daily_demand
from cartload.spec.model import Spec, Window

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
MARGIN: Final = 1
"""Days before and after the window: local time runs up to 14 hours ahead of UTC, and 12 behind."""
_HIGHEST: Final = (1 << 20) - 1
"""The busiest day's weight: with hours of 1,000 each, twenty years of it stay below 2**48."""


@dataclass(frozen=True)
class Timeline:
    """Demand from local midnight ``start`` on: ``daily[day] * hours[hour]``."""

    start: int
    daily: I64
    hours: I64

    @property
    def days(self) -> int:
        """Days that it covers."""
        return len(self.daily)

    @property
    def end(self) -> int:
        """The first moment after it."""
        return self.start + self.days * DAY

    @cached_property
    def running(self) -> I64:
        """Demand before each day, and before the end."""
        sums = np.cumsum(self.daily * self.hours.sum())
        return np.concatenate((np.zeros(1, np.int64), sums))

    @cached_property
    def _days(self) -> Guide:
        return Guide(self.running)

    @property
    def total(self) -> int:
        """Positions there are."""
        return int(self.running[-1])

    @cached_property
    def _before_hour(self) -> I64:
        return np.cumsum(self.hours) - self.hours

    @cached_property
    def _hour_of_unit(self) -> I64:
        # An hour's weight is 1,000 at most, so a table with an entry for each unit of a day stays small, and
        # the hour of a position is found by one division instead of a search.
        return np.repeat(np.arange(len(self.hours)), self.hours)

    def position(self, moments: I64) -> I64:
        """How much demand lies before each moment, rounded down."""
        tables = (self.running, self.daily, self.hours, self._before_hour)
        return loops.position(moments, self.start, *tables)

    def moment(self, positions: I64) -> I64:
        """The moment of each position, rounded down; inside the timeline."""
        tables = (self.running, self.daily, self.hours, self._before_hour, self._hour_of_unit)
        return loops.moment(positions, self._days.find(positions), self.start, *tables)


def milliseconds(day: date) -> int:
    """The start of a day, UTC."""
    # Seconds of a midnight are whole numbers, so rounding the float loses nothing.
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def window_start(window: Window) -> int:
    """The window's first moment."""
    return milliseconds(window.start)


def window_end(window: Window) -> int:
    """The first moment after the window."""
    return milliseconds(window.end) + DAY


def last_shown(spec: Spec) -> int:
    """The last moment of which rows tell: the window's, or the one that the spec names."""
    last = window_end(spec.window) - 1
    return last if spec.as_of is None else min(last, round(spec.as_of.timestamp() * 1000))


def sign_ups(spec: Spec) -> Timeline:
    """The demand of sign-ups."""
    return _timeline(spec, daily_demand.sign_ups(spec.window, spec.season, spec.growth, MARGIN))


def orders(spec: Spec) -> Timeline:
    """The demand of orders."""
    return _timeline(spec, daily_demand.orders(spec.window, spec.season, MARGIN))


def _timeline(spec: Spec, weights: list[int]) -> Timeline:
    # Weights are scaled to 20 bits, whatever the spec's factors multiply up to. None may become 0: a day
    # without demand would have no position, and a moment on it no way back.
    top = max(weights)
    daily = np.array([max(1, weight * _HIGHEST // top) for weight in weights], np.int64)
    return Timeline(window_start(spec.window) - MARGIN * DAY, daily, np.array(spec.season.day, np.int64))
