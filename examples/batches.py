"""Cartload's batches as Arrow tables, and the datasets that were deleted."""

import json
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from examples.kafka_records import Record, Source, records

TABLES = (
    "categories",
    "sub_categories",
    "products",
    "products_skus",
    "distribution_centers",
    "inventory_items",
    "users",
    "addresses",
    "order_details",
    "order_item",
    "payment_details",
    "wishlist",
    "reviews",
    "sessions",
    "events",
)
TOPICS = (*(f"cartload.batches.{table}" for table in TABLES), "cartload.datasets")


@dataclass(frozen=True)
class Batch:
    """Rows of one table, with the ids of their dataset and of the batch as two columns more."""

    id: str
    """The same at every delivery of these rows: what duplicates are known by."""
    dataset_id: str
    table: str
    rows: pa.Table


@dataclass(frozen=True)
class Deletion:
    """A dataset that is gone."""

    dataset_id: str


async def batches(source: Source) -> AsyncGenerator[list[Batch | Deletion]]:
    """Yield what has come, in groups, until SIGINT or SIGTERM; see `records`."""
    async for found in records(source, TOPICS):
        yield [read for record in found if (read := _read(record))]


def _read(record: Record) -> Batch | Deletion | None:
    """Return what a record says, or None where that is something else or cannot be read."""
    headers = {name: value.decode(errors="replace") for name, value in record.headers}
    try:
        match headers["ce_type"]:
            case "cartload.batch.v1":
                return _batch(record, headers)
            case "cartload.delete.v1":
                return Deletion(str(UUID(json.loads(record.value)["dataset_id"])))
    except (KeyError, TypeError, ValueError) as error:  # Arrow's errors and JSON's are ValueErrors
        where = f"{record.topic}, partition {record.partition}, offset {record.offset}"
        print(f"left out: {where}: {error!r}", file=sys.stderr, flush=True)
    return None


def _batch(record: Record, headers: dict[str, str]) -> Batch:
    rows = pa.ipc.open_stream(record.value).read_all()
    for place, column in enumerate(rows.schema):
        # Datasets have keys of text or of integers; as text, both fit into one table.
        if column.name == "id" or column.name.endswith("_id"):
            rows = rows.set_column(place, column.name, pc.cast(rows[column.name], pa.string()))
    batch_id, dataset_id = headers["ce_id"], headers["ce_datasetid"]
    rows = rows.append_column("dataset_id", pa.repeat(dataset_id, rows.num_rows))
    rows = rows.append_column("batch_id", pa.repeat(batch_id, rows.num_rows))
    return Batch(batch_id, dataset_id, record.topic.rpartition(".")[2], rows)
