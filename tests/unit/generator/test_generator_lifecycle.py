"""What a job does when nothing comes, when it is cancelled, and what it tells of its speed."""

from datetime import datetime
from typing import Any

import pytest

from cartload_generator.domain import lifecycle, timeouts
from cartload_generator.domain.backlog import Backlog
from cartload_generator.domain.entities import Job
from cartload_generator.domain.lifecycle import NOTHING_STAYS, RESULT_TIMEOUT, Next, dataset_state_after
from cartload_generator.domain.timeouts import LONGEST_TIMEOUT, MOST_CANCELLED_ATTEMPTS
from support.generator_jobs import NOW, after, in_flight, job_in

LATER = NOW + RESULT_TIMEOUT
BUSY = Backlog(dataset_commands=1, batches=12)
IDLE = Backlog()


def timed_out(job: Job, now: datetime, *, chunk_attempts: int = 0, backlog: Backlog | None = IDLE) -> Next:
    return timeouts.timed_out(job, now, chunk_attempts=chunk_attempts, backlog=backlog)


def test_nothing_is_sent_again_before_its_time() -> None:
    job = job_in("queued", "prepare", due_at=LATER)
    assert timed_out(job, after(59)) is Next.NOTHING
    assert job.sendings == 1


@pytest.mark.parametrize(
    ("state", "step", "command"),
    [
        ("queued", "prepare", Next.PREPARE),
        ("running", "generate", Next.CHUNKS_AGAIN),
        ("running", "index", Next.SEAL),
        ("running", "check", Next.SEAL),
        ("cancelling", "discard", Next.DISCARD),
    ],
)
def test_what_was_taken_and_not_answered_is_sent_again_ever_more_rarely(
    state: Any, step: Any, command: Next
) -> None:
    job, waits = job_in(state, step, due_at=NOW), []
    in_flight(job)
    for _ in range(6):
        assert job.due_at is not None
        now = job.due_at
        assert timed_out(job, now) is command
        assert job.due_at is not None
        waits.append((job.due_at - now).total_seconds())
    assert waits == [120, 240, 480, 600, 600, 600]
    assert (job.state, job.waiting_for) == (state, None)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("queued", "prepare"),
        ("running", "generate"),
        ("running", "index"),
        ("cancelling", "generate"),
        ("cancelling", "discard"),
    ],
)
def test_while_commands_wait_in_kafka_a_job_waits_for_days_and_says_so(state: Any, step: Any) -> None:
    job = job_in(state, step, due_at=NOW)
    in_flight(job)
    job.saved()
    for _ in range(10_000):
        assert job.due_at is not None
        assert timed_out(job, job.due_at, chunk_attempts=1, backlog=BUSY) is Next.NOTHING
    assert (job.state, job.step, job.notes) == (state, step, [])
    assert job.view().waiting_for in (
        "the writers: 12 batches not stored yet",
        "the writer's tasks: 1 command not done yet",
    )


def test_without_a_look_at_kafka_nothing_is_repeated() -> None:
    job = job_in("queued", "prepare", due_at=NOW)
    assert timed_out(job, NOW, backlog=None) is Next.NOTHING
    assert job.due_at == NOW


def test_a_job_that_only_hears_nothing_of_its_prepare_or_seal_never_fails() -> None:
    for state, step in (("queued", "prepare"), ("running", "index")):
        job = job_in(state, step, due_at=NOW)  # type: ignore[arg-type]
        for _ in range(1000):
            assert job.due_at is not None
            assert timed_out(job, job.due_at) is not Next.NOTHING
            assert job.due_at <= after(1000 * LONGEST_TIMEOUT.total_seconds())
        assert job.state == state


def test_a_command_that_was_never_sent_is_sent_although_others_wait() -> None:
    job = job_in("queued", "prepare", due_at=NOW, sendings=0)
    assert timed_out(job, NOW, backlog=BUSY) is Next.PREPARE
    assert (job.due_at, job.waiting_for) == (LATER, None)


def test_a_cancelled_job_gives_up_unanswered_chunks_and_is_sealed() -> None:
    job = job_in("cancelling", due_at=NOW)
    in_flight(job)
    assert timed_out(job, NOW, chunk_attempts=MOST_CANCELLED_ATTEMPTS) is Next.NOTHING
    assert (job.state, job.chunks_in_flight, job.in_flight_dropped) == ("cancelling", 0, True)
    assert lifecycle.advance(job, NOW) is Next.SEAL


def test_every_answer_lets_a_job_wait_anew() -> None:
    job = job_in(due_at=after(1), sendings=4, waiting_for="Kafka", version=3)
    timeouts.reset_timeout(job, NOW)
    assert (job.due_at, job.sendings, job.waiting_for, job.version) == (LATER, 1, None, 4)


