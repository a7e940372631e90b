"""Demand over time: to positions and back, with season and events, by the customers' clocks."""

from datetime import date

import numpy as np
import pytest

from cartload.calendar import timeline
from cartload.engine.chunks import Blocks
from cartload.engine.generate import Engine
from cartload.spec import parse, resolve


def test_positions_and_moments_go_back_and_forth() -> None:
    when = timeline.orders(parse({}))
    positions = np.sort(np.random.default_rng(5).integers(0, when.total, 10_000))
    moments = when.moment(positions)
    assert (np.diff(moments) >= 0).all()
    assert moments.min() >= when.start
    assert moments.max() < when.end
    back = when.position(moments)
    assert (back <= positions).all()
    a_millisecond = when.daily.max() * when.hours.max() // timeline.HOUR + 2
    assert (positions - back <= a_millisecond).all()
    assert when.position(np.array([when.start])).tolist() == [0]


def test_a_window_is_whole_days_and_local_time_reaches_a_day_beyond() -> None:
    window = parse({"window": {"start": "2025-03-01", "end": "2025-03-02"}}).window
    assert timeline.window_start(window) == timeline.milliseconds(date(2025, 3, 1))
    assert timeline.window_end(window) - timeline.window_start(window) == 2 * timeline.DAY
    when = timeline.orders(parse({"window": window.model_dump(mode="json")}))
    assert when.start == timeline.milliseconds(date(2025, 2, 28))
    assert when.days == 4


def test_demand_is_the_product_of_season_and_events() -> None:
    season = {
        "year": [1] * 11 + [3],
        "week": [1, 1, 1, 1, 1, 2, 2],
        "day": [1] * 12 + [5] * 12,
        "events": [{"name": "New year", "month": 12, "day": 31, "days": 2, "factor": 4}],
    }
    when = timeline.orders(parse({"window": {"start": "2024-12-30", "end": "2025-01-05"}, "season": season}))
    days = np.diff(when.running)[1:-1]
    # Monday and Tuesday in December, then January, its first day in the event, the weekend at the end.
    assert (days / days[3]).tolist() == pytest.approx([3, 12, 4, 1, 1, 2, 2], rel=1e-3)
    noon = when.start + np.arange(when.days) * timeline.DAY + timeline.DAY // 2
    before_noon = (when.position(noon) - when.running[:-1])[1:-1]
    assert (before_noon / days).tolist() == pytest.approx([1 / 6] * 7, rel=1e-4)


@pytest.mark.parametrize("growth", [0.1, 1, 10])
def test_the_largest_timelines_stay_in_bounds(growth: float) -> None:
    season = {"day": [1000] * 24}
    spec = parse({"window": {"start": "2000-01-01", "end": "2020-01-15"}, "growth": growth, "season": season})
    for when in (timeline.sign_ups(spec), timeline.orders(spec)):
        assert when.daily.min() > 0
        assert when.total < 1 << 48
        last = when.moment(np.array([when.total - 1]))
        assert when.end - timeline.HOUR <= last[0] < when.end
        assert when.position(last)[0] < when.total


def test_sign_ups_grow_from_year_to_year_and_have_the_orders_season() -> None:
    spec = parse({"window": {"start": "2023-01-01", "end": "2024-12-30"}, "growth": 1.5})
    sign_ups, orders = timeline.sign_ups(spec), timeline.orders(spec)
    ratio = sign_ups.daily / orders.daily
    assert ratio[366] / ratio[1] == pytest.approx(1.5, rel=1e-3)
    assert (np.diff(ratio[orders.daily > orders.daily.max() // 100]) > -1e-4).all()


def test_orders_follow_the_local_hours_and_come_in_order() -> None:
    day = [1] * 8 + [100] * 16
    fields = {"locales": {"en_AU": 1}, "season": {"day": day, "events": []}}
    spec = resolve(parse(fields))
    orders = Engine(spec).generate(Blocks(0, 1000))["order_details"]
    hours = orders["placed_at"].cast("int64").to_numpy() // timeline.HOUR % 24
    # Australia's nights, 0 to 8 o'clock, begin at 13 to 16 o'clock UTC.
    assert ((hours >= 16) & (hours < 21)).mean() < 0.02
    assert (hours < 8).mean() > 0.3
    rows = orders.select(["user_id", "placed_at"]).to_pylist()
    assert rows == sorted(rows, key=lambda row: (row["user_id"], row["placed_at"]))
