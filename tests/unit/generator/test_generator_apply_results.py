"""Applying results: the same in whatever order, however often, and however grouped they come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload_contracts.messages import Discarded, Prepared, Sealed, Sealing
from cartload_contracts.model import TABLES
from cartload_generator.domain import lifecycle
from cartload_generator.domain.apply_results import apply_results, chunks_of, mask
from cartload_generator.domain.entities import InFlightChunk, Job
from cartload_generator.domain.lifecycle import Next
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
    manifest,
    stored,
)

PREPARED = Prepared(dataset_id=DATASET, job_id=JOB)
SEALED = Sealed(dataset_id=DATASET, job_id=JOB, indexing_seconds=2.0, checking_seconds=1.0)


def apply_all(job: Job, windows: dict[int, InFlightChunk], batches: list[list[Any]]) -> None:
    """Apply batches one after the other, with the windows kept as the database keeps them."""
    for batch in batches:
        at_hand = {position: windows[position] for position in chunks_of(batch) if position in windows}
        for position in apply_results(job, at_hand, batch, NOW).finished:
            del windows[position]


def outcome(job: Job) -> Any:
    """What users see, but for the number of changes that led there."""
    return job.view().model_dump(exclude={"version"}), {
        name: (sums.rows, sums.hash, sums.bytes) for name, sums in job.tables.items()
    }


def expected() -> Any:
    job = job_in()
    apply_all(job, in_flight(job), [all_stored()])
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
    apply_all(job, windows, [*batches, *batches])
    assert outcome(job) == expected()
    assert (job.chunks_done, job.chunks_in_flight, job.rows_in_flight, windows) == (3, 0, 0, {})


def test_rows_hashes_bytes_and_seconds_are_summed() -> None:
    job = job_in()
    windows = in_flight(job)
    apply_results(job, windows, [stored(0, "users", 3), stored(1, "users", 4)], NOW)
    sums = job.tables["users"]
    assert (sums.rows, sums.hash, sums.bytes) == (20, 7, 200)
    assert (job.rows_done, job.generating_seconds, job.storing_seconds) == (20, 1.0, 0.5)


def test_a_hash_sum_wraps_around() -> None:
    job = job_in()
    apply_results(job, in_flight(job), [stored(0, "users", 2**128 - 1), stored(1, "users", 3)], NOW)
    assert job.tables["users"].hash == 2


def test_a_result_of_a_chunk_that_was_never_sent_is_left_aside() -> None:
    job = job_in()
    before = job.view()
    apply_results(job, {}, [stored(2, "users")], NOW)
    assert job.view() == before


def test_a_table_that_is_not_of_the_chunk_is_left_aside() -> None:
    job = job_in()
    windows = in_flight(job)
    windows[0].wanted = mask(["categories"])
    apply_results(job, windows, [stored(0, "users")], NOW)
    assert job.rows_done == 0


def test_results_raise_the_version_once_and_repeated_ones_not_at_all() -> None:
    job = job_in(version=5)
    windows = in_flight(job)
    for expected_version in (6, 6):
        apply_results(job, windows, [stored(0, "users"), stored(1, "users"), stored(0, "wishlist")], NOW)
        assert job.version == expected_version
        job.saved()


@pytest.mark.parametrize(("state", "speed"), [("running", 5.0), ("paused", None)])
def test_the_time_until_a_result_counts_as_generating_while_the_job_runs(state: Any, speed: Any) -> None:
    job = job_in(state, active_since=NOW)
    apply_results(job, in_flight(job), [stored(0, "users")], after(2))
    assert job.view().rows_per_second == speed


@pytest.mark.parametrize(
    ("state", "step", "stage", "ends"),
    [
        ("cancelling", "discard", "discard", ("cancelled", "none")),
        ("failed", "discard", "discard", ("failed", "none")),
        ("cancelling", "index", "seal", ("cancelled", "none")),
        ("cancelled", "index", "seal", ("cancelled", "none")),
        ("running", "index", "discard", ("running", "index")),
        ("cancelling", "discard", "seal", ("cancelling", "discard")),
    ],
)
def test_the_failure_of_a_last_step_ends_the_wait_for_it_and_for_no_other(
    state: Any, step: Any, stage: Any, ends: tuple[str, str]
) -> None:
    job = job_in(state, step, kind="append", due_at=NOW)
    applied = apply_results(job, {}, [failed(stage, "No room.", stored=manifest(3))], after(1))
    assert (job.state, job.step) == ends
    assert (job.due_at is None, applied.manifest) == (
        (True, manifest(3)) if ends[1] == "none" else (False, None)
    )


@pytest.mark.parametrize("state", ["completed", "cancelled", "failed"])
def test_rows_that_come_after_the_end_change_nothing(state: Any) -> None:
    job = job_in(state, "none")
    windows = in_flight(job)
    before = job.view()
    apply_results(job, windows, all_stored(), NOW)
    assert job.view() == before


@pytest.mark.parametrize("state", ["running", "paused", "cancelling"])
def test_chunks_in_flight_are_counted_in_every_unfinished_state(state: Any) -> None:
    job = job_in(state)
    apply_all(job, in_flight(job, 2), [all_stored(2)])
    assert (job.chunks_done, job.chunks_in_flight) == (2, 0)


def test_prepared_starts_a_queued_job_once() -> None:
    job = job_in("queued", "prepare")
    apply_results(job, {}, [PREPARED, PREPARED], after(1))
    assert (job.state, job.step, job.started_at) == ("running", "generate", after(1))
    assert [note.event for note in job.notes] == ["generating"]
    assert lifecycle.advance(job, after(1)) is Next.CHUNKS


def test_prepared_leaves_a_paused_job_paused() -> None:
    job = job_in("paused", "prepare")
    apply_results(job, {}, [PREPARED], NOW)
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
        apply_results(job, {}, [Sealing(dataset_id=DATASET, job_id=JOB, phase=phase)], NOW)
    assert job.view().phase == "checking"
    apply_results(job, {}, [SEALED, SEALED], after(9))
    shown = job.view()
    assert (shown.state, shown.phase, shown.finished_at) == ("completed", None, after(9))
    assert (shown.stage_seconds.indexing, shown.stage_seconds.checking) == (2.0, 1.0)


def test_a_late_sealed_completes_nothing_that_is_not_being_sealed() -> None:
    job = job_in()
    apply_results(job, {}, [SEALED], NOW)
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
    apply_results(job, in_flight(job), [failed(stage, "No room.")], after(4))
    shown = job.view()
    assert (shown.state, shown.error, shown.finished_at) == ("failed", "No room.", after(4))
    assert job.notes[-1].detail == "No room."


@pytest.mark.parametrize(
    ("state", "step", "result"),
    [
        ("running", "generate", failed("store")),
        ("queued", "prepare", failed("prepare")),
        ("running", "index", failed("seal")),
        ("queued", "prepare", PREPARED),
        ("running", "generate", stored(0, "users")),
        ("running", "index", Sealing(dataset_id=DATASET, job_id=JOB, phase="checking")),
        ("running", "check", SEALED),
        ("failed", "index", SEALED),
        ("cancelling", "discard", Discarded(dataset_id=DATASET, job_id=JOB)),
    ],
)
def test_a_result_of_an_earlier_attempt_changes_nothing(state: Any, step: Any, result: Any) -> None:
    job = job_in(state, step, attempt=2, due_at=NOW)
    chunks = in_flight(job)
    before = job.view()
    applied = apply_results(job, chunks, [result], after(5))
    assert (job.view(), job.due_at, job.notes) == (before, NOW, [])
    assert (applied.changed, applied.finished, applied.manifest) == ({}, set(), None)
    apply_results(job, chunks, [result.model_copy(update={"attempt": 2})], after(5))
    assert (job.view(), job.due_at) != (before, NOW)


@pytest.mark.parametrize(
    "failure",
    [
        failed("store", chunk_index=2),
        failed("generate", chunk_index=None),
        failed("store", chunk_attempt=2),
    ],
)
def test_a_failure_of_a_chunk_that_is_not_in_flight_as_it_was_sent_fails_nothing(failure: Any) -> None:
    job = job_in()
    apply_results(job, in_flight(job, 2), [failure], NOW)
    assert job.state == "running"


def test_a_failure_of_a_chunk_that_is_stored_meanwhile_fails_nothing() -> None:
    job = job_in()
    apply_results(job, in_flight(job), [*all_stored(1), failed("store")], NOW)
    assert (job.state, job.chunks_done) == ("running", 1)


@pytest.mark.parametrize(("chunk_attempt", "state"), [(2, "running"), (3, "failed")])
def test_a_chunk_that_was_sent_again_fails_by_its_last_attempt(chunk_attempt: int, state: str) -> None:
    job = job_in()
    chunks = in_flight(job)
    chunks[0].attempts = 3
    apply_results(job, chunks, [failed(chunk_attempt=chunk_attempt)], NOW)
    assert job.state == state


def test_the_writers_manifest_comes_with_the_end_and_a_failed_create_says_what_is_stored() -> None:
    job = job_in("failed", "index", error="No room.", finished_at=NOW)
    applied = apply_results(job, {}, [SEALED.model_copy(update={"stored": manifest(1234)})], NOW)
    assert applied.manifest == manifest(1234)
    assert job.error == "No room. Of the dataset 1,234 rows are stored; a retry goes on from there."


def test_a_seal_that_failed_brings_the_manifest_too() -> None:
    job = job_in("running", "check")
    failure = failed("seal", "A row is missing.", stored=manifest(7))
    assert apply_results(job, {}, [failure], NOW).manifest == manifest(7)
    assert (job.state, job.step) == ("failed", "none")


def test_a_rollback_brings_the_manifest_of_what_stays() -> None:
    job = job_in("failed", "discard", kind="append", error="No room.", finished_at=NOW, rows_done=60)
    answer = Discarded(dataset_id=DATASET, job_id=JOB, stored=manifest(9))
    assert apply_results(job, {}, [answer], NOW).manifest == manifest(9)
    assert (job.state, job.rows_done, job.rolled_back) == ("failed", 0, True)


@pytest.mark.parametrize(
    ("step", "stage"),
    [("generate", "prepare"), ("generate", "seal"), ("index", "store"), ("generate", "delete")],
)
def test_a_failure_of_a_step_that_is_over_changes_nothing(step: Any, stage: Any) -> None:
    job = job_in("running", step)
    apply_results(job, {}, [failed(stage)], NOW)
    assert job.state == "running"


@pytest.mark.parametrize("stage", ["prepare", "generate", "store", "seal"])
def test_a_failure_of_an_earlier_attempt_does_not_fail_a_retried_job(stage: Any) -> None:
    step = {"prepare": "prepare", "seal": "index"}.get(stage, "generate")
    job = job_in("running", step, attempt=2)  # type: ignore[arg-type]
    apply_results(job, in_flight(job), [failed(stage, attempt=1)], NOW)
    assert (job.state, job.due_at) == ("running", None)
    apply_results(job, in_flight(job), [failed(stage, attempt=2)], NOW)
    assert job.state == "failed"


def test_nothing_of_an_earlier_attempt_is_counted() -> None:
    job = job_in(attempt=2)
    apply_results(job, in_flight(job), [*all_stored(), PREPARED, SEALED], NOW)
    assert (job.rows_done, job.chunks_done, job.state) == (0, 0, "running")


@pytest.mark.parametrize(
    "chunk",
    [{"chunk_index": 2}, {"chunk_index": 0, "chunk_attempt": 2}, {"chunk_index": None}],
    ids=["never sent", "another attempt of the chunk", "not readable"],
)
def test_only_the_failure_of_a_chunk_in_flight_fails_the_job(chunk: dict[str, Any]) -> None:
    job = job_in()
    apply_results(job, in_flight(job, 2), [failed("store", **chunk)], NOW)
    assert job.state == "running"


def test_a_failure_of_a_chunk_that_is_stored_already_changes_nothing() -> None:
    job = job_in()
    windows = in_flight(job)
    apply_all(job, windows, [all_stored(1), [failed("store", chunk_index=0)]])
    assert (job.state, job.chunks_done) == ("running", 1)


def test_a_failed_chunk_of_a_cancelled_job_is_waited_for_no_longer() -> None:
    job = job_in("cancelling")
    windows = in_flight(job)
    apply_results(job, windows, [failed(), *all_stored()], NOW)
    assert (job.state, job.chunks_in_flight, job.rows_done) == ("cancelling", 0, 0)
    assert lifecycle.advance(job, NOW) is Next.SEAL
    apply_results(job, {}, [failed("seal")], NOW)
    assert job.state == "cancelled"


def test_each_table_has_a_bit_of_its_own() -> None:
    assert mask(TABLES) == 2 ** len(TABLES) - 1
    assert sum(mask([table]) for table in BLOCK_TABLES) == mask(BLOCK_TABLES)
