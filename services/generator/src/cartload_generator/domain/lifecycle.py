"""What happens to a job, step by step: pure changes of the job, without I/O or clock.

A job always awaits one thing, its `step`: its database (`prepare`), its rows (`generate`), the seal (`index`,
`check`), the rollback of an append (`discard`), or nothing any more (`none`). `due_at` is when to look at it
although nothing came. `sendings` counts how often the awaited command was sent since the last answer; 0 says
that it must be sent still.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto

from cartload_contracts.jobs import JobStatus
from cartload_contracts.model import StoredTotals, TableName
from cartload_generator.domain import states
from cartload_generator.domain.entities import DatasetState, InFlightChunk, Job
from cartload_generator.domain.states import Action

RESULT_TIMEOUT = timedelta(seconds=60)
"""How long nothing may come for a job before what it waits for is asked for again."""


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


def act(job: Job, action: Action, now: datetime, detail: str | None = None) -> bool:
    """Do what was asked for. False, with nothing changed, when the job's situation forbids it.

    `detail` is what the job's history says of it.
    """
    target = states.after(job.state, job.step, action)
    if target is None:
        return False
    if target == job.state:
        # A second cancel, perhaps of a client that got no answer to the first, is no mistake.
        return True
    if target == "cancelled":
        _cancel_queued(job, now, detail)
        return True
    if action == "retry":
        _begin_attempt(job)
    if action == "cancel":
        if job.step == "prepare":
            # What an earlier attempt had in flight was not asked for in this one: nobody will answer.
            _forget_in_flight(job)
        job.step = "generate"
    job.end_activity(now)
    # Chunks that were sent are still on their way, and get their time; anything else is to be done now.
    on_their_way = job.step == "generate" and job.chunks_in_flight > 0 and job.sendings > 0
    job.state, job.sendings = target, 1 if on_their_way else 0
    job.wait_for(None)
    if action == "pause":
        job.due_at = None
    else:
        job.due_at = now + RESULT_TIMEOUT if on_their_way else now
    job.note(EVENTS[action], now, detail)
    return True


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
        if job.chunks_in_flight and not job.sendings:
            # An earlier attempt left them: they go before new ones, which would be sent twice with them.
            job.sendings, job.due_at = 1, now + RESULT_TIMEOUT
            return Next.CHUNKS_AGAIN
        return Next.CHUNKS if job.unsent else Next.NOTHING
    if job.state == "cancelling" and job.step == "generate":
        if job.kind == "append":
            # Its rows are removed, so nobody needs to wait for those that are still on their way.
            return _discard(job, now)
        if job.chunks_in_flight == 0:
            return _seal(job, now)
    return Next.NOTHING


def issue(job: Job, chunks: Sequence[InFlightChunk], now: datetime) -> None:
    """Count chunks that are sent for the first time as in flight."""
    if not job.chunks_in_flight or job.due_at is None:
        job.sendings, job.due_at = 1, now + RESULT_TIMEOUT
    job.next_chunk += len(chunks)
    job.chunks_in_flight += len(chunks)
    job.rows_in_flight += sum(chunk.rows for chunk in chunks)
    job.scheduled_at = now


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
        # Sealed behind the scenes, for its rows to be indexed: what users see of the job stays.
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
        # A failed append keeps its reason; a cancelled one has none, and its history tells of the rollback.
        job.error = f"{job.error} {NOTHING_STAYS}"
    job.note("discarded", now, NOTHING_STAYS)
    if not job.ended:
        _end(job, "cancelled", now)


NOTHING_STAYS = "Nothing of this append is stored: the dataset is as it was before."


def tell_what_is_stored(job: Job, stored: Mapping[TableName, StoredTotals]) -> None:
    """Add to a failed create's reason what of its dataset is stored, as the writer's manifest has it."""
    if job.state == "failed" and job.kind == "create" and job.error is not None:
        rows = sum(totals.rows for totals in stored.values())
        job.error = (
            f"{job.error.rstrip('.')}. Of the dataset {rows:,} rows are stored; a retry goes on from there."
        )
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
        # Rows are stored and their indexes were put off: the dataset stays readable, so it gets them.
        job.step = "index"
    else:
        return
    job.sendings, job.due_at = 0, now


def _cancel_queued(job: Job, now: datetime, detail: str | None) -> None:
    """End a job that was only queued; what its database holds is finished behind the scenes."""
    job.step = "none"
    _forget_in_flight(job)
    _end(job, "cancelled", now, detail)
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
        # The rows of payment_details are only expected before they are made; now their number is known.
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


def give_up_in_flight(job: Job, reason: str, now: datetime) -> None:
    """Wait no longer for what is in flight of a job that is being cancelled."""
    _forget_in_flight(job)
    job.note("gave_up", now, reason)
    job.sendings, job.due_at = 0, now


def _fail_cancelling(job: Job, reason: str, now: datetime) -> None:
    """Nothing more is to be had of a cancelled job: neither its chunks nor, if that failed, its last step."""
    # With nothing in flight it was the last step itself that could not even be asked for. To give up chunks
    # once more would ask for it again, and so on for ever.
    if job.step == "generate" and job.chunks_in_flight:
        give_up_in_flight(job, f"A chunk in flight failed; what is stored is kept. {reason}", now)
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


def holds_dataset(job: Job) -> bool:
    """Whether no other job may have its dataset: one that is rolled back keeps it until that is done."""
    return not job.ended or job.step == "discard"


def dataset_state_after(job: Job) -> DatasetState:
    """The state of its dataset once the job has ended; an append that is rolled back leaves it ready."""
    if job.state == "completed" or job.rolled_back or job.step == "discard":
        return "ready"
    return "incomplete"
