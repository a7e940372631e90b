"""The state of a stream: what `cartload.streams` carries, whole, at every change."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from cartload_contracts.model import Count, Model, Seconds

type StreamStatus = Literal["queued", "preparing", "playing", "paused", "ended", "stopped", "failed"]
type StreamGoal = Literal["play", "pause", "stop"]

OPEN: tuple[StreamStatus, ...] = ("queued", "preparing", "playing", "paused")
"""States that a stream leaves again by itself, or when its owner asks."""

type Speed = Annotated[
    Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] | Literal["max"],
    Field(
        description="How many times faster than real time events come after `live_from`: from 1 to 3600, "
        "or `max`, as fast as Kafka takes them.",
        examples=[60],
    ),
]

type RateLimit = Annotated[
    float,
    Field(
        ge=1,
        le=1_000_000,
        allow_inf_nan=False,
        description="Events a second at most, in real time; null: no limit.",
        examples=[5000],
    ),
]


class StreamTopic(Model):
    """A topic of a stream."""

    topic: str = Field(description="As it is called wherever its events are described.")
    name: str = Field(description="As it is called in Kafka.")


class StreamView(Model):
    """A stream as users see it (`GET /api/streams/{id}` and the WebSocket's `stream` message)."""

    # As with jobs: clients are generated from this schema, which is called `Stream` there.
    __qualname__ = "Stream"
    model_config = ConfigDict(title="Stream", serialize_by_alias=True)

    id: UUID
    dataset_id: UUID
    state: StreamStatus
    goal: StreamGoal = Field(description="What its owner asked for last; the state follows it in a moment.")
    version: Count = Field(description="Rises with every change: the higher one is the newer state.")
    stream_id: UUID = Field(
        description="Header `streamid` of its records: the same whenever this dataset is played."
    )
    topics: tuple[StreamTopic, ...]
    after: datetime | None = Field(
        alias="from", description="Events after this moment are played; null: all from the first on."
    )
    until: datetime | None = Field(
        description="The last moment that is played; null: the end of the dataset."
    )
    live_from: datetime | None = Field(
        description="What happened until this moment is played at once, then the clock runs; null with the "
        "speed `max`."
    )
    speed: Speed
    rate_limit: RateLimit | None
    event_time: datetime | None = Field(description="The time of the last event that has arrived in Kafka.")
    events_total: Count | None = Field(description="Null until they are all made.")
    events_sent: Count = Field(description="Events that have arrived in Kafka.")
    events_per_second: float | None = Field(
        ge=0, allow_inf_nan=False, description="Over the last seconds; null unless it is playing."
    )
    seconds_slowed: Seconds = Field(
        description="How long the clock has been held up in all, because Kafka or the rate limit could not "
        "follow."
    )
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None = Field(description="Why the stream failed; null otherwise.")
    waiting_for: str | None = Field(
        max_length=500,
        description="What holds the stream up, in words.",
        examples=["Kafka at kafka:9092 cannot be reached (Connection refused)"],
    )


class StreamState(Model):
    """A stream with its owner: the value on `cartload.streams`."""

    type: Literal["stream"] = "stream"
    owner_id: UUID
    stream: StreamView
