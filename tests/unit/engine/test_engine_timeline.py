"""Demand over time: to positions and back, with season and events."""

from datetime import date

import numpy as np
import pytest

from cartload import timeline
from cartload.chunks import Blocks
from cartload.engine import Engine
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
    assert (positions - back <= when.hourly.max() // 1000).all()
    assert when.position(np.array([when.start])).tolist() == [0]


def test_a_window_is_whole_days() -> None:
    window = parse({"window": {"start": "2025-03-01", "end": "2025-03-02"}}).window
    assert timeline.window_start(window) == timeline.milliseconds(date(2025, 3, 1))
    assert timeline.window_end(window) - timeline.window_start(window) == 2 * timeline.DAY
    assert len(timeline.orders(parse({"window": window.model_dump(mode="json")})).hourly) == 48


def test_demand_is_the_product_of_season_and_events() -> None:
    season = {
        "year": [1] * 11 + [3],
        "week": [1, 1, 1, 1, 1, 2, 2],
        "day": [1] * 12 + [5] * 12,
        "events": [{"name": "New year", "month": 12, "day": 31, "days": 2, "factor": 4}],
    }
    spec = parse({"window": {"start": "2024-12-30", "end": "2025-01-05"}, "season": season})
    days = timeline.orders(spec).hourly.reshape(7, 24)
    assert (days[:, 23] / days[:, 0]).tolist() == pytest.approx([5] * 7, rel=1e-4)
    # Monday and Tuesday in December, then January, its first day in the event, the weekend at the end.
    assert (days[:, 0] / days[3, 0]).tolist() == pytest.approx([3, 12, 4, 1, 1, 2, 2], rel=1e-3)


@pytest.mark.parametrize("growth", [0.1, 1, 10])
def test_the_largest_timelines_stay_in_bounds(growth: float) -> None:
    spec = parse({"window": {"start": "2000-01-01", "end": "2020-01-15"}, "growth": growth})
    for when in (timeline.sign_ups(spec), timeline.orders(spec)):
        assert when.hourly.min() > 0
        assert when.total < 1 << 38


def test_orders_follow_the_hours_and_come_in_order() -> None:
    day = [1] * 8 + [100] * 16
    spec = resolve(parse({"season": {"day": day, "events": []}}))
    orders = Engine(spec).generate(Blocks(0, 1000))["order_details"]
    hours = orders["placed_at"].cast("int64").to_numpy() // timeline.HOUR % 24
    assert (hours < 8).mean() < 0.02
    rows = orders.select(["user_id", "placed_at"]).to_pylist()
    assert rows == sorted(rows, key=lambda row: (row["user_id"], row["placed_at"]))
