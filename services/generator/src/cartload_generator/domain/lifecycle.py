"""What happens to a job, step by step: pure changes of the job, without I/O or clock.

A job always awaits one thing, its `step`: its database (`prepare`), its rows (`generate`), the seal (`index`,
`check`), the rollback of an append (`discard`), or nothing any more (`none`). `due_at` is when to look at it
although nothing came. `sendings` counts how often the awaited command was sent since the last answer.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, auto

from cartload_contracts.jobs import JobStatus
from cartload_contracts.model import StoredTotals, TableName
from cartload_generator.domain import states
from cartload_generator.domain.backlog import Backlog
from cartload_generator.domain.entities import DatasetState, Job
from cartload_generator.domain.states import Action

RESULT_TIMEOUT = timedelta(seconds=60)
"""How long nothing may come for a job before what it waits for is asked for again."""

LONGEST_TIMEOUT = timedelta(minutes=10)
"""The same after several repetitions: each waits twice as long as the one before, up to this."""

FIRST_TIMEOUT = timedelta(seconds=10)
"""The same for the first prepare, which a crash may have kept from being sent."""

BACKLOG_INTERVAL = timedelta(seconds=15)
"""How often to look again while commands and batches wait in Kafka for parts that are busy or away."""

MOST_CANCELLED_ATTEMPTS = 5
"""How often a cancelled job asks for the results of its last chunks before it ends without them."""


class Next(Enum):
    """What has to be sent for a job now."""

    NOTHING = auto()
    PREPARE = auto()
    CHUNKS = auto()
    CHUNKS_AGAIN = auto()
    SEAL = auto()
    DISCARD = auto()


EVENTS: dict[Action, str] = {
    "cancel": "cancel_requested",
    "pause": "paused",
    "resume": "resumed",
    "retry": "retried",
}


def act(job: Job, action: Action, now: datetime) -> bool:
    """Do what a user asked for. False, with nothing changed, when the job's situation forbids it."""
    target = states.after(job.state, job.step, action)
    if target is None:
        return False
    if target == job.state:
        return True
    if target == "cancelled":
        _cancel_queued(job, now)
        return True
    if action == "retry":
        _begin_attempt(job)
    if action == "cancel":
        if job.step == "prepare":
            # What an earlier attempt had in flight was not asked for in this one: nobody will answer.
            _forget_in_flight(job)
        job.step = "generate"
    job.end_activity(now)
    job.state, job.sendings = target, 0
    job.wait_for(None)
    job.due_at = None if action == "pause" else _first_look(job, now)
    job.note(EVENTS[action], now)
    return True


def _first_look(job: Job, now: datetime) -> datetime:
    """When to look after a user's action, should the process die before it does so by itself."""
    return now + RESULT_TIMEOUT if job.step == "generate" and job.chunks_in_flight else now


def _begin_attempt(job: Job) -> None:
    """Try again: a create goes on where it failed; an append was rolled back, so it starts anew."""
    job.step, job.attempt = "prepare", job.attempt + 1
    job.error = job.finished_at = None
    if job.kind == "append":
        _forget_progress(job)


def _forget_progress(job: Job) -> None:
    """Nothing of the job is stored any more."""
    for sums in job.tables.values():
        sums.rows = sums.hash = sums.bytes = 0
    job.rows_done = job.chunks_done = job.next_chunk = 0
    _forget_in_flight(job)


def _forget_in_flight(job: Job) -> None:
    """Wait no longer for chunks that were sent: whoever saves the job removes their rows too."""
    job.in_flight_dropped = True
    job.chunks_in_flight = job.rows_in_flight = 0


def prepared(job: Job, now: datetime) -> None:
    """The database is there."""
    if job.step != "prepare" or job.ended:
        return
    job.step, job.sendings = "generate", 0
    job.due_at = now if job.chunks_in_flight else None
    if job.state == "queued":
        _run(job, now)
    else:
        job.touch()


def advance(job: Job, now: datetime) -> Next:
    """Take the step that the job is ready for, and say what must be sent for it."""
    if job.state == "queued" and job.step == "generate":
        _run(job, now)
    if job.state == "running" and job.step == "generate":
        if job.all_stored:
            return _seal(job, now)
        return Next.CHUNKS if job.unsent else Next.NOTHING
    if job.state == "cancelling" and job.step == "generate":
        if job.kind == "append":
            # Its rows are removed, so nobody needs to wait for those that are still on their way.
            return _discard(job, now)
        if job.chunks_in_flight == 0:
            return _seal(job, now)
    return Next.NOTHING


