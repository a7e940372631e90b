"""What is done for a job when nothing comes for it: wait on, ask again, or, of a cancelled one, give up."""

from datetime import datetime, timedelta

from cartload_generator.domain.backlog import Backlog
from cartload_generator.domain.entities import Job
from cartload_generator.domain.lifecycle import RESULT_TIMEOUT, Next, give_up_in_flight

LONGEST_TIMEOUT = timedelta(minutes=10)
"""The same after several repetitions: each waits twice as long as the one before, up to this."""

FIRST_TIMEOUT = timedelta(seconds=10)
"""The same for the first prepare, which a crash may have kept from being sent."""

BACKLOG_INTERVAL = timedelta(seconds=15)
"""How often to look again while commands and batches wait in Kafka for parts that are busy or away."""

MOST_CANCELLED_ATTEMPTS = 5
"""How often a cancelled job asks for the results of its last chunks before it ends without them."""


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
    # What was never sent cannot be in Kafka, so nobody needs to look there.
    first = job.sendings == 0
    if not first and not _may_repeat(job, now, command, backlog):
        return Next.NOTHING
    if (
        command is Next.CHUNKS_AGAIN
        and job.state == "cancelling"
        and chunk_attempts >= MOST_CANCELLED_ATTEMPTS
    ):
        reason = f"{job.chunks_in_flight} chunks gave no result after {chunk_attempts} attempts."
        give_up_in_flight(job, reason, now)
        return Next.NOTHING
    job.due_at = now + min(RESULT_TIMEOUT * 2**job.sendings, LONGEST_TIMEOUT)
    # The wait has long reached its limit by then; without a bound its power of two would outgrow a timedelta.
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
        # Looked at again soon, not after the long wait for an answer: what users read of the backlog is to be
        # new.
        job.due_at = now + BACKLOG_INTERVAL
    return held_up is None


def reset_timeout(job: Job, now: datetime) -> None:
    """An answer came for the job: wait anew. To be called before the answer is looked at."""
    job.wait_for(None)
    if job.sendings == 0:
        # Its command is still to be sent, so this answers an earlier one, such as a chunk that was in flight
        # when another failed. It must not pass for an answer to what nobody was asked yet.
        return
    resting = job.state == "paused" or job.step == "none"
    job.due_at = None if resting else now + RESULT_TIMEOUT
    job.sendings = 1
