"""A dataset, or one table of it, as one stream of bytes."""

from collections.abc import Collection, Iterator

import pyarrow as pa

from cartload.engine.generate import Engine
from cartload.spec.model import Spec
from cartload.storage.manifest import Format
from cartload.writers import dump, runs
from cartload.writers.file_writers import FileWriter, InsertWriter, Sink, open_writer
from cartload.writers.job import OnRows


def write_table(
    spec: Spec, table: str, file_format: Format, sink: Sink, on_rows: OnRows, *, bom: bool = False
) -> None:
    """One table of a resolved spec as one file. Raises OSError."""
    file = open_writer(file_format, table, spec.ids, sink, bom=bom)
    for batches in _made(spec, {table}):
        file.add(batches[table])
        on_rows(batches[table].num_rows)
    file.close()


def write_dump(spec: Spec, tables: Collection[str], sink: Sink, on_rows: OnRows) -> None:
    """A SQL dump of these tables, rows in the order in which they are made. Raises OSError."""
    sink.write(dump.tables(tables, spec.ids).encode())
    open_tables: dict[str, FileWriter] = {}
    for batches in _made(spec, tables):
        # A table that gets no more rows is closed at once, so that its rows are committed before the next
        # table begins.
        for table in [name for name in open_tables if name not in batches]:
            open_tables.pop(table).close()
        for table, batch in batches.items():
            open_tables.setdefault(table, InsertWriter(table, sink, own_file=False)).add(batch)
            on_rows(batch.num_rows)
    for file in open_tables.values():
        file.close()
    sink.write(dump.keys(tables, spec).encode())


def _made(spec: Spec, tables: Collection[str]) -> Iterator[dict[str, pa.RecordBatch]]:
    engine = Engine(spec)
    made = (engine.generate(chunk, tables=tables, dictionaries=True) for chunk in runs.whole(spec))
    return (batches for batches in made if batches)
