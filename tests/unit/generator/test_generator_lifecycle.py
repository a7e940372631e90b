"""What a job does when nothing comes, when it is cancelled, and what it tells of its speed."""

from datetime import datetime

import pytest

from cartload_generator import lifecycle
from cartload_generator.backlog import Backlog
from cartload_generator.lifecycle import (
    LOOK_AGAIN,
    MOST_CANCELLED_ATTEMPTS,
    RESULT_TIMEOUT,
    Next,
    dataset_state_after,
)
from cartload_generator.record import JobRecord
from support.generator_jobs import NOW, after, in_flight, job_in

LATER = NOW + RESULT_TIMEOUT
IDLE = Backlog()


def overdue(job: JobRecord, now: datetime, window_attempts: int = 0, backlog: Backlog | None = IDLE) -> Next:
    """What is sent; nothing waits in Kafka unless a test says so."""
    return lifecycle.overdue(job, now, window_attempts=window_attempts, backlog=backlog)


def test_nothing_is_sent_again_before_its_time() -> None:
    job = job_in("queued", "prepare", due_at=LATER)
    assert overdue(job, after(59)) is Next.NOTHING
    assert job.attempts == 1


def test_a_silent_prepare_is_asked_for_again_with_longer_and_longer_pauses_and_never_fails() -> None:
    job, pauses = job_in("queued", "prepare", due_at=NOW), []
    for _ in range(8):
        assert job.due_at is not None
        began = job.due_at
        assert overdue(job, began) is Next.PREPARE
        assert job.due_at is not None
        pauses.append((job.due_at - began).total_seconds())
    assert pauses == [120, 240, 480, 600, 600, 600, 600, 600]
    assert job.state == "queued"


def test_a_silent_window_is_sent_again_and_never_fails_the_job() -> None:
    job = job_in(due_at=LATER)
    in_flight(job)
    for attempts in range(1, 30):
        assert job.due_at is not None
        assert overdue(job, job.due_at, attempts) is Next.WINDOW_AGAIN
    assert (job.state, job.error) == ("running", None)


@pytest.mark.parametrize(
    ("backlog", "words"),
    [
        (Backlog(chunk_commands=1, batches=3), "the workers: 1 chunk not made yet"),
        (Backlog(batches=1_200), "the writers: 1,200 batches not stored yet"),
        (Backlog(reachable=False), "Kafka, which does not answer"),
    ],
)
def test_chunks_that_wait_in_kafka_are_waited_for_and_not_sent_again(backlog: Backlog, words: str) -> None:
    job, now = job_in(due_at=NOW), NOW
    in_flight(job)
    for _ in range(200):
        assert overdue(job, now, 1, backlog) is Next.NOTHING
        assert job.due_at == now + LOOK_AGAIN
        now = job.due_at
    assert (job.state, job.view().waiting_for) == ("running", words)
    lifecycle.heard(job, now)
    assert job.view().waiting_for is None


@pytest.mark.parametrize(("state", "step"), [("queued", "prepare"), ("running", "index")])
def test_commands_that_wait_for_the_writer_are_waited_for(state: str, step: str) -> None:
    job = job_in(state, step, due_at=NOW)  # type: ignore[arg-type]
    assert overdue(job, NOW, backlog=Backlog(dataset_commands=2)) is Next.NOTHING
    assert job.waiting_for == "the writer's tasks: 2 commands not done yet"
    assert job.due_at is not None
    assert overdue(job, job.due_at) in (Next.PREPARE, Next.SEAL)
    assert job.waiting_for is None


def test_what_holds_a_job_up_is_told_once() -> None:
    job, held_up = job_in(due_at=NOW, version=3), Backlog(batches=5)
    in_flight(job)
    overdue(job, NOW, 1, held_up)
    job.saved()
    assert job.version == 4
    overdue(job, NOW + LOOK_AGAIN, 1, held_up)
    assert job.version == 4


def test_what_was_never_sent_is_sent_whatever_waits() -> None:
    job = job_in("queued", "prepare")
    lifecycle.act(job, "pause", NOW)
    lifecycle.act(job, "resume", NOW)
    assert overdue(job, NOW, backlog=Backlog(dataset_commands=9)) is Next.PREPARE
    retried = job_in(due_at=NOW)
    in_flight(retried)
    assert overdue(retried, NOW, 0, None) is Next.WINDOW_AGAIN


def test_without_a_look_at_kafka_nothing_is_sent_again() -> None:
    job = job_in("running", "index", due_at=NOW)
    assert overdue(job, NOW, backlog=None) is Next.NOTHING
    assert job.due_at == NOW


def test_a_cancelled_job_gives_up_its_silent_window_and_is_sealed() -> None:
    job = job_in("cancelling", due_at=NOW)
    in_flight(job)
    assert overdue(job, NOW, MOST_CANCELLED_ATTEMPTS) is Next.NOTHING
    assert (job.state, job.chunks_in_flight) == ("cancelling", 0)
    assert lifecycle.advance(job, NOW) is Next.SEAL


def test_a_cancelled_job_waits_for_what_still_waits_in_kafka() -> None:
    job = job_in("cancelling", due_at=NOW)
    in_flight(job)
    assert overdue(job, NOW, MOST_CANCELLED_ATTEMPTS, Backlog(batches=1)) is Next.NOTHING
    assert job.chunks_in_flight == 3


