"""The commands of a job, made from its rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from cartload_contracts.envelope import Message
from cartload_contracts.messages import Delete, Discard, GenerateChunk, Prepare, Seal
from cartload_contracts.model import TABLES, Segment, TableTotals
from cartload_generator.domain.entities import Dataset, InFlightChunk, Job, TableSums, add_up
from cartload_generator.domain.planning import JobPlan, part_of


def prepare(job: Job, dataset: Dataset, all_jobs: Sequence[Job]) -> Prepare:
    """Make the dataset's database, or record a further segment of it."""
    # Its own comes last and as it is in memory: the row among `all_jobs` was read before the change.
    others = [one for one in all_jobs if one.number != job.number]
    return Prepare(
        dataset_id=dataset.id,
        job_id=job.id,
        owner_id=dataset.owner_id,
        kind=job.kind,
        spec=dataset.spec,
        spec_hash=dataset.spec_hash,
        vintage=dataset.vintage,
        segments=(*segments(others), _segment(job)),
        rows_expected=job.rows_total,
        targets=dataset.targets,
        attempt=job.attempt,
    )


def chunks(job: Job, plan: JobPlan, in_flight: Iterable[InFlightChunk], now: datetime) -> list[GenerateChunk]:
    """Make these chunks."""
    return [_chunk(job, plan, chunk, now) for chunk in in_flight]


def _chunk(job: Job, plan: JobPlan, chunk: InFlightChunk, now: datetime) -> GenerateChunk:
    return GenerateChunk(
        dataset_id=job.dataset_id,
        job_id=job.id,
        chunk_index=chunk.chunk_index,
        attempt=job.attempt,
        chunk_attempt=max(chunk.attempts, 1),
        issued_at=now,
        spec=plan.spec,
        spec_hash=plan.spec_hash,
        vintage=plan.vintage,
        part=part_of(plan.chunks[chunk.chunk_index]),
    )


def seal(job: Job, all_jobs: Iterable[Job]) -> Seal:
    """Finish the load; what is expected is what was stored, over all jobs of the dataset."""
    others = [one.tables for one in all_jobs if one.number != job.number and not one.discarded]
    sums = add_up([*others, job.tables])
    return Seal(
        dataset_id=job.dataset_id,
        job_id=job.id,
        complete=job.state == "running",
        expected={name: _totals(sums.get(name)) for name in TABLES},
        attempt=job.attempt,
    )


def _totals(sums: TableSums | None) -> TableTotals:
    kept = sums or TableSums(0)
    return TableTotals(rows=kept.rows, row_hash=kept.row_hash)


def discard(job: Job, dataset: Dataset, all_jobs: Iterable[Job]) -> Discard:
    """Roll back an append: what other jobs have stored stays."""
    return Discard(
        dataset_id=dataset.id,
        job_id=job.id,
        spec=dataset.spec,
        segments=segments(one for one in all_jobs if one.number != job.number),
        attempt=job.attempt,
    )


def segments(jobs: Iterable[Job]) -> tuple[Segment, ...]:
    """The segments that jobs have stored or are storing, without those that were rolled back."""
    return tuple(_segment(job) for job in jobs if not job.discarded)


def _segment(job: Job) -> Segment:
    return Segment(first_block=job.first_block, customers=job.customers)


def delete(dataset: Dataset) -> Delete:
    """Remove the dataset."""
    return Delete(dataset_id=dataset.id, owner_id=dataset.owner_id)


class Outbox(Protocol):
    """Where commands and job states go."""

    async def send(self, messages: Iterable[Message], traceparents: Iterable[str | None] = ()) -> None:
        """Send messages; returns when all are safe. Raises when that is not certain.

        `traceparents`: one a message, where they are not all of the running trace.
        """
