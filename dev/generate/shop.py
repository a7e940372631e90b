"""The shop that the docs show: one small dataset with a clickstream, in DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.readers import Stored
from cartload.schema import TABLE_NAMES
from cartload.spec import parse, resolve

CUSTOMERS = 20_000
COMMAND = f"cartload generate --customers {CUSTOMERS} --set clickstream.sessions_per_customer=3 --out shop"


@contextmanager
def shop(customers: int = CUSTOMERS) -> Iterator[Stored]:
    """Make the dataset."""
    spec = resolve(parse({"customers": customers, "clickstream": {"sessions_per_customer": 3}}))
    engine, parts = Engine(spec), dict[str, list[pa.RecordBatch]]()
    for chunk in plan(spec, Segment(0, customers), catalogue=True):
        for name, batch in engine.generate(chunk).items():
            parts.setdefault(name, []).append(batch)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, batches in parts.items():
            connection.register(name, pa.Table.from_batches(batches))
        yield Stored("memory", spec, spec.ids, None, TABLE_NAMES, connection)
