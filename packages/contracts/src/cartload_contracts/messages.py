"""Every JSON message, as three closed unions: dataset commands, chunk commands, results."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cartload_contracts.model import Count, Digest, Model, RowHash, Seconds, Segment, TableName, TableTotals


class Prepare(Model):
    """Make the dataset's database (create), or record a further segment of it (append)."""

    type: Literal["prepare"] = "prepare"
    dataset_id: UUID
    job_id: UUID
    owner_id: UUID
    kind: Literal["create", "append"]
    spec: dict[str, Any] = Field(description="The resolved spec, opaque here.")
    spec_hash: Digest
    vintage: int = Field(ge=1, description="The engine's vintage that the dataset belongs to.")
    segments: tuple[Segment, ...] = Field(min_length=1, description="All segments, the job's own last.")
    rows_expected: Count = Field(description="Rows that this job will store, to choose how to load them.")
    round: int = Field(default=1, ge=1, description="Rises when its owner retries a failed job: done anew.")


class Seal(Model):
    """Finish a load: add indexes and foreign keys, prove counts, hashes and the absence of orphans."""

    type: Literal["seal"] = "seal"
    dataset_id: UUID
    job_id: UUID
    complete: bool = Field(description="False after a cancel: index what is there, prove no totals.")
    expected: dict[TableName, TableTotals] = Field(description="Totals of the whole dataset, all segments.")
    round: int = Field(default=1, ge=1, description="Rises when its owner retries a failed job: done anew.")


class Delete(Model):
    """Remove the dataset's database, grants and blobs, whatever state it is in."""

    type: Literal["delete"] = "delete"
    dataset_id: UUID
    owner_id: UUID


type DatasetCommand = Annotated[Prepare | Seal | Delete, Field(discriminator="type")]


class BlockRange(Model):
    """A chunk of customers with all that they own: consecutive blocks, the last may be shorter."""

    type: Literal["blocks"] = "blocks"
    first_block: Count
    customers: int = Field(ge=1)


class CatalogueRange(Model):
    """A chunk of one catalogue table: consecutive rows."""

    type: Literal["catalogue"] = "catalogue"
    table: TableName
    first_row: Count
    rows: int = Field(ge=1)


class GenerateChunk(Model):
    """Make one chunk and publish it as one batch for each of its tables."""

    type: Literal["generate"] = "generate"
    dataset_id: UUID
    job_id: UUID
    position: Count = Field(description="Ordinal of the chunk in the job's plan.")
    attempt: int = Field(ge=1)
    issued_at: datetime
    spec: dict[str, Any]
    spec_hash: Digest
    vintage: int = Field(ge=1)
    part: Annotated[BlockRange | CatalogueRange, Field(discriminator="type")]

    @property
    def chunk(self) -> int:
        """The chunk's number within its tables: its first block, or its first catalogue row."""
        return self.part.first_block if isinstance(self.part, BlockRange) else self.part.first_row


type ChunkCommand = GenerateChunk


class Prepared(Model):
    """The dataset's database is there: chunks may come."""

    type: Literal["prepared"] = "prepared"
    dataset_id: UUID
    job_id: UUID


class Stored(Model):
    """One batch is in MySQL and in Blob, exactly once. Sent again when the batch is delivered again."""

    type: Literal["stored"] = "stored"
    dataset_id: UUID
    job_id: UUID
    position: Count
    table: TableName
    chunk: Count
    rows: Count
    row_hash: RowHash
    bytes: Count = Field(description="Size of the part in Blob.")
    generating_seconds: Seconds = Field(description="Time a worker spent on this batch.")
    storing_seconds: Seconds = Field(description="Time the writer spent on this batch.")


class Sealing(Model):
    """A seal has begun one of its two phases."""

    type: Literal["sealing"] = "sealing"
    dataset_id: UUID
    job_id: UUID
    phase: Literal["indexing", "checking"]


class Sealed(Model):
    """The load is finished and proven."""

    type: Literal["sealed"] = "sealed"
    dataset_id: UUID
    job_id: UUID
    indexing_seconds: Seconds
    checking_seconds: Seconds


class Failed(Model):
    """A step cannot be done; the reason is fit for the job's owner to read."""

    type: Literal["failed"] = "failed"
    dataset_id: UUID
    job_id: UUID | None
    stage: Literal["prepare", "generate", "store", "seal", "delete"]
    position: Count | None = None
    table: TableName | None = None
    reason: str = Field(min_length=1, max_length=2_000)


class Deleted(Model):
    """Nothing of the dataset is left in MySQL or Blob."""

    type: Literal["deleted"] = "deleted"
    dataset_id: UUID


type Result = Annotated[Prepared | Stored | Sealing | Sealed | Failed | Deleted, Field(discriminator="type")]
