"""Datasets in folders: which files there are, of what format, and their tables in DuckDB."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

import duckdb

from cartload._identity import VINTAGE
from cartload.readers import parquet, text_files
from cartload.readers.duckdb_schema import Remarks
from cartload.readers.stored import Stored, StoredError
from cartload.schema import TABLE_NAMES, Ids
from cartload.spec.model import Spec
from cartload.storage.manifest import NAME, Manifest, ManifestError, read

type FileFormat = Literal["parquet", "csv", "jsonl"]

_FORMATS: Final = ("parquet", "csv", "jsonl")


@dataclass(frozen=True)
class Files:
    """The part files of each table that a folder has."""

    format: FileFormat
    tables: dict[str, list[Path]]


def open_folder(
    folder: Path, spec: Spec | None, connection: duckdb.DuckDBPyConnection, scratch: Path
) -> Stored:
    """The dataset in a folder; ``scratch`` is a folder for copies. Raises StoredError."""
    manifest = _manifest(folder)
    files = _listed(folder, manifest) if manifest else _found(folder)
    known = spec or (manifest.spec if manifest else None)
    ids = _ids(files) or (known.ids if known else "uuid")
    if known is not None and known.ids != ids:
        raise StoredError(f"{folder} has {ids} ids, the spec says {known.ids}")
    remarks = Remarks()
    for name, paths in files.tables.items():
        if files.format == "parquet":
            parquet.create_view(connection, name, ids, paths, scratch, remarks)
        else:
            text_files.load_table(connection, name, ids, paths, files.format, remarks)
    segments = manifest.segments if manifest else None
    return Stored(str(folder), known, ids, segments, tuple(files.tables), connection, remarks.all())


def _manifest(folder: Path) -> Manifest | None:
    if not folder.is_dir():
        raise StoredError(f"{folder} is no folder")
    if not (folder / NAME).exists():
        return None
    try:
        manifest = read(folder)
    except ManifestError as error:
        raise StoredError(str(error)) from error
    if manifest.vintage != VINTAGE:
        raise StoredError(
            f"{folder} was made by cartload {manifest.engine} of vintage {manifest.vintage}, "
            f"this one is of vintage {VINTAGE}: read it with the one that made it"
        )
    return manifest


def _listed(folder: Path, manifest: Manifest) -> Files:
    """The files that the manifest names; raises when one is missing or there are others."""
    if manifest.format == "sql":
        raise StoredError(f"{folder} is a dump of SQL: load it into a database and read that")
    listed = {folder / part.path: part.table for part in manifest.parts}
    missing = [path for path in listed if not path.is_file()]
    if missing:
        raise StoredError(f"{missing[0]} is missing, the manifest names it{_more(missing)}")
    if not set(listed.values()) & set(TABLE_NAMES):
        raise StoredError(f"{folder} holds no dataset: its {NAME} names no file of a table")
    # A file more would be rows more, which nobody promised: a second run into the folder, or a copy of a
    # part.
    others = sorted(_parts(folder).keys() - listed.keys())
    if others:
        raise StoredError(f"{others[0]} is not in the manifest{_more(others)}")
    return Files(manifest.format, _by_table(listed.items()))


def _more(paths: list[Path]) -> str:
    return f" (and so are {len(paths) - 1} more)" if len(paths) > 1 else ""


def _found(folder: Path) -> Files:
    """The files of a folder without a manifest."""
    found = _parts(folder)
    formats = {path.suffix[1:] for path in found}
    if not found:
        raise StoredError(f"{folder} holds no dataset: neither {NAME} nor a file like users/part-0.parquet")
    if len(formats) > 1:
        raise StoredError(f"{folder} mixes {' and '.join(sorted(formats))} and has no {NAME} to tell which")
    return Files(cast(FileFormat, formats.pop()), _by_table(found.items()))


def _parts(folder: Path) -> dict[Path, str]:
    """Every part file with its table, partitioned ones included."""
    return {
        path: name
        for name in TABLE_NAMES
        for path in (folder / name).rglob("*")
        if path.is_file() and path.suffix[1:] in _FORMATS
    }


def _by_table(files: Iterable[tuple[Path, str]]) -> dict[str, list[Path]]:
    tables: dict[str, list[Path]] = {}
    for path, name in sorted(files):
        tables.setdefault(name, []).append(path)
    return {name: tables[name] for name in TABLE_NAMES if name in tables}


def _ids(files: Files) -> Ids | None:
    """The kind of ids, by a first look at one file; None where that has no row to tell."""
    name, paths = next(iter(files.tables.items()))
    return (
        parquet.ids(name, paths) if files.format == "parquet" else text_files.ids(name, paths, files.format)
    )
