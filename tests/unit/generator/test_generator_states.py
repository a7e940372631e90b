"""Every cell of the state table, one by one."""

import pytest

from cartload_contracts.jobs import JobStatus
from cartload_generator.domain import lifecycle, states
from cartload_generator.domain.states import Action, Step
from support.generator_jobs import NOW, job_in

R = "409"
TABLE: dict[tuple[JobStatus, Step], tuple[str, str, str, str]] = {
    # (state, what is awaited): cancel, pause, resume, retry
    ("queued", "prepare"): ("cancelled", "paused", R, R),
    ("queued", "generate"): ("cancelled", "paused", R, R),
    ("running", "generate"): ("cancelling", "paused", R, R),
    ("running", "index"): (R, R, R, R),
    ("running", "check"): (R, R, R, R),
    ("paused", "prepare"): ("cancelling", R, "queued", R),
    ("paused", "generate"): ("cancelling", R, "queued", R),
    ("cancelling", "generate"): ("cancelling", R, R, R),
    ("cancelling", "index"): ("cancelling", R, R, R),
    ("completed", "none"): (R, R, R, R),
    ("cancelled", "none"): (R, R, R, R),
    ("cancelled", "index"): (R, R, R, R),
    ("cancelled", "discard"): (R, R, R, R),
    ("cancelling", "discard"): ("cancelling", R, R, R),
    ("failed", "none"): (R, R, R, "queued"),
    ("failed", "index"): (R, R, R, "queued"),
    ("failed", "discard"): (R, R, R, "queued"),
}
ACTIONS: tuple[Action, ...] = ("cancel", "pause", "resume", "retry")
CELLS = [
    pytest.param(state, step, action, result, id=f"{state}-{step}-{action}")
    for (state, step), row in TABLE.items()
    for action, result in zip(ACTIONS, row, strict=True)
]


@pytest.mark.parametrize(("state", "step", "action", "result"), CELLS)
def test_an_action_leads_where_the_table_says(
    state: JobStatus, step: Step, action: Action, result: str
) -> None:
    job = job_in(state, step)
    before = job.view()
    allowed = lifecycle.act(job, action, NOW)
    assert allowed is (result != R)
    if allowed:
        assert job.state == result
        assert (job.version > before.version) is (result != state)
    else:
        assert job.view() == before
        assert not job.notes


@pytest.mark.parametrize(("state", "step"), TABLE)
def test_deleting_the_dataset_ends_the_job_at_once_whatever_it_does(state: JobStatus, step: Step) -> None:
    job = job_in(state, step, due_at=NOW)
    lifecycle.deleted(job, NOW)
    ended = state in ("completed", "cancelled", "failed")
    assert job.state == (state if ended else "cancelled")
    assert (job.step, job.due_at, job.chunks_in_flight) == ("none", None, 0)
    assert lifecycle.advance(job, NOW) is lifecycle.Next.NOTHING


def test_every_state_is_in_the_table() -> None:
    assert {state for state, _ in TABLE} == set(JobStatus.__value__.__args__)
    assert {situation for situation, _ in states.TRANSITIONS} <= {states.situation(*key) for key in TABLE}


@pytest.mark.parametrize(
    ("state", "step", "phase"),
    [
        ("queued", "generate", None),
        ("running", "generate", "generating"),
        ("running", "index", "indexing"),
        ("running", "check", "checking"),
        ("paused", "generate", None),
        ("cancelling", "index", None),
        ("completed", "none", None),
    ],
)
def test_a_phase_is_shown_only_of_a_running_job(state: JobStatus, step: Step, phase: str | None) -> None:
    assert job_in(state, step).view().phase == phase


@pytest.mark.parametrize(
    ("state", "sent", "done", "wants"),
    [
        ("queued", 0, 0, True),
        ("queued", 3, 1, True),
        ("queued", 3, 3, True),
        ("running", 0, 0, True),
        ("running", 2, 0, True),
        ("running", 3, 0, False),
        ("running", 3, 2, False),
        ("running", 3, 3, True),
        ("paused", 0, 0, False),
        ("paused", 3, 3, False),
        ("cancelling", 1, 1, False),
        ("completed", 3, 3, False),
    ],
)
def test_a_job_wants_a_turn_while_it_has_something_to_send(
    state: JobStatus, sent: int, done: int, wants: bool
) -> None:
    assert states.wants_turn(state, total=3, sent=sent, done=done) is wants
    job = job_in(state, "generate", next_chunk=sent, chunks_done=done)
    assert job.wants_to_send is wants
    assert not job_in(state, "index", next_chunk=sent, chunks_done=done).wants_to_send
