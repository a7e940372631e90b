"""Folding results: the same in whatever order, however often, and however grouped they come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload_contracts.messages import Prepared, Sealed, Sealing
from cartload_contracts.model import TABLES
from cartload_generator import lifecycle
from cartload_generator.dispatch.fold import fold, mask, positions
from cartload_generator.lifecycle import Next
from cartload_generator.record import JobRecord, Window
from support.generator_jobs import (
    BLOCK_TABLES,
    DATASET,
    JOB,
    NOW,
    after,
    all_stored,
    failed,
    in_flight,
    job_in,
    stored,
)

PREPARED = Prepared(dataset_id=DATASET, job_id=JOB)
SEALED = Sealed(dataset_id=DATASET, job_id=JOB, indexing_seconds=2.0, checking_seconds=1.0)


def fold_all(job: JobRecord, windows: dict[int, Window], batches: list[list[Any]]) -> None:
    """Fold batches one after the other, with the windows kept as the database keeps them."""
    for batch in batches:
        at_hand = {position: windows[position] for position in positions(batch) if position in windows}
        for position in fold(job, at_hand, batch, NOW).finished:
            del windows[position]


def outcome(job: JobRecord) -> Any:
    """What users see, but for the number of changes that led there."""
    return job.view().model_dump(exclude={"version"}), {
        name: (sums.rows, sums.hash, sums.bytes) for name, sums in job.tables.items()
    }


def expected() -> Any:
    job = job_in()
    fold_all(job, in_flight(job), [all_stored()])
    return outcome(job)


@given(data=st.data())
def test_order_repetition_and_grouping_change_nothing(data: st.DataObject) -> None:
    results = data.draw(st.permutations(all_stored()))
    repeated = data.draw(st.lists(st.sampled_from(all_stored()), max_size=30))
    for result in repeated:
        results.insert(data.draw(st.integers(0, len(results))), result)
    size = data.draw(st.integers(1, len(results)))
    batches = [results[start : start + size] for start in range(0, len(results), size)]
    job = job_in()
    windows = in_flight(job)
    fold_all(job, windows, [*batches, *batches])
    assert outcome(job) == expected()
    assert (job.chunks_done, job.chunks_in_flight, job.rows_in_flight, windows) == (3, 0, 0, {})


def test_rows_hashes_bytes_and_seconds_are_summed() -> None:
    job = job_in()
    windows = in_flight(job)
    fold(job, windows, [stored(0, "users", 3), stored(1, "users", 4)], NOW)
    sums = job.tables["users"]
    assert (sums.rows, sums.hash, sums.bytes) == (20, 7, 200)
    assert (job.rows_done, job.generating_seconds, job.storing_seconds) == (20, 1.0, 0.5)


def test_a_hash_sum_wraps_around() -> None:
    job = job_in()
    fold(job, in_flight(job), [stored(0, "users", 2**128 - 1), stored(1, "users", 3)], NOW)
    assert job.tables["users"].hash == 2


def test_a_result_of_a_chunk_that_was_never_sent_is_left_aside() -> None:
    job = job_in()
    before = job.view()
    fold(job, {}, [stored(2, "users")], NOW)
    assert job.view() == before


def test_a_table_that_is_not_of_the_chunk_is_left_aside() -> None:
    job = job_in()
    windows = in_flight(job)
    windows[0].wanted = mask(["categories"])
    fold(job, windows, [stored(0, "users")], NOW)
    assert job.rows_done == 0


@pytest.mark.parametrize("state", ["completed", "cancelled", "failed"])
def test_rows_that_come_after_the_end_change_nothing(state: Any) -> None:
    job = job_in(state, "none")
    windows = in_flight(job)
    before = job.view()
    fold(job, windows, all_stored(), NOW)
    assert job.view() == before


@pytest.mark.parametrize("state", ["running", "paused", "cancelling"])
def test_chunks_in_flight_are_counted_in_every_unfinished_state(state: Any) -> None:
    job = job_in(state)
    fold_all(job, in_flight(job, 2), [all_stored(2)])
    assert (job.chunks_done, job.chunks_in_flight) == (2, 0)


def test_prepared_starts_a_queued_job_once() -> None:
    job = job_in("queued", "prepare")
    fold(job, {}, [PREPARED, PREPARED], after(1))
    assert (job.state, job.step, job.started_at) == ("running", "generate", after(1))
    assert [note.event for note in job.notes] == ["generating"]
    assert lifecycle.advance(job, after(1)) is Next.CHUNKS


def test_prepared_leaves_a_paused_job_paused() -> None:
    job = job_in("paused", "prepare")
    fold(job, {}, [PREPARED], NOW)
    assert (job.state, job.step) == ("paused", "generate")
    assert lifecycle.advance(job, NOW) is Next.NOTHING
    assert lifecycle.act(job, "resume", NOW)
    assert lifecycle.advance(job, NOW) is Next.CHUNKS
    assert job.state == "running"


def test_a_seal_goes_through_its_phases_and_completes() -> None:
    job = job_in("running", "generate", chunks_done=3)
    assert lifecycle.advance(job, NOW) is Next.SEAL
    assert job.view().phase == "indexing"
    for phase in ("indexing", "checking", "checking", "indexing"):
        fold(job, {}, [Sealing(dataset_id=DATASET, job_id=JOB, phase=phase)], NOW)
    assert job.view().phase == "checking"
    fold(job, {}, [SEALED, SEALED], after(9))
    shown = job.view()
    assert (shown.state, shown.phase, shown.finished_at) == ("completed", None, after(9))
    assert (shown.stage_seconds.indexing, shown.stage_seconds.checking) == (2.0, 1.0)


def test_a_late_sealed_completes_nothing_that_is_not_being_sealed() -> None:
    job = job_in()
    fold(job, {}, [SEALED], NOW)
    assert job.state == "running"


@pytest.mark.parametrize(
    ("state", "step", "stage"),
    [
        ("queued", "prepare", "prepare"),
        ("paused", "prepare", "prepare"),
        ("running", "generate", "generate"),
        ("running", "generate", "store"),
        ("paused", "generate", "store"),
        ("running", "index", "seal"),
        ("running", "check", "seal"),
    ],
)
def test_a_step_that_cannot_be_done_fails_the_job_with_the_reason(state: Any, step: Any, stage: Any) -> None:
    job = job_in(state, step)
    fold(job, in_flight(job), [failed(stage, "No room.")], after(4))
    shown = job.view()
    assert (shown.state, shown.error, shown.finished_at) == ("failed", "No room.", after(4))
    assert job.notes[-1].detail == "No room."


@pytest.mark.parametrize(
    ("step", "stage"),
    [("generate", "prepare"), ("generate", "seal"), ("index", "store"), ("generate", "delete")],
)
def test_a_failure_of_a_step_that_is_over_changes_nothing(step: Any, stage: Any) -> None:
    job = job_in("running", step)
    fold(job, {}, [failed(stage)], NOW)
    assert job.state == "running"


@pytest.mark.parametrize("stage", ["prepare", "generate", "store", "seal"])
def test_a_failure_of_an_earlier_attempt_does_not_fail_a_retried_job(stage: Any) -> None:
    step = {"prepare": "prepare", "seal": "index"}.get(stage, "generate")
    job = job_in("running", step, round=2)  # type: ignore[arg-type]
    fold(job, in_flight(job), [failed(stage, attempt=1)], NOW)
    assert (job.state, job.due_at) == ("running", None)
    fold(job, in_flight(job), [failed(stage, attempt=2)], NOW)
    assert job.state == "failed"


def test_nothing_of_an_earlier_attempt_is_counted() -> None:
    job = job_in(round=2)
    fold(job, in_flight(job), [*all_stored(), PREPARED, SEALED], NOW)
    assert (job.rows_done, job.chunks_done, job.state) == (0, 0, "running")


@pytest.mark.parametrize(
    "chunk",
    [{"chunk_index": 2}, {"chunk_index": 0, "chunk_attempt": 2}, {"chunk_index": None}],
    ids=["never sent", "another attempt of the chunk", "not readable"],
)
def test_only_the_failure_of_a_chunk_in_flight_fails_the_job(chunk: dict[str, Any]) -> None:
    job = job_in()
    fold(job, in_flight(job, 2), [failed("store", **chunk)], NOW)
    assert job.state == "running"


def test_a_failure_of_a_chunk_that_is_stored_already_changes_nothing() -> None:
    job = job_in()
    windows = in_flight(job)
    fold_all(job, windows, [all_stored(1), [failed("store", chunk_index=0)]])
    assert (job.state, job.chunks_done) == ("running", 1)


def test_a_failed_chunk_of_a_cancelled_job_is_waited_for_no_longer() -> None:
    job = job_in("cancelling")
    windows = in_flight(job)
    fold(job, windows, [failed(), *all_stored()], NOW)
    assert (job.state, job.chunks_in_flight, job.rows_done) == ("cancelling", 0, 0)
    assert lifecycle.advance(job, NOW) is Next.SEAL
    fold(job, {}, [failed("seal")], NOW)
    assert job.state == "cancelled"


def test_each_table_has_a_bit_of_its_own() -> None:
    assert mask(TABLES) == 2 ** len(TABLES) - 1
    assert sum(mask([table]) for table in BLOCK_TABLES) == mask(BLOCK_TABLES)
