"""Clocks and timelines where they are awkward: changes at midnight, half hours, and beyond the tables."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.calendar import timeline, zones
from cartload.calendar.clock import Clock
from cartload.calendar.timeline import DAY, HOUR, Timeline
from cartload.spec import parse
from cartload.vocabulary import render_zones

FIRST = timeline.milliseconds(date(2014, 1, 1)) // DAY
CLOCK = Clock(FIRST, 2200)
"""Six years in which Brazil's clocks still changed, at midnight."""


def zone(name: str, count: int = 1) -> np.ndarray:
    return np.full(count, zones.NAMES.index(name))


def utc(year: int, month: int, day: int, hour: int = 0) -> int:
    return round(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(zones.NAMES), st.integers(0, 2190 * DAY))
def test_local_time_is_what_the_standard_library_shows(name: str, since: int) -> None:
    moment = (FIRST + 2) * DAY + since
    local = int(CLOCK.local(zone(name), np.array([moment]))[0])
    there = datetime.fromtimestamp(moment // 1000, ZoneInfo(name)).replace(tzinfo=UTC)
    assert local == round(there.timestamp()) * 1000 + moment % 1000


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(zones.NAMES), st.integers(0, 2190 * DAY), st.integers(0, 40 * HOUR))
def test_the_way_back_keeps_order_and_stays_within_an_hour(name: str, since: int, later: int) -> None:
    local = (FIRST + 2) * DAY + since + np.array([0, later])
    moments = CLOCK.utc(zone(name, 2), local)
    assert moments[0] <= moments[1]
    back = CLOCK.local(zone(name, 2), moments)
    assert np.abs(back - local).max() <= HOUR


