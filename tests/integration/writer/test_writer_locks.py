"""Locks that readers take, and storage that is slow: they cost one dataset, and that one not for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pymysql
import pytest

from cartload_contracts.messages import Stored
from cartload_kit.kafka.record import Record
from cartload_writer.adapters.blob import BlobStore
from cartload_writer.adapters.blob_account import BlobAccount
from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.repository import batches, database_users
from support.writer_service import Load, Place, Writer, address

FOR_UPDATE = "SELECT id FROM users FOR UPDATE"
FOR_SHARE = "SELECT id FROM users FOR SHARE"


def batch_of(load: Load, table: str = "users") -> Record:
    return next(record for record in load.records() if record.topic.endswith(f".{table}"))


async def reader(writer: Writer, load: Load) -> Any:
    """A session of the owner's read-only user."""
    made = (await writer.call("POST", load, "/connection")).json()
    account = {name: made[name] for name in ("host", "port", "user", "password", "database")}
    return pymysql.connect(**account)


@pytest.fixture
async def append(writer: Writer) -> Load:
    """A dataset whose second segment is prepared; that of the first is stored."""
    load = Load.of(customers=40)
    await writer.make(load)
    load.segments = (*load.segments, replace(load.segments[0], first_block=1, customers=30))
    await writer.run(load.prepare(kind="append"))
    writer.told.results.clear()
    return load


async def test_a_readers_lock_does_not_stop_a_load(writer: Writer, append: Load) -> None:
    """Its transaction is ended, and the batch stored, in less time than a reader may sleep."""
    session = await reader(writer, append)
    session.begin()
    with session.cursor() as cursor:
        mariadb = "MariaDB" in session.server_version
        cursor.execute(FOR_UPDATE if mariadb else FOR_SHARE)
    other = Load.of(customers=30, seed=9)
    await writer.run(other.prepare())
    async with asyncio.timeout(15):
        await asyncio.gather(writer.handler(batch_of(append)), writer.handler(batch_of(other)))
    assert {told.dataset_id for told in writer.told.of(Stored)} == {append.dataset_id, other.dataset_id}
    with pytest.raises(pymysql.MySQLError):
        session.ping(reconnect=False)


async def test_a_lock_that_stays_costs_its_dataset_only(writer: Writer, append: Load, place: Place) -> None:
    """An operator's session is not ended: the batch goes aside, and whatever comes after it is stored."""
    database, record = writer.database(append), batch_of(append)
    other = Load.of(customers=30, seed=9)
    await writer.run(other.prepare())
    holder = pymysql.connect(**address(place.admin), database=database)
    holder.begin()
    holder.cursor().execute("SELECT id FROM users FOR UPDATE")
    await writer.handler(record)
    assert writer.told.of(Stored) == []
    async with asyncio.timeout(1):
        await writer.handler(batch_of(append, "wishlist"))
        await writer.handler(batch_of(other))
    assert [told.dataset_id for told in writer.told.of(Stored)] == [other.dataset_id]
    holder.rollback()
    holder.close()
    async with asyncio.timeout(10):
        while len(writer.again) < 2:  # noqa: ASYNC110 a list has no events
            await asyncio.sleep(0.02)
        for again in writer.again:
            await writer.handler(again)
    assert sorted(told.table for told in writer.told.of(Stored)) == ["users", "users", "wishlist"]


async def test_idle_transactions_of_readers_are_ended(writer: Writer, append: Load) -> None:
    """They keep tables from being changed: a seal, a deletion and an append would wait for them."""
    session, busy = await reader(writer, append), await reader(writer, append)
    session.begin()
    session.cursor().execute("SELECT id FROM users LIMIT 1")
    async with writer.context.meta.connect() as connection:
        assert await database_users.end_overdue(connection) == 0
        async with asyncio.timeout(10):
            while not await database_users.end_overdue(connection, idle_seconds=4):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    with pytest.raises(pymysql.MySQLError):
        session.ping(reconnect=False)
    busy.ping(reconnect=False)
    busy.close()


@asynccontextmanager
async def throttled(url: str, bytes_per_second: int) -> AsyncIterator[str]:
    """The address of a line to a server on which requests go no faster than this."""
    parts = urlsplit(url)

    async def forward(source: asyncio.StreamReader, target: asyncio.StreamWriter, piece: int) -> None:
        while data := await source.read(piece):
            target.write(data)
            await target.drain()
            if piece < 2**16:
                await asyncio.sleep(len(data) / bytes_per_second)
        target.close()

    async def serve(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        upstream, upstream_writer = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(
            forward(source, upstream_writer, bytes_per_second // 20),
            forward(upstream, target, 2**16),
            return_exceptions=True,
        )

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**14)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_slow_upload_keeps_no_transaction_open(
    writer: Writer, place: Place, blob_connection_string: str, container: str
) -> None:
    """The upload takes longer than the server leaves a silent session its locks: here four seconds."""
    load = Load.of(customers=6000)
    await writer.run(load.prepare(rows=60_000))
    record = batch_of(load, "order_item")
    fields = dict(part.split("=", 1) for part in blob_connection_string.strip(";").split(";"))
    endpoint = urlsplit(fields["BlobEndpoint"])
    async with throttled(fields["BlobEndpoint"], 100_000) as line:
        slow = blob_connection_string.replace(f"{endpoint.scheme}://{endpoint.netloc}", line)
        async with (
            BlobStore.connect(BlobAccount(slow), container) as blobs,
            BulkPool.open(lambda: batches.connect(place.url, place.name, idle_seconds=4), 1) as pool,
        ):
            storage = replace(writer.handler.storage, pool=pool, blobs=blobs)
            handler = replace(writer.handler, storage=storage)
            began = asyncio.get_running_loop().time()
            await handler(record)
            took = asyncio.get_running_loop().time() - began
    (told,) = writer.told.of(Stored)
    assert told.bytes > 450_000
    assert took > 4
