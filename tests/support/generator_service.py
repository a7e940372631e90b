"""The generator's API and dispatcher in this process: a real database, a fake outbox, a movable clock."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pymysql
from fastapi import FastAPI
from sqlalchemy import make_url

from cartload_contracts import topics
from cartload_contracts.envelope import Message
from cartload_contracts.jobs import JobState
from cartload_contracts.messages import (
    Deleted,
    Discarded,
    Failed,
    GenerateChunk,
    Prepared,
    Result,
    Seal,
    Sealed,
    Stored,
)
from cartload_generator.api.dependencies import Services
from cartload_generator.api.specs.preview import Previews
from cartload_generator.app import build
from cartload_generator.domain.backlog import Backlog
from cartload_generator.domain.fairness import Bounds
from cartload_generator.domain.limits import Limits
from cartload_generator.domain.planning import chunk_of
from cartload_generator.repository.models import MIGRATIONS, metadata
from cartload_generator.tasks.dead_letters import DeadLetterAdministration
from cartload_generator.tasks.dispatcher import Dispatcher
from cartload_generator.tasks.job_waiters import JobWaiters
from cartload_generator.tasks.publisher import Publisher
from cartload_kit.database import engine
from cartload_kit.database.migrate import migrate
from cartload_kit.errors import Unauthorized
from cartload_kit.kafka import DeadLetterReader, KafkaConnection, KafkaUnavailable, Producer
from cartload_kit.tokens import Identity

NO_KAFKA = KafkaConnection("127.0.0.1:1")
ROW_HASH = "00" * 15 + "07"
FAST = 20.0


class MovableClock:
    """A clock that goes on by itself and can be moved forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.ahead += timedelta(seconds=seconds)


class FakeOutbox:
    """Keeps what is sent; `away` makes sending fail for now, `error` as it says."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.states: list[JobState] = []
        self.away = False
        self.error: Exception | None = None
        self._news = asyncio.Condition()

    async def send(self, messages: Iterable[Message], traceparents: Iterable[str | None] = ()) -> None:
        if self.away:
            raise KafkaUnavailable("away")
        if self.error is not None:
            raise self.error
        async with self._news:
            for message in messages:
                (self.states if isinstance(message, JobState) else self.sent).append(message)  # type: ignore[arg-type]
            self._news.notify_all()

    def of[M](self, kind: type[M]) -> list[M]:
        """What was sent of one kind."""
        return [message for message in self.sent if isinstance(message, kind)]

    async def until[M](self, kind: type[M], count: int = 1, seconds: float = FAST) -> list[M]:
        """Wait until `count` messages of a kind have been sent."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)


class FakeBacklog:
    """What waits in Kafka, as a test says."""

    def __init__(self) -> None:
        self.now = Backlog()
        self.commands_are_read = asyncio.Event()
        self.commands_are_read.set()
        self.error: Exception | None = None

    async def read(self) -> Backlog:
        return self.now

    async def until_commands_are_read(self, seconds: float) -> bool:
        await self.commands_are_read.wait()
        if self.error is not None:
            raise self.error
        return True


class Tokens:
    """Takes the role and the user's id themselves as the token."""

    async def verify(self, token: str) -> Identity:
        with suppress(ValueError):
            role, _, user_id = token.partition(":")
            return Identity(str(UUID(user_id)), role, "token", datetime.max.replace(tzinfo=UTC))
        raise Unauthorized()


