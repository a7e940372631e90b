"""A shop's time: whole milliseconds that never go back, whatever is done to its clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload_shop.domain.clock import FASTEST, ClockError, ClockMode, ShopClock

REAL = datetime(2026, 6, 1, 12, tzinfo=UTC)
START = ShopClock("running", 1.0, REAL, datetime(2026, 1, 1, tzinfo=UTC))
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["running", "paused", "wall"]),
        st.floats(1, FASTEST),
        st.timedeltas(timedelta(0), timedelta(days=3)),
    )
)


@given(CHANGES)
def test_it_never_goes_back(changes: list[tuple[ClockMode, float, timedelta]]) -> None:
    clock, real, seen = START, REAL, START.shop_time
    for mode, speed, passed in changes:
        real += passed
        now = clock.at(real)
        assert now >= seen
        assert now.microsecond % 1000 == 0
        try:
            clock = clock.changed(mode, speed, real)
        except ClockError:
            assert now > real - timedelta(milliseconds=1)
        assert clock.at(real) >= now
        seen = clock.at(real)


def test_it_runs_at_its_speed() -> None:
    fast = START.changed("running", 60, REAL)
    assert fast.at(REAL + timedelta(seconds=2)) == START.shop_time + timedelta(minutes=2)


def test_a_reading_from_before_its_start_is_its_start() -> None:
    assert START.at(REAL - timedelta(seconds=1)) == START.shop_time


def test_the_time_on_the_wall_is_refused_where_it_would_lie_behind() -> None:
    ahead = ShopClock("running", 1.0, REAL, REAL + timedelta(days=1))
    with pytest.raises(ClockError, match="2026-06-02 12:00 UTC"):
        ahead.changed("wall", 1.0, REAL)
