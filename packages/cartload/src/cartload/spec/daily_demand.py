"""Relative demand of each day, as the spec's growth, season and events ask for it."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from cartload.spec.model import Season, Spec, Window, ten_thousandths


def sign_ups(window: Window, season: Season, growth: float, margin: int = 0) -> list[int]:
    """Weights of sign-ups on the window's days, and ``margin`` days before and after it.

    They follow the season of orders and grow by the spec's factor each year, in a straight line within it.
    """
    factor, days = ten_thousandths(growth), _days(window, margin)
    return [_of_day(season, day) * _grown(place, factor) for place, day in enumerate(days)]


def shown_end(spec: Spec) -> datetime:
    """The first moment after the window; or the one as of which the spec shows the shop."""
    return spec.as_of or datetime.combine(spec.window.end, time(), UTC) + timedelta(days=1)


def shown_share_of_sign_ups(spec: Spec) -> float:
    """The share of customers who signed up on days before the last one shown."""
    weights = sign_ups(spec.window, spec.season, spec.growth)
    days = (shown_end(spec).date() - spec.window.start).days
    return sum(weights[:days]) / sum(weights)


def orders(window: Window, season: Season, margin: int = 0) -> list[int]:
    """Weights of orders on the same days: the season's month, weekday and events multiplied."""
    return [_of_day(season, day) for day in _days(window, margin)]


def _grown(day: int, growth: int) -> int:
    year, rest = divmod(day, 365)
    # In whole numbers: these weights decide on which day a customer signs up, and powers of floats differ in
    # their last digits between machines.
    level: int = 10**12 * growth**year // 10_000**year
    return level + level * (growth - 10_000) * rest // (10_000 * 365)


def _of_day(season: Season, day: date) -> int:
    weight: int = season.year[day.month - 1] * season.week[day.weekday()] * 10_000
    for event in season.events:
        if event_falls_on(day, event.month, event.day, event.days):
            weight = weight * ten_thousandths(event.factor) // 10_000
    return weight


@lru_cache(maxsize=1 << 16)
def event_falls_on(day: date, month: int, first: int, days: int) -> bool:
    """Whether an event that begins on a day of each year covers this one."""
    # Also the year before: an event that begins in December may last into January.
    for year in (day.year, day.year - 1):
        # Counted from the first of the month, since not every month has a day 29 to 31.
        begin = date(year, month, 1) + timedelta(days=first - 1)
        if begin <= day < begin + timedelta(days=days):
            return True
    return False


def _days(window: Window, margin: int) -> list[date]:
    count = (window.end - window.start).days + 1 + 2 * margin
    return [window.start + timedelta(days=day - margin) for day in range(count)]
