"""What changes between two moments of one shop: rows that came, and rows as they were and as they are.

The words are those of Delta Lake's change data feed: ``insert``, ``update_preimage``, ``update_postimage``.
Nothing is ever deleted: who leaves a wish list, or sends an order back, leaves a row that says so.
"""

from collections.abc import Collection
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from cartload.columns import arrays
from cartload.engine.chunks import Chunk
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES, Ids, arrow_schema
from cartload.spec.model import Moment, Spec

CHANGE_TYPE: Final = "_change_type"
"""The column after the table's own that says what each row is."""
INSERT: Final = "insert"
BEFORE: Final = "update_preimage"
AFTER: Final = "update_postimage"


@cache
def changes_schema(table: str, ids: Ids) -> pa.Schema:
    """The table's columns, and what each row is."""
    return arrow_schema(table, ids).append(pa.field(CHANGE_TYPE, pa.string(), nullable=False))


class Changes:
    """The changes of one resolved spec's rows after ``since`` and until ``until``, both in its window."""

    def __init__(self, spec: Spec, since: Moment, until: Moment) -> None:
        self._earlier = Engine(spec.model_copy(update={"as_of": since}))
        self._later = Engine(spec.model_copy(update={"as_of": until}))

    def of(self, chunk: Chunk, tables: Collection[str] = TABLE_NAMES) -> dict[str, pa.RecordBatch]:
        """One batch per table of the chunk: first the rows that came, then each changed row before and after.

        State at ``since``, without the rows before and with those after and those that came, is the state at
        ``until``.
        """
        earlier, later = (engine.generate(chunk, tables=tables) for engine in (self._earlier, self._later))
        return {table: self._changed(table, earlier[table], later[table]) for table in later}

    def _changed(self, table: str, earlier: pa.RecordBatch, later: pa.RecordBatch) -> pa.RecordBatch:
        # Both are in the order of row numbers, and no row goes away: so those of `later` that were there
        # already are the rows of `earlier`, one by one.
        known = pc.is_in(later["id"], earlier["id"])
        now = later.filter(known)
        differs = _differs(earlier, now)
        parts = {
            INSERT: later.filter(pc.invert(known)),
            BEFORE: earlier.filter(differs),
            AFTER: now.filter(differs),
        }
        columns = changes_schema(table, self._later.spec.ids)
        return pa.concat_batches(
            [
                pa.RecordBatch.from_arrays(
                    [*rows.columns, arrays.plain(arrays.constant(kind, rows.num_rows))], schema=columns
                )
                for kind, rows in parts.items()
            ]
        )


def _differs(before: pa.RecordBatch, after: pa.RecordBatch) -> Any:
    """Whether any column of each row is another, or is there in only one of both."""
    result = pa.repeat(pa.scalar(False), before.num_rows)
    for old, new in zip(before.columns, after.columns, strict=True):
        other = pc.fill_null(pc.not_equal(old, new), False)
        result = pc.or_(result, pc.or_(other, pc.xor(old.is_null(), new.is_null())))
    return result
