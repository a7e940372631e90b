"""Which job sends next: users before jobs, those with the least in flight first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

SMALL_ROWS = 20_000
"""A job with at most so many rows to send is small: it passes the cap, and costs others little."""

PATIENCE = timedelta(seconds=10)
"""So long without a turn, a user with nothing in flight passes the cap that several share: it may be taken up
by rows that do not move, behind a lock say."""


class Sending(Protocol):
    """A job that has chunks to send."""

    @property
    def chunks_in_flight(self) -> int:
        """Chunks that were sent and are not stored yet."""

    @property
    def rows_left(self) -> int:
        """Rows that are not sent yet."""

    @property
    def scheduled_at(self) -> datetime:
        """When it last had its turn."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unfinished job as the choice sees it. `wants`: it has chunks to send, or a step to take."""

    job_id: UUID
    owner_id: UUID
    wants: bool
    chunks_in_flight: int
    rows_in_flight: int
    scheduled_at: datetime
    rows_left: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be in flight: chunks of one job, rows of all jobs together; and chunks a turn."""

    window_chunks: int = 16
    rows_in_flight: int = 3_000_000
    turn_chunks: int = 8
    shared_rows: int = 200_000
    """Rows in flight while several users have jobs."""
    is_shared: bool = False
    """Whether several users have jobs now."""


def bounds_now(candidates: Sequence[Candidate], bounds: Bounds) -> Bounds:
    """The bounds for this moment.

    What is in flight is done in the order in which it was sent, so it is what a user who comes next has to
    wait behind. While several users have jobs it is little, and each turn is one chunk.
    """
    owners = {one.owner_id for one in candidates if one.wants or one.chunks_in_flight}
    if len(owners) < 2:
        return bounds
    rows = min(bounds.shared_rows, bounds.rows_in_flight)
    return replace(bounds, rows_in_flight=rows, is_shared=True)


def counted_rows(candidates: Iterable[Candidate], bounds: Bounds) -> int:
    """Rows in flight as they count toward the cap.

    While several users have jobs, those of one user fill half of it at most: where they are stuck, the others
    go on. Jobs that want no turn, such as paused ones, count like all else.
    """
    most = bounds.rows_in_flight // 2 if bounds.is_shared else None
    rows = _rows_by_owner(candidates).values()
    return sum(rows if most is None else (min(one, most) for one in rows))


def _rows_by_owner(candidates: Iterable[Candidate]) -> dict[UUID, int]:
    rows: dict[UUID, int] = defaultdict(int)
    for one in candidates:
        rows[one.owner_id] += one.rows_in_flight
    return rows


def next_job(
    candidates: Sequence[Candidate], bounds: Bounds, skipped: set[UUID], now: datetime
) -> UUID | None:
    """The job whose turn it is, None when nobody may send.

    The user with the fewest rows in flight comes first, and of that user's jobs the one that waited longest.
    When the cap over all jobs is reached, small jobs go on; of the others only one of a user with nothing in
    flight, who waits for room first where several users have jobs. `skipped` had their chance already.
    """
    counted = counted_rows(candidates, bounds)
    capped = counted >= bounds.rows_in_flight
    per_owner = _rows_by_owner(candidates)
    ready = [
        one
        for one in candidates
        if one.wants
        and one.job_id not in skipped
        and (not capped or one.rows_left <= SMALL_ROWS or not per_owner[one.owner_id])
        and available_slots(one, counted, bounds, now)
    ]
    best = min(
        ready, key=lambda one: (per_owner[one.owner_id], one.scheduled_at, one.job_id.int), default=None
    )
    return best.job_id if best else None


def available_slots(job: Sending, counted: int, bounds: Bounds, now: datetime) -> int:
    """How many chunks a job may send in one turn, where so many rows count toward the cap.

    A small job sends all at once. Of the others, those of several users send one at a time; at the cap a job
    sends one while it has nothing in flight, where several users have jobs only after it has waited.
    """
    most = max(min(bounds.turn_chunks, bounds.window_chunks - job.chunks_in_flight), 0)
    if job.rows_left <= SMALL_ROWS:
        return most
    if counted < bounds.rows_in_flight:
        return min(1, most) if bounds.is_shared else most
    waited = not bounds.is_shared or now - job.scheduled_at >= PATIENCE
    return 1 if waited and not job.chunks_in_flight else 0
