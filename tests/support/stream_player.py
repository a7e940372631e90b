"""A player in this process that plays into memory: a real database, and a Kafka that a test holds."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from cartload.storage.kafka_client import KafkaFailedError
from cartload.writers.external_sort import Lines
from cartload_generator.domain.streams import Stream
from cartload_generator.tasks.publisher import Publisher
from cartload_generator.tasks.streams.player import Player
from support.generator_service import FAST, Generator, User

SPEC = {"customers": 60, "catalogue": {"products": 40}, "clickstream": {"sessions_per_customer": 1}}


class MemoryKafka:
    """Keeps the events that have arrived, of all streams together.

    A test may hold the events up behind the first `open_until`, or let the broker be away.
    """

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.open_until = 1 << 60
        self.away: KafkaFailedError | None = None
        self.opened: list[Stream] = []
        self.notes: Sequence[str] = ()
        self._lock = threading.Lock()

    @contextmanager
    def open(self, stream: Stream) -> Iterator["_Sink"]:
        """The sink of a stream."""
        self.opened.append(stream)
        if self.away is not None:
            raise self.away
        yield _Sink(self)

    def take(self, line: bytes) -> None:
        """An event arrives, once it may."""
        ends = time.monotonic() + FAST
        while True:
            with self._lock:
                if len(self.events) < self.open_until:
                    self.events.append(json.loads(line))
                    return
            assert time.monotonic() < ends, "nobody let the events through"
            time.sleep(0.005)


class _Sink:
    def __init__(self, kafka: MemoryKafka) -> None:
        self._kafka = kafka
        self.notes = kafka.notes
        self._on_their_way: list[bytes] = []

    def write(self, lines: Lines) -> None:
        self._on_their_way += bytes(lines.text).splitlines()

    def flush(self) -> None:
        if self._kafka.away is not None:
            raise self._kafka.away
        for line in self._on_their_way:
            self._kafka.take(line)
        self._on_their_way = []

    def wait(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.05))


@asynccontextmanager
async def playing(
    generator: Generator, kafka: MemoryKafka, *, at_once: int = 2, pause_kept_seconds: float = 60.0
) -> AsyncIterator[Player]:
    """A player beside the service; it ends as one that is told to stop."""
    stop = asyncio.Event()
    player = Player(
        generator.app.state.services.engine,
        kafka.open,
        Publisher(generator.outbox),
        generator.clock,
        at_once=at_once,
        pause_kept_seconds=pause_kept_seconds,
    )
    running = asyncio.create_task(player.run(stop))
    try:
        yield player
    finally:
        stop.set()
        await running


async def eventually[Found](
    look: Callable[[], Awaitable[Found]], good: Callable[[Found], object], seconds: float = FAST
) -> Found:
    """What `look` finds once it is good; other processes and threads bring it about."""
    found = await look()
    ends = time.monotonic() + seconds
    while not good(found):
        assert time.monotonic() < ends, found
        await asyncio.sleep(0.02)
        found = await look()
    return found


async def until(user: User, stream: Any, state: str) -> Any:
    """The stream once it is in a state."""
    return await eventually(
        lambda: user.read(f"/api/streams/{stream['id']}"), lambda now: now["state"] == state
    )


async def expected_of(user: User, stream: Any) -> Any:
    """What a stream adds up to, once it is worked out."""
    answer = await eventually(
        lambda: user.call("GET", f"/api/streams/{stream['id']}/expected"),
        # Asked too early, it says when to ask again.
        lambda answer: answer.status_code == 200 or "Retry-After" not in answer.headers,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def new_dataset(generator: Generator, user: User) -> str:
    """A dataset that is ready, by what the generator knows of it."""
    job = await user.job({"spec": SPEC})
    await generator.finish(job)
    return str(job["dataset_id"])


async def ask(user: User, dataset: str, **fields: Any) -> Any:
    """A stream that was accepted."""
    answer = await user.call("POST", "/api/streams", json={"dataset_id": dataset, **fields})
    assert answer.status_code == 202, answer.text
    stream = answer.json()
    assert answer.headers["Location"] == f"/api/streams/{stream['id']}"
    return stream


async def act(user: User, stream: Any, action: str) -> Any:
    """Pause, resume or stop it."""
    answer = await user.call("POST", f"/api/streams/{stream['id']}/{action}")
    assert answer.status_code == 202, answer.text
    return answer.json()
