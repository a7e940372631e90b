"""Parquet files with other types than the schema's, copied with the schema's where no value changes.

What a pipeline wrote again often holds the same values in other types: pandas gives a decimal the digits that
its values happen to need, Spark counts microseconds, a nullable integer became a float.
"""

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cartload.readers.stored import StoredError
from cartload.schema import Ids, arrow_schema

_ROWS_AT_ONCE: Final = 64_000
_UUID_BYTES: Final = 16


def is_as_stored(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether DuckDB reads a column of the one type as it reads one of the other."""
    if pa.types.is_dictionary(found):
        return is_as_stored(found.value_type, wanted)
    if pa.types.is_string(wanted):
        return bool(
            pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found)
        )
    if pa.types.is_timestamp(wanted) and pa.types.is_timestamp(found):
        # Times with a zone are stored as moments, whatever the zone is called.
        return bool(found.unit == wanted.unit and found.tz is not None)
    return bool(found == wanted)


def cast_file(path: Path, table: str, ids: Ids, copy: Path) -> None:
    """Write the table's columns of a Parquet file with the schema's types. Raises StoredError and OSError."""
    # NULL in a mandatory column is copied as it is: the checker reports it.
    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(table, ids)])
    with pq.ParquetFile(path) as source, pq.ParquetWriter(copy, schema, compression="zstd") as target:
        for batch in source.iter_batches(_ROWS_AT_ONCE, columns=schema.names):
            columns = [_cast(batch.column(field.name), field, path) for field in schema]
            target.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _cast(values: Any, field: Any, path: Path) -> Any:
    """The values with the field's type. Raises StoredError where one of them would change."""
    try:
        found = _converted(values, field.type)
        same = _is_readable_text(values.type, field.type) or _converted(found, values.type).equals(values)
    except pa.ArrowException as error:
        first = str(error).strip().partition("\n")[0]
        raise StoredError(f"{_place(values, field, path)}: {first}") from error
    if not same:
        raise StoredError(f"{_place(values, field, path)}: a value would change")
    return found


def _place(values: Any, field: Any, path: Path) -> str:
    return f"{path} has {field.name} as {values.type}, which is not {field.type}"


def _is_readable_text(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether what is read from a text is the whole of it, although it would be written otherwise again."""
    is_text = pa.types.is_string(found) or pa.types.is_large_string(found)
    return bool(_is_uuid(found) or (is_text and pa.types.is_timestamp(wanted)))


def _converted(values: Any, wanted: pa.DataType) -> Any:
    if _is_uuid(values.type):
        return _uuid_texts(values)
    if pa.types.is_integer(values.type) and pa.types.is_decimal(wanted):
        # Arrow takes an integer only into a decimal with room for every integer of its type.
        values = values.cast(pa.decimal128(19 + wanted.scale, wanted.scale))
    if pa.types.is_decimal(values.type) and pa.types.is_floating(wanted):
        # Arrow multiplies by a power of ten, which makes 4.1000000000000005 of 4.1; a text is read exactly.
        values = values.cast(pa.string())
    return values.cast(wanted)


def _is_uuid(kind: pa.DataType) -> bool:
    return bool(kind == pa.uuid() or kind == pa.binary(_UUID_BYTES))


def _uuid_texts(values: Any) -> Any:
    """UUIDs of 16 bytes as text of 36 characters."""
    stored = values.storage if isinstance(values, pa.ExtensionArray) else values
    # NULL has to take as many bytes as a value, so that all the others stay in their places; it is made
    # NULL again at the end.
    digits = b"".join((one or bytes(_UUID_BYTES)) for one in stored.to_pylist()).hex().encode()
    width = 2 * _UUID_BYTES
    texts = pa.Array.from_buffers(pa.binary(width), len(stored), [None, pa.py_buffer(digits)])
    text = texts.cast(pa.binary()).cast(pa.string())
    groups = [
        pc.utf8_slice_codeunits(text, *ends) for ends in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
    ]
    joined = pc.binary_join_element_wise(*groups, "-")
    return pc.if_else(stored.is_valid(), joined, None)
