"""A stream: a dataset that is played as events. What its owner wants of it, and what a player does about it.

The API writes what is wanted, `goal` and `speed`; the player that holds the stream's lease writes how far it
has come. So neither waits for the other. Only where no player holds the stream, the API changes its state.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from cartload.encoders.kafka_records import named
from cartload.storage.stream_position import Position
from cartload_contracts.model import Segment
from cartload_contracts.streams import OPEN, StreamGoal, StreamStatus, StreamTopic, StreamView

type StreamAction = Literal["pause", "resume", "stop"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ACTIONS: dict[StreamAction, tuple[StreamStatus, ...]] = {
    "pause": ("queued", "preparing", "playing", "paused"),
    "resume": ("queued", "preparing", "playing", "paused", "failed"),
    "stop": ("queued", "preparing", "playing", "paused", "stopped"),
}
"""In which states an action makes sense; one that asks for what is so already changes nothing."""
_GOALS: dict[StreamAction, StreamGoal] = {"pause": "pause", "resume": "play", "stop": "stop"}


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """Something that happened to a stream: a row of its history."""

    event: str
    at: datetime
    version: int
    state: StreamStatus
    detail: str | None = None


@dataclass(slots=True, kw_only=True)
class Stream:
    """A stream's row. Times of the dataset are whole milliseconds."""

    number: int = 0
    id: UUID
    owner_id: UUID
    dataset_id: UUID
    state: StreamStatus = "queued"
    goal: StreamGoal = "play"
    version: int = 1
    stream_id: UUID
    spec: dict[str, Any]
    """Resolved; with the dataset's own `as_of`, or that of the stream's end."""

    segments: tuple[Segment, ...]
    topics: tuple[str, ...]
    topic_prefix: str
    after: datetime | None
    until: datetime | None
    live_from: datetime | None
    speed: float | None
    """None: as fast as it goes."""

    rate_limit: float | None
    position_time: int | None = None
    position_events: int = 0
    """Of the moment `position_time`, milliseconds since 1970, so many events have arrived."""

    events_total: int | None = None
    events_sent: int = 0
    events_per_second: float | None = None
    seconds_slowed: float = 0.0
    lease_owner: str | None = None
    leased_until: datetime | None = None
    expected: dict[str, Any] | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None
    waiting_for: str | None = None
    deleted_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it has not ended, failed or been stopped."""
        return self.state in OPEN

    @property
    def position(self) -> Position | None:
        """How far it has come; None: nothing has arrived."""
        return None if self.position_time is None else Position(self.position_time, self.position_events)

    @property
    def unanswered(self) -> bool:
        """Whether it stands still, and what it adds up to is not worked out yet."""
        return self.expected is None and self.still

    @property
    def still(self) -> bool:
        """Whether it stands somewhere on its way, or at its end."""
        on_its_way = self.state in ("paused", "stopped") and self.position_time is not None
        return on_its_way or self.state == "ended"

    def event(self, name: str, at: datetime, detail: str | None = None) -> StreamEvent:
        """Something that has just happened to it."""
        return StreamEvent(name, at, self.version, self.state, detail)

    def held(self, now: datetime) -> bool:
        """Whether a player has the stream."""
        return self.leased_until is not None and self.leased_until >= now

    def act(self, action: StreamAction, now: datetime) -> bool:
        """Note what its owner asks for; False when its state forbids it."""
        if self.state not in _ACTIONS[action]:
            return False
        if action == "resume" and self.state == "failed":
            self.state, self.error, self.finished_at = "queued", None, None
        if action == "resume":
            self.expected = None
        self.goal = _GOALS[action]
        if not self.held(now):
            self._follow(now)
        self.version += 1
        return True

    def change_speed(self, speed: float | None) -> bool:
        """Go on at another speed; False when it is over."""
        if self.state in ("ended", "stopped"):
            return False
        self.speed = speed
        self.version += 1
        return True

    def delete(self, now: datetime) -> None:
        """It is gone for its owner; whoever plays it stops."""
        self.act("stop", now)
        self.deleted_at = now
        self.version += 1

    def _follow(self, now: datetime) -> None:
        """Change the state of a stream that nobody plays to what is wanted."""
        match self.goal:
            case "pause" if self.state == "queued":
                self.state = "paused"
            case "play" if self.state == "paused":
                self.state = "queued"
            case "stop" if self.state in ("queued", "paused"):
                self.state, self.finished_at = "stopped", now

    def view(self) -> StreamView:
        """The stream as users see it; the same for every reader of one version."""
        return StreamView.model_validate(
            {
                "id": self.id,
                "dataset_id": self.dataset_id,
                "state": self.state,
                "goal": self.goal,
                "version": self.version,
                "stream_id": self.stream_id,
                "topics": [StreamTopic(topic=topic, name=self.name_of(topic)) for topic in self.topics],
                "from": self.after,
                "until": self.until,
                "live_from": self.live_from,
                "speed": "max" if self.speed is None else self.speed,
                "rate_limit": self.rate_limit,
                "event_time": None if self.position_time is None else moment(self.position_time),
                "events_total": self.events_total,
                "events_sent": self.events_sent,
                "events_per_second": self.events_per_second if self.state == "playing" else None,
                "seconds_slowed": self.seconds_slowed,
                "created_at": self.created_at,
                "started_at": self.started_at,
                "finished_at": self.finished_at,
                "error": self.error,
                "waiting_for": self.waiting_for,
            }
        )

    def name_of(self, topic: str) -> str:
        """What a topic of the stream is called in Kafka."""
        return named(topic, self.topic_prefix)


def milliseconds(when: datetime) -> int:
    """Milliseconds since 1970, as the engine counts time."""
    return (when - EPOCH) // timedelta(milliseconds=1)


def moment(since_1970: int) -> datetime:
    """The time of so many milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=since_1970)