def test_nothing_is_waited_for_while_paused() -> None:
    job = job_in(due_at=LATER)
    in_flight(job)
    lifecycle.act(job, "pause", NOW)
    assert job.due_at is None
    timeouts.reset_timeout(job, NOW)
    assert job.due_at is None


def test_pausing_and_resuming_again_and_again_costs_no_attempts() -> None:
    job = job_in("queued", "prepare")
    for _ in range(20):
        assert lifecycle.act(job, "pause", NOW)
        assert lifecycle.act(job, "resume", NOW)
        assert timed_out(job, NOW) is Next.PREPARE
    assert job.state == "queued"


def test_a_resumed_job_does_not_send_its_window_again_at_once() -> None:
    job = job_in(due_at=LATER)
    in_flight(job)
    lifecycle.act(job, "pause", NOW)
    lifecycle.act(job, "resume", NOW)
    lifecycle.advance(job, NOW)
    assert job.state == "running"
    assert timed_out(job, NOW) is Next.NOTHING


def test_a_cancelled_job_waits_for_what_is_in_flight_and_sends_nothing_more() -> None:
    job = job_in()
    in_flight(job, 2)
    lifecycle.act(job, "cancel", NOW)
    assert lifecycle.advance(job, NOW) is Next.NOTHING
    job.chunks_in_flight = 0
    assert lifecycle.advance(job, NOW) is Next.SEAL
    assert lifecycle.advance(job, NOW) is Next.NOTHING


def test_a_job_cancelled_while_queued_ends_at_once_and_is_sealed_behind_the_scenes() -> None:
    job = job_in("queued", "prepare")
    lifecycle.act(job, "cancel", NOW)
    version = job.version
    assert (job.state, job.finished_at) == ("cancelled", NOW)
    assert timed_out(job, NOW) is Next.SEAL
    lifecycle.sealed(job, 1.0, 1.0, after(5))
    assert (job.state, job.step, job.due_at, job.version) == ("cancelled", "none", None, version)


def test_a_retried_job_begins_a_new_attempt_and_keeps_what_is_stored() -> None:
    job = job_in("failed", "none", error="No room.", finished_at=NOW, chunks_done=1, rows_done=60)
    job.chunks_in_flight = 2
    assert lifecycle.act(job, "retry", after(1))
    shown = job.view()
    assert (shown.state, shown.error, shown.finished_at, shown.rows_done) == ("queued", None, None, 60)
    assert job.attempt == 2
    assert timed_out(job, after(1)) is Next.PREPARE
    timeouts.reset_timeout(job, after(2))
    lifecycle.prepared(job, after(2))
    assert timed_out(job, after(2)) is Next.CHUNKS_AGAIN


def test_the_version_rises_once_however_much_changes() -> None:
    job = job_in(version=7)
    job.touch()
    job.note("x", NOW)
    assert job.version == 8
    job.saved()
    job.touch()
    assert job.version == 9


def test_speed_counts_only_the_time_spent_generating() -> None:
    job = job_in("queued", "prepare", rows_total=180)
    lifecycle.prepared(job, NOW)
    job.rows_done = 60
    job.measure(after(2))
    assert (job.view().rows_per_second, job.view().seconds_left) == (30.0, 4.0)
    lifecycle.act(job, "pause", after(3))
    assert (job.view().rows_per_second, job.view().seconds_left) == (20.0, None)
    lifecycle.act(job, "resume", after(100))
    lifecycle.advance(job, after(100))
    job.measure(after(101))
    assert (job.view().rows_per_second, job.view().seconds_left) == (15.0, 8.0)


def test_no_speed_is_told_before_the_first_row() -> None:
    job = job_in("running", "generate")
    assert (job.view().rows_per_second, job.view().seconds_left) == (None, None)


def test_totals_never_fall_behind_what_is_done_and_end_exact() -> None:
    job = job_in(chunks_done=3, rows_done=190, rows_total=180)
    job.tables["payment_details"].add(40, "0" * 32, 1)
    shown = job.view()
    assert (shown.rows_total, shown.tables["payment_details"].rows_total) == (190, 40)
    for sums in job.tables.values():
        sums.rows = 20
    lifecycle.advance(job, NOW)
    shown = job.view()
    assert shown.rows_total == shown.rows_done
    assert all(table.rows_total == table.rows_done for table in shown.tables.values())


def test_only_a_completed_job_leaves_a_ready_dataset() -> None:
    assert dataset_state_after(job_in("completed", "none")) == "ready"
    assert dataset_state_after(job_in("cancelled", "none")) == "incomplete"
    assert dataset_state_after(job_in("failed", "none")) == "incomplete"


