"""Bodies of the jobs API."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from cartload_contracts.jobs import JobPhase, JobStatus
from cartload_contracts.model import TARGETS, TargetName

JOB_EXAMPLE: dict[str, Any] = {
    "id": "5f0f6a0e-5f6d-4f0e-9a39-0d7f6e2c9b11",
    "dataset_id": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92",
    "kind": "create",
    "state": "running",
    "phase": "generating",
    "version": 7,
    "rows_total": 152_300,
    "rows_done": 61_020,
    "chunks_total": 9,
    "chunks_done": 5,
    "tables": {"users": {"rows_total": 10_000, "rows_done": 4_000}},
    "rows_per_second": 98_400.5,
    "seconds_left": 0.93,
    "stage_seconds": {"generating": 0.41, "storing": 0.9, "indexing": 0, "checking": 0},
    "created_at": "2026-01-05T09:30:00Z",
    "started_at": "2026-01-05T09:30:00.080000Z",
    "finished_at": None,
    "error": None,
    "targets": ["mysql", "files", "kafka"],
    "waiting_for": None,
}

EVENT_EXAMPLE: dict[str, Any] = {
    "at": "2026-01-05T09:30:00.080000Z",
    "event": "generating",
    "version": 2,
    "state": "running",
    "phase": "generating",
    "detail": None,
}


class JobRequest(BaseModel):
    """What to make: a new dataset from a spec, or more customers for one that is there."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"spec": {"name": "demo", "customers": 10_000}},
                {"spec": {"name": "lake", "customers": 10_000}, "targets": ["files"]},
                {"dataset_id": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92", "customers": 3000},
            ]
        },
    )

    spec: dict[str, Any] | None = Field(
        default=None,
        description="Spec of a new dataset; its schema is what GET /api/spec gives. `{}` is good.",
    )
    dataset_id: UUID | None = Field(default=None, description="The dataset to append to.")
    customers: StrictInt | None = Field(
        default=None, ge=1, le=100_000_000, description="How many customers to append."
    )
    targets: list[TargetName] | None = Field(
        default=None,
        description="What a new dataset is stored in: `mysql` (tables to query), `files` (parts to "
        "download), `kafka` (batches on topics). All of them by default; `kafka` is always among them, as "
        'batches are how rows travel, so `["kafka"]` is Kafka only. An append has those of its dataset.',
        examples=[["mysql"], ["files"], ["kafka"]],
        json_schema_extra={"minItems": 1, "uniqueItems": True},
    )

    @field_validator("targets")
    @classmethod
    def _whole_set(cls, given: list[TargetName] | None, info: ValidationInfo) -> list[TargetName] | None:
        """In one order and with `kafka`, so that requests that mean the same are the same."""
        if given is None:
            return None
        allowed = f"allowed are {', '.join(TARGETS)}, each once"
        if not given:
            raise ValueError(f"[] names no target; {allowed}")
        if repeated := [name for name in TARGETS if given.count(name) > 1]:
            raise ValueError(f"{', '.join(repeated)} stands there more than once; {allowed}")
        if info.data.get("dataset_id") is not None:
            raise ValueError(f"{', '.join(given)}: not allowed here, as an append has those of its dataset")
        return [name for name in TARGETS if name in given or name == "kafka"]

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        create = self.spec is not None
        append = self.dataset_id is not None and self.customers is not None
        other = self.dataset_id is not None or self.customers is not None
        if (create and other) or not (create or append):
            raise ValueError("give either spec, or dataset_id and customers")
        return self


class JobEvent(BaseModel):
    """Something that happened to a job."""

    model_config = ConfigDict(json_schema_extra={"examples": [EVENT_EXAMPLE]})

    at: datetime
    event: str = Field(
        description="created, generating, paused, resumed, cancel_requested, retried, repeated, gave_up, "
        "discarded, indexing, checking, completed, cancelled or failed."
    )
    version: int = Field(description="The job's version that shows it.")
    state: JobStatus
    phase: JobPhase | None
    detail: str | None = Field(description="More about it, such as why the job failed.")
