"""From a batch's payload to its rows, believed only when they are what the headers say."""

import pyarrow as pa

from cartload import schema
from cartload.schema import rowhash
from cartload_contracts.batches import Batch
from cartload_kit.kafka.errors import BadMessage
from cartload_writer.domain.states import Ids

MOST_BYTES = 64 * 2**20
"""Decoded bytes above which a batch is refused; whole ones are a tenth of it."""


def rows_of(batch: Batch, ids: Ids) -> pa.RecordBatch:
    """The rows.

    Raises:
        BadMessage: they cannot be read, or differ from the header in schema, number or hash.
    """
    header = batch.header
    rows = _read(batch.payload)
    wanted = schema.arrow_schema(header.table, ids)
    if not rows.schema.equals(wanted):
        raise BadMessage(
            f"schema of {header.table} expected, got columns {', '.join(rows.schema.names)}"[:500]
        )
    if rows.num_rows != header.rows:
        raise BadMessage(f"{header.rows} rows announced, {rows.num_rows} there")
    # Of the rows, not of the bytes: whatever changed them on the way, another engine among it, shows here.
    found = rowhash.hash_batch(rows, header.table).hex
    if found != header.row_hash:
        raise BadMessage(f"row hash {header.row_hash} announced, {found} found")
    return rows


def _read(payload: bytes) -> pa.RecordBatch:
    try:
        with pa.ipc.open_stream(payload) as reader:
            batches = list(_bounded(reader))
        table = pa.Table.from_batches(batches, reader.schema).combine_chunks()
        rows = table.to_batches()[0] if table.num_rows else _empty(reader.schema)
        # Arrow trusts what it reads: offsets that point outside the buffers would be read from later.
        rows.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise BadMessage("not a readable Arrow stream") from error
    return rows


def _bounded(reader: pa.ipc.RecordBatchStreamReader) -> "list[pa.RecordBatch]":
    batches: list[pa.RecordBatch] = []
    size = 0
    # While reading, so that a stream which unpacks to far more than it weighs is not held as a whole.
    for batch in reader:
        size += batch.nbytes
        if size > MOST_BYTES:
            raise BadMessage(f"more than {MOST_BYTES} bytes of rows")
        batches.append(batch)
    return batches


def _empty(wanted: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in wanted], schema=wanted)
