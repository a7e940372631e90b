"""The demand that a spec asks for, hour by local hour: what orders are held against."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.spec.model import Spec

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

HOUR: Final = 3_600_000
_MARGIN: Final = 2
"""Days kept on both sides of the window: local clocks run ahead of UTC and behind it."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
USUAL: Final = "usual days"


@dataclass(frozen=True)
class Family:
    """A way to sort hours into bins: their names, the bin of each hour, the spec's weight of each bin."""

    name: str
    title: str
    bins: tuple[str, ...]
    weights: tuple[float, ...]
    of_hour: I64


@dataclass(frozen=True)
class Demand:
    """Relative demand of every hour by the customers' clocks, from two days before the window on."""

    spec: Spec

    @cached_property
    def days(self) -> list[date]:
        """The days covered."""
        window = self.spec.window
        count = (window.end - window.start).days + 1 + 2 * _MARGIN
        return [window.start + timedelta(days=place - _MARGIN) for place in range(count)]

    @cached_property
    def start(self) -> int:
        """The first moment covered: milliseconds since 1970 by a local clock."""
        return (self.days[0] - date(1970, 1, 1)).days * 24 * HOUR

    @cached_property
    def hourly(self) -> F64:
        """Demand of each hour: month, weekday, hour and events multiplied."""
        season = self.spec.season
        daily = [
            season.year[day.month - 1] * season.week[day.weekday()] * self._events_factor(day)
            for day in self.days
        ]
        return np.outer(np.array(daily, np.float64), np.array(season.day, np.float64)).ravel() / 1e6

    def _events_factor(self, day: date) -> float:
        events = zip(self.spec.season.events, self._days_of_events, strict=True)
        return math.prod(event.factor for event, days in events if day in days)

    @cached_property
    def _days_of_events(self) -> list[set[date]]:
        """The days of each event, of every year; it may begin in one and end in the next."""
        years = range(self.days[0].year - 1, self.days[-1].year + 1)
        return [
            {
                date(year, event.month, 1) + timedelta(days=event.day - 1 + place)
                for year in years
                for place in range(event.days)
            }
            for event in self.spec.season.events
        ]

    def families(self) -> Iterator[Family]:
        """Hours, weekdays and months, and events where the spec has any."""
        season, days = self.spec.season, self.days
        hours = np.tile(np.arange(24), len(days))
        yield Family(
            "hour", "local hour", tuple(str(hour) for hour in range(24)), tuple(map(float, season.day)), hours
        )
        yield self._by_day("weekday", _DAYS, season.week, [day.weekday() for day in days])
        yield self._by_day("month", _MONTHS, season.year, [day.month - 1 for day in days])
        if season.events:
            names = (USUAL, *(event.name for event in season.events))
            factors = (1, *(event.factor for event in season.events))
            yield self._by_day("event", names, factors, [self._event(day) for day in days])

    def _by_day(
        self, name: str, bins: tuple[str, ...], weights: tuple[float, ...], of_day: list[int]
    ) -> Family:
        return Family(name, name, bins, tuple(map(float, weights)), np.repeat(np.array(of_day, np.int64), 24))

    def _event(self, day: date) -> int:
        """The first event that covers a day, counted from 1; 0 where there is none."""
        events = enumerate(self._days_of_events, 1)
        return next((place for place, days in events if day in days), 0)
