"""Every JSON message, as three closed unions: dataset commands, chunk commands, results."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cartload_contracts.model import (
    TARGETS,
    Count,
    Digest,
    Model,
    Renamed,
    RowHash,
    Seconds,
    Segment,
    StoredTotals,
    TableName,
    TableTotals,
    Targets,
    formerly,
)

type Attempt = Annotated[
    int,
    Field(
        ge=1,
        description="The job's attempt: 1, and one more each time its owner retries it. An answer has that "
        "of the command it answers; one of another attempt changes nothing.",
    ),
]

type ChunkAttempt = Annotated[
    int,
    Field(
        ge=1, description="How often the chunk was asked for within the job's attempt, this time included."
    ),
]


type Manifest = Annotated[
    dict[TableName, StoredTotals] | None,
    Field(
        description="What the writer's manifest holds of the whole dataset, tables without rows left out: "
        "the one source of a dataset's counts, hashes and bytes. Null: the sender does not know."
    ),
]


class Prepare(Renamed):
    """Make the dataset's database (create), or record a further segment of it (append).

    Without `mysql` among its targets, a dataset has no database.
    """

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
    # Left out where it says nothing new: a writer of the release before refuses fields that it does not know.
    targets: Targets = Field(default=TARGETS, exclude_if=lambda targets: targets == TARGETS)
    attempt: Attempt = Field(default=1, json_schema_extra=formerly("round"))


class Seal(Renamed):
    """Finish a load: add indexes and foreign keys, prove counts, hashes and the absence of orphans."""

    type: Literal["seal"] = "seal"
    dataset_id: UUID
    job_id: UUID
    complete: bool = Field(description="False after a cancel: index what is there, prove no totals.")
    expected: dict[TableName, TableTotals] = Field(description="Totals of the whole dataset, all segments.")
    attempt: Attempt = Field(default=1, json_schema_extra=formerly("round"))


class Discard(Model):
    """Roll back an append that was cancelled or failed: only the rows of `segments` stay.

    The dataset is then what it was before the append, and ready again.
    """

    type: Literal["discard"] = "discard"
    dataset_id: UUID
    job_id: UUID
    spec: dict[str, Any] = Field(description="The resolved spec, opaque here.")
    segments: tuple[Segment, ...] = Field(min_length=1, description="The segments that stay.")
    attempt: Attempt = 1


class Delete(Model):
    """Remove the dataset's database, grants and blobs, whatever state it is in."""

    type: Literal["delete"] = "delete"
    dataset_id: UUID
    owner_id: UUID


type DatasetCommand = Annotated[Prepare | Seal | Discard | Delete, Field(discriminator="type")]


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


class GenerateChunk(Renamed):
    """Make one chunk and publish it as one batch for each of its tables."""

    type: Literal["generate"] = "generate"
    dataset_id: UUID
    job_id: UUID
    chunk_index: Count = Field(
        description="Ordinal of the chunk in the job's plan.", json_schema_extra=formerly("position")
    )
    attempt: Attempt = 1
    chunk_attempt: ChunkAttempt = 1
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
    attempt: Attempt = 1


class Stored(Renamed):
    """One batch is in the dataset's targets, exactly once. Sent again when the batch is delivered again."""

    type: Literal["stored"] = "stored"
    dataset_id: UUID
    job_id: UUID
    attempt: Attempt = 1
    chunk_index: Count = Field(json_schema_extra=formerly("position"))
    chunk_attempt: ChunkAttempt = 1
    table: TableName
    chunk: Count
    rows: Count
    row_hash: RowHash
    bytes: Count = Field(description="Size of the part in Blob; 0 where the dataset has no files.")
    generating_seconds: Seconds = Field(description="Time a worker spent on this batch.")
    storing_seconds: Seconds = Field(description="Time the writer spent on this batch.")


class Sealing(Model):
    """A seal has begun one of its two phases."""

    type: Literal["sealing"] = "sealing"
    dataset_id: UUID
    job_id: UUID
    attempt: Attempt = 1
    phase: Literal["indexing", "checking"]


class Sealed(Model):
    """The load is finished and proven."""

    type: Literal["sealed"] = "sealed"
    dataset_id: UUID
    job_id: UUID
    attempt: Attempt = 1
    stored: Manifest = None
    indexing_seconds: Seconds
    checking_seconds: Seconds


class Discarded(Model):
    """The rows and files of an append that was rolled back are gone; the dataset is ready again."""

    type: Literal["discarded"] = "discarded"
    dataset_id: UUID
    job_id: UUID
    attempt: Attempt = 1
    stored: Manifest = None


class Failed(Renamed):
    """A step cannot be done; the reason is fit for the job's owner to read."""

    type: Literal["failed"] = "failed"
    dataset_id: UUID
    job_id: UUID | None
    stage: Literal["prepare", "generate", "store", "seal", "discard", "delete"]
    attempt: Attempt = 1
    chunk_index: Count | None = Field(default=None, json_schema_extra=formerly("position"))
    chunk_attempt: ChunkAttempt | None = None
    table: TableName | None = None
    stored: Manifest = None
    reason: str = Field(min_length=1, max_length=2_000)


class Deleted(Model):
    """Nothing of the dataset is left in MySQL or Blob."""

    type: Literal["deleted"] = "deleted"
    dataset_id: UUID


type Result = Annotated[
    Prepared | Stored | Sealing | Sealed | Discarded | Failed | Deleted, Field(discriminator="type")
]
