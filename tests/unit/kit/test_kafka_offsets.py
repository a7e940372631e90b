"""Which offsets may be committed."""

import random

import pytest

from cartload_kit.kafka.offsets import OffsetTracker


def started(*offsets: int) -> OffsetTracker:
    tracker = OffsetTracker()
    for offset in offsets:
        tracker.start(offset, timestamp=float(offset))
    return tracker


def test_nothing_is_committed_before_anything_is_finished() -> None:
    assert started().to_commit() is None
    assert started(4, 5).to_commit() is None


def test_only_the_unbroken_run_of_finished_records_is_committed() -> None:
    tracker = started(10, 11, 12, 13)
    tracker.finish(11)
    assert tracker.to_commit() is None
    tracker.finish(10)
    assert tracker.to_commit() == 12
    tracker.finish(13)
    assert tracker.to_commit() == 12
    tracker.finish(12)
    assert tracker.to_commit() == 14


def test_gaps_between_offsets_do_not_hold_a_commit_back() -> None:
    tracker = started(3, 7, 20)
    tracker.finish(3)
    assert tracker.to_commit() == 7
    tracker.finish(20)
    tracker.finish(7)
    assert tracker.to_commit() == 21


def test_an_offset_is_committed_once() -> None:
    tracker = started(0, 1)
    tracker.finish(0)
    assert tracker.to_commit() == 1
    tracker.committed(1)
    assert tracker.to_commit() is None
    tracker.finish(1)
    assert tracker.to_commit() == 2


def test_a_finished_record_above_an_unfinished_one_is_not_committed_as_its_start() -> None:
    tracker = started(5, 6)
    tracker.finish(6)
    assert tracker.to_commit() is None


def test_the_oldest_unfinished_record_gives_the_age() -> None:
    tracker = started(5, 6, 7)
    tracker.finish(5)
    assert tracker.oldest == 6.0
    tracker.finish(7)
    tracker.finish(6)
    assert tracker.oldest is None
    assert tracker.in_flight == 0


def test_records_start_in_order_and_finish_once() -> None:
    tracker = started(5)
    with pytest.raises(ValueError, match="offset 5"):
        tracker.start(5)
    tracker.finish(5)
    with pytest.raises(KeyError):
        tracker.finish(5)


def test_a_commit_of_an_earlier_life_of_the_partition_is_ignored() -> None:
    tracker = started(0, 1)
    tracker.committed(900)
    tracker.finish(0)
    assert tracker.to_commit() == 1


def test_in_any_order_nothing_unfinished_is_ever_below_the_commit() -> None:
    chance = random.Random(7)
    offsets = sorted(chance.sample(range(1000), 200))
    tracker = started(*offsets)
    unfinished = set(offsets)
    for offset in chance.sample(offsets, len(offsets)):
        tracker.finish(offset)
        unfinished.discard(offset)
        commit = tracker.to_commit()
        if commit is not None:
            assert all(commit <= left for left in unfinished)
            tracker.committed(commit)
    assert tracker.last_started + 1 == offsets[-1] + 1
    assert tracker.to_commit() is None
