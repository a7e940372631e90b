"""Wall clocks: local time is UTC and the offset, and the way back is monotone."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from cartload.calendar import timeline, zones
from cartload.calendar.clock import Clock

FIRST = timeline.milliseconds(date(2023, 1, 1)) // timeline.DAY
CLOCK = Clock(FIRST, 800)


def moments_of(zone: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    start = (FIRST + 1) * timeline.DAY
    moments = np.sort(np.random.default_rng(zone).integers(start, start + 790 * timeline.DAY, count))
    return np.full(count, zone), moments


@pytest.mark.parametrize("place", range(0, zones.COUNT, 5))
def test_local_time_is_utc_and_the_offset(place: int) -> None:
    zone, moments = moments_of(place, 20_000)
    assert (CLOCK.local(zone, moments) - moments == zones.utc_offset(zone, moments)).all()


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Tokyo"])
def test_the_way_back_never_goes_backwards_and_is_exact_but_around_changes(name: str) -> None:
    zone, _ = moments_of(zones.NAMES.index(name), 40_000)
    start = (FIRST + 1) * timeline.DAY
    local = np.linspace(start, start + 790 * timeline.DAY, len(zone)).astype(np.int64)
    moments = CLOCK.utc(zone, local)
    assert (np.diff(moments) >= 0).all()
    exact = moments + zones.utc_offset(zone, moments) == local
    assert (~exact).sum() <= 5 * 2 * len(zone) / (790 * 24) + 5


def test_the_hour_that_comes_twice_is_spread_over_both() -> None:
    change = round(datetime(2024, 10, 27, 1, tzinfo=UTC).timestamp()) * 1000
    local = change + timeline.HOUR + np.array([-1, 0, timeline.HOUR // 2, timeline.HOUR])
    berlin = np.full(4, zones.NAMES.index("Europe/Berlin"))
    wanted = [-timeline.HOUR - 1, -timeline.HOUR, 0, timeline.HOUR]
    assert (CLOCK.utc(berlin, local) - change).tolist() == wanted


def test_the_missing_hour_shares_the_next() -> None:
    change = round(datetime(2024, 3, 31, 1, tzinfo=UTC).timestamp()) * 1000
    local = change + timeline.HOUR + np.array([-1, 0, timeline.HOUR, 2 * timeline.HOUR])
    berlin = np.full(4, zones.NAMES.index("Europe/Berlin"))
    assert (CLOCK.utc(berlin, local) - change).tolist() == [-1, 0, timeline.HOUR // 2, timeline.HOUR]
