"""Opening a stored dataset: a folder's files as views or tables, a database's rows as tables of a copy."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from cartload.readers import database, folder
from cartload.readers.stored import Stored, StoredError, first_line
from cartload.spec import resolve
from cartload.spec.model import Spec
from cartload.storage import mysql_url

DEFAULT_MEMORY_MB: Final = 1200
"""What DuckDB may hold; with all else, a process stays below 2 GiB whatever the size of the dataset."""


@contextmanager
def open_stored(
    target: str | Path, *, spec: Spec | None = None, memory_mb: int = DEFAULT_MEMORY_MB
) -> Iterator[Stored]:
    """A dataset in a folder that ``cartload generate`` wrote, or at ``mysql://user:password@host/database``.

    ``spec`` stands in where the place says none, and goes before what it says. Parquet is read where it lies,
    as long as its types are the schema's; all else is copied to temporary files first. Raises
    :class:`cartload.readers.StoredError` when the place cannot be read as a dataset.
    """
    wanted = None if spec is None else resolve(spec)
    with scratch_database(memory_mb) as (connection, scratch):
        # Not yielded from within: errors of whoever uses the dataset are not errors of opening it.
        yield _opened(target, wanted, connection, scratch)


def _opened(
    target: str | Path, spec: Spec | None, connection: duckdb.DuckDBPyConnection, scratch: Path
) -> Stored:
    try:
        if isinstance(target, str) and mysql_url.is_url(target):
            return database.open_database(target, spec, connection)
        return folder.open_folder(Path(target), spec, connection, scratch)
    except duckdb.Error as error:  # The copy does not fit on the disk, say.
        raise StoredError(f"the dataset cannot be read: {first_line(error)}") from error


@contextmanager
def scratch_database(
    memory_mb: int = DEFAULT_MEMORY_MB,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A temporary database with a bound on its memory, and the folder that it is in."""
    # A file and not memory: tables that are copied may be larger than what DuckDB may hold.
    with (
        tempfile.TemporaryDirectory(prefix="cartload-") as folder,
        duckdb.connect(Path(folder) / "stored.duckdb") as connection,
    ):
        scratch = Path(folder)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")  # it would be printed into the report
        connection.execute(f"SET memory_limit = '{memory_mb}MB'")
        # Every query that needs an order asks for it; keeping the files' own costs memory.
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET temp_directory = ?", [str(scratch / "spill")])
        yield connection, scratch
