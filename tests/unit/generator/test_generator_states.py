"""Every cell of the state table, one by one."""

from typing import Any

import pytest

from cartload_contracts.jobs import JobStatus
from cartload_generator import lifecycle, states
from cartload_generator.states import ENDED, Action, Step
from support.generator_jobs import NOW, job_in

R = "409"
TABLE: dict[tuple[JobStatus, Step], tuple[str, str, str, str, str]] = {
    # (state, what is awaited): cancel, pause, resume, retry, delete of its dataset
    ("queued", "prepare"): ("cancelled", "paused", R, R, "cancels"),
    ("queued", "generate"): ("cancelled", "paused", R, R, "cancels"),
    ("running", "generate"): ("cancelling", "paused", R, R, "cancels"),
    ("running", "index"): (R, R, R, R, "waits"),
    ("running", "check"): (R, R, R, R, "waits"),
    ("paused", "prepare"): ("cancelling", R, "queued", R, "cancels"),
    ("paused", "generate"): ("cancelling", R, "queued", R, "cancels"),
    ("cancelling", "generate"): ("cancelling", R, R, R, "waits"),
    ("cancelling", "index"): ("cancelling", R, R, R, "waits"),
    ("completed", "none"): (R, R, R, R, "allowed"),
    ("cancelled", "none"): (R, R, R, R, "allowed"),
    ("cancelled", "index"): (R, R, R, R, "allowed"),
    ("failed", "none"): (R, R, R, "queued", "allowed"),
}
ACTIONS: tuple[Action, ...] = ("cancel", "pause", "resume", "retry")
CELLS = [
    pytest.param(state, step, action, result, id=f"{state}-{step}-{action}")
    for (state, step), row in TABLE.items()
    for action, result in zip(ACTIONS, row[:4], strict=True)
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


@pytest.mark.parametrize(("state", "step", "deletion"), [(*key, row[4]) for key, row in TABLE.items()])
def test_deleting_the_dataset_does_what_the_table_says(state: JobStatus, step: Step, deletion: str) -> None:
    assert states.DELETION[states.situation(state, step)] == deletion


@pytest.mark.parametrize("state", JobStatus.__value__.__args__)
@pytest.mark.parametrize("dataset", ["creating", "ready", "incomplete", "deleting"])
def test_only_a_ready_dataset_without_unfinished_job_is_appended_to(state: Any, dataset: str) -> None:
    assert states.may_append(state, dataset) is (state in ENDED and dataset == "ready")


def test_every_state_is_in_the_table() -> None:
    assert {state for state, _ in TABLE} == set(JobStatus.__value__.__args__)
    assert {states.situation(*key) for key in TABLE} == set(states.DELETION)
    assert {situation for situation, _ in states.TRANSITIONS} <= set(states.DELETION)


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
