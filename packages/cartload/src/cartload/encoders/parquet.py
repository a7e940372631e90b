"""How Parquet files are encoded: zstd 1, and what is smallest and fastest for each column, measured.

Numbers are delta-packed, which halves both time and size of ids; so are times, but not those of lines, which
repeat within an order. Text that repeats has a dictionary, and so have text ids of the catalogue. Statistics
are kept where they help to skip row groups: keys, numbers and times.
"""

from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from cartload.columns import arrays

_UNIQUE: Final = {"id", "user_name", "email", "order_number", "slug", "sku", "image_url"}
_SMALL: Final = 64
"""Strings of a dictionary that is written as it is."""
_OF_CATALOGUE: Final = {"category_id", "sub_category_id", "product_id", "product_sku_id"}


def writer(sink: Any, columns: pa.Schema) -> pq.ParquetWriter:
    """A writer of batches with these columns, plain or by dictionary, all alike.

    The file does not say which: Arrow's own schema is not stored, Parquet's tells every type.
    """
    dictionaries = [field.name for field in columns if _repeats(field)]
    return pq.ParquetWriter(
        sink,
        columns,
        compression="zstd",
        compression_level=1,
        use_dictionary=dictionaries,
        column_encoding={field.name: "DELTA_BINARY_PACKED" for field in columns if _packs(field, columns)},
        write_statistics=[field.name for field in columns if field.name not in dictionaries],
        store_schema=False,
    )


def writable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with small dictionaries kept, NULL never in them, which the writer does not take.

    A large one would be written whole with every row group: the writer finds faster which strings occur.
    """
    columns = [_writable(values) for values in batch.columns]
    fields = zip(batch.schema, columns, strict=True)
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([f.with_type(c.type) for f, c in fields]))


def _writable(values: Any) -> Any:
    large = pa.types.is_dictionary(values.type) and len(values.dictionary) > _SMALL
    return arrays.plain(values) if large else arrays.nulls_in_rows(values)


def _repeats(field: pa.Field) -> bool:
    if pa.types.is_dictionary(field.type):
        return True
    return pa.types.is_string(field.type) and field.name not in _UNIQUE and not _is_key(field.name)


def _is_key(name: str) -> bool:
    """Whether a column refers to rows of which there are too many for a dictionary."""
    return name.endswith("_id") and name not in _OF_CATALOGUE


def _packs(field: pa.Field, columns: pa.Schema) -> bool:
    if pa.types.is_timestamp(field.type):
        return "line_number" not in columns.names
    return bool(pa.types.is_integer(field.type) or pa.types.is_date(field.type))
