"""Whole small datasets, put where a user may have them: folders of each format, databases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pyarrow as pa

from cartload import VINTAGE
from cartload.encoders import mysql
from cartload.encoders.files import Format, encode
from cartload.engine.chunks import Segment
from cartload.schema import ddl
from cartload.schema.rowhash import hash_batch
from cartload.spec import Spec
from cartload.storage import manifest


def write_folder(
    folder: Path, spec: Spec, tables: Mapping[str, pa.Table], file_format: Format, *, told: bool = True
) -> Path:
    """A folder as ``cartload generate`` leaves it, one part a table; ``told``: with its manifest."""
    parts = []
    for name, table in tables.items():
        path = folder / name / f"part-0.{file_format}"
        path.parent.mkdir(parents=True)
        content = bytes(encode(one_batch(table), file_format))
        path.write_bytes(content)
        parts.append(
            manifest.Part(
                table=name,
                path=path.relative_to(folder).as_posix(),
                first=0,
                rows=table.num_rows,
                bytes=len(content),
                sha256=sha256(content).hexdigest(),
            )
        )
    if told:
        manifest.write(folder, _manifest(spec, tables, file_format, parts))
    return folder


def _manifest(
    spec: Spec, tables: Mapping[str, pa.Table], file_format: Format, parts: list[manifest.Part]
) -> manifest.Manifest:
    hashes = {name: hash_batch(one_batch(table), name) for name, table in tables.items()}
    return manifest.Manifest(
        engine="0",
        vintage=VINTAGE,
        spec=spec,
        format=file_format,
        segments=(Segment(0, spec.customers),),
        tables={
            name: manifest.TableTotals(rows=found.rows, hash=found.hex) for name, found in hashes.items()
        },
        parts=tuple(parts),
    )


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """A table as one batch, also when it has no row."""
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)


@contextmanager
def in_database(server: str, spec: Spec, tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """The URL of a database with the tables, dropped afterwards; nothing is checked by the server."""
    name = f"stored_{uuid4().hex[:12]}"
    with mysql.connect(server) as root, root.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {name}")
        try:
            for table, rows in tables.items():
                cursor.execute(ddl.create_table(table, spec.ids, final=False))
                mysql.load(root, table, one_batch(rows))
            root.commit()
            yield f"{server.rstrip('/')}/{name}"
        finally:
            cursor.execute(f"DROP DATABASE {name}")
