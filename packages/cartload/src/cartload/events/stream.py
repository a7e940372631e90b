"""What a chunk's changes of rows are told as: batches of events, each of one type."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cartload.columns import arrays
from cartload.engine.chunks import Chunk
from cartload.events import topics
from cartload.events.event_ids import event_ids, stream_id
from cartload.events.row_changes import CREATED, RowChanges
from cartload.events.topics import EventType
from cartload.randomness.fixed_point import I64
from cartload.spec.counts import EVENTS_OF_A_SESSION
from cartload.spec.model import Spec

ITEMS: Final = "order_item"
"""The table whose rows are the lines of an order."""
SESSIONS: Final = "sessions"
"""The table whose rows know the visitors of events."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events of one type, by time and then row number.

    ``batch`` has the columns ``key``, ``sequence``, ``time``, ``id``, ``row`` and ``data``: the record's key,
    the number of the event among those of its key on the topic, from 1 without a gap, the event time, the
    event's id, the row number of the row that it tells of, and a struct. Of a business event that is the row
    after the change and what the type adds; of the others ``before``, ``after``, ``op`` and ``ts_ms``. Texts
    may be dictionary-encoded.
    """

    type: EventType
    batch: pa.RecordBatch


class EventStream:
    """The events of one resolved spec on some topics, until the end of its window or ``as_of``."""

    def __init__(self, spec: Spec, wanted: Sequence[str] = topics.TOPICS) -> None:
        self.spec = spec
        self.types = topics.types_of(wanted)
        self._id = stream_id(spec)
        self._changes = RowChanges(spec)
        items = {ITEMS} if any(kind.items for kind in self.types) else set()
        sessions = {SESSIONS} if any(kind.visitor for kind in self.types) else set()
        self._tables = {kind.table for kind in self.types} | items | sessions

    def of(self, chunk: Chunk) -> list[Events]:
        """The events of a chunk by type, in the order of :data:`topics.EVENT_TYPES`; types without any left
        out.

        Raises ValueError as :meth:`Engine.generate` does.
        """
        changes = self._changes.of(chunk, self._tables, dictionaries=True)
        return [events for events in self._told(changes) if events.batch.num_rows]

    def times(self, chunk: Chunk) -> Iterator[tuple[EventType, I64]]:
        """When the events of a chunk happen, type by type, in order: quicker than making them.

        Raises ValueError as :meth:`of` does.
        """
        tables = {kind.table for kind in self.types}
        changes = self._changes.of(chunk, tables, dictionaries=True)
        for kind in self.types:
            if kind.table in changes:
                rows = changes[kind.table]
                yield kind, rows["time"].filter(_tells(kind, rows)).view("int64").to_numpy()

    def _told(self, changes: dict[str, pa.RecordBatch]) -> Iterator[Events]:
        told = [kind for kind in self.types if kind.table in changes]
        visits = _with_visitors(changes) if any(kind.visitor for kind in told) else {}
        numbers = {
            topic: _numbered((visits if kinds[0].visitor else changes)[kinds[0].table], kinds)
            for topic, kinds in _counted(told).items()
        }
        for kind in told:
            rows = (visits if kind.visitor else changes)[kind.table]
            number = numbers.get(kind.topic, rows["sequence"])
            there = _tells(kind, rows)
            yield self._events(kind, rows.filter(there), number.filter(there), changes.get(ITEMS))

    def _events(
        self, kind: EventType, rows: pa.RecordBatch, number: Any, items: pa.RecordBatch | None
    ) -> Events:
        row, change = (rows[name].to_numpy() for name in ("row", "sequence"))
        columns = {
            "key": _column(rows["after"], kind.key),
            "sequence": number,
            "time": rows["time"],
            "id": event_ids(self._id, kind.topic, kind.table, row, change),
            "row": rows["row"],
            "data": _envelope(rows) if kind.form == "cdc" else _data(kind, rows, items),
        }
        return Events(kind, pa.RecordBatch.from_pydict(columns))


def _counted(types: Sequence[EventType]) -> dict[str, list[EventType]]:
    """The topics whose keys are of another table, with the types on them, all of which tell of one table.

    On all others an event tells of each change of the row that has the key: so the change's number is the
    event's.
    """
    counted: dict[str, list[EventType]] = {}
    for kind in types:
        if kind.key != "id":
            counted.setdefault(kind.topic, []).append(kind)
    return counted


def _with_visitors(changes: dict[str, pa.RecordBatch]) -> dict[str, pa.RecordBatch]:
    """The changes of events, with columns of their sessions behind those of each row."""
    events, sessions = changes["events"], changes[SESSIONS]
    sessions = sessions.filter(_is_one_of(sessions["op"], (CREATED,)))
    rows = sessions["row"].to_numpy()
    order = np.argsort(rows, kind="stable")
    session = order[np.searchsorted(rows[order], events["row"].to_numpy() // EVENTS_OF_A_SESSION)]
    visits, own = sessions["after"].take(arrays.integers(session)), events["after"]
    after = pa.StructArray.from_arrays(
        [*own.flatten(), *(_column(visits, name) for name in topics.VISITOR_COLUMNS)],
        names=[*(field.name for field in own.type), *topics.VISITOR_COLUMNS],
    )
    place = events.schema.get_field_index("after")
    return {"events": events.set_column(place, "after", after)}


def _numbered(rows: pa.RecordBatch, types: Sequence[EventType]) -> Any:
    """The number of each change among all of its key of which one of the types tells; 0 for the others."""
    told = np.flatnonzero(np.any([_mask(_tells(kind, rows)) for kind in types], axis=0))
    keys = _codes(_column(rows["after"], types[0].key))[told]
    # Changes are in the order of time, and so they stay within a key.
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(told) else told
    lengths = np.diff(np.append(first, len(told)))
    numbers = np.zeros(rows.num_rows, np.int64)
    numbers[told[order]] = 1 + np.arange(len(told)) - np.repeat(first, lengths)
    return arrays.integers(numbers, small=True)


def _tells(kind: EventType, rows: pa.RecordBatch) -> Any:
    there = _is_one_of(rows["op"], kind.operations)
    for column, values in kind.where:
        there = pc.and_(there, _is_one_of(_column(rows["after"], column), values))
    if kind.previous is not None:
        there = pc.and_(there, _is_another(rows, kind.previous))
    return there


def _is_another(rows: pa.RecordBatch, column: str) -> Any:
    """Whether the value of a column is not the one before; a new row has none before."""
    former, latter = (arrays.plain(pc.struct_field(rows[image], column)) for image in ("before", "after"))
    return pc.fill_null(pc.not_equal(former, latter), True)


def _is_one_of(values: Any, wanted: tuple[str, ...]) -> Any:
    return pc.is_in(arrays.plain(values), value_set=arrays.pool(wanted))


def _data(kind: EventType, rows: pa.RecordBatch, items: pa.RecordBatch | None) -> Any:
    after = rows["after"]
    columns = {field.name: after.field(place) for place, field in enumerate(after.type)}
    if kind.previous is not None:
        before = rows["before"]
        columns[f"previous_{kind.previous}"] = pc.struct_field(before, kind.previous)
    if kind.items:
        assert items is not None  # noqa: S101 - EventStream asks for both tables
        columns["items"] = _items_of(rows["row"].to_numpy(), items)
    return pa.StructArray.from_arrays(list(columns.values()), names=list(columns))


def _items_of(orders: I64, changes: pa.RecordBatch) -> Any:
    """The items of each order as they were when it was placed, as a list by line number."""
    items = changes.filter(_is_one_of(changes["op"], (CREATED,)))
    # Rows of items are in the order of their orders' rows, and every order has one at least.
    items = items.take(arrays.integers(np.argsort(items["row"].to_numpy(), kind="stable")))
    order = _codes(_column(items["after"], "order_id"))
    starts = np.flatnonzero(np.append(True, order[1:] != order[:-1])) if len(order) else order
    offsets = arrays.integers(np.append(starts, len(order)), small=True)
    lists = pa.ListArray.from_arrays(offsets, items["after"])
    return lists.take(arrays.integers(np.argsort(np.argsort(orders))))


def _envelope(rows: pa.RecordBatch) -> Any:
    columns = [rows[name] for name in ("before", "after", "op", "time")]
    return pa.StructArray.from_arrays(columns, names=["before", "after", "op", "ts_ms"])


def _column(image: Any, name: str) -> Any:
    return image.field(image.type.get_field_index(name))


def _codes(values: Any) -> Any:
    """A number for each value, the same for the same value."""
    if pa.types.is_string(values.type):
        values = pc.dictionary_encode(values)
    return (values.indices if pa.types.is_dictionary(values.type) else values).to_numpy()


def _mask(values: Any) -> Any:
    return values.to_numpy(zero_copy_only=False)
