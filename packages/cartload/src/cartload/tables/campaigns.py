"""Coupons: which orders have one, and which code runs on which day."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload.calendar.timeline import DAY, MARGIN, milliseconds
from cartload.randomness.fixed_point import I64
from cartload.spec.daily_demand import event_falls_on
from cartload.spec.model import Spec

_WELCOME: Final = (10, 10, 15, 5)
_USUAL: Final = (5, 10, 10, 15)
_SEASONAL: Final = (10, 15, 20, 20)
_EVENT: Final = (20, 20, 25, 30)
_CODES_EACH: Final = 4
_SEASONS: Final = ("WINTER", "SPRING", "SUMMER", "AUTUMN")
_LONGEST_NAME: Final = 18
"""With two digits behind it, as many characters as the column holds."""
_FIRST_TIME, _IN_EVENT, _OTHERWISE = 60, 48, 16
"""Weights by which orders are chosen to have a coupon: customers' first ones, those in an event, others."""


@dataclass(frozen=True)
class Campaigns:
    """Campaigns of a resolved spec: a welcome, each season's own, each event's own, and one that always runs.

    A code ends with its percentage. No percentage is 100, so that every order's total stays above 0.
    """

    spec: Spec

    @cached_property
    def _kinds(self) -> list[tuple[str, tuple[int, ...]]]:
        events = [(_code(event.name), _EVENT) for event in self.spec.season.events]
        return [("WELCOME", _WELCOME), ("SAVE", _USUAL), *((name, _SEASONAL) for name in _SEASONS), *events]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """All codes, four of each campaign."""
        return tuple(f"{name}{percent}" for name, percents in self._kinds for percent in percents)

    @cached_property
    def percent(self) -> I64:
        """The percentage that each code takes off."""
        return np.array([percent for _, percents in self._kinds for percent in percents], np.int64)

    @cached_property
    def _first_day(self) -> int:
        return milliseconds(self.spec.window.start) // DAY - MARGIN

    @cached_property
    def _of_day(self) -> I64:
        """The campaign that runs on each day: an event's, else the season's (by three whole months)."""
        window = self.spec.window
        days = (window.end - window.start).days + 1 + 2 * MARGIN
        return np.array(
            [self._running(window.start + timedelta(day - MARGIN)) for day in range(days)], np.int64
        )

    def _running(self, day: date) -> int:
        for place, event in enumerate(self.spec.season.events):
            if event_falls_on(day, event.month, event.day, event.days):
                return 2 + len(_SEASONS) + place
        return 2 + day.month % 12 // 3

    def coupon(self, day: I64, first: npt.NDArray[np.bool_], words: I64) -> I64:
        """A code for each order on a local day, by eight random bits."""
        running = self._of_day.take(day - self._first_day)
        # The upper part of a word decides the campaign, its lowest two bits the code. 112 of 256 orders
        # outside of events use the coupon that always runs, the others that of the season.
        always = words < 112
        # Kinds by their index in _kinds: 0 the welcome, 1 the one that always runs, then seasons, then
        # events.
        kind = np.where(first, 0, np.where(always & (running < 2 + len(_SEASONS)), 1, running))
        result: I64 = kind * _CODES_EACH + (words & (_CODES_EACH - 1))
        return result

    def eagerness(self, day: I64, first: npt.NDArray[np.bool_]) -> I64:
        """How likely each order has a coupon, as a weight."""
        event = self._of_day.take(day - self._first_day) >= 2 + len(_SEASONS)
        return np.where(first, _FIRST_TIME, np.where(event, _IN_EVENT, _OTHERWISE))


def _code(name: str) -> str:
    """An event's name as a code: its ASCII letters and digits."""
    plain = unicodedata.normalize("NFKD", name).upper()
    return re.sub("[^A-Z0-9]", "", plain)[:_LONGEST_NAME] or "EVENT"
