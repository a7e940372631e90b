"""What is to be written into a folder, and how one run of it is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cartload.engine.generate import Engine
from cartload.spec.model import Spec
from cartload.storage.manifest import Format
from cartload.writers import runs
from cartload.writers.months import PARTITIONED, MonthlyParts
from cartload.writers.parts import Finished, OnePart, Place, TableWriter
from cartload.writers.runs import Run


class OutputError(Exception):
    """The output cannot be made or finished; the message is one line for the user."""


type OnRows = Callable[[int], None]
"""Called with the number of rows that were just made."""
type Notify = Callable[[str], None]
"""Called with one line for the user."""


@dataclass(frozen=True, slots=True)
class FolderJob:
    """One dataset for one folder; the spec is resolved. ``bom``: CSV files begin with a byte order mark."""

    folder: Path
    spec: Spec
    format: Format
    tables: tuple[str, ...]
    monthly: bool = False
    bom: bool = False

    def start(self) -> "FolderWriter":
        """Get ready to make runs, in whichever process this is."""
        return FolderWriter(self)


class FolderWriter:
    """Makes runs, one after the other."""

    def __init__(self, job: FolderJob) -> None:
        self._job = job
        self._engine = Engine(job.spec)
        self._chunks = runs.whole(job.spec)

    def make(self, run: Run, on_rows: OnRows) -> list[Finished]:
        """Write the parts of a run: all of them whole, or none. Raises OSError."""
        writers = {table: self._writer(table, run) for table in run.tables if table in self._job.tables}
        try:
            for position in range(run.start, run.stop):
                chunk = self._chunks[position]
                batches = self._engine.generate(chunk, tables=self._job.tables, dictionaries=True)
                for table, batch in batches.items():
                    writers[table].add(batch)
                on_rows(sum(batch.num_rows for batch in batches.values()))
            return [part for writer in writers.values() for part in writer.finish()]
        except BaseException:
            for writer in writers.values():
                writer.abandon()
            raise

    def close(self) -> None:
        """Nothing is held."""

    def _writer(self, table: str, run: Run) -> TableWriter:
        job = self._job
        place = Place(job.folder, table, run.number, job.format, job.spec.ids, job.bom)
        if job.monthly and table == PARTITIONED:
            return MonthlyParts(place, job.spec.window)
        return OnePart(place)