def test_a_seal_may_take_days() -> None:
    job, now = job_in("running", "index", due_at=NOW), NOW
    for _ in range(1_000):
        assert overdue(job, now) is Next.SEAL
        assert job.due_at is not None
        now = job.due_at
    assert job.state == "running"


def test_every_result_lets_a_job_wait_anew() -> None:
    job = job_in(due_at=after(1))
    lifecycle.heard(job, NOW)
    assert job.due_at == LATER


def test_nothing_is_waited_for_while_paused() -> None:
    job = job_in(due_at=LATER)
    in_flight(job)
    lifecycle.act(job, "pause", NOW)
    assert job.due_at is None
    lifecycle.heard(job, NOW)
    assert job.due_at is None


def test_pausing_and_resuming_again_and_again_costs_no_attempts() -> None:
    job = job_in("queued", "prepare")
    for _ in range(20):
        assert lifecycle.act(job, "pause", NOW)
        assert lifecycle.act(job, "resume", NOW)
        assert overdue(job, NOW, 0) is Next.PREPARE
    assert job.state == "queued"


def test_a_resumed_job_does_not_send_its_window_again_at_once() -> None:
    job = job_in(due_at=LATER)
    in_flight(job)
    lifecycle.act(job, "pause", NOW)
    lifecycle.act(job, "resume", NOW)
    lifecycle.advance(job, NOW)
    assert job.state == "running"
    assert overdue(job, NOW, 1) is Next.NOTHING


def test_a_cancelled_job_waits_for_what_is_in_flight_and_sends_nothing_more() -> None:
    job = job_in()
    in_flight(job, 2)
    lifecycle.act(job, "cancel", NOW)
    assert lifecycle.advance(job, NOW) is Next.NOTHING
    job.chunks_in_flight = 0
    assert lifecycle.advance(job, NOW) is Next.SEAL
    assert lifecycle.advance(job, NOW) is Next.NOTHING


def test_a_cancelled_job_of_a_dataset_that_goes_needs_no_seal() -> None:
    job = job_in()
    lifecycle.act(job, "cancel", NOW)
    assert lifecycle.advance(job, after(3), deleting=True) is Next.NOTHING
    assert (job.state, job.finished_at, job.due_at) == ("cancelled", after(3), None)


def test_a_cancelled_job_of_a_dataset_that_goes_does_not_wait_for_what_is_in_flight() -> None:
    job = job_in()
    in_flight(job)
    lifecycle.act(job, "cancel", NOW)
    assert lifecycle.advance(job, after(3), deleting=True) is Next.NOTHING
    assert (job.state, job.chunks_in_flight, job.rows_in_flight) == ("cancelled", 0, 0)


def test_a_job_cancelled_while_queued_ends_at_once_and_is_sealed_behind_the_scenes() -> None:
    job = job_in("queued", "prepare")
    lifecycle.act(job, "cancel", NOW)
    version = job.version
    assert (job.state, job.finished_at) == ("cancelled", NOW)
    assert overdue(job, NOW, 0) is Next.SEAL
    lifecycle.sealed(job, 1.0, 1.0, after(5))
    assert (job.state, job.step, job.due_at, job.version) == ("cancelled", "none", None, version)


def test_the_seal_behind_the_scenes_is_dropped_with_the_dataset() -> None:
    job = job_in("queued", "prepare")
    lifecycle.act(job, "cancel", NOW)
    lifecycle.advance(job, NOW, deleting=True)
    assert (job.step, job.due_at) == ("none", None)


def test_a_retried_job_begins_a_new_round_and_keeps_what_is_stored() -> None:
    job = job_in("failed", "none", error="No room.", finished_at=NOW, chunks_done=1, rows_done=60)
    job.chunks_in_flight = 2
    assert lifecycle.act(job, "retry", after(1))
    shown = job.view()
    assert (shown.state, shown.error, shown.finished_at, shown.rows_done) == ("queued", None, None, 60)
    assert job.round == 2
    assert overdue(job, after(1), 0) is Next.PREPARE
    lifecycle.heard(job, after(2))
    lifecycle.prepared(job, after(2))
    assert overdue(job, after(2), 0) is Next.WINDOW_AGAIN


def test_the_version_rises_once_however_much_changes() -> None:
    job = job_in(version=7)
    job.touch()
    job.note("x", NOW)
    assert job.version == 8
    job.saved()
    job.touch()
    assert job.version == 9


def test_speed_counts_only_the_time_spent_generating() -> None:
    job = job_in("queued", "prepare")
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
    job = job_in(chunks_done=3, rows_done=190)
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


def test_a_retried_job_that_is_cancelled_before_it_is_prepared_still_ends() -> None:
    job = job_in("failed", "none", error="No room.", finished_at=NOW)
    in_flight(job)
    for action in ("retry", "pause", "cancel"):
        assert lifecycle.act(job, action, NOW)
    assert (job.state, lifecycle.advance(job, NOW)) == ("cancelling", Next.NOTHING)
    assert job.due_at == LATER
    assert overdue(job, LATER, MOST_CANCELLED_ATTEMPTS) is Next.NOTHING
    assert lifecycle.advance(job, LATER) is Next.SEAL


def test_a_job_cancelled_while_queued_has_nothing_in_flight_any_more() -> None:
    job = job_in("queued", "generate")
    in_flight(job)
    lifecycle.act(job, "cancel", NOW)
    assert (job.state, job.chunks_in_flight, job.rows_in_flight) == ("cancelled", 0, 0)
