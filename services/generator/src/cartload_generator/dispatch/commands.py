"""The commands of a job, made from its rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from cartload_contracts.messages import Delete, GenerateChunk, Prepare, Seal
from cartload_contracts.model import TABLES, Segment, TableTotals
from cartload_generator.planning import Blueprint, part_of
from cartload_generator.record import DatasetRecord, JobRecord, TableSums, Window, add_up


def prepare(job: JobRecord, dataset: DatasetRecord, all_jobs: Sequence[JobRecord]) -> Prepare:
    """Make the dataset's database, or record a further segment of it."""
    segments = [one for one in all_jobs if one.number <= job.number] or [job]
    return Prepare(
        dataset_id=dataset.id,
        job_id=job.id,
        owner_id=dataset.owner_id,
        kind=job.kind,
        spec=dataset.spec,
        spec_hash=dataset.spec_hash,
        vintage=dataset.vintage,
        segments=tuple(Segment(first_block=one.first_block, customers=one.customers) for one in segments),
        rows_expected=job.rows_total,
        attempt=job.round,
    )


def chunks(job: JobRecord, made: Blueprint, windows: Iterable[Window], now: datetime) -> list[GenerateChunk]:
    """Make these chunks."""
    return [_chunk(job, made, window, now) for window in windows]


def _chunk(job: JobRecord, made: Blueprint, window: Window, now: datetime) -> GenerateChunk:
    return GenerateChunk(
        dataset_id=job.dataset_id,
        job_id=job.id,
        chunk_index=window.position,
        attempt=job.round,
        chunk_attempt=max(window.attempts, 1),
        issued_at=now,
        spec=made.spec,
        spec_hash=made.spec_hash,
        vintage=made.vintage,
        part=part_of(made.plan[window.position]),
    )


def seal(job: JobRecord, all_jobs: Iterable[JobRecord]) -> Seal:
    """Finish the load; what is expected is what was stored, over all jobs of the dataset."""
    others = [one.tables for one in all_jobs if one.number != job.number]
    sums = add_up([*others, job.tables])
    return Seal(
        dataset_id=job.dataset_id,
        job_id=job.id,
        complete=job.state == "running",
        expected={name: _totals(sums.get(name)) for name in TABLES},
        attempt=job.round,
    )


def _totals(sums: TableSums | None) -> TableTotals:
    kept = sums or TableSums(0)
    return TableTotals(rows=kept.rows, row_hash=kept.row_hash)


def delete(dataset: DatasetRecord) -> Delete:
    """Remove the dataset."""
    return Delete(dataset_id=dataset.id, owner_id=dataset.owner_id)
