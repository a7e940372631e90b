"""What happens to a job, step by step: pure changes of its record, without I/O or clock."""

from datetime import datetime, timedelta
from enum import Enum, auto

from cartload_contracts.jobs import JobStatus
from cartload_generator import states
from cartload_generator.backlog import Backlog
from cartload_generator.record import DatasetState, JobRecord
from cartload_generator.states import Action

RESULT_TIMEOUT = timedelta(seconds=60)
"""How long nothing may come for a job before one looks why."""

FIRST_TIMEOUT = timedelta(seconds=10)
"""The same for the first prepare, which a crash may have kept from being sent."""

LOOK_AGAIN = timedelta(seconds=15)
"""How long after it was seen what holds a job up one looks again."""

LONGEST_PAUSE = timedelta(minutes=10)
"""Between repetitions, which come after 1, 2, 4, … minutes."""

MOST_CANCELLED_ATTEMPTS = 5
"""How often a cancelled job asks for the results of its last chunks before it ends without them."""


class Next(Enum):
    """What has to be sent for a job now."""

    NOTHING = auto()
    PREPARE = auto()
    CHUNKS = auto()
    WINDOW_AGAIN = auto()
    SEAL = auto()


EVENTS: dict[Action, str] = {
    "cancel": "cancel_requested",
    "pause": "paused",
    "resume": "resumed",
    "retry": "retried",
}


def act(job: JobRecord, action: Action, now: datetime) -> bool:
    """Do what a user asked for. False, with nothing changed, when the job's situation forbids it."""
    target = states.after(job.state, job.step, action)
    if target is None:
        return False
    if target == job.state:
        return True
    if target == "cancelled":
        cancelled(job, now)
        return True
    if action == "retry":
        job.step, job.round = "prepare", job.round + 1
        job.error = job.finished_at = None
    if action == "cancel":
        job.step = "generate"
    job.end_activity(now)
    job.state, job.attempts = target, 0
    job.wait_for(None)
    job.due_at = None if action == "pause" else _first_look(job, now)
    job.note(EVENTS[action], now)
    return True


def _first_look(job: JobRecord, now: datetime) -> datetime:
    """When to look after a user's action, should the process die before it does so by itself."""
    return now + RESULT_TIMEOUT if job.step == "generate" and job.chunks_in_flight else now


def prepared(job: JobRecord, now: datetime) -> None:
    """The database is there."""
    if job.step != "prepare" or job.ended:
        return
    job.step, job.attempts = "generate", 0
    job.due_at = now if job.chunks_in_flight else None
    if job.state == "queued":
        _run(job, now)
    else:
        job.touch()


def advance(job: JobRecord, now: datetime, *, deleting: bool = False) -> Next:
    """Take the step that the job is ready for, and say what must be sent for it.

    `deleting`: its dataset is about to go, so a cancelled job needs no seal any more.
    """
    if job.ended and deleting:
        job.step, job.due_at = "none", None
    if job.state == "queued" and job.step == "generate":
        _run(job, now)
    if job.state == "running" and job.step == "generate":
        if job.all_stored:
            return _seal(job, now)
        return Next.CHUNKS if job.unsent else Next.NOTHING
    if job.state == "cancelling" and job.step == "generate":
        if deleting:  # nobody stores what is in flight, nor answers for it
            job.step = "none"
            job.chunks_in_flight = job.rows_in_flight = 0
            _end(job, "cancelled", now)
        elif job.chunks_in_flight == 0:
            return _seal(job, now)
    return Next.NOTHING


def overdue(job: JobRecord, now: datetime, *, window_attempts: int, backlog: Backlog | None) -> Next:
    """Say what must be sent, again or for the first time, because nothing came for too long.

    Silence is no failure: what waits in Kafka is waited for, however long, and named in `waiting_for`; only
    what nobody holds any more is asked for again. `window_attempts` is the largest number of attempts of a
    chunk in flight; without a `backlog` only what was never sent is sent.
    """
    if job.due_at is None or job.due_at > now:
        return Next.NOTHING
    match job.step:
        case "prepare" if not job.ended and job.state != "cancelling":
            return _command_again(job, now, Next.PREPARE, backlog)
        case "generate" if job.chunks_in_flight and job.state in ("running", "cancelling"):
            return _window_again(job, now, window_attempts, backlog)
        case "index" | "check":
            return _command_again(job, now, Next.SEAL, backlog)
    job.due_at = None
    return Next.NOTHING


def _command_again(job: JobRecord, now: datetime, following: Next, backlog: Backlog | None) -> Next:
    """Send a command on the dataset, unless it was sent and may still wait to be done."""
    if job.attempts and not _may_repeat(job, now, backlog, backlog.holds_up_datasets() if backlog else None):
        return Next.NOTHING
    job.attempts += 1
    job.due_at = now + _pause_after(job.attempts)
    return following


