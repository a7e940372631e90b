"""Jobs and results of the generator as plain values, for tests without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cartload import VINTAGE, schema
from cartload_contracts.jobs import JobStatus
from cartload_contracts.messages import Failed, Stored
from cartload_contracts.model import TABLES, StoredTotals, TableName
from cartload_generator.domain.apply_results import mask
from cartload_generator.domain.entities import Dataset, DatasetState, InFlightChunk, Job, TableSums
from cartload_generator.domain.states import Step

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
JOB, DATASET, OWNER = UUID(int=1), UUID(int=2), UUID(int=3)
BLOCK_TABLES: tuple[TableName, ...] = tuple(table for table in TABLES if table in schema.BLOCK_TABLES)

CHUNK_ROWS = 10 * len(BLOCK_TABLES)
"""Rows of a chunk of blocks, ten of each table."""


def after(seconds: float) -> datetime:
    """A time that much later than NOW."""
    return NOW + timedelta(seconds=seconds)


def job_in(state: JobStatus = "running", step: Step = "generate", **more: Any) -> Job:
    """A job of three chunks, at a certain point of its way."""
    values: dict[str, Any] = {
        "number": 1,
        "id": JOB,
        "dataset_id": DATASET,
        "owner_id": OWNER,
        "kind": "create",
        "first_block": 0,
        "customers": 3000,
        "blocks_per_chunk": 1,
        "rows_total": 3 * CHUNK_ROWS,
        "chunks_total": 3,
        "tables": {table: TableSums(30 if table in BLOCK_TABLES else 0) for table in TABLES},
        "created_at": NOW,
        "scheduled_at": NOW,
    }
    return Job(state=state, step=step, **(values | more))


def dataset_in(state: DatasetState = "ready", **more: Any) -> Dataset:
    """The dataset of these jobs, without an unfinished one."""
    values: dict[str, Any] = {
        "id": DATASET,
        "owner_id": OWNER,
        "name": "shop",
        "spec": {},
        "spec_hash": "0" * 64,
        "vintage": VINTAGE,
        "tables": {},
        "active_job_id": None,
        "created_at": NOW,
    }
    return Dataset(state=state, **(values | more))


def in_flight(job: Job, count: int = 3) -> dict[int, InFlightChunk]:
    """The first chunks of a job, sent and not stored."""
    job.next_chunk = job.chunks_in_flight = count
    job.rows_in_flight = CHUNK_ROWS * count
    return {index: InFlightChunk(index, mask(BLOCK_TABLES), CHUNK_ROWS, NOW) for index in range(count)}


def stored(chunk_index: int, table: TableName, row_hash: int = 5, *, attempt: int = 1) -> Stored:
    """Ten rows of one table of one chunk."""
    return Stored(
        dataset_id=DATASET,
        job_id=JOB,
        attempt=attempt,
        chunk_index=chunk_index,
        table=table,
        chunk=chunk_index,
        rows=10,
        row_hash=f"{row_hash:032x}",
        bytes=100,
        generating_seconds=0.5,
        storing_seconds=0.25,
    )


def all_stored(count: int = 3) -> list[Stored]:
    """Every result of some chunks."""
    return [stored(index, table) for index in range(count) for table in BLOCK_TABLES]


def failed(stage: Any = "store", reason: str = "The hash differs.", **more: Any) -> Failed:
    """The failure of a step: of the first chunk as it was sent first, where it concerns a chunk."""
    chunk = {"chunk_index": 0, "chunk_attempt": 1} if stage in ("generate", "store") else {}
    return Failed(dataset_id=DATASET, job_id=JOB, stage=stage, reason=reason, **(chunk | more))


def manifest(rows: int) -> dict[TableName, StoredTotals]:
    """A writer's manifest with rows of one table."""
    return {"users": StoredTotals(rows=rows, row_hash=f"{rows:032x}", bytes=10 * rows)}
