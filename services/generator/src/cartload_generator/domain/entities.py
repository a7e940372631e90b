"""A job, a dataset and a chunk in flight, as they are kept: plain values without SQL."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from cartload_contracts.jobs import JobKind, JobStatus, JobView, StageSeconds, TableProgress
from cartload_contracts.model import TABLES, TARGETS, TableName, TargetName
from cartload_generator.domain import states
from cartload_generator.domain.states import Step

type DatasetState = Literal["creating", "ready", "incomplete", "deleting"]

type Clock = Callable[[], datetime]
"""The time now, in UTC."""

# A table's hash is the sum of its rows' hashes modulo this, so that the order of rows and batches does not
# matter.
_HASHES = 1 << 128
_SMALLEST_TIME = 0.001


@dataclass(slots=True)
class TableSums:
    """One table of one job: rows expected, and rows, hash sum and bytes stored."""

    rows_total: int
    rows: int = 0
    hash: int = 0
    bytes: int = 0

    @property
    def row_hash(self) -> str:
        """The hash sum as 32 hexadecimal digits."""
        return f"{self.hash:032x}"

    def add(self, rows: int, row_hash: str, size: int) -> None:
        """Count one stored batch."""
        self.rows += rows
        self.hash = (self.hash + int(row_hash, 16)) % _HASHES
        self.bytes += size

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"rows_total": self.rows_total, "rows": self.rows, "hash": self.row_hash, "bytes": self.bytes}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "TableSums":
        """From what `to_json` gave."""
        return cls(kept["rows_total"], kept["rows"], int(kept["hash"], 16), kept["bytes"])


type Sums = dict[TableName, TableSums]


def add_up(parts: Iterable[Sums]) -> Sums:
    """The sums over several jobs."""
    total: Sums = {}
    for part in parts:
        for name, sums in part.items():
            into = total.setdefault(name, TableSums(0))
            into.rows_total += sums.rows_total
            into.add(sums.rows, sums.row_hash, sums.bytes)
    return total


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something that happened to a job: a row of its history."""

    event: str
    at: datetime
    version: int
    state: JobStatus
    phase: str | None
    detail: str | None


@dataclass(slots=True)
class InFlightChunk:
    """A chunk in flight: a bit for each of its tables in `wanted`, and in `done` when that is stored."""

    chunk_index: int
    wanted: int
    rows: int
    issued_at: datetime
    attempts: int = 1
    done: int = 0


