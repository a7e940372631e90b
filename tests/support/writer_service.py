"""The writer's roles in this process: real MySQL and Blob, results in a list, batches from the engine."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pyarrow as pa
import pymysql
from azure.storage.blob.aio import ContainerClient
from fastapi import FastAPI

from cartload import VINTAGE
from cartload import spec as specs
from cartload.engine import chunks
from cartload.engine.generate import Engine
from cartload.schema import rowhash
from cartload_contracts.batches import Batch, BatchHeader
from cartload_contracts.envelope import Wire, decode_batch, encode, encode_batch
from cartload_contracts.messages import DatasetCommand, Delete, Discard, Prepare, Result, Seal
from cartload_contracts.model import TARGETS, Segment, TableTotals, TargetName
from cartload_kit.database import engine
from cartload_kit.database.migrate import migrate
from cartload_kit.errors import Unauthorized
from cartload_kit.kafka.budget import ByteBudget
from cartload_kit.kafka.record import Record
from cartload_kit.tokens import Identity
from cartload_writer import app
from cartload_writer.adapters.blob import API_VERSION, BlobStore
from cartload_writer.adapters.blob_account import BlobAccount
from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.api.dependencies import PublicAddress, Services
from cartload_writer.api.row_reader import RowReader, reading_session
from cartload_writer.api.shares import UserShares
from cartload_writer.bootstrap import MIGRATIONS
from cartload_writer.consumers.batch_handler import BatchHandler
from cartload_writer.consumers.batch_storage import Storage
from cartload_writer.consumers.redelivery import Redelivery
from cartload_writer.domain import names
from cartload_writer.repository import batches
from cartload_writer.repository.databases import session_for_ddl
from cartload_writer.repository.task_queue import Task
from cartload_writer.tasks.commands import run
from cartload_writer.tasks.context import Context
from cartload_writer.tasks.database_pool import DatabasePool

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """The writer's database: its URL as the service's own user of least rights, and the administrator's."""

    url: str
    admin: str

    @property
    def name(self) -> str:
        """Name of the database."""
        return urlsplit(self.url).path.strip("/")


@contextmanager
def migrated(server_url: str) -> Iterator[Place]:
    """A new database with the writer's tables; it and all that was made from it are dropped at the end."""
    name = f"cartload_writer_{uuid4().hex[:12]}"
    parts = urlsplit(server_url)
    url = f"mysql://{name}:secret@{parts.hostname}:{parts.port}/{name}"
    with root(server_url) as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        for statement in rights(cursor, name):
            cursor.execute(statement)
    migrate(url, MIGRATIONS)
    yield Place(url, server_url)
    with root(server_url) as cursor:
        cursor.execute(
            f"SELECT database_name FROM {name}.datasets UNION SELECT database_name FROM {name}.stock"
        )
        for (made,) in cursor.fetchall():
            cursor.execute(f"DROP DATABASE IF EXISTS `{made}`")
        cursor.execute(f"SELECT user_name FROM {name}.database_users")
        for (user,) in cursor.fetchall():
            cursor.execute(f"DROP USER IF EXISTS '{user}'@'%'")
        cursor.execute(f"DROP DATABASE {name}")
        cursor.execute(f"DROP USER '{name}'@'%'")


def rights(cursor: Any, name: str) -> tuple[str, ...]:
    """What the service's user is granted, and nothing else."""
    cursor.execute("SELECT VERSION()")
    killing = "CONNECTION ADMIN" if "MariaDB" in cursor.fetchone()[0] else "CONNECTION_ADMIN"
    escaped = name.replace("_", "\\_")
    return (
        f"CREATE USER '{name}'@'%' IDENTIFIED BY 'secret'",
        f"GRANT ALL ON `{escaped}`.* TO '{name}'@'%'",
        f"GRANT ALL ON `shop%`.* TO '{name}'@'%' WITH GRANT OPTION",
        f"GRANT CREATE USER, PROCESS ON *.* TO '{name}'@'%'",
        f"GRANT {killing} ON *.* TO '{name}'@'%'",
    )


@contextmanager
def root(url: str) -> Iterator[Any]:
    """A cursor of the server's administrator that commits each statement."""
    connection = pymysql.connect(**address(url), autocommit=True)
    try:
        yield connection.cursor()
    finally:
        connection.close()


def address(url: str) -> dict[str, Any]:
    """What pymysql wants to be told of a server."""
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "user": parts.username,
        "password": parts.password or "",
    }


@dataclass
class Told:
    """Keeps results; `losing` makes publishing fail after the work is done, as if Kafka were away."""

    results: list[Result] = field(default_factory=list)
    losing: BaseException | None = None

    async def publish(self, result: Result) -> None:
        """Keep it."""
        if self.losing is not None:
            raise self.losing
        self.results.append(result)

    def of[M](self, kind: type[M]) -> list[M]:
        """Those of one kind."""
        return [result for result in self.results if isinstance(result, kind)]


