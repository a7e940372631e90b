"""Which job sends next: users before jobs, those with the least in flight first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unfinished job as the choice sees it. `wants`: it has chunks to send, or a step to take."""

    job_id: UUID
    owner_id: UUID
    wants: bool
    chunks_in_flight: int
    rows_in_flight: int
    scheduled_at: datetime


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be in flight: chunks of one job, rows of all jobs together; and chunks a turn."""

    window_chunks: int = 16
    rows_in_flight: int = 3_000_000
    turn_chunks: int = 8


def next_job(candidates: Iterable[Candidate], bounds: Bounds, skipped: set[UUID]) -> UUID | None:
    """The job whose turn it is, None when nobody may send.

    The user with the fewest rows in flight comes first, and of that user's jobs the one that waited longest.
    When the cap over all jobs is reached, only users with nothing in flight still get a turn, so that one
    user's large job never keeps another user's small one from starting. `skipped` had their chance already.
    """
    # Also jobs that want no turn, such as paused ones: what they have in flight counts like all else.
    everyone = list(candidates)
    capped = sum(one.rows_in_flight for one in everyone) >= bounds.rows_in_flight
    per_owner: dict[UUID, int] = defaultdict(int)
    for one in everyone:
        per_owner[one.owner_id] += one.rows_in_flight
    ready = [
        one
        for one in everyone
        if one.wants
        and one.job_id not in skipped
        and one.chunks_in_flight < bounds.window_chunks
        and not (capped and per_owner[one.owner_id])
    ]
    best = min(
        ready, key=lambda one: (per_owner[one.owner_id], one.scheduled_at, one.job_id.int), default=None
    )
    return best.job_id if best else None


def available_slots(job_chunks: int, all_rows: int, bounds: Bounds) -> int:
    """How many chunks a job may send in one turn; under the cap one while it has nothing in flight."""
    if all_rows >= bounds.rows_in_flight:
        return 0 if job_chunks else 1
    return max(min(bounds.turn_chunks, bounds.window_chunks - job_chunks), 0)
