"""The changes between two moments of a shop, as one file of each table, and one that says what they hold."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from cartload._identity import VINTAGE, version
from cartload.encoders.files import Format
from cartload.engine.changes import AFTER, CHANGE_TYPE, INSERT, Changes, changes_schema
from cartload.spec.model import Moment, Spec
from cartload.storage import atomic_file
from cartload.writers import runs
from cartload.writers.file_writers import FileWriter, Sink, open_rows
from cartload.writers.job import OnRows, OutputError
from cartload.writers.partfile import PartFile

NAME: Final = "delta.json"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableChanges(_Model):
    """The changes of one table, and their file."""

    path: str = Field(description="Relative to the folder.")
    inserts: int
    updates: int = Field(description="Rows that changed; each is there twice, before and after.")
    bytes: int
    sha256: str = Field(description="Of the file, in hex.")


class Delta(_Model):
    """``delta.json``: what a folder of changes holds. It is written last: a folder that has one is whole."""

    engine: str = Field(description="Version of cartload.")
    vintage: int
    spec: Spec = Field(description="Resolved.")
    since: Moment
    until: Moment
    format: Format
    tables: dict[str, TableChanges]


@dataclass(frozen=True, slots=True)
class ChangesJob:
    """What is to be written; the spec is resolved, and both moments lie in its window, in order."""

    spec: Spec
    since: datetime
    until: datetime
    format: Format
    tables: tuple[str, ...]


class _Table:
    """One table's file in the making."""

    def __init__(self, job: ChangesJob, table: str, folder: Path) -> None:
        self._path = folder / f"{table}.{job.format}"
        self._file = PartFile(self._path)
        self._writer = _opened(job, table, self._file)
        self._kinds: Counter[str] = Counter()

    def add(self, batch: pa.RecordBatch) -> None:
        for kind in pc.value_counts(batch[CHANGE_TYPE]).to_pylist():
            self._kinds[kind["values"]] += kind["counts"]
        self._writer.add(batch)

    def finish(self) -> TableChanges:
        self._writer.close()
        written = self._file.finish()
        return TableChanges(
            path=self._path.name,
            inserts=self._kinds[INSERT],
            updates=self._kinds[AFTER],
            bytes=written.bytes,
            sha256=written.sha256,
        )

    def delete(self) -> None:
        self._file.abandon()
        self._path.unlink(missing_ok=True)


def write_folder(job: ChangesJob, folder: Path, on_rows: OnRows) -> Delta:
    """One file of each table, then ``delta.json``. Raises OutputError and OSError; no file stays then."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is not an empty folder: choose another one")
    folder.mkdir(parents=True, exist_ok=True)
    files = {table: _Table(job, table, folder) for table in job.tables}
    try:
        for batches in _made(job):
            for table, batch in batches.items():
                files[table].add(batch)
                on_rows(batch.num_rows)
        made = Delta(
            engine=version(),
            vintage=VINTAGE,
            spec=job.spec,
            since=job.since,
            until=job.until,
            format=job.format,
            tables={table: file.finish() for table, file in files.items()},
        )
        atomic_file.write(folder / NAME, made.model_dump_json(indent=1).encode() + b"\n")
    except BaseException:
        for file in files.values():
            file.delete()
        raise
    return made


def write_table(job: ChangesJob, sink: Sink, on_rows: OnRows) -> None:
    """The changes of the job's one table as one file. Raises OSError."""
    (table,) = job.tables
    file = _opened(job, table, sink)
    for batches in _made(job):
        file.add(batches[table])
        on_rows(batches[table].num_rows)
    file.close()


def _opened(job: ChangesJob, table: str, sink: Sink) -> FileWriter:
    return open_rows(job.format, changes_schema(table, job.spec.ids), sink)


def _made(job: ChangesJob) -> Iterator[dict[str, pa.RecordBatch]]:
    changes = Changes(job.spec, job.since, job.until)
    made = (changes.of(chunk, job.tables) for chunk in runs.whole(job.spec))
    return (batches for batches in made if batches)