class Tokens:
    """Takes the user's id itself as the token."""

    async def verify(self, token: str) -> Identity:
        """The user of that id."""
        try:
            return Identity(str(UUID(token)), "customer", "token", NOW + timedelta(days=9999))
        except ValueError:
            raise Unauthorized() from None


@dataclass
class Load:
    """A dataset in the making: what the generator and its workers would send."""

    spec: specs.Spec
    dataset_id: UUID = field(default_factory=uuid4)
    job_id: UUID = field(default_factory=uuid4)
    owner_id: UUID = field(default_factory=uuid4)
    segments: tuple[chunks.Segment, ...] = ()
    targets: tuple[TargetName, ...] = TARGETS
    totals: dict[str, rowhash.RowHash] = field(default_factory=dict)
    made: dict[str, pa.RecordBatch] = field(default_factory=dict)

    @classmethod
    def of(cls, **fields: Any) -> "Load":
        """A dataset of a spec."""
        spec = specs.resolve(specs.parse(fields))
        return cls(spec, segments=(chunks.Segment(0, spec.customers),))

    def prepare(self, *, kind: str = "create", rows: int = 0) -> Prepare:
        """The command that makes or extends it."""
        return Prepare(
            dataset_id=self.dataset_id,
            job_id=self.job_id,
            owner_id=self.owner_id,
            kind=kind,
            spec=self.spec.model_dump(mode="json"),
            spec_hash=specs.spec_hash(self.spec),
            vintage=VINTAGE,
            segments=tuple(Segment(**asdict(one)) for one in self.segments),
            rows_expected=rows,
            targets=self.targets,
        )

    def records(self) -> Iterator[Record]:
        """The batches of the newest segment, as a consumer gets them."""
        made = Engine(self.spec)
        plan = chunks.plan(self.spec, self.segments[-1], catalogue=len(self.segments) == 1)
        for position in range(len(plan)):
            for table, rows in made.generate(plan[position]).items():
                found = rowhash.hash_batch(rows, table)
                self.totals[table] = self.totals.get(table, rowhash.RowHash()) + found
                yield self.record(table, plan[position].number, rows, position)

    def record(
        self, table: str, chunk: int, batch: pa.RecordBatch, position: int = 0, **changes: Any
    ) -> Record:
        """A batch of these rows; `changes` are made to its header."""
        header = BatchHeader(
            dataset_id=self.dataset_id,
            job_id=self.job_id,
            table=table,
            chunk=chunk,
            chunk_index=position,
            vintage=VINTAGE,
            rows=batch.num_rows,
            row_hash=rowhash.hash_batch(batch, table).hex,
            generating_seconds=0.5,
        )
        header = BatchHeader.model_validate({**header.model_dump(), **changes})
        return as_record(encode_batch(Batch(header, ipc(batch)), source="/test", now=NOW))

    def seal(self, *, complete: bool = True) -> Seal:
        """The command that finishes it, expecting what was made."""
        expected = {
            name: TableTotals(rows=found.rows, row_hash=found.hex) for name, found in self.totals.items()
        }
        return Seal(dataset_id=self.dataset_id, job_id=self.job_id, complete=complete, expected=expected)

    def discard(self, stay: int = 1) -> Discard:
        """The command that leaves the first segments only."""
        return Discard(
            dataset_id=self.dataset_id,
            job_id=self.job_id,
            spec=self.spec.model_dump(mode="json"),
            segments=tuple(Segment(**asdict(one)) for one in self.segments[:stay]),
        )

    def delete(self) -> Delete:
        """The command that removes it."""
        return Delete(dataset_id=self.dataset_id, owner_id=self.owner_id)


