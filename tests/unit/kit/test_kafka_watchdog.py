"""When a consumer counts as stuck."""

import pytest

from cartload_kit.kafka.errors import NoProgress
from cartload_kit.kafka.watchdog import Watchdog


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def look(watchdog: Watchdog, clock: Clock, seconds: int, *, lag: bool = True, excused: bool = False) -> None:
    for _ in range(seconds):
        clock.now += 1
        watchdog.observe(lag=lag, excused=excused)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watchdog(clock: Clock) -> Watchdog:
    return Watchdog(60, clock)


def test_it_bites_after_a_minute_of_lag_without_progress(watchdog: Watchdog, clock: Clock) -> None:
    look(watchdog, clock, 59)
    with pytest.raises(NoProgress, match="60 s"):
        look(watchdog, clock, 1)


def test_without_lag_it_never_bites(watchdog: Watchdog, clock: Clock) -> None:
    look(watchdog, clock, 600, lag=False)


def test_progress_starts_the_time_anew(watchdog: Watchdog, clock: Clock) -> None:
    for _ in range(10):
        look(watchdog, clock, 50)
        watchdog.progress()


def test_excused_time_is_not_counted_but_does_not_wipe_out_what_was(watchdog: Watchdog, clock: Clock) -> None:
    look(watchdog, clock, 40)
    look(watchdog, clock, 600, excused=True)
    look(watchdog, clock, 19)
    with pytest.raises(NoProgress):
        look(watchdog, clock, 1)


def test_lag_that_goes_away_starts_the_time_anew(watchdog: Watchdog, clock: Clock) -> None:
    look(watchdog, clock, 50)
    look(watchdog, clock, 1, lag=False)
    look(watchdog, clock, 50)