@dataclass
class User:
    """A signed-in user of the service."""

    http: httpx.AsyncClient
    id: UUID
    role: str = "customer"

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Make a call with the user's token."""
        headers = {"Authorization": f"Bearer {self.role}:{self.id}", **more.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **more)

    async def ask(self, body: Any = None, **more: Any) -> httpx.Response:
        """Ask for a job."""
        return await self.call("POST", "/api/jobs", json=body or {"spec": {"customers": 100}}, **more)

    async def job(self, body: Any = None) -> Any:
        """A job that was accepted."""
        answer = await self.ask(body)
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def read(self, path: str) -> Any:
        """The JSON at a path that answers 200."""
        answer = await self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(self, job: Any, action: str) -> httpx.Response:
        """Cancel, pause, resume or retry."""
        return await self.call("POST", f"/api/jobs/{job['id']}/{action}")

    async def until(self, job: Any, state: str, seconds: float = FAST) -> Any:
        """The job once it is in a state."""
        now: Any = None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    now = await self.read(f"/api/jobs/{job['id']}")
                    if now["state"] == state:
                        return now
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"the job is {now}") from None


@dataclass
class Generator:
    """The running service, and the writer and workers that a test plays."""

    app: FastAPI
    http: httpx.AsyncClient
    outbox: FakeOutbox
    dispatcher: Dispatcher
    clock: MovableClock
    backlog: "FakeBacklog"
    answered: set[tuple[int, int]] = field(default_factory=set)

    def user(self) -> User:
        """A new user."""
        return User(self.http, uuid4())

    def admin(self) -> User:
        """A new administrator."""
        return User(self.http, uuid4(), "admin")

    async def hear(self, *results: Result) -> None:
        """Apply results, as if they had come from Kafka."""
        by_job: dict[UUID, list[Result]] = {}
        for result in results:
            key = result.dataset_id if isinstance(result, Deleted) else result.job_id
            assert key is not None
            by_job.setdefault(key, []).append(result)
        for key, those in by_job.items():
            await self.dispatcher.apply_results(key, those)

    async def prepare(self, job: Any, attempt: int = 1) -> None:
        """Answer the job's prepare."""
        await self.hear(Prepared(dataset_id=UUID(job["dataset_id"]), job_id=UUID(job["id"]), attempt=attempt))

    async def chunks(self, job: Any, count: int) -> list[GenerateChunk]:
        """The job's chunk commands, once there are `count`."""
        async with asyncio.timeout(FAST):
            while len(found := self.commands(job)) < count:  # noqa: ASYNC110 - any message may be the one
                await asyncio.sleep(0.005)
        return found

    def commands(self, job: Any) -> list[GenerateChunk]:
        """The job's chunk commands so far."""
        return [one for one in self.outbox.of(GenerateChunk) if str(one.job_id) == job["id"]]

    def seals(self, job: Any) -> list[Seal]:
        """The job's seal commands so far."""
        return [one for one in self.outbox.of(Seal) if str(one.job_id) == job["id"]]

    async def store_all(self, job: Any) -> None:
        """Store every chunk of a job as its commands come."""
        done: set[int] = set()
        async with asyncio.timeout(20):
            while len(done) < job["chunks_total"]:
                for command in self.commands(job):
                    if command.chunk_index not in done:
                        done.add(command.chunk_index)
                        await self.hear(*stored(command))
                await asyncio.sleep(0.005)

    async def finish(self, job: Any) -> None:
        """Play everybody else until the job has ended."""
        await self.prepare(job)
        await self.store_all(job)
        async with asyncio.timeout(FAST):
            while not self.seals(job):  # noqa: ASYNC110 - any message may be the one
                await asyncio.sleep(0.005)
        await self.hear(sealed(job))


def stored(command: GenerateChunk, tables: Iterable[str] | None = None) -> list[Stored]:
    """The results of a chunk: ten rows in each table."""
    names = tables if tables is not None else chunk_of(command.part).tables
    return [
        Stored(
            dataset_id=command.dataset_id,
            job_id=command.job_id,
            attempt=command.attempt,
            chunk_index=command.chunk_index,
            chunk_attempt=command.chunk_attempt,
            table=name,
            chunk=command.chunk,
            rows=10,
            row_hash=ROW_HASH,
            bytes=100,
            generating_seconds=0.25,
            storing_seconds=0.5,
        )
        for name in names
    ]


