"""Events as JSON Lines: one object a line with the event's attributes, and its data as on the topic.

Business events have times in RFC 3339 and decimals as numbers, like rows in JSON Lines. In Debezium's
envelope times are milliseconds and dates are days since 1970, and decimals are texts.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cartload.columns import arrays
from cartload.encoders import text
from cartload.encoders.files import escaped
from cartload.events.stream import Events
from cartload.events.topics import CDC, EventType, Form
from cartload.kernels.text_lines import Field

_LINE_END: Final = ord("\n")


def event_lines(events: Events) -> Any:
    """A line for each event, ended by a line feed, as an Arrow array of large_binary."""
    return _cut(text.written(_fields(events), b"}}\n", events.batch.num_rows))


def _fields(events: Events) -> Iterator[Field]:
    kind, batch = events.type, events.batch
    yield from _key(kind, batch["key"])
    yield Field(b',"sequence":', batch["sequence"])
    yield Field(b',"time":', batch["time"], quote='"')
    yield Field(b',"id":', batch["id"], quote='"')
    yield Field(f',"topic":"{kind.topic}","data":'.encode())
    yield from _members(b"{", batch["data"], kind.form)
    if kind.form == "cdc":
        source = f'"connector":"cartload","name":"{CDC}","snapshot":"false","table":"{kind.table}"'
        yield Field(f',"source":{{{source},"ts_ms":'.encode(), _milliseconds(batch["time"]))
        yield Field(b"}")


def _key(kind: EventType, values: Any) -> Iterator[Field]:
    """The key as a text, whatever it is made of: as Kafka's records have it."""
    start = f'{{"type":"{kind.name}","key":"'.encode()
    if kind.form == "business":
        yield Field(start, values)
        yield Field(b'"')
    else:
        # The primary key as a JSON object, which is a text here.
        quote = "" if pa.types.is_integer(values.type) else '\\"'
        yield Field(start + f'{{\\"id\\":{quote}'.encode(), values)
        yield Field(f'{quote}}}"'.encode())


def _members(start: bytes, struct: Any, form: Form) -> Iterator[Field]:
    """The members of an object, the first after ``start``, without its end."""
    for place, member in enumerate(struct.type):
        values = struct.field(place)
        lead = start if place == 0 else b","
        yield from _member(lead + f'"{member.name}":'.encode(), values, form)


def _member(start: bytes, values: Any, form: Form) -> Iterator[Field]:
    if pa.types.is_struct(values.type):
        yield from _object(start, values, form)
    elif pa.types.is_list(values.type):
        yield Field(start, _lists(values, form))
    else:
        yield _value(start, values, form)


def _object(start: bytes, values: Any, form: Form) -> Iterator[Field]:
    # Events of one type have an object in all of their rows, or in none.
    if values.null_count:
        yield Field(start + b"null")
        return
    yield from _members(start + b"{", values, form)
    yield Field(b"}")


def _value(start: bytes, values: Any, form: Form) -> Field:
    quoted = text.is_quoted(values)
    if form == "cdc":
        quoted = pa.types.is_string(values.type) or pa.types.is_dictionary(values.type)
        quoted |= pa.types.is_decimal(values.type)
        values = _debezium(values)
    return Field(start, text.column(values, "JSON", escaped), null=b"null", quote='"' if quoted else "")


def _debezium(values: Any) -> Any:
    if pa.types.is_timestamp(values.type):
        return _milliseconds(values)
    return values.view(pa.int32()) if pa.types.is_date(values.type) else values


def _milliseconds(times: Any) -> Any:
    return times.view(pa.int64())


def _lists(values: Any, form: Form) -> Any:
    """Lists of objects, none of them empty, as JSON texts."""
    objects = values.flatten()
    written = text.written([*_members(b"{", objects, form)], b"}\n", len(objects))
    # Line feeds, of which JSON has none inside of a value, tell where objects end. They become the commas
    # between them, and the brackets behind the last of each list.
    data = np.frombuffer(written, np.uint8).copy()
    ends = np.flatnonzero(data == _LINE_END)
    last = ends[np.cumsum(values.value_lengths().to_numpy()) - 1]
    data[ends] = ord(",")
    data[last] = ord("]")
    bodies = _strings(data, np.append(0, last + 1).astype(np.int32))
    return arrays.joined("[", bodies, rows=len(bodies))


def _strings(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> Any:
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def _cut(lines: memoryview) -> Any:
    ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == _LINE_END)
    offsets = np.append(0, ends + 1)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(lines)]
    return pa.Array.from_buffers(pa.large_binary(), len(ends), buffers)
