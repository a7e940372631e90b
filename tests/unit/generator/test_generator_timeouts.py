"""What is sent once, again or not at all, when answers come late or do not come."""

from typing import Any

import pytest

from cartload_generator.domain import lifecycle, timeouts
from cartload_generator.domain.apply_results import apply_results, mask
from cartload_generator.domain.backlog import Backlog
from cartload_generator.domain.entities import InFlightChunk, Job
from cartload_generator.domain.lifecycle import RESULT_TIMEOUT, Next
from support.generator_jobs import BLOCK_TABLES, CHUNK_ROWS, NOW, after, failed, in_flight, job_in, stored

BUSY = Backlog(dataset_commands=1, chunk_commands=3, batches=12)
IDLE = Backlog()
LATER = NOW + RESULT_TIMEOUT


def chunk(index: int) -> InFlightChunk:
    return InFlightChunk(index, mask(BLOCK_TABLES), CHUNK_ROWS, NOW)


def overdue(job: Job, seconds: float, backlog: Backlog | None) -> Next:
    """What is sent for a job that is looked at so many seconds after NOW."""
    return timeouts.timed_out(job, after(seconds), chunk_attempts=1, backlog=backlog)


@pytest.mark.parametrize(("kind", "command"), [("append", Next.DISCARD), ("create", Next.SEAL)])
def test_a_late_chunk_does_not_put_off_what_a_failed_job_leaves_to_be_done(kind: Any, command: Next) -> None:
    job = job_in(kind=kind)
    chunks = in_flight(job)
    apply_results(job, chunks, [failed()], NOW)
    apply_results(job, chunks, [stored(1, "users"), stored(2, "users")], after(1))
    assert overdue(job, 1, BUSY) is command


def test_the_first_chunks_of_a_job_are_waited_for_while_workers_are_busy() -> None:
    job = job_in("queued", "prepare")
    lifecycle.prepared(job, NOW)
    lifecycle.issue(job, [chunk(0), chunk(1)], NOW)
    assert overdue(job, 59, BUSY) is Next.NOTHING
    assert overdue(job, 60, BUSY) is Next.NOTHING
    assert job.view().waiting_for == "the workers: 3 chunks not made yet"
    assert overdue(job, 80, IDLE) is Next.CHUNKS_AGAIN
    assert job.notes[-1].event == "repeated"


def test_chunks_that_are_sent_are_counted_and_the_next_follow_them() -> None:
    job = job_in(scheduled_at=after(-9))
    lifecycle.issue(job, [chunk(0)], NOW)
    lifecycle.issue(job, [chunk(1), chunk(2)], after(5))
    assert (job.next_chunk, job.unsent, job.chunks_in_flight, job.rows_in_flight) == (3, 0, 3, 3 * CHUNK_ROWS)
    assert (job.scheduled_at, job.due_at) == (after(5), LATER)


def test_chunks_that_join_others_do_not_lengthen_the_wait_for_those() -> None:
    job = job_in(due_at=after(7), sendings=3)
    in_flight(job, 1)
    lifecycle.issue(job, [chunk(1)], NOW)
    assert (job.due_at, job.sendings) == (after(7), 3)


def test_what_a_resumed_job_sends_is_not_sent_again_by_the_look_that_follows() -> None:
    job = job_in()
    lifecycle.act(job, "pause", NOW)
    lifecycle.act(job, "resume", NOW)
    assert lifecycle.advance(job, NOW) is Next.CHUNKS
    lifecycle.issue(job, [chunk(0)], NOW)
    assert overdue(job, 0, None) is Next.NOTHING
    assert overdue(job, 59, IDLE) is Next.NOTHING


@pytest.mark.parametrize("action", ["resume", "cancel"])
def test_chunks_in_flight_before_a_pause_are_waited_for_after_it(action: Any) -> None:
    job = job_in(due_at=LATER, sendings=4)
    in_flight(job)
    lifecycle.act(job, "pause", NOW)
    lifecycle.act(job, action, after(500))
    assert lifecycle.advance(job, after(500)) is Next.NOTHING
    assert (job.due_at, job.sendings) == (after(560), 1)
    assert overdue(job, 560, BUSY) is Next.NOTHING
    assert overdue(job, 580, IDLE) is Next.CHUNKS_AGAIN


def retried(*then: Any) -> Job:
    """A job that failed with two chunks in flight and is tried again; `then` its owner acts once more."""
    job = job_in("failed", "none", error="No room.", finished_at=NOW, sendings=1)
    in_flight(job, 2)
    for action in ("retry", *then):
        assert lifecycle.act(job, action, NOW)
    return job


