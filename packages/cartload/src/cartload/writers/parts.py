"""The part files of one run: one of each table, orders by month if asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from cartload.schema import Ids
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.storage.manifest import Format, Part
from cartload.writers.file_writers import ROW_GROUP, open_writer
from cartload.writers.partfile import PartFile


class Finished(BaseModel):
    """A part that is whole, with the sum of its rows' hashes."""

    model_config = ConfigDict(frozen=True)
    part: Part
    hash: str

    @property
    def row_hash(self) -> RowHash:
        """Number and hash of its rows."""
        return RowHash(self.part.rows, int(self.hash, 16))


class TableWriter(Protocol):
    """Takes a table's batches of one run."""

    def add(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""

    def finish(self) -> list[Finished]:
        """Make the files whole."""

    def abandon(self) -> None:
        """Delete what is not whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of which table a file is: ``first`` is its run's first block or row."""

    folder: Path
    table: str
    first: int
    format: Format
    ids: Ids
    bom: bool = False

    def path(self, partition: str = "") -> str:
        """Where it lies in the folder, with slashes."""
        return "/".join(filter(None, (self.table, partition, f"part-{self.first}.{self.format}")))


class OnePart:
    """One file of one table; ``partition`` is a folder between, ``row_group`` for Parquet only."""

    def __init__(self, place: Place, partition: str = "", *, row_group: int = ROW_GROUP) -> None:
        self._table, self._first = place.table, place.first
        self._path = place.path(partition)
        self._file = PartFile(place.folder / self._path)
        self._sum = RowHash()
        self._writer = open_writer(
            place.format, place.table, place.ids, self._file, row_group=row_group, bom=place.bom
        )

    def add(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        self._sum += hash_batch(batch, self._table)
        self._writer.add(batch)

    def finish(self) -> list[Finished]:
        """Make the file whole."""
        self._writer.close()
        written = self._file.finish()
        part = Part(
            table=self._table,
            path=self._path,
            first=self._first,
            rows=self._sum.rows,
            bytes=written.bytes,
            sha256=written.sha256,
        )
        return [Finished(part=part, hash=self._sum.hex)]

    def abandon(self) -> None:
        """Delete the file."""
        self._file.abandon()
