"""``cartload generate``."""

import argparse
import sys
from pathlib import Path

from cartload import schema
from cartload.cli import console, databases
from cartload.cli.errors import CommandError
from cartload.cli.progress import Progress, progress
from cartload.cli.specs import resolved_spec
from cartload.engine.chunks import Segment, row_totals
from cartload.spec.model import Spec
from cartload.storage import mysql_url
from cartload.storage.manifest import Format
from cartload.writers import database, folder, stream
from cartload.writers.errors import OutputError, said
from cartload.writers.job import FolderJob


def run(given: argparse.Namespace) -> int:
    """Make a dataset where it was asked for."""
    spec, tables = resolved_spec(given), _tables(given)
    if given.bom and (given.into or _format(given, spec) != "csv"):
        raise CommandError("--bom is for --format csv", 2)
    write = _database if given.into else _stdout if given.out == "-" else _folder
    totals = row_totals(spec, Segment(0, spec.customers), catalogue=True)
    try:
        with progress(sys.stderr, sum(totals[table] for table in tables), quiet=given.quiet) as shown:
            write(given, spec, tables, shown)
    except OutputError as error:
        raise CommandError(str(error)) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(said(error)) from error
    return 0


def _folder(given: argparse.Namespace, spec: Spec, tables: tuple[str, ...], shown: Progress) -> None:
    if given.partition and _format(given, spec) == "sql":
        raise CommandError("--partition is for files that are read in place, not for --format sql", 2)
    monthly = given.partition == "month"
    job = FolderJob(Path(given.out), spec, _format(given, spec), tables, monthly, given.bom)
    folder.write(job, resume=given.resume, processes=given.workers, tell=shown.add, say=shown.say)
    shown.end(f"{job.folder} is whole")


def _stdout(given: argparse.Namespace, spec: Spec, tables: tuple[str, ...], shown: Progress) -> None:
    _refuse(given, "--out -", "resume", "workers", "partition")
    file_format = _format(given, spec)
    if file_format != "sql" and len(tables) > 1:
        raise CommandError(
            f"--out - holds one table as {file_format}: name it with --tables, or --format sql", 2
        )
    if file_format == "parquet" and sys.stdout.isatty():
        raise CommandError("Parquet is nothing for a terminal: redirect it, or choose --format csv", 2)
    # Not sys.stdout.buffer: where Python is told to buffer nothing, that writes only as much as fits at once.
    with console.output_errors(), open(sys.stdout.fileno(), "wb", closefd=False) as out:
        if file_format == "sql":
            stream.write_dump(spec, tables, out, shown.add)
        else:
            stream.write_table(spec, tables[0], file_format, out, shown.add, bom=given.bom)


def _database(given: argparse.Namespace, spec: Spec, _: tuple[str, ...], shown: Progress) -> None:
    _refuse(given, "--into", "resume", "partition", "format", "tables")
    url = databases.url(given.into)
    database.write(url, spec, processes=given.workers, tell=shown.add, say=shown.say)
    shown.end(f"{mysql_url.shown(url)} is whole")


def _refuse(given: argparse.Namespace, target: str, *options: str) -> None:
    """Options that say nothing for a target are wrong usage."""
    senseless = [f"--{name}" for name in options if getattr(given, name)]
    if senseless:
        raise CommandError(f"{', '.join(senseless)} cannot be used with {target}", 2)


def _format(given: argparse.Namespace, spec: Spec) -> Format:
    chosen: Format = given.format or spec.format
    return chosen


def _tables(given: argparse.Namespace) -> tuple[str, ...]:
    """The tables asked for, in schema order."""
    if given.tables is None:
        return schema.TABLE_NAMES
    wanted = {name.strip() for name in given.tables.split(",")}
    if "" in wanted:
        raise CommandError("--tables: a name between the commas is missing", 2)
    unknown = sorted(wanted - set(schema.TABLE_NAMES))
    if unknown:
        raise CommandError(
            f"--tables: no table {', '.join(unknown)}; there are {', '.join(schema.TABLE_NAMES)}", 2
        )
    return tuple(name for name in schema.TABLE_NAMES if name in wanted)
