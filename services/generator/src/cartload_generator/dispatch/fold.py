"""Folding results into a job: pure, and the same in whatever order and however often they come."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from cartload_contracts.messages import Deleted, Discarded, Failed, Prepared, Result, Sealed, Sealing, Stored
from cartload_contracts.model import TABLES
from cartload_generator import lifecycle
from cartload_generator.record import JobRecord, Window

_BITS = {table: 1 << number for number, table in enumerate(TABLES)}


def mask(tables: Iterable[str]) -> int:
    """A bit for each of these tables, by their order in the contracts."""
    return sum(bit for table, bit in _BITS.items() if table in tables)


@dataclass(slots=True)
class Folded:
    """What a fold changed beside the job: chunks with new bits, and chunks that are whole."""

    changed: dict[int, Window] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)


def positions(results: Iterable[Result]) -> set[int]:
    """The chunks that results speak of."""
    return {
        result.chunk_index
        for result in results
        if isinstance(result, Stored | Failed) and result.chunk_index is not None
    }


def fold(job: JobRecord, windows: dict[int, Window], results: Iterable[Result], now: datetime) -> Folded:
    """Fold results into their job. `windows` are the chunks in flight that the results speak of.

    Results of an earlier attempt of the job are left aside: since then its owner has retried it.
    """
    folded = Folded()
    for result in results:
        if isinstance(result, Deleted) or result.attempt != job.round:
            continue
        lifecycle.heard(job, now)
        _fold_one(job, windows, result, now, folded)
    if job.state == "running":
        job.measure(now)
    return folded


def _fold_one(
    job: JobRecord, windows: dict[int, Window], result: Result, now: datetime, folded: Folded
) -> None:
    match result:
        case Prepared():
            lifecycle.prepared(job, now)
        case Stored():
            _fold_stored(job, windows, result, folded)
        case Sealing():
            lifecycle.sealing(job, result.phase, now)
        case Sealed():
            lifecycle.sealed(job, result.indexing_seconds, result.checking_seconds, now)
        case Failed():
            _fold_failed(job, windows, result, now)
        case Deleted() | Discarded():
            pass
        case _ as unreachable:
            assert_never(unreachable)


def _fold_stored(job: JobRecord, windows: dict[int, Window], stored: Stored, folded: Folded) -> None:
    window = windows.get(stored.chunk_index)
    bit = _BITS[stored.table]
    if window is None or not window.wanted & bit or window.done & bit:
        return
    if job.ended or not job.chunks_in_flight:
        return
    window.done |= bit
    job.tables[stored.table].add(stored.rows, stored.row_hash, stored.bytes)
    job.rows_done += stored.rows
    job.generating_seconds += stored.generating_seconds
    job.storing_seconds += stored.storing_seconds
    job.touch()
    if window.done == window.wanted:
        folded.changed.pop(stored.chunk_index, None)
        folded.finished.add(stored.chunk_index)
        job.chunks_done += 1
        job.chunks_in_flight -= 1
        job.rows_in_flight -= window.rows
    else:
        folded.changed[stored.chunk_index] = window


def _fold_failed(job: JobRecord, windows: dict[int, Window], failure: Failed, now: datetime) -> None:
    """Only what the job still waits for can fail it."""
    match failure.stage:
        case "prepare":
            awaited = job.step == "prepare"
        case "seal":
            awaited = job.step in ("index", "check")
        case "generate" | "store":
            awaited = job.step == "generate" and _is_in_flight(windows, failure)
        case "discard" | "delete":
            awaited = False
    if awaited:
        lifecycle.failed(job, failure.reason, now)


def _is_in_flight(windows: dict[int, Window], failure: Failed) -> bool:
    """Whether a chunk that failed is awaited, and in just this attempt; an older one may yet succeed."""
    window = windows.get(-1 if failure.chunk_index is None else failure.chunk_index)
    return window is not None and failure.chunk_attempt in (None, max(window.attempts, 1))
