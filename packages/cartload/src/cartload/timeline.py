"""Time as demand: an hourly intensity, its running sum, and the way between moments and positions on it.

Moments are milliseconds since 1970, UTC; positions are integers below ``Timeline.total``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from cartload._spec_model import Season, Spec, Window
from cartload.counts import ten_thousandths
from cartload.fixed import I64

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
_HIGHEST: Final = (1 << 20) - 1
"""The busiest hour's intensity: twenty years of it stay below 2**38."""


@dataclass(frozen=True)
class Timeline:
    """An intensity by hour from ``start`` on."""

    start: int
    hourly: I64
    running: I64

    @property
    def end(self) -> int:
        """The first moment after it."""
        return self.start + len(self.hourly) * HOUR

    @property
    def total(self) -> int:
        """Positions there are."""
        return int(self.running[-1])

    def position(self, moments: I64) -> I64:
        """How much demand lies before each moment, rounded down."""
        hour, rest = np.divmod(moments - self.start, HOUR)
        return self.running[hour] + self.hourly[hour] * rest // HOUR

    def moment(self, positions: I64) -> I64:
        """The moment of each position, rounded down; inside the timeline."""
        hour = np.searchsorted(self.running, positions, side="right") - 1
        return self.start + hour * HOUR + (positions - self.running[hour]) * HOUR // self.hourly[hour]


def milliseconds(day: date) -> int:
    """The start of a day, UTC."""
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def window_start(window: Window) -> int:
    """The window's first moment."""
    return milliseconds(window.start)


def window_end(window: Window) -> int:
    """The first moment after the window."""
    return milliseconds(window.end) + DAY


def sign_ups(spec: Spec) -> Timeline:
    """Sign-ups: growing by the spec's factor each year, in a straight line within a year."""
    growth = ten_thousandths(spec.growth)
    weights = [_grown(day, growth) for day in range(_days(spec.window))]
    top = max(weights)
    daily = np.array([max(1, weight * _HIGHEST // top) for weight in weights], np.int64)
    return _timeline(spec.window, np.repeat(daily, 24))


def _grown(day: int, growth: int) -> int:
    year, rest = divmod(day, 365)
    level: int = 10**12 * growth**year // 10_000**year
    return level + level * (growth - 10_000) * rest // (10_000 * 365)


def orders(spec: Spec) -> Timeline:
    """Orders: the season's month, weekday, hour and events multiplied."""
    season = spec.season
    days = [spec.window.start + timedelta(days=day) for day in range(_days(spec.window))]
    daily = [_of_day(season, day) for day in days]
    top = max(daily) * max(season.day)
    hours = np.array(season.day, np.int64)
    hourly = np.concatenate([np.maximum(1, hours * (weight * _HIGHEST // top)) for weight in daily])
    return _timeline(spec.window, hourly)


def _of_day(season: Season, day: date) -> int:
    weight: int = season.year[day.month - 1] * season.week[day.weekday()] * 10_000
    for event in season.events:
        if _falls_in(day, event.month, event.day, event.days):
            weight = weight * ten_thousandths(event.factor) // 10_000
    return weight


def _falls_in(day: date, month: int, first: int, days: int) -> bool:
    for year in (day.year, day.year - 1):
        begin = date(year, month, 1) + timedelta(days=first - 1)
        if begin <= day < begin + timedelta(days=days):
            return True
    return False


def _days(window: Window) -> int:
    return (window.end - window.start).days + 1


def _timeline(window: Window, hourly: I64) -> Timeline:
    running = np.concatenate((np.zeros(1, np.int64), np.cumsum(hourly)))
    return Timeline(window_start(window), hourly, running)
