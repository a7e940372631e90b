"""Bodies of the streams API."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cartload.spec.model import Moment
from cartload_contracts.model import Count, TableName, TableTotals
from cartload_contracts.streams import RateLimit, Speed, StreamStatus

STREAM_EXAMPLE: dict[str, Any] = {
    "id": "8d2f6f5c-9f0f-4c39-8a4f-2e4c5d1b7a10",
    "dataset_id": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92",
    "state": "playing",
    "goal": "play",
    "version": 31,
    "stream_id": "5a14f1b0-9479-5307-a20f-d3dd78603b93",
    "topics": [{"topic": "ecommerce-orders", "name": "ecommerce-orders"}],
    "from": None,
    "until": None,
    "live_from": "2025-11-28T00:00:00Z",
    "speed": 60,
    "rate_limit": None,
    "event_time": "2025-11-28T00:41:07.320000Z",
    "events_total": 112_480,
    "events_sent": 98_312,
    "events_per_second": 31.5,
    "seconds_slowed": 0.0,
    "created_at": "2026-01-05T09:30:00Z",
    "started_at": "2026-01-05T09:30:00.400000Z",
    "finished_at": None,
    "error": None,
    "waiting_for": None,
}

EVENT_EXAMPLE: dict[str, Any] = {
    "at": "2026-01-05T09:30:04.100000Z",
    "event": "playing",
    "version": 3,
    "state": "playing",
    "detail": None,
}

EXPECTED_EXAMPLE: dict[str, Any] = {
    "as_of": "2025-11-28T00:41:07.320000Z",
    "tables": {"users": {"rows": 10_000, "row_hash": "00" * 15 + "2a"}},
    "events": {"ecommerce-orders": {"order_created": 21_004, "order_updated": 55_123}},
}

type Pattern = Annotated[str, Field(min_length=1, max_length=100)]


class StreamRequest(BaseModel):
    """Which dataset to play, which part of it, and how fast."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"dataset_id": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92"},
                {
                    "dataset_id": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92",
                    "topics": ["ecommerce-orders", "ecommerce-payments"],
                    "live_from": "2025-11-28T00:00:00Z",
                    "speed": 60,
                },
            ]
        },
    )

    dataset_id: UUID
    topics: Annotated[list[Pattern], Field(min_length=1, max_length=50)] | None = Field(
        default=None,
        description="Topics, in which `*` stands for any characters: `ecommerce-orders`, `ecommerce-cdc.*`. "
        "By default all business topics, which are those without `cdc`.",
        examples=[["ecommerce-orders", "ecommerce-payments"]],
    )
    after: Moment | None = Field(
        default=None, alias="from", description="Play events after this moment only."
    )
    until: Moment | None = Field(default=None, description="Play no event after this moment.")
    live_from: Moment | None = Field(
        default=None,
        description="Play what happened until this moment at once, then at the speed; by default the clock "
        "runs from `from` on, or from the beginning of the dataset's window.",
    )
    speed: Speed = "max"
    rate_limit: RateLimit | None = None
    own_topics: bool = Field(
        default=False,
        description="Play into topics of this stream alone, whose names hold a part of its id, in place of "
        "those that all streams share.",
    )


class SpeedChange(BaseModel):
    """Another speed for a stream."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"speed": 600}]})

    speed: Speed


class StreamEvent(BaseModel):
    """Something that happened to a stream."""

    model_config = ConfigDict(json_schema_extra={"examples": [EVENT_EXAMPLE]})

    at: datetime
    event: str = Field(description="What happened.", examples=["playing"])
    version: Count
    state: StreamStatus
    detail: str | None


class StreamExpected(BaseModel):
    """The right answer to a stream: what it adds up to where it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXPECTED_EXAMPLE]})

    as_of: datetime = Field(description="All events until this moment have arrived.")
    tables: dict[TableName, TableTotals] = Field(
        description="The dataset's tables as of that moment: what all its changes of rows add up to."
    )
    events: dict[str, dict[str, Count]] = Field(
        description="How many events of each type the stream has played until that moment, by topic."
    )
