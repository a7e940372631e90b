"""Applying results to a job: pure, and the same in whatever order and however often they come."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from cartload_contracts.messages import (
    Deleted,
    Discarded,
    Failed,
    Prepared,
    Result,
    Sealed,
    Sealing,
    Stored,
)
from cartload_contracts.model import TABLES, StoredTotals, TableName
from cartload_generator.domain import lifecycle, timeouts
from cartload_generator.domain.entities import InFlightChunk, Job

# Kept in the database for as long as a chunk is in flight: a new table goes to the end of TABLES, else bits
# that are set would come to mean other tables.
_BITS = {table: 1 << number for number, table in enumerate(TABLES)}


def mask(tables: Iterable[str]) -> int:
    """A bit for each of these tables, by their order in the contracts."""
    return sum(bit for table, bit in _BITS.items() if table in tables)


@dataclass(slots=True)
class AppliedResults:
    """What results changed beside the job: chunks with new bits, chunks that are whole, and the dataset.

    `manifest` is what the writer says is stored of the whole dataset, once the job has ended.
    """

    changed: dict[int, InFlightChunk] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)
    manifest: Mapping[TableName, StoredTotals] | None = None


def chunks_of(results: Iterable[Result]) -> set[int]:
    """The chunks that results speak of."""
    found = {result.chunk_index for result in results if isinstance(result, Stored | Failed)}
    return {chunk for chunk in found if chunk is not None}


def apply_results(
    job: Job, in_flight: Mapping[int, InFlightChunk], results: Collection[Result], now: datetime
) -> AppliedResults:
    """Apply results to their job. `in_flight` are the chunks in flight that the results speak of.

    Results of another attempt are left aside: they answer what is no longer asked.
    """
    applied = AppliedResults()
    current = [result for result in results if _attempt(result) == job.attempt]
    if current:
        timeouts.reset_timeout(job, now)
    for result in current:
        _apply_one(job, in_flight, result, now, applied)
    if job.state == "running":
        job.measure(now)
    return applied


def _attempt(result: Result) -> int | None:
    return None if isinstance(result, Deleted) else result.attempt


def _apply_one(
    job: Job,
    in_flight: Mapping[int, InFlightChunk],
    result: Result,
    now: datetime,
    applied: AppliedResults,
) -> None:
    match result:
        case Prepared():
            lifecycle.prepared(job, now)
        case Stored():
            _apply_stored(job, in_flight, result, applied)
        case Sealing():
            lifecycle.sealing(job, result.phase, now)
        case Sealed() if job.step in ("index", "check"):
            lifecycle.sealed(job, result.indexing_seconds, result.checking_seconds, now)
            _take_manifest(job, result.stored, applied)
        case Discarded() if job.step == "discard":
            lifecycle.discarded(job, now)
            applied.manifest = result.stored
        case Failed() if _is_awaited(job, in_flight, result):
            lifecycle.failed(job, result.reason, now)
            # Otherwise a rollback or a seal follows, and its answer has newer totals.
            if job.step == "none":
                _take_manifest(job, result.stored, applied)
        case Sealed() | Discarded() | Failed() | Deleted():
            pass
        case _ as unreachable:
            assert_never(unreachable)


def _take_manifest(
    job: Job, stored: Mapping[TableName, StoredTotals] | None, applied: AppliedResults
) -> None:
    if stored is not None:
        applied.manifest = stored
        lifecycle.tell_what_is_stored(job, stored)


def _apply_stored(
    job: Job, in_flight: Mapping[int, InFlightChunk], stored: Stored, applied: AppliedResults
) -> None:
    chunk = in_flight.get(stored.chunk_index)
    bit = _BITS[stored.table]
    # Results come at least once and in any order. The bit makes a repeated one change nothing; a chunk that
    # is not in flight any more was whole before.
    if chunk is None or not chunk.wanted & bit or chunk.done & bit:
        return
    # Earlier results of the same batch may have ended the job or given its chunks up; the rows of `in_flight`
    # were read before that.
    if job.ended or not job.chunks_in_flight:
        return
    chunk.done |= bit
    job.tables[stored.table].add(stored.rows, stored.row_hash, stored.bytes)
    job.rows_done += stored.rows
    job.generating_seconds += stored.generating_seconds
    job.storing_seconds += stored.storing_seconds
    job.touch()
    if chunk.done == chunk.wanted:
        # An earlier result of this batch may have noted it as changed; its row is deleted instead of written.
        applied.changed.pop(stored.chunk_index, None)
        applied.finished.add(stored.chunk_index)
        job.chunks_done += 1
        job.chunks_in_flight -= 1
        job.rows_in_flight -= chunk.rows
    else:
        applied.changed[stored.chunk_index] = chunk


def _is_awaited(job: Job, in_flight: Mapping[int, InFlightChunk], failure: Failed) -> bool:
    """Only what the job still waits for can fail it: a chunk in flight, as it was sent last."""
    match failure.stage:
        case "prepare":
            return job.step == "prepare"
        case "seal":
            return job.step in ("index", "check")
        case "discard":
            return job.step == "discard"
        case "delete":
            return False
        case "generate" | "store":
            return job.step == "generate" and _is_in_flight(in_flight, failure)
        case _ as unreachable:
            assert_never(unreachable)


def _is_in_flight(in_flight: Mapping[int, InFlightChunk], failure: Failed) -> bool:
    chunk = None if failure.chunk_index is None else in_flight.get(failure.chunk_index)
    if chunk is None or chunk.done == chunk.wanted:
        return False
    # A retry begins to count at 0, and a command says 1 at least.
    return failure.chunk_attempt in (None, max(chunk.attempts, 1))
