"""A dataset into a folder: part files first, the manifest last; what was interrupted goes on."""

import codecs
import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from cartload._identity import VINTAGE, version
from cartload.engine.chunks import Segment
from cartload.schema.rowhash import RowHash
from cartload.storage import atomic_file, manifest
from cartload.storage.atomic_file import describe_os_error
from cartload.storage.manifest import Manifest, ManifestError, TableTotals
from cartload.writers import dump, journal, runs, workers
from cartload.writers.job import FolderJob, Notify, OnRows, OutputError
from cartload.writers.journal import Entry, Journal
from cartload.writers.parts import Finished
from cartload.writers.runs import Run


def write(
    job: FolderJob, *, resume: bool, processes: int | None, on_rows: OnRows, notify: Notify
) -> Manifest:
    """Write the dataset; ``on_rows`` is called as rows come, first for those found whole.

    Raises OutputError and OSError; then, and when killed, the folder has no manifest and can be resumed.
    """
    whole = _whole_already(job, resume)
    if whole is not None:
        notify(f"{job.folder} is whole already")
        return whole
    opened = _open(job, resume)
    try:
        return _write(job, opened, processes, on_rows, notify)
    except (OSError, OutputError) as error:
        reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
        raise OutputError(f"{reason}; {_kept(opened)}") from error
    except BaseException:
        notify(f"{job.folder} is not whole: {_kept(opened)}")
        raise
    finally:
        _tidy(job.folder)
        opened.close()


def _write(
    job: FolderJob, opened: Journal, processes: int | None, on_rows: OnRows, notify: Notify
) -> Manifest:
    chunks = runs.whole(job.spec)
    wanted = [run for run in runs.cut(job.spec, chunks, job.format) if _any(job, run)]
    missing = list(_missing(job, opened, wanted, on_rows, notify))

    def done(run: Run, parts: list[Finished]) -> None:
        opened.add(Entry(run=run.start, parts=tuple(parts)))

    count = processes or workers.worthwhile_processes(runs.rows(job.spec, chunks, missing))
    workers.work(job, missing, count, on_rows, done)
    if job.format == "sql":
        atomic_file.write(job.folder / "schema.sql", dump.tables(job.tables, job.spec.ids).encode())
        atomic_file.write(job.folder / "keys.sql", dump.keys(job.tables, job.spec).encode())
    made = _manifest(job, [part for run in wanted for part in opened.entries[run.start].parts])
    # The manifest before the journal's end: were the power to fail between them, the folder must still be
    # one of both, and one that has a manifest counts as whole.
    manifest.write(job.folder, made)
    opened.end()
    return made


def _kept(opened: Journal) -> str:
    parts = sum(len(entry.parts) for entry in opened.entries.values())
    return f"{parts} parts that are whole stay, --resume goes on from there"


def _any(job: FolderJob, run: Run) -> bool:
    return any(table in job.tables for table in run.tables)


def identity(job: FolderJob) -> dict[str, Any]:
    """What must be the same for a run to go on."""
    return {
        "vintage": VINTAGE,
        "spec": job.spec.model_dump(mode="json"),
        "format": job.format,
        "tables": list(job.tables),
        "partition": "month" if job.monthly else None,
        "bom": job.bom,
    }


def _whole_already(job: FolderJob, resume: bool) -> Manifest | None:
    """The manifest that is there already. Raises OutputError when that is not what a resume would make."""
    if not (job.folder / manifest.NAME).exists():
        return None
    try:
        found = manifest.read(job.folder)
    except ManifestError as error:
        raise OutputError(str(error)) from error
    there = (found.vintage, found.spec, found.format, set(found.tables), _monthly(found))
    wanted = (VINTAGE, job.spec, job.format, set(job.tables), job.monthly)
    if resume and there == wanted and _has_bom(job.folder, found) == job.bom:
        return found
    raise OutputError(f"{job.folder} holds a whole dataset already: choose another folder, or delete it")


def _monthly(found: Manifest) -> bool:
    return any("=" in part.path for part in found.parts)


def _has_bom(folder: Path, found: Manifest) -> bool:
    """Whether CSV files begin with a byte order mark, which the manifest does not say."""
    if found.format != "csv" or not found.parts:
        return False
    with suppress(OSError), (folder / found.parts[0].path).open("rb") as file:
        return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    return False


def _open(job: FolderJob, resume: bool) -> Journal:
    folder = job.folder
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is not a folder")
    folder.mkdir(parents=True, exist_ok=True)
    interrupted = (folder / journal.NAME).exists()
    if interrupted and not resume:
        raise OutputError(f"{folder} holds an interrupted run: add --resume to go on, or delete it")
    if interrupted:
        opened = Journal.go_on(folder, identity(job))
        _tidy(folder)
        return opened
    if any(folder.iterdir()):
        raise OutputError(f"{folder} is not empty: choose another folder")
    return Journal.begin(folder, identity(job))


def _tidy(folder: Path) -> None:
    """Delete files that were being written when the run ended."""
    # Also those of a process that was killed and could delete nothing itself.
    for hidden in folder.rglob(".*.tmp"):
        hidden.unlink()


def _missing(
    job: FolderJob, opened: Journal, wanted: list[Run], on_rows: OnRows, notify: Notify
) -> list[Run]:
    missing = []
    for run in wanted:
        # What the journal says is not believed blindly: a part may have been changed or deleted since.
        entry = opened.entries.get(run.start)
        wrong = None if entry is None else _wrong(job.folder, entry)
        if entry is not None and wrong is None:
            on_rows(sum(finished.part.rows for finished in entry.parts))
            continue
        if wrong is not None:
            notify(f"{wrong} is not as it was written: it is made again")
            opened.forget(run.start)
        missing.append(run)
    return missing


def _wrong(folder: Path, entry: Entry) -> str | None:
    """The first part that is not what the journal says."""
    for finished in entry.parts:
        part = finished.part
        path = folder / part.path
        if not path.is_file() or path.stat().st_size != part.bytes or _sha256(path) != part.sha256:
            return part.path
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(job: FolderJob, parts: list[Finished]) -> Manifest:
    sums = dict.fromkeys(job.tables, RowHash())
    for finished in parts:
        sums[finished.part.table] += finished.row_hash
    return Manifest(
        engine=version(),
        vintage=VINTAGE,
        spec=job.spec,
        format=job.format,
        segments=(Segment(0, job.spec.customers),),
        tables={table: TableTotals(rows=total.rows, hash=total.hex) for table, total in sums.items()},
        parts=tuple(finished.part for finished in parts),
    )