def ipc(rows: pa.RecordBatch) -> bytes:
    """Rows as they travel."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_batch(rows)
    return bytes(sink.getvalue())


def rows_in(record: Record) -> pa.RecordBatch:
    """Rows as they came."""
    batch = decode_batch(record.value, record.headers)
    return pa.ipc.open_stream(batch.payload).read_next_batch()


def as_record(wire: Wire, offset: int = 0) -> Record:
    """A sent message as a consumer gets it."""
    return Record(wire.topic, 0, offset, wire.key, wire.value, dict(wire.headers), NOW)


def command_record(command: DatasetCommand) -> Record:
    """A command as a consumer gets it."""
    return as_record(encode(command, source="/test", now=NOW))


@dataclass
class Writer:
    """All roles, on one database and one container."""

    place: Place
    context: Context
    handler: BatchHandler
    blobs: BlobStore
    told: Told
    http: httpx.AsyncClient
    app: FastAPI
    again: list[Record]
    """Batches that lost a lock and were sent again."""
    container: ContainerClient

    async def parts(self, load: Load) -> set[str]:
        """Names of all blobs of a dataset."""
        prefix = names.dataset_prefix(load.dataset_id)
        return {name async for name in self.container.list_blob_names(name_starts_with=prefix)}

    async def run(self, command: DatasetCommand, *, attempts: int = 0) -> None:
        """Run a command's task as the runner does."""
        message = command.model_dump(mode="json")
        await run(self.context, Task(1, command.dataset_id, command.type, message, None, attempts))

    async def store(self, load: Load) -> list[Record]:
        """Store all batches, eight at a time; what was stored."""
        records = list(load.records())
        gate = asyncio.Semaphore(8)

        async def one(record: Record) -> None:
            async with gate:
                await self.handler(record)

        await asyncio.gather(*map(one, records))
        return records

    async def make(self, load: Load, *, rows: int = 0) -> list[Record]:
        """A whole dataset: prepared, stored, sealed."""
        await self.run(load.prepare(rows=rows))
        records = await self.store(load)
        await self.run(load.seal())
        return records

    def database(self, load: Load) -> str:
        """The database of a dataset."""
        rows = self.query("SELECT database_name FROM datasets WHERE dataset_id = %s", str(load.dataset_id))
        return str(rows[0][0])

    def state(self, load: Load) -> str:
        """The state of a dataset."""
        return str(self.query("SELECT state FROM datasets WHERE dataset_id = %s", str(load.dataset_id))[0][0])

    def query(self, statement: str, *values: object) -> Any:
        """Rows of a statement in the writer's database."""
        with root(self.place.admin) as cursor:
            cursor.execute(f"USE `{self.place.name}`")
            cursor.execute(statement, values or None)
            return cursor.fetchall()

    async def get(self, load: Load, path: str, *, user: UUID | None = None, **more: Any) -> httpx.Response:
        """A GET below the dataset, by its owner if not by another user."""
        return await self.call("GET", load, path, user=user, **more)

    async def call(
        self, method: str, load: Load, path: str, *, user: UUID | None = None, **more: Any
    ) -> httpx.Response:
        """A call below the dataset, by its owner if not by another user."""
        headers = {"Authorization": f"Bearer {user or load.owner_id}", **more.pop("headers", {})}
        return await self.http.request(
            method, f"/api/datasets/{load.dataset_id}{path}", headers=headers, **more
        )


@asynccontextmanager
async def running(
    place: Place, connection_string: str, container: str, **settings: Any
) -> AsyncIterator[Writer]:
    """The roles; `settings` are those of the context of tasks."""
    url = place.url
    meta, work = engine(url, pool_size=20), engine(url, session=session_for_ddl(8))
    reading = engine(url, session=reading_session(5.0))
    told = Told()
    async with (
        AsyncExitStack() as stack,
        BlobStore.connect(BlobAccount(connection_string), container) as blobs,
        ContainerClient.from_connection_string(
            connection_string, container, api_version=API_VERSION
        ) as listed,
        BulkPool.open(lambda: batches.connect(url, place.name), 3) as pool,
    ):
        await blobs.create_container()
        again, limit = list[Record](), 64 * 2**20

        async def send_again(record: Record) -> None:
            again.append(record)

        redelivery = await stack.enter_async_context(Redelivery.open(send_again))
        handler = BatchHandler(
            Storage(pool, blobs, place.name), told, redelivery, ByteBudget(limit), limit, lambda: NOW
        )
        stock = DatabasePool(meta, work, 2, lambda: NOW)
        context = Context(
            meta,
            work,
            blobs,
            told,
            stock,
            lambda: NOW,
            deferred_rows=50_000,
            report_rows=0,
            index_builds=2,
            index_alone_rows=2_000_000,
        )
        web = app.build()
        web.state.verifier = Tokens()
        web.state.services = Services(
            engine=meta,
            reader=RowReader(reading, UserShares(10, 2, "row queries", wait_seconds=10, waiting_per_user=30)),
            blobs=blobs,
            exports=UserShares(4, 2, "exports"),
            downloads=UserShares(8, 4, "downloads"),
            send_seconds=30,
            public=PublicAddress(address(url)["host"], address(url)["port"]),
            clock=lambda: NOW,
        )
        transport = httpx.ASGITransport(web)
        async with httpx.AsyncClient(transport=transport, base_url="http://writer", timeout=30) as http:
            yield Writer(place, replace(context, **settings), handler, blobs, told, http, web, again, listed)
    for made in (meta, work, reading):
        await made.dispose()


def reader_name(load: Load) -> str:
    """The database user of a dataset's owner."""
    return names.reader_user(load.owner_id)
