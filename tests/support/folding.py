"""Changes of rows, folded as a consumer would: of each key the last one counts."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from cartload.engine.chunks import Chunk
from cartload.engine.generate import Engine
from cartload.events.row_changes import RowChanges
from cartload.schema import TABLE_NAMES, arrow_schema
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import Spec


def milliseconds(values: Any) -> Any:
    return values.view("int64").to_numpy()


def folded(batch: pa.RecordBatch, table: str, spec: Spec, until: int) -> pa.RecordBatch:
    """The rows that a batch of changes until a moment adds up to."""
    then = np.flatnonzero(milliseconds(batch["time"]) <= until)
    rows, numbers = (batch[name].to_numpy()[then] for name in ("row", "sequence"))
    order = np.lexsort((numbers, rows))
    last = np.append(rows[order][1:] != rows[order][:-1], True) if len(order) else order.astype(bool)
    images = batch["after"].take(pa.array(then[order][last]))
    return pa.RecordBatch.from_arrays(images.flatten(), schema=arrow_schema(table, spec.ids))


def fold_hashes(spec: Spec, chunks: Iterable[Chunk], until: int) -> dict[str, RowHash]:
    changes, totals = RowChanges(spec), dict.fromkeys(TABLE_NAMES, RowHash())
    for chunk in chunks:
        for table, batch in changes.of(chunk).items():
            totals[table] += hash_batch(folded(batch, table, spec, until), table)
    return totals


def table_hashes(spec: Spec, chunks: Iterable[Chunk]) -> dict[str, RowHash]:
    engine, totals = Engine(spec), dict.fromkeys(TABLE_NAMES, RowHash())
    for chunk in chunks:
        for table, batch in engine.generate(chunk).items():
            totals[table] += hash_batch(batch, table)
    return totals