def sealed(job: Any, attempt: int = 1, **more: Any) -> Sealed:
    """The end of a seal."""
    return Sealed(
        dataset_id=UUID(job["dataset_id"]),
        job_id=UUID(job["id"]),
        attempt=attempt,
        indexing_seconds=1.5,
        checking_seconds=0.5,
        **more,
    )


def discarded(job: Any, attempt: int = 1, **more: Any) -> Discarded:
    """The end of a rollback."""
    return Discarded(dataset_id=UUID(job["dataset_id"]), job_id=UUID(job["id"]), attempt=attempt, **more)


def failed(job: Any, stage: Any, reason: str = "It cannot be done.", **more: Any) -> Failed:
    """The failure of a step."""
    return Failed(
        dataset_id=UUID(job["dataset_id"]), job_id=UUID(job["id"]), stage=stage, reason=reason, **more
    )


def chunk_failed(command: GenerateChunk, reason: str = "It cannot be done.") -> Failed:
    """The failure of a chunk."""
    return Failed(
        dataset_id=command.dataset_id,
        job_id=command.job_id,
        stage="store",
        attempt=command.attempt,
        chunk_index=command.chunk_index,
        chunk_attempt=command.chunk_attempt,
        reason=reason,
    )


def connect(mysql_url: str, database: str | None = None) -> Any:
    """A plain connection."""
    url = make_url(mysql_url)
    return pymysql.connect(
        host=url.host or "",
        port=url.port or 3306,
        user=url.username or "",
        password=url.password or "",
        database=database,
        autocommit=True,
    )


def new_database(mysql_url: str) -> str:
    """Make a migrated database of its own; returns its URL. Not to be called from within an event loop."""
    name = f"generator_test_{uuid4().hex[:12]}"
    with connect(mysql_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    url = make_url(mysql_url).set(database=name).render_as_string(hide_password=False)
    migrate(url, MIGRATIONS)
    return url


def empty(database_url: str) -> None:
    """Delete all rows."""
    with connect(database_url, make_url(database_url).database) as connection, connection.cursor() as cursor:
        for table in metadata.sorted_tables:
            cursor.execute(f"DELETE FROM {table.name}")


def drop(database_url: str) -> None:
    """Drop a test's database."""
    with connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {make_url(database_url).database}")


@asynccontextmanager
async def running(
    database_url: str,
    *,
    outbox: FakeOutbox | None = None,
    clock: MovableClock | None = None,
    bounds: Bounds | None = None,
    limits: Limits | None = None,
    dispatching: bool = True,
    reader: DeadLetterReader | None = None,
    producer: Producer | None = None,
) -> AsyncIterator[Generator]:
    """Run the service in this process; `dispatching` off leaves every loop to the test.

    `reader` and `producer` are those of dead letters: without them, Kafka is away.
    """
    outbox, clock, stop = outbox or FakeOutbox(), clock or MovableClock(), asyncio.Event()
    database = engine(database_url, pool_size=8)
    waiters, backlog = JobWaiters(stop), FakeBacklog()
    dispatcher = Dispatcher(database, outbox, waiters, backlog=backlog, bounds=bounds, clock=clock)
    app = build()
    app.state.verifier = Tokens()
    app.state.services = Services(
        engine=database,
        dispatcher=dispatcher,
        backlog=backlog,
        waiters=waiters,
        previews=Previews(),
        stream_publisher=Publisher(outbox),
        dead_letters=DeadLetterAdministration(
            database,
            reader or DeadLetterReader(NO_KAFKA, topics.DEAD_LETTERS.name, "test", deadline=2.0),
            producer or Producer(NO_KAFKA, "test"),
            clock,
        ),
        limits=limits or Limits(),
        clock=clock,
        wait_seconds=60,
        topic_prefix="ecommerce-",
    )
    loops = asyncio.create_task(dispatcher.run(stop)) if dispatching else None
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://generator") as http:
            yield Generator(app, http, outbox, dispatcher, clock, backlog)
    finally:
        stop.set()
        if loops is not None:
            await loops
        await dispatcher.settle_sends()
        await database.dispose()