def test_a_retried_job_asks_first_for_the_chunks_that_it_had_in_flight() -> None:
    job = retried()
    assert overdue(job, 0, None) is Next.PREPARE
    lifecycle.prepared(job, after(1))
    assert lifecycle.advance(job, after(1)) is Next.CHUNKS_AGAIN
    assert lifecycle.advance(job, after(1)) is Next.CHUNKS
    lifecycle.issue(job, [chunk(2)], after(1))
    assert overdue(job, 2, IDLE) is Next.NOTHING
    assert job.due_at == after(61)


def test_a_retried_job_asks_for_them_after_a_pause_too_however_often_it_hears_that_it_is_prepared() -> None:
    job = retried("pause")
    for seconds in (1, 2):
        timeouts.reset_timeout(job, after(seconds))
        lifecycle.prepared(job, after(seconds))
    lifecycle.act(job, "resume", after(3))
    assert lifecycle.advance(job, after(3)) is Next.CHUNKS_AGAIN
    assert job.state == "running"


def test_a_retried_job_that_is_cancelled_asks_for_them_before_it_is_sealed() -> None:
    job = retried()
    lifecycle.prepared(job, after(1))
    lifecycle.act(job, "cancel", after(2))
    assert lifecycle.advance(job, after(2)) is Next.NOTHING
    assert overdue(job, 2, BUSY) is Next.CHUNKS_AGAIN


@pytest.mark.parametrize("kind", ["create", "append"])
@pytest.mark.parametrize("state", ["running", "cancelling", "paused"])
def test_a_job_whose_every_step_is_impossible_comes_to_an_end(state: Any, kind: Any) -> None:
    job = job_in(state, kind=kind)
    in_flight(job)
    for _ in range(3):
        lifecycle.failed(job, "A fault.", NOW)
    assert (job.ended, job.step, job.due_at) == (True, "none", None)
    events = [note.event for note in job.notes]
    lifecycle.deleted(job, NOW)
    assert [note.event for note in job.notes] == events


@pytest.mark.parametrize(
    ("state", "step", "holds", "dataset"),
    [
        ("running", "generate", True, None),
        ("paused", "prepare", True, None),
        ("cancelling", "discard", True, None),
        ("completed", "none", False, "ready"),
        ("failed", "discard", True, "ready"),
        ("cancelled", "discard", True, "ready"),
        ("failed", "none", False, "incomplete"),
        ("cancelled", "none", False, "incomplete"),
        ("failed", "index", False, "incomplete"),
    ],
)
def test_a_job_keeps_its_dataset_until_nothing_of_it_is_left_to_be_done_there(
    state: Any, step: Any, holds: bool, dataset: str | None
) -> None:
    job = job_in(state, step, kind="create" if step == "index" else "append")
    assert lifecycle.holds_dataset(job) is holds
    if dataset is not None:
        assert lifecycle.dataset_state_after(job) == dataset


def test_a_job_that_waits_for_nothing_is_not_looked_at_again() -> None:
    job = job_in(due_at=NOW)
    assert overdue(job, 0, IDLE) is Next.NOTHING
    assert job.due_at is None


@pytest.mark.parametrize(
    ("backlog", "datasets", "chunks"),
    [
        (IDLE, None, None),
        (Backlog(dataset_commands=1), "the writer's tasks: 1 command not done yet", None),
        (Backlog(dataset_commands=2000), "the writer's tasks: 2,000 commands not done yet", None),
        (Backlog(chunk_commands=1, batches=5), None, "the workers: 1 chunk not made yet"),
        (Backlog(batches=1), None, "the writers: 1 batch not stored yet"),
        (Backlog(batches=2), None, "the writers: 2 batches not stored yet"),
        (Backlog(reachable=False), "Kafka, which does not answer", "Kafka, which does not answer"),
    ],
)
def test_a_backlog_names_who_holds_a_job_up(backlog: Backlog, datasets: Any, chunks: Any) -> None:
    assert (backlog.holds_up_datasets(), backlog.holds_up_chunks()) == (datasets, chunks)


def test_what_holds_up_a_job_that_has_ended_is_not_shown() -> None:
    job = job_in("failed", "discard", kind="append", due_at=NOW, finished_at=NOW)
    version = job.version
    assert overdue(job, 0, BUSY) is Next.NOTHING
    assert (job.waiting_for, job.version, job.due_at) == (None, version, NOW + timeouts.BACKLOG_INTERVAL)