@dataclass(slots=True, kw_only=True)
class Job:
    """A job's row. Whoever changes what users can see calls `touch` or `note`, which raise the version."""

    number: int = 0
    id: UUID
    dataset_id: UUID
    owner_id: UUID
    kind: JobKind
    state: JobStatus = "queued"
    step: Step = "prepare"
    attempt: int = 1
    version: int = 0
    published_version: int = 0
    first_block: int
    customers: int
    targets: tuple[TargetName, ...] = TARGETS
    """Those of its dataset."""

    blocks_per_chunk: int
    rows_total: int
    rows_done: int = 0
    chunks_total: int
    chunks_done: int = 0
    next_chunk: int = 0
    chunks_in_flight: int = 0
    rows_in_flight: int = 0
    bytes_estimated: int = 0
    tables: Sums
    generating_seconds: float = 0.0
    storing_seconds: float = 0.0
    indexing_seconds: float = 0.0
    checking_seconds: float = 0.0
    active_seconds: float = 0.0
    active_since: datetime | None = None
    sendings: int = 1
    due_at: datetime | None = None
    scheduled_at: datetime
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None
    waiting_for: str | None = None
    traceparent: str | None = None
    """Where the trace of the request that made the job goes on."""

    notes: list[JobEvent] = field(default_factory=list)
    rolled_back: bool = False
    """Set when the writer has just removed what an append had stored; not kept."""

    in_flight_dropped: bool = False
    """Set when the rows of its chunks in flight are to go; not kept."""

    _touched: bool = False

    @property
    def situation(self) -> states.Situation:
        """The row of the state table that the job is in."""
        return states.situation(self.state, self.step)

    @property
    def discarded(self) -> bool:
        """Whether nothing of the job stays in its dataset: an append that did not complete is rolled back."""
        return self.kind == "append" and self.state in ("cancelled", "failed")

    @property
    def ended(self) -> bool:
        """Whether the job is over (a failed one may be tried again)."""
        return self.state in states.ENDED

    @property
    def all_stored(self) -> bool:
        """Whether every chunk is stored."""
        return self.chunks_done >= self.chunks_total

    @property
    def unsent(self) -> int:
        """Chunks that were never sent."""
        return self.chunks_total - self.next_chunk

    @property
    def rows_left(self) -> int:
        """Rows that are not sent yet; a few less than none where payments were more than expected."""
        return self.rows_total - self.rows_done - self.rows_in_flight

    @property
    def wants_to_send(self) -> bool:
        """Whether the job has chunks to send, or waits to begin."""
        return self.step == "generate" and states.wants_turn(
            self.state, total=self.chunks_total, sent=self.next_chunk, done=self.chunks_done
        )

    # Readers merge states by version, so one version must never show two states: every change between two
    # savings is one version, and nothing that users see may change without one.
    def touch(self) -> None:
        """Raise the version, once however much changes before the row is saved."""
        if not self._touched:
            self._touched = True
            self.version += 1

    def note(self, event: str, at: datetime, detail: str | None = None) -> None:
        """Write something into the job's history."""
        self.touch()
        phase = states.phase(self.state, self.step)
        self.notes.append(JobEvent(event, at, self.version, self.state, phase, detail))

    def wait_for(self, dependency: str | None) -> None:
        """Say what the job waits for, in words; None: nothing holds it up."""
        if dependency != self.waiting_for:
            self.waiting_for = dependency
            self.touch()

    def saved(self) -> None:
        """Begin anew after the row was saved."""
        self._touched = False
        self.notes = []
        self.in_flight_dropped = self.rolled_back = False

    def measure(self, now: datetime) -> None:
        """Count the time spent generating up to `now`."""
        if self.active_since is not None:
            # Replicas' clocks differ, so the time since another replica measured may seem negative.
            self.active_seconds += max((now - self.active_since).total_seconds(), 0.0)
            self.active_since = now

    def begin_activity(self, now: datetime) -> None:
        """Let the time spent generating run."""
        self.active_since = now

    def end_activity(self, now: datetime) -> None:
        """Stop the time spent generating."""
        self.measure(now)
        self.active_since = None

    def view(self) -> JobView:
        """The job as users see it; the same for every reader of one version."""
        rate = self._rate()
        shown_phase = states.phase(self.state, self.step)
        generating = shown_phase == "generating"
        # payment_details are counted by expectation, so more rows than the total may be done.
        total = max(self.rows_total, self.rows_done)
        return JobView(
            id=self.id,
            dataset_id=self.dataset_id,
            kind=self.kind,
            state=self.state,
            phase=shown_phase,
            version=self.version,
            rows_total=total,
            rows_done=self.rows_done,
            chunks_total=self.chunks_total,
            chunks_done=self.chunks_done,
            tables=self._progress(),
            rows_per_second=rate,
            seconds_left=(total - self.rows_done) / rate if generating and rate else None,
            stage_seconds=StageSeconds(
                generating=self.generating_seconds,
                storing=self.storing_seconds,
                indexing=self.indexing_seconds,
                checking=self.checking_seconds,
            ),
            created_at=self.created_at,
            started_at=self.started_at,
            finished_at=self.finished_at,
            error=self.error,
            targets=self.targets,
            waiting_for=self.waiting_for,
        )

    def _rate(self) -> float | None:
        if self.rows_done == 0 or self.active_seconds < _SMALLEST_TIME:
            return None
        return round(self.rows_done / self.active_seconds, 1)

    def _progress(self) -> dict[TableName, TableProgress]:
        return {
            name: TableProgress(rows_total=max(sums.rows_total, sums.rows), rows_done=sums.rows)
            for name in TABLES
            if (sums := self.tables.get(name)) is not None
        }


@dataclass(slots=True, kw_only=True)
class Dataset:
    """A dataset, as its row is kept."""

    number: int = 0
    id: UUID
    owner_id: UUID
    name: str
    state: DatasetState
    spec: dict[str, Any]
    spec_hash: str
    vintage: int
    targets: tuple[TargetName, ...] = TARGETS
    tables: Sums
    bytes: int = 0
    """What of it counts against the limit of its owner's stored bytes."""

    active_job_id: UUID | None
    created_at: datetime
    delete_due_at: datetime | None = None
    deleted_at: datetime | None = None