def awaited_command(job: Job, now: datetime) -> Next:
    """The command whose answer is overdue; NOTHING when the job still has time."""
    if job.due_at is None or job.due_at > now:
        return Next.NOTHING
    match job.step:
        case "prepare" if not job.ended and job.state != "cancelling":
            return Next.PREPARE
        case "generate" if job.chunks_in_flight and job.state in ("running", "cancelling"):
            return Next.CHUNKS_AGAIN
        case "index" | "check":
            return Next.SEAL
        case "discard":
            return Next.DISCARD
    return Next.NOTHING


def timed_out(job: Job, now: datetime, *, chunk_attempts: int, backlog: Backlog | None) -> Next:
    """Say what must be sent, again or for the first time, because nothing came for too long.

    Silence is no failure: what waits in Kafka is waited for, however long, and named in `waiting_for`; only
    what nobody holds any more is asked for again, ever more rarely. `chunk_attempts` is the largest number of
    attempts of a chunk in flight; without a `backlog` only what was never sent is sent.
    """
    command = awaited_command(job, now)
    if command is Next.NOTHING:
        if job.due_at is not None and job.due_at <= now:
            job.due_at = None
        return Next.NOTHING
    first = job.sendings == 0
    if not first and not _may_repeat(job, now, command, backlog):
        return Next.NOTHING
    if (
        command is Next.CHUNKS_AGAIN
        and job.state == "cancelling"
        and chunk_attempts >= MOST_CANCELLED_ATTEMPTS
    ):
        reason = f"{job.chunks_in_flight} chunks gave no result after {chunk_attempts} attempts."
        _give_up_in_flight(job, reason, now)
        return Next.NOTHING
    job.due_at = now + min(RESULT_TIMEOUT * 2**job.sendings, LONGEST_TIMEOUT)
    job.sendings = min(job.sendings + 1, 30)
    if command is Next.CHUNKS_AGAIN and not first:
        job.note("repeated", now, f"Nothing came for {job.chunks_in_flight} chunks: they are sent again.")
    return command


def _may_repeat(job: Job, now: datetime, command: Next, backlog: Backlog | None) -> bool:
    """Whether nobody holds what was sent. What holds it up is shown, but of a job that has ended."""
    if backlog is None:
        return False
    chunks = command is Next.CHUNKS_AGAIN
    held_up = backlog.holds_up_chunks() if chunks else backlog.holds_up_datasets()
    if not job.ended:
        job.wait_for(held_up)
    if held_up:
        job.due_at = now + BACKLOG_INTERVAL
    return held_up is None


def reset_timeout(job: Job, now: datetime) -> None:
    """An answer came for the job: wait anew. To be called before the answer is looked at."""
    resting = job.state == "paused" or job.step == "none"
    job.due_at = None if resting else now + RESULT_TIMEOUT
    job.sendings = 1
    job.wait_for(None)


def sealing(job: Job, phase: str, now: datetime) -> None:
    """The seal has begun a phase. One that comes late changes nothing."""
    if phase == "checking" and job.step == "index":
        job.step = "check"
        if not job.ended:
            job.note("checking", now)


def sealed(job: Job, indexing_seconds: float, checking_seconds: float, now: datetime) -> None:
    """The load is finished and proven, or, after a cancel or failure, only finished."""
    if job.step not in ("index", "check"):
        return
    job.step, job.due_at = "none", None
    if job.ended:
        return
    job.indexing_seconds, job.checking_seconds = indexing_seconds, checking_seconds
    _end(job, "completed" if job.state == "running" else "cancelled", now)


def discarded(job: Job, now: datetime) -> None:
    """The append is rolled back: the dataset is as it was before."""
    if job.step != "discard":
        return
    job.step, job.due_at, job.rolled_back = "none", None, True
    _forget_progress(job)
    if job.error is not None:
        job.error = f"{job.error} {NOTHING_STAYS}"
    job.note("discarded", now, NOTHING_STAYS)
    if not job.ended:
        _end(job, "cancelled", now)