def test_a_retried_job_that_is_cancelled_before_it_is_prepared_ends_at_once() -> None:
    job = job_in("failed", "none", error="No room.", finished_at=NOW)
    in_flight(job)
    for action in ("retry", "pause", "cancel"):
        assert lifecycle.act(job, action, NOW)
    assert (job.state, job.chunks_in_flight) == ("cancelling", 0)
    assert lifecycle.advance(job, NOW) is Next.SEAL


def test_a_job_cancelled_while_queued_has_nothing_in_flight_any_more() -> None:
    job = job_in("queued", "generate")
    in_flight(job)
    lifecycle.act(job, "cancel", NOW)
    assert (job.state, job.chunks_in_flight, job.rows_in_flight) == ("cancelled", 0, 0)


@pytest.mark.parametrize(("state", "step"), [("running", "generate"), ("paused", "generate")])
def test_a_cancelled_append_is_rolled_back_without_waiting_for_what_is_in_flight(
    state: Any, step: Any
) -> None:
    job = job_in(state, step, kind="append", rows_done=60)
    in_flight(job)
    assert lifecycle.act(job, "cancel", NOW)
    assert lifecycle.advance(job, NOW) is Next.DISCARD
    assert (job.state, job.step, job.chunks_in_flight) == ("cancelling", "discard", 0)
    lifecycle.discarded(job, after(2))
    assert (job.state, job.rows_done, dataset_state_after(job)) == ("cancelled", 0, "ready")
    assert [note.event for note in job.notes][-2:] == ["discarded", "cancelled"]


def test_an_append_cancelled_while_queued_ends_at_once_and_is_rolled_back_behind_the_scenes() -> None:
    job = job_in("queued", "prepare", kind="append")
    lifecycle.act(job, "cancel", NOW)
    assert (job.state, dataset_state_after(job)) == ("cancelled", "ready")
    assert timed_out(job, NOW, backlog=BUSY) is Next.DISCARD
    assert timed_out(job, LATER) is Next.DISCARD
    lifecycle.discarded(job, after(90))
    assert (job.step, job.due_at, dataset_state_after(job)) == ("none", None, "ready")


@pytest.mark.parametrize("step", ["prepare", "generate", "index", "check"])
def test_a_failed_append_is_rolled_back_and_says_so(step: Any) -> None:
    job = job_in("running", step, kind="append", rows_done=60, chunks_done=1, next_chunk=3)
    lifecycle.failed(job, "No room.", NOW)
    assert (job.state, job.error, job.step) == ("failed", "No room.", "discard")
    assert timed_out(job, NOW) is Next.DISCARD
    lifecycle.discarded(job, after(1))
    assert (job.error, dataset_state_after(job)) == (f"No room. {NOTHING_STAYS}", "ready")
    assert lifecycle.act(job, "retry", after(2))
    assert (job.state, job.attempt, job.rows_done, job.chunks_done, job.next_chunk) == ("queued", 2, 0, 0, 0)
    assert job.error is None


def test_a_failed_append_that_is_retried_before_it_is_rolled_back_starts_anew_too() -> None:
    job = job_in("failed", "discard", kind="append", error="No room.", finished_at=NOW, chunks_done=2)
    job.tables["users"].add(30, "0" * 32, 5)
    assert lifecycle.act(job, "retry", NOW)
    assert (job.step, job.chunks_done, job.tables["users"].rows) == ("prepare", 0, 0)
    assert timed_out(job, NOW) is Next.PREPARE


def test_a_rollback_that_cannot_be_done_leaves_the_dataset_marked() -> None:
    job = job_in("cancelling", "discard", kind="append")
    lifecycle.failed(job, "The database is read-only.", NOW)
    assert (job.state, job.step, dataset_state_after(job)) == ("cancelled", "none", "incomplete")
    assert job.notes[-1].detail == "The database is read-only."


@pytest.mark.parametrize(("step", "follows"), [("prepare", "none"), ("generate", "index"), ("check", "none")])
def test_a_failed_create_has_what_is_stored_indexed_and_counted(step: Any, follows: Any) -> None:
    job = job_in("running", step)
    lifecycle.failed(job, "No room.", NOW)
    assert (job.state, job.step) == ("failed", follows)
    assert timed_out(job, NOW) is (Next.SEAL if follows == "index" else Next.NOTHING)


@pytest.mark.parametrize(
    ("state", "action"), [("running", "pause"), ("running", "cancel"), ("failed", "retry")]
)
def test_a_job_that_its_owner_acts_on_waits_for_nothing_that_it_waited_for(state: Any, action: Any) -> None:
    job = job_in(state, waiting_for="the writers: 12 batches not stored yet")
    assert lifecycle.act(job, action, NOW)
    assert job.view().waiting_for is None
