"""The state of a job: what `cartload.jobs` carries, whole, at every change."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from cartload_contracts.model import TARGETS, Count, Model, Seconds, TableName, Targets

type JobKind = Literal["create", "append"]
type JobStatus = Literal["queued", "running", "paused", "cancelling", "cancelled", "completed", "failed"]
type JobPhase = Literal["generating", "indexing", "checking"]

UNFINISHED: tuple[JobStatus, ...] = ("queued", "running", "paused", "cancelling")
"""States that a job leaves again."""


class TableProgress(Model):
    """Rows stored of the rows that the job will store in one table."""

    rows_total: Count
    rows_done: Count


class StageSeconds(Model):
    """Seconds spent in each stage; generating and storing are sums over workers and may overlap."""

    generating: Seconds = 0.0
    storing: Seconds = 0.0
    indexing: Seconds = 0.0
    checking: Seconds = 0.0


class JobView(Model):
    """A job as users see it (`GET /api/jobs/{id}` and the WebSocket's `job` message)."""

    # Clients are generated from the schemas of the API and of the topic, and those call it `Job`. Pydantic
    # takes a schema's name from the qualified name, so the class can be told from the generator's own `Job`.
    __qualname__ = "Job"
    model_config = ConfigDict(title="Job")

    id: UUID
    dataset_id: UUID
    kind: JobKind
    state: JobStatus
    phase: JobPhase | None = Field(description="Null unless the job is running.")
    version: Count = Field(description="Rises with every change: the higher one is the newer state.")
    rows_total: Count = Field(
        description="`payment_details`, `reviews`, `sessions` and `events` by expectation until the job ends."
    )
    rows_done: Count
    chunks_total: Count
    chunks_done: Count
    tables: dict[TableName, TableProgress]
    rows_per_second: float | None = Field(ge=0, allow_inf_nan=False)
    seconds_left: float | None = Field(ge=0, allow_inf_nan=False)
    stage_seconds: StageSeconds
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None = Field(description="Why the job failed; null otherwise.")
    targets: Targets = TARGETS
    waiting_for: str | None = Field(
        default=None,
        max_length=500,
        description="What the job waits for when nothing has come for it for a while, in words.",
        examples=["the writers: 12 batches wait to be stored"],
    )


class JobState(Model):
    """A job with its owner: the value on `cartload.jobs`."""

    type: Literal["job"] = "job"
    owner_id: UUID
    job: JobView
