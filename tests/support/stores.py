"""Reading what is stored with code of its own: nothing is shared with the writer but the schema."""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pymysql.cursors
from azure.storage.blob import ContainerClient

from cartload.schema import TABLES, Ids, arrow_schema
from cartload.schema.rowhash import RowHash, hash_batch

PAGE = 20_000


def mysql_hashes(server: str, database: str, ids: Ids) -> dict[str, RowHash]:
    """Count and hash of every table of a database, read row by row through a plain client."""
    root, _, host = server.removeprefix("mysql://").rpartition("@")
    user, _, password = root.partition(":")
    name, _, port = host.strip("/").partition(":")
    with pymysql.connect(
        host=name, port=int(port), user=user, password=password, database=database, charset="utf8mb4"
    ) as connection:
        return {table.name: _sum(_mysql_batches(connection, table.name, ids), table.name) for table in TABLES}


def parquet_hashes(connection_string: str, container: str, dataset_id: str) -> dict[str, RowHash]:
    """Count and hash of every table of a dataset, read from its Parquet files."""
    with ContainerClient.from_connection_string(connection_string, container) as client:
        return {
            table.name: _sum(_parquet_batches(client, f"datasets/{dataset_id}/{table.name}/"), table.name)
            for table in TABLES
        }


def blob_names(connection_string: str, container: str, dataset_id: str) -> list[str]:
    """The names of a dataset's blobs."""
    with ContainerClient.from_connection_string(connection_string, container) as client:
        return [blob.name for blob in client.list_blobs(name_starts_with=f"datasets/{dataset_id}/")]


def _sum(batches: Iterator[pa.RecordBatch], table: str) -> RowHash:
    total = RowHash(0, 0)
    for batch in batches:
        total = total + hash_batch(batch, table)
    return total


def _mysql_batches(connection: Any, table: str, ids: Ids) -> Iterator[pa.RecordBatch]:
    schema = arrow_schema(table, ids)
    columns = ", ".join(f"`{name}`" for name in schema.names)
    with connection.cursor(pymysql.cursors.SSCursor) as cursor:
        cursor.execute(f"SELECT {columns} FROM `{table}`")
        while rows := cursor.fetchmany(PAGE):
            arrays = [
                _array(values, field) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: tuple[Any, ...], field: pa.Field) -> pa.Array:
    if pa.types.is_boolean(field.type):
        return pa.array([None if value is None else bool(value) for value in values], field.type)
    if pa.types.is_decimal(field.type):
        return pa.array([None if value is None else Decimal(value) for value in values], field.type)
    if pa.types.is_timestamp(field.type):
        return pa.array(values, pa.timestamp("us")).cast(pa.timestamp("ms")).cast(field.type)
    return pa.array(values, field.type)


def _parquet_batches(client: ContainerClient, prefix: str) -> Iterator[pa.RecordBatch]:
    for blob in client.list_blobs(name_starts_with=prefix):
        content = client.download_blob(blob.name).readall()
        yield from pq.ParquetFile(io.BytesIO(content)).iter_batches(PAGE)
