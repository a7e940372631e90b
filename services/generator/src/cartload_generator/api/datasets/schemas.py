"""Bodies of the datasets API."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cartload_contracts.model import Count, RowHash, Segment, TableName, Targets

_HASH = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
DATASET_EXAMPLE: dict[str, Any] = {
    "id": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92",
    "name": "demo",
    "state": "ready",
    "spec": {"name": "demo", "seed": 1, "customers": 10_000},
    "segments": [{"first_block": 0, "customers": 10_000}],
    "vintage": 1,
    "targets": ["mysql", "files", "kafka"],
    "tables": {"users": 10_000},
    "bytes": 9_100_000,
    "hashes": {"users": _HASH},
    "jobs": ["5f0f6a0e-5f6d-4f0e-9a39-0d7f6e2c9b11"],
    "created_at": "2026-01-05T09:30:00Z",
}


class Dataset(BaseModel):
    """A dataset: what it is made from, and what is stored of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [DATASET_EXAMPLE]})

    id: UUID
    name: str
    state: Literal["creating", "ready", "incomplete"] = Field(
        description="`ready` also while an append runs; `incomplete` after a cancelled or failed job."
    )
    spec: dict[str, Any] = Field(description="The resolved spec: with the seed it decides every value.")
    segments: list[Segment] = Field(description="The runs of customers it consists of, one a job.")
    vintage: int = Field(description="The engine's vintage: two vintages make different rows from one spec.")
    targets: Targets
    tables: dict[TableName, Count] = Field(description="Rows stored of each table.")
    bytes: Count = Field(description="Bytes of all its files; 0 where it has none.")
    hashes: dict[TableName, RowHash] = Field(description="Sum of the row hashes of each table.")
    jobs: list[UUID] = Field(description="Its jobs, oldest first.")
    created_at: datetime


class Deleting(BaseModel):
    """A dataset that was there until now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": DATASET_EXAMPLE["id"], "state": "deleting"}]}
    )

    id: UUID
    state: Literal["deleting"] = "deleting"
