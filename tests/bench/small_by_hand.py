"""The customers of a small job, made and stored by one process without any service.

The shortest way to the same final state: empty tables that stand ready, one transaction for all rows, a part
of each table in Blob, both servers as durable as the system has them.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pyarrow as pa
from azure.storage.blob import ContainerClient

from cartload.encoders import files
from cartload.encoders.mysql import Bulk, connect, load
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES, Ids
from cartload.schema.ddl import create_table
from cartload.spec import Spec, parse, resolve
from cartload_writer.adapters.blob import API_VERSION
from cartload_writer.domain.names import mint_database, quoted_database

CONTAINER = "byhand"
UPLOADS = 4
"""Parts on their way at a time, as many as the writer has."""


@dataclass(frozen=True)
class SmallByHand:
    """A server's connection and a container, both open before the clock starts."""

    connection: Bulk
    container: ContainerClient
    uploads: ThreadPoolExecutor

    @classmethod
    @contextmanager
    def ready(cls, server: str, blob_connection_string: str) -> Iterator["SmallByHand"]:
        """Connect to both servers."""
        container = ContainerClient.from_connection_string(
            blob_connection_string, CONTAINER, api_version=API_VERSION
        )
        with (
            closing(connect(server, None, idle_seconds=600)) as connection,
            container,
            ThreadPoolExecutor(UPLOADS) as uploads,
        ):
            if not container.exists():
                container.create_container()
            yield cls(connection, container, uploads)

    def seconds(self, customers: int, seed: int) -> float:
        """Seconds from the spec to committed rows and stored parts, in tables that are made before."""
        spec = resolve(parse({"customers": customers, "seed": seed}))
        with self._database(spec.ids) as database:
            began = time.perf_counter()
            tables = _made(spec, customers)
            sent = [self.uploads.submit(self._upload, database, name, rows) for name, rows in tables.items()]
            for name, rows in tables.items():
                load(self.connection, name, rows, database=database)
            self.connection.commit()
            for upload in sent:
                upload.result()
            return time.perf_counter() - began

    def _upload(self, database: str, name: str, rows: pa.RecordBatch) -> None:
        data = bytes(files.encode(rows, "parquet"))
        self.container.upload_blob(f"{database}/{name}/part-0.parquet", data, overwrite=False)

    @contextmanager
    def _database(self, ids: Ids) -> Iterator[str]:
        name = mint_database()
        quoted = quoted_database(name)
        with self.connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {quoted} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
            cursor.execute(f"USE {quoted}")
            for table in TABLE_NAMES:
                cursor.execute(create_table(table, ids, final=True))
        yield name
        with self.connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted}")


def _made(spec: Spec, customers: int) -> dict[str, pa.RecordBatch]:
    """The rows of each table: of so few customers, one batch each."""
    engine = Engine(spec)
    chunks = plan(spec, Segment(0, customers), catalogue=True)
    return {name: rows for chunk in chunks for name, rows in engine.generate(chunk).items()}
