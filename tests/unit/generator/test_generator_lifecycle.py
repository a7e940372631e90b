"""What a job does when nothing comes, when it is cancelled, and what it tells of its speed."""

from cartload_generator import lifecycle
from cartload_generator.lifecycle import (
    MOST_ATTEMPTS,
    MOST_SEAL_ATTEMPTS,
    PATIENCE,
    Next,
    dataset_state_after,
)
from support.generator_jobs import NOW, after, in_flight, job_in

LATER = NOW + PATIENCE


def test_nothing_is_sent_again_before_its_time() -> None:
    job = job_in("queued", "prepare", due_at=LATER)
    assert lifecycle.overdue(job, after(59), window_attempts=0) is Next.NOTHING
    assert job.attempts == 1


def test_a_silent_prepare_is_sent_again_and_fails_after_enough_attempts() -> None:
    job, now = job_in("queued", "prepare", due_at=NOW), NOW
    for attempt in range(2, MOST_ATTEMPTS + 1):
        assert lifecycle.overdue(job, now, window_attempts=0) is Next.PREPARE
        assert job.attempts == attempt
        now += PATIENCE
    assert lifecycle.overdue(job, now, window_attempts=0) is Next.NOTHING
    assert (job.state, job.due_at) == ("failed", None)
    assert "5 attempts" in (job.error or "")


def test_a_silent_window_is_sent_again_and_fails_the_job_after_enough_attempts() -> None:
    job = job_in(due_at=LATER)
    in_flight(job)
    for attempts in range(1, MOST_ATTEMPTS):
        assert job.due_at is not None
        assert lifecycle.overdue(job, job.due_at, window_attempts=attempts) is Next.WINDOW_AGAIN
    assert job.due_at is not None
    assert lifecycle.overdue(job, job.due_at, window_attempts=MOST_ATTEMPTS) is Next.NOTHING
    assert (job.state, job.error) == ("failed", "3 chunks gave no result after 5 attempts.")


def test_a_cancelled_job_gives_up_its_silent_window_and_is_sealed() -> None:
    job = job_in("cancelling", due_at=NOW)
    in_flight(job)
    assert lifecycle.overdue(job, NOW, window_attempts=MOST_ATTEMPTS) is Next.NOTHING
    assert (job.state, job.chunks_in_flight) == ("cancelling", 0)
    assert lifecycle.advance(job, NOW) is Next.SEAL


def test_a_seal_may_take_hours_but_not_for_ever() -> None:
    job, now = job_in("running", "index", due_at=NOW), NOW
    for _ in range(MOST_SEAL_ATTEMPTS - 1):
        assert lifecycle.overdue(job, now, window_attempts=0) is Next.SEAL
        now += PATIENCE
    assert lifecycle.overdue(job, now, window_attempts=0) is Next.NOTHING
    assert job.state == "failed"


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
        assert lifecycle.overdue(job, NOW, window_attempts=0) is Next.PREPARE
    assert job.state == "queued"


def test_a_resumed_job_does_not_send_its_window_again_at_once() -> None:
    job = job_in(due_at=LATER)
    in_flight(job)
    lifecycle.act(job, "pause", NOW)
    lifecycle.act(job, "resume", NOW)
    lifecycle.advance(job, NOW)
    assert job.state == "running"
    assert lifecycle.overdue(job, NOW, window_attempts=1) is Next.NOTHING


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


def test_a_job_cancelled_while_queued_ends_at_once_and_is_sealed_behind_the_scenes() -> None:
    job = job_in("queued", "prepare")
    lifecycle.act(job, "cancel", NOW)
    version = job.version
    assert (job.state, job.finished_at) == ("cancelled", NOW)
    assert lifecycle.overdue(job, NOW, window_attempts=0) is Next.SEAL
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
    assert lifecycle.overdue(job, after(1), window_attempts=0) is Next.PREPARE
    lifecycle.heard(job, after(2))
    lifecycle.prepared(job, after(2))
    assert lifecycle.overdue(job, after(2), window_attempts=0) is Next.WINDOW_AGAIN


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
    assert lifecycle.overdue(job, LATER, window_attempts=MOST_ATTEMPTS) is Next.NOTHING
    assert lifecycle.advance(job, LATER) is Next.SEAL


def test_a_job_cancelled_while_queued_has_nothing_in_flight_any_more() -> None:
    job = job_in("queued", "generate")
    in_flight(job)
    lifecycle.act(job, "cancel", NOW)
    assert (job.state, job.chunks_in_flight, job.rows_in_flight) == ("cancelled", 0, 0)
