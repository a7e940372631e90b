"""Every change of every row of a chunk, in the order of time, with the row before and after it."""

from collections.abc import Collection
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cartload.columns import arrays
from cartload.engine.chunks import Chunk
from cartload.engine.generate import Engine
from cartload.engine.rows import Rows
from cartload.randomness.fixed_point import I64
from cartload.schema import TABLE_NAMES, Ids, arrow_schema
from cartload.spec.model import Spec

CREATED, UPDATED = "c", "u"
"""Operations, in the words of Debezium. Nothing is deleted: no table of a shop loses a row."""
_OPERATIONS: Final = arrays.pool((CREATED, UPDATED))


@cache
def changes_schema(table: str, ids: Ids) -> pa.Schema:
    """The columns of a table's changes.

    ``row`` is the row number. ``sequence`` counts the changes of each row from 1. ``before`` is NULL where a
    row is created, ``after`` never is.
    """
    rows = arrow_schema(table, ids)
    image = pa.struct(list(rows))
    return pa.schema(
        [
            pa.field("row", pa.int64(), nullable=False),
            pa.field("key", rows.field("id").type, nullable=False),
            pa.field("op", pa.string(), nullable=False),
            pa.field("time", pa.timestamp("ms", tz="UTC"), nullable=False),
            pa.field("sequence", pa.int32(), nullable=False),
            pa.field("before", image),
            pa.field("after", image, nullable=False),
        ]
    )


class RowChanges:
    """The changes of one resolved spec's rows, from before the window until its end, or until ``as_of``."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._engine = Engine(spec)

    def of(
        self, chunk: Chunk, tables: Collection[str] = TABLE_NAMES, *, dictionaries: bool = False
    ) -> dict[str, pa.RecordBatch]:
        """One batch per table of the chunk, by time and then row number.

        Folded until any moment they are the rows as of that moment. With ``dictionaries`` columns of images
        stay as they are made, which is faster to write. Raises ValueError as :meth:`Engine.generate` does.
        """
        return {
            table: self._changes(table, rows, plain=not dictionaries)
            for table, rows in self._engine.rows(chunk).items()
            if table in tables
        }

    def _changes(self, table: str, rows: Rows, *, plain: bool) -> pa.RecordBatch:
        row, time, sequence = _versions(rows, self._engine.shown_until)
        images, places = _images(rows, row, time, sequence)
        if plain:
            images = self._engine.plain(table, images)
        numbers = rows.numbers().take(row)
        # Versions are by row, then sequence: so the one before is the neighbour, if it is of the same row.
        order = np.lexsort((numbers, time))
        created = sequence[order] == 1
        before = images.take(_places(places[np.maximum(order - 1, 0)]))
        after = images.take(_places(places[order]))
        operations = arrays.take(_OPERATIONS, (~created).astype(np.int32))
        columns = [
            arrays.integers(numbers[order]),
            after["id"],
            operations,
            arrays.times(time[order]),
            arrays.integers(sequence[order], small=True),
            _struct(before, ~created),
            _struct(after),
        ]
        schema = changes_schema(table, self.spec.ids)
        if plain:
            return pa.RecordBatch.from_arrays([arrays.plain(values) for values in columns], schema=schema)
        return pa.RecordBatch.from_arrays(columns, names=schema.names)


def _versions(rows: Rows, last: int) -> tuple[I64, I64, I64]:
    """Place of the row, moment and number of each version until ``last``, by row, then moment."""
    moments = np.stack((rows.since(), *rows.later()), axis=1)
    moments.sort(axis=1)
    # What happens at one moment is one change.
    new = moments <= last
    new[:, 1:] &= moments[:, 1:] != moments[:, :-1]
    row, column = np.nonzero(new)
    return row, moments[row, column], np.cumsum(new, axis=1)[row, column]


def _images(rows: Rows, row: I64, time: I64, sequence: I64) -> tuple[pa.RecordBatch, I64]:
    """The rows of all versions, and the place of each version among them."""
    # All first versions are made at once, then all second ones, and so on: a row has few.
    places, batches, made = np.empty(len(row), np.int64), [], 0
    until = np.full(len(rows.since()), -1)
    for number in range(1, int(sequence.max(initial=1)) + 1):
        part = np.flatnonzero(sequence == number)
        until[row[part]] = time[part]
        batches.append(rows.batch(until).take(_places(row[part])))
        places[part] = made + np.arange(len(part))
        made += len(part)
    return pa.concat_batches(batches), places


def _places(places: npt.NDArray[Any]) -> Any:
    return arrays.integers(places)


def _struct(rows: pa.RecordBatch, there: arrays.Flags | None = None) -> Any:
    # Not to_struct_array, which knows no NULL.
    mask = None if there is None else arrays.flags(~there)
    return pa.StructArray.from_arrays(rows.columns, fields=list(rows.schema), mask=mask)