def test_brazils_last_hour_before_midnight_comes_twice() -> None:
    change = utc(2018, 2, 18, 2)  # 24:00 in Sao Paulo becomes 23:00 once more
    local = utc(2018, 2, 17, 23) + np.array([-1, 0, HOUR // 2, HOUR])
    moments = CLOCK.utc(zone("America/Sao_Paulo", 4), local) - change
    assert moments.tolist() == [-HOUR - 1, -HOUR, 0, HOUR]


def test_brazils_first_hour_after_midnight_is_missing() -> None:
    change = utc(2018, 11, 4, 3)  # 0:00 becomes 1:00
    local = utc(2018, 11, 4) + np.array([-1, 0, HOUR, 2 * HOUR])
    moments = CLOCK.utc(zone("America/Sao_Paulo", 4), local) - change
    assert moments.tolist() == [-1, 0, HOUR // 2, HOUR]


def test_zones_may_be_mixed_in_one_call() -> None:
    count = 3 * zones.COUNT
    of = np.arange(count) % zones.COUNT
    moments = np.linspace((FIRST + 2) * DAY, (FIRST + 2000) * DAY, count).astype(np.int64)
    together, back = CLOCK.local(of, moments), CLOCK.utc(of, moments)
    for place in range(count):
        one = slice(place, place + 1)
        assert CLOCK.local(of[one], moments[one]) == together[one]
        assert CLOCK.utc(of[one], moments[one]) == back[one]


@pytest.mark.parametrize("name", ["Australia/Adelaide", "Asia/Kolkata", "America/St_Johns"])
def test_zones_of_half_hours(name: str) -> None:
    noon = utc(2016, 6, 1, 12)
    local = int(CLOCK.local(zone(name), np.array([noon]))[0])
    assert (local - noon) % HOUR == HOUR // 2
    assert CLOCK.utc(zone(name), np.array([local])).tolist() == [noon]


@pytest.mark.parametrize("year", [1971, 2099])
def test_outside_of_its_days_a_clock_keeps_the_nearest_offset(year: int) -> None:
    edge = FIRST * DAY if year < 2000 else (FIRST + 2199) * DAY
    moments = np.array([utc(year, 7, 1), edge + DAY // 2])
    offsets = CLOCK.local(zone("Europe/Berlin", 2), moments) - moments
    assert offsets[0] == offsets[1]
    assert CLOCK.utc(zone("Europe/Berlin", 2), moments).tolist() == (moments - offsets).tolist()


def test_local_days_turn_at_the_local_midnight() -> None:
    names = ["Asia/Tokyo", "America/Los_Angeles", "Europe/London"]
    moments = np.array([utc(2016, 1, 10, 15), utc(2016, 1, 10, 8), utc(2016, 1, 10)])
    of = np.array([zones.NAMES.index(name) for name in names])
    today = utc(2016, 1, 10) // DAY
    assert (CLOCK.day(of, moments) - today).tolist() == [1, 0, 0]
    assert (CLOCK.day(of, moments - 1) - today).tolist() == [0, -1, -1]


def test_clocks_of_nobody() -> None:
    none = np.empty(0, np.int64)
    assert CLOCK.local(none, none).tolist() == CLOCK.utc(none, none).tolist() == []
    assert CLOCK.day(none, none).tolist() == []


def test_offsets_before_and_after_the_table_are_its_first_and_last() -> None:
    berlin = zone("Europe/Berlin", 4)
    moments = np.array([0, utc(1988, 7, 1), utc(2100, 12, 31), utc(2200, 7, 1)])
    assert zones.utc_offset(berlin, moments).tolist() == [HOUR] * 4


def test_offsets_can_be_rendered_again() -> None:
    names = ["America/Sao_Paulo", "Asia/Tokyo", "Europe/Berlin"]
    rendered = render_zones.render(names[::-1])
    assert list(rendered) == names
    for name, (changes, minutes) in rendered.items():
        assert len(minutes) == len(changes) + 1
        assert changes == sorted(changes)
        moments = np.array(changes, np.int64) * 1000
        assert zones.utc_offset(zone(name, len(moments)), moments).tolist() == [
            60_000 * offset for offset in minutes[1:]
        ]


HOURS = np.array([3, 0, 5, *[1] * 20, 7], np.int64) + 1
WHEN = Timeline(10 * DAY, np.array([4, 1, 9], np.int64), HOURS)


def demand(when: Timeline) -> list[tuple[int, int]]:
    """The start of each hour and the demand in it."""
    return [
        (when.start + (24 * day + hour) * HOUR, int(when.daily[day] * when.hours[hour]))
        for day in range(when.days)
        for hour in range(24)
    ]


def test_a_timeline_adds_up_its_hours() -> None:
    starts, weights = zip(*demand(WHEN), strict=True)
    before = np.cumsum([0, *weights])
    assert WHEN.position(np.array(starts)).tolist() == before[:-1].tolist()
    assert WHEN.total == before[-1]
    assert WHEN.end == WHEN.start + 3 * DAY
    assert WHEN.moment(before[:-1]).tolist() == list(starts)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, WHEN.total - 1))
def test_a_positions_moment_lies_in_its_hour(position: int) -> None:
    moment = int(WHEN.moment(np.array([position]))[0])
    starts = [start for start, _ in demand(WHEN)]
    before = dict(zip(starts, np.cumsum([0, *(weight for _, weight in demand(WHEN))]).tolist(), strict=False))
    start = moment - (moment - WHEN.start) % HOUR
    weight = dict(demand(WHEN))[start]
    assert before[start] <= position < before[start] + weight
    assert moment == start + (position - before[start]) * HOUR // weight


@pytest.mark.parametrize("moment", [WHEN.start - 1, WHEN.end, WHEN.end + DAY, 0])
def test_moments_outside_of_a_timeline_are_refused(moment: int) -> None:
    with pytest.raises(IndexError, match="position: 1 places lie outside"):
        WHEN.position(np.array([WHEN.start, moment]))


@pytest.mark.parametrize("position", [-1, WHEN.total, 2**62])
def test_positions_outside_of_a_timeline_are_refused(position: int) -> None:
    with pytest.raises(IndexError, match="places lie outside"):
        WHEN.moment(np.array([0, position]))


def test_a_days_start_is_a_whole_number_of_days() -> None:
    assert timeline.milliseconds(date(1970, 1, 1)) == 0
    assert timeline.milliseconds(date(2024, 2, 29)) == 19_782 * DAY
    assert timeline.milliseconds(date(2100, 1, 1)) == 47_482 * DAY


def test_a_window_of_one_day_has_that_day() -> None:
    window = parse({"window": {"start": "2024-02-29", "end": "2024-02-29"}}).window
    assert timeline.window_start(window) == 19_782 * DAY
    assert timeline.window_end(window) == 19_783 * DAY


def test_an_event_in_the_leap_day_and_two_events_on_one_day() -> None:
    events = [
        {"name": "Leap", "month": 2, "day": 28, "days": 2, "factor": 3},
        {"name": "Other", "month": 2, "day": 29, "days": 1, "factor": 2},
    ]
    flat = {"year": [1] * 12, "week": [1] * 7, "day": [1] * 24, "events": events}
    when = timeline.orders(parse({"window": {"start": "2024-02-27", "end": "2024-03-01"}, "season": flat}))
    days = when.daily[1:-1]
    assert (days / days[0]).tolist() == pytest.approx([1, 3, 6, 1], rel=1e-4)


def test_an_event_across_the_end_of_the_year() -> None:
    events = [{"name": "Turn", "month": 12, "day": 30, "days": 4, "factor": 5}]
    flat = {"year": [1] * 12, "week": [1] * 7, "day": [1] * 24, "events": events}
    when = timeline.sign_ups(
        parse({"window": {"start": "2024-12-29", "end": "2025-01-04"}, "season": flat, "growth": 1})
    )
    days = when.daily[1:-1]
    assert (days / days[0]).tolist() == pytest.approx([1, 5, 5, 5, 5, 1, 1], rel=1e-4)