def _may_repeat(job: JobRecord, now: datetime, backlog: Backlog | None, held_up: str | None) -> bool:
    if backlog is None:
        return False
    job.wait_for(held_up)
    if held_up:
        job.due_at = now + LOOK_AGAIN
    return held_up is None


def _pause_after(attempts: int) -> timedelta:
    return min(RESULT_TIMEOUT * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


def heard(job: JobRecord, now: datetime) -> None:
    """Something came for the job: wait anew. To be called before what came is looked at."""
    resting = job.state == "paused" or job.step == "none"
    job.wait_for(None)
    job.due_at = None if resting else now + RESULT_TIMEOUT


def sealing(job: JobRecord, phase: str, now: datetime) -> None:
    """The seal has begun a phase. One that comes late changes nothing."""
    if phase == "checking" and job.step == "index":
        job.step = "check"
        if not job.ended:
            job.note("checking", now)


def sealed(job: JobRecord, indexing_seconds: float, checking_seconds: float, now: datetime) -> None:
    """The load is finished and proven, or, after a cancel or failure, only finished."""
    if job.step not in ("index", "check"):
        return
    job.step, job.due_at = "none", None
    if job.ended:
        return
    job.indexing_seconds, job.checking_seconds = indexing_seconds, checking_seconds
    _end(job, "completed" if job.state == "running" else "cancelled", now)


def failed(job: JobRecord, reason: str, now: datetime) -> None:
    """A step cannot be done: the job fails, or a cancelled one ends without it."""
    if job.ended:
        job.step, job.due_at = "none", None
    elif job.state == "cancelling":
        _fail_cancelling(job, now)
    else:
        job.step = "none"
        job.error = reason
        _end(job, "failed", now, reason)


def cancelled(job: JobRecord, now: datetime) -> None:
    """End a job that was only queued; what its database holds is finished behind the scenes."""
    job.step, job.attempts = "index", 0
    job.chunks_in_flight = job.rows_in_flight = 0
    _end(job, "cancelled", now)
    job.due_at = now


def dataset_gone(job: JobRecord, now: datetime) -> None:
    """End whatever the job was at: its dataset was deleted, and nobody answers for it any more."""
    job.step, job.due_at = "none", None
    job.chunks_in_flight = job.rows_in_flight = 0
    if not job.ended:
        _end(job, "cancelled", now)


def _run(job: JobRecord, now: datetime) -> None:
    job.state = "running"
    job.started_at = job.started_at or now
    job.begin_activity(now)
    if job.chunks_in_flight and job.due_at is None:
        job.due_at = now + RESULT_TIMEOUT
    job.note("generating", now)


def _seal(job: JobRecord, now: datetime) -> Next:
    job.end_activity(now)
    if job.all_stored:
        for sums in job.tables.values():
            sums.rows_total = sums.rows
        job.rows_total = job.rows_done
    job.step, job.attempts, job.due_at = "index", 1, now + RESULT_TIMEOUT
    job.note("indexing", now)
    return Next.SEAL


def _window_again(job: JobRecord, now: datetime, attempts: int, backlog: Backlog | None) -> Next:
    if attempts and not _may_repeat(job, now, backlog, backlog.holds_up_chunks() if backlog else None):
        return Next.NOTHING
    if job.state == "cancelling" and attempts >= MOST_CANCELLED_ATTEMPTS:
        reason = f"{job.chunks_in_flight} chunks gave no result after {attempts} attempts."
        _give_up_window(job, reason, now)
        return Next.NOTHING
    job.due_at = now + _pause_after(attempts + 1)
    if attempts:
        job.note("repeated", now, f"Nothing came for {job.chunks_in_flight} chunks: they are sent again.")
    return Next.WINDOW_AGAIN


def _give_up_window(job: JobRecord, reason: str, now: datetime) -> None:
    """Wait no longer for what is in flight of a job that is being cancelled."""
    job.chunks_in_flight = job.rows_in_flight = 0
    job.note("gave_up", now, reason)
    job.due_at = now


def _fail_cancelling(job: JobRecord, now: datetime) -> None:
    """Nothing more is to be had of a cancelled job: neither its chunks nor, if that failed, its seal."""
    if job.step in ("index", "check"):
        job.step = "none"
        _end(job, "cancelled", now)
    else:
        _give_up_window(job, "A chunk in flight failed; what is stored is kept.", now)


def _end(job: JobRecord, state: JobStatus, now: datetime, detail: str | None = None) -> None:
    job.end_activity(now)
    job.wait_for(None)
    job.state = state
    job.finished_at = now
    job.due_at = None
    job.note(state, now, detail)


def dataset_state_after(job: JobRecord) -> DatasetState:
    """The state of its dataset once the job has ended."""
    return "ready" if job.state == "completed" else "incomplete"
