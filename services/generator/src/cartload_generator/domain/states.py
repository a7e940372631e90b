"""The state table of a job, as data: what each action does to a job in each situation."""

from typing import Literal

from cartload_contracts.jobs import JobPhase, JobStatus

type Step = Literal["prepare", "generate", "index", "check", "discard", "none"]
"""What a job waits for: its database, its rows, its indexes, its checks, its rollback, nothing."""

type Action = Literal["cancel", "pause", "resume", "retry"]
type Situation = Literal[
    "queued", "generating", "sealing", "paused", "cancelling", "completed", "cancelled", "failed"
]
"""A row of the table: the job's state, `running` split by what is being done."""

ENDED: tuple[JobStatus, ...] = ("completed", "cancelled", "failed")

TRANSITIONS: dict[tuple[Situation, Action], JobStatus] = {
    ("queued", "cancel"): "cancelled",
    ("queued", "pause"): "paused",
    ("generating", "cancel"): "cancelling",
    ("generating", "pause"): "paused",
    ("paused", "cancel"): "cancelling",
    ("paused", "resume"): "queued",
    ("cancelling", "cancel"): "cancelling",
    ("failed", "retry"): "queued",
}
"""What is not listed here is refused."""

_PHASES: dict[Step, JobPhase] = {"generate": "generating", "index": "indexing", "check": "checking"}


def situation(state: JobStatus, step: Step) -> Situation:
    """The row of the table that a job is in."""
    if state == "running":
        return "sealing" if step in ("index", "check") else "generating"
    return state


def phase(state: JobStatus, step: Step) -> JobPhase | None:
    """The phase that users see: null unless the job is running."""
    return _PHASES.get(step) if state == "running" else None


def wants_turn(state: JobStatus, *, total: int, sent: int, done: int) -> bool:
    """Whether a job that awaits its rows has something to send; the numbers are of its chunks.

    A queued job begins with its turn. A running one whose chunks are all stored is there to be sealed.
    """
    return state == "queued" or (state == "running" and (sent < total or done >= total))


def after(state: JobStatus, step: Step, action: Action) -> JobStatus | None:
    """The state that an action leads to; None when the job's situation forbids it."""
    return TRANSITIONS.get((situation(state, step), action))
