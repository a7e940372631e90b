"""A batch: rows of one table of one chunk, as an Arrow IPC stream described by its headers."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from pydantic import Field

from cartload_contracts.messages import Attempt, ChunkAttempt
from cartload_contracts.model import Count, Renamed, RowHash, Seconds, TableName, formerly

ARROW_STREAM = "application/vnd.apache.arrow.stream"
# Random, and never to be changed: ids of events are made of it, by which consumers know repeated ones.
EVENT_NAMESPACE = UUID("6b1f4a52-6a0e-5f0e-9d0b-1c5a7f1f0c11")


class BatchHeader(Renamed):
    """What a batch's headers say of its payload."""

    dataset_id: UUID
    job_id: UUID
    table: TableName
    chunk: Count = Field(description="First block, or first row of a catalogue table.")
    chunk_index: Count = Field(
        description="Ordinal of the chunk in the job's plan.", json_schema_extra=formerly("position")
    )
    attempt: Attempt = 1
    chunk_attempt: ChunkAttempt = 1
    vintage: int = Field(ge=1)
    rows: Count
    row_hash: RowHash
    generating_seconds: Seconds = 0.0

    @property
    def event_id(self) -> UUID:
        """The same for every delivery of the same rows: what consumers de-duplicate by."""
        return uuid5(EVENT_NAMESPACE, f"{self.dataset_id}:{self.table}:{self.chunk}:{self.vintage}")


@dataclass(frozen=True, slots=True)
class Batch:
    """A header with its Arrow IPC stream."""

    header: BatchHeader
    payload: bytes
