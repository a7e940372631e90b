"""Coupons: which code runs on which day, and what an event's name becomes in one."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from cartload.calendar import timeline
from cartload.spec import parse
from cartload.tables.campaigns import Campaigns

EVENTS = [
    {"name": "Spring fair", "month": 4, "day": 29, "days": 4, "factor": 2},
    {"name": "Early summer", "month": 5, "day": 2, "days": 3, "factor": 2},
]
WINDOW = {"start": "2024-01-01", "end": "2024-12-31"}
WORDS = np.arange(256)


def campaigns(**fields: Any) -> Campaigns:
    return Campaigns(parse({"window": WINDOW, "season": {"events": EVENTS}, **fields}))


def names(found: Campaigns, day: date, *, first: bool = False) -> set[str]:
    """The campaigns of all orders of a day, without percentages."""
    days = np.full(256, timeline.milliseconds(day) // timeline.DAY)
    coupons = found.coupon(days, np.full(256, first), WORDS)
    return {found.codes[place].rstrip("0123456789") for place in coupons.tolist()}


@pytest.mark.parametrize(
    ("month", "season"),
    [
        (1, "WINTER"),
        (2, "WINTER"),
        (3, "SPRING"),
        (5, "SPRING"),
        (6, "SUMMER"),
        (8, "SUMMER"),
        (9, "AUTUMN"),
        (11, "AUTUMN"),
        (12, "WINTER"),
    ],
)
def test_outside_of_events_the_seasons_coupon_and_the_usual_one_run(month: int, season: str) -> None:
    assert names(campaigns(), date(2024, month, 15)) == {"SAVE", season}


def test_in_an_event_only_its_own_coupon_runs_and_the_first_of_two_events_wins() -> None:
    found = campaigns()
    assert names(found, date(2024, 4, 28)) == {"SAVE", "SPRING"}
    for day in (date(2024, 4, 29), date(2024, 5, 1), date(2024, 5, 2)):
        assert names(found, day) == {"SPRINGFAIR"}
    assert names(found, date(2024, 5, 3)) == names(found, date(2024, 5, 4)) == {"EARLYSUMMER"}
    assert names(found, date(2024, 5, 5)) == {"SAVE", "SPRING"}


@pytest.mark.parametrize("day", [date(2024, 4, 30), date(2024, 7, 7)])
def test_first_orders_are_welcomed_on_any_day(day: date) -> None:
    assert names(campaigns(), day, first=True) == {"WELCOME"}


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2025, 1, 1)])
def test_local_days_beside_the_window_have_coupons_too(day: date) -> None:
    assert names(campaigns(), day) == {"SAVE", "WINTER"}


def test_a_code_takes_off_what_it_ends_with() -> None:
    found = campaigns()
    assert len(found.codes) == len(found.percent) == 4 * (2 + 4 + 2)
    for code, percent in zip(found.codes, found.percent.tolist(), strict=True):
        assert code.endswith(str(percent))
        assert 5 <= percent <= 30


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Black Friday", "BLACKFRIDAY"),
        ("Año nuevo", "ANONUEVO"),
        ("7 Tage!", "7TAGE"),
        ("春节", "EVENT"),
        ("A very long name of an event", "AVERYLONGNAMEOFANE"),
    ],
)
def test_an_events_name_becomes_ascii_capitals(name: str, code: str) -> None:
    event = {"name": name, "month": 6, "day": 1, "days": 1, "factor": 2}
    found = campaigns(season={"events": [event]}).codes[-4:]
    assert found == tuple(f"{code}{percent}" for percent in (20, 20, 25, 30))
    assert all(len(one) <= 20 for one in found)


def test_coupons_are_likelier_for_first_orders_and_in_events() -> None:
    days = [timeline.milliseconds(date(2024, month, 30)) // timeline.DAY for month in (4, 6)]
    weights = campaigns().eagerness(np.array([*days, days[1]]), np.array([False, False, True]))
    in_event, otherwise, first = weights.tolist()
    assert first > in_event > 2 * otherwise > 0


def test_over_all_words_a_coupon_of_each_percentage_is_as_frequent() -> None:
    found = campaigns()
    day = np.full(256, timeline.milliseconds(date(2024, 7, 7)) // timeline.DAY)
    counts = np.bincount(found.coupon(day, np.zeros(256, bool), WORDS), minlength=len(found.codes))
    assert sorted(counts[counts > 0].tolist()) == [28] * 4 + [36] * 4