NOTHING_STAYS = "Nothing of this append is stored: the dataset is as it was before."


def tell_what_is_stored(job: Job, stored: Mapping[TableName, StoredTotals]) -> None:
    """Add to a failed create's reason what of its dataset is stored, as the writer's manifest has it."""
    if job.state == "failed" and job.kind == "create" and job.error is not None:
        rows = sum(totals.rows for totals in stored.values())
        job.error = f"{job.error} Of the dataset {rows:,} rows are stored; a retry goes on from there."
        job.touch()


def failed(job: Job, reason: str, now: datetime) -> None:
    """A step cannot be done: the job fails, or one that has ended or is cancelled goes on without it."""
    if job.ended:
        job.step, job.due_at = "none", None
        job.note("gave_up", now, reason)
    elif job.state == "cancelling":
        _fail_cancelling(job, reason, now)
    else:
        job.error = reason
        before, job.step = job.step, "none"
        _end(job, "failed", now, reason)
        _finish_behind_the_scenes(job, now, before)


def _finish_behind_the_scenes(job: Job, now: datetime, before: states.Step) -> None:
    """What a job that has ended leaves to be done: an append is rolled back, a create's rows are indexed.

    The writer's answer has the totals of what is stored. Where the failed step was the writer's own, a create
    needs nothing more: without a prepare there is no database, and a seal that failed has its report.
    """
    if job.kind == "append":
        job.step = "discard"
    elif before == "generate":
        job.step = "index"
    else:
        return
    job.sendings, job.due_at = 0, now


def _cancel_queued(job: Job, now: datetime) -> None:
    """End a job that was only queued; what its database holds is finished behind the scenes."""
    job.step = "none"
    _forget_in_flight(job)
    _end(job, "cancelled", now)
    _finish_behind_the_scenes(job, now, "generate")


def deleted(job: Job, now: datetime) -> None:
    """Its dataset is being deleted: the job ends at once, and nothing more is asked of the writer.

    What is still in flight meets the state `deleting` at the writer, and is dropped there.
    """
    job.step = "none"
    job.due_at = None
    _forget_in_flight(job)
    if not job.ended:
        _end(job, "cancelled", now, "Its dataset was deleted.")


def _run(job: Job, now: datetime) -> None:
    job.state = "running"
    job.started_at = job.started_at or now
    job.begin_activity(now)
    if job.chunks_in_flight and job.due_at is None:
        job.due_at = now + RESULT_TIMEOUT
    job.note("generating", now)


def _seal(job: Job, now: datetime) -> Next:
    job.end_activity(now)
    if job.all_stored:
        for sums in job.tables.values():
            sums.rows_total = sums.rows
        job.rows_total = job.rows_done
    job.step, job.sendings, job.due_at = "index", 1, now + RESULT_TIMEOUT
    job.note("indexing", now)
    return Next.SEAL


def _discard(job: Job, now: datetime) -> Next:
    job.end_activity(now)
    _forget_in_flight(job)
    job.step, job.sendings, job.due_at = "discard", 1, now + RESULT_TIMEOUT
    job.touch()
    return Next.DISCARD


def _give_up_in_flight(job: Job, reason: str, now: datetime) -> None:
    """Wait no longer for what is in flight of a job that is being cancelled."""
    _forget_in_flight(job)
    job.note("gave_up", now, reason)
    job.due_at = now


def _fail_cancelling(job: Job, reason: str, now: datetime) -> None:
    """Nothing more is to be had of a cancelled job: neither its chunks nor, if that failed, its last step."""
    if job.step == "generate":
        _give_up_in_flight(job, f"A chunk in flight failed; what is stored is kept. {reason}", now)
    else:
        job.step = "none"
        _end(job, "cancelled", now, reason)


def _end(job: Job, state: JobStatus, now: datetime, detail: str | None = None) -> None:
    job.end_activity(now)
    job.state = state
    job.finished_at = now
    job.due_at = None
    job.wait_for(None)
    job.note(state, now, detail)


def dataset_state_after(job: Job) -> DatasetState:
    """The state of its dataset once the job has ended; an append that was rolled back leaves it ready."""
    return "ready" if job.state == "completed" or job.rolled_back else "incomplete"
