"""From a part's bytes back to rows as JSON Lines."""

from io import BytesIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from cartload import schema
from cartload.encoders import files
from cartload_writer.states import Ids


def json_lines(data: bytes, extension: str, table: str, ids: Ids) -> bytes:
    """The rows of a part, an object a line. Blocks: run it in a thread."""
    if extension == "jsonl":
        return data
    wanted = schema.arrow_schema(table, ids)
    read = pq.read_table(BytesIO(data), schema=wanted) if extension == "parquet" else _csv(data, wanted)
    return b"".join(bytes(files.json_lines(batch)) for batch in read.to_batches())


def _csv(data: bytes, wanted: pa.Schema) -> pa.Table:
    options = pyarrow.csv.ConvertOptions(
        column_types=wanted, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    return pyarrow.csv.read_csv(BytesIO(data), convert_options=options)
