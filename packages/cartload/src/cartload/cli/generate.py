"""``cartload generate``."""

import argparse
import sys
from pathlib import Path

from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.cli.output import failures_told, tables_from_arguments
from cartload.cli.progress import Progress, show_progress
from cartload.cli.spec import spec_from_arguments
from cartload.engine.chunks import Segment
from cartload.engine.row_totals import row_totals
from cartload.spec.model import Spec
from cartload.storage import mysql_url
from cartload.storage.manifest import Format
from cartload.writers import database, folder, stream
from cartload.writers.job import FolderJob


def run(args: argparse.Namespace) -> int:
    """Make a dataset where it was asked for."""
    # All that can be wrong with the arguments is found before anything is written or connected to.
    spec, tables = spec_from_arguments(args), tables_from_arguments(args)
    if args.bom and (args.into or _format(args, spec) != "csv"):
        raise CommandError("--bom is for --format csv", 2)
    write = _database if args.into else _stdout if args.out == "-" else _folder
    totals = row_totals(spec, Segment(0, spec.customers), catalogue=True)
    expected = sum(totals[table] for table in tables)
    with failures_told(), show_progress(sys.stderr, expected, quiet=args.quiet) as bar:
        write(args, spec, tables, bar)
    return 0


def _folder(args: argparse.Namespace, spec: Spec, tables: tuple[str, ...], bar: Progress) -> None:
    if args.partition and _format(args, spec) == "sql":
        raise CommandError("--partition is for files that are read in place, not for --format sql", 2)
    monthly = args.partition == "month"
    job = FolderJob(Path(args.out), spec, _format(args, spec), tables, monthly, args.bom)
    folder.write(job, resume=args.resume, processes=args.workers, on_rows=bar.add, notify=bar.print_line)
    bar.finish(f"{job.folder} is whole")


def _stdout(args: argparse.Namespace, spec: Spec, tables: tuple[str, ...], bar: Progress) -> None:
    _refuse(args, "--out -", "resume", "workers", "partition")
    file_format = _format(args, spec)
    if file_format != "sql" and len(tables) > 1:
        raise CommandError(
            f"--out - holds one table as {file_format}: name it with --tables, or --format sql", 2
        )
    if file_format == "parquet" and sys.stdout.isatty():
        raise CommandError("a terminal cannot show Parquet: redirect it to a file, or choose --format csv", 2)
    # Not sys.stdout.buffer: where Python is told to buffer nothing, that writes only as much as fits at once.
    with console.output_errors(), open(sys.stdout.fileno(), "wb", closefd=False) as out:
        if file_format == "sql":
            stream.write_dump(spec, tables, out, bar.add)
        else:
            stream.write_table(spec, tables[0], file_format, out, bar.add, bom=args.bom)


def _database(args: argparse.Namespace, spec: Spec, _: tuple[str, ...], bar: Progress) -> None:
    _refuse(args, "--into", "resume", "partition", "format", "tables")
    url = console.complete_url(args.into)
    database.write(url, spec, processes=args.workers, on_rows=bar.add, notify=bar.print_line)
    bar.finish(f"{mysql_url.shown(url)} is whole")


def _refuse(args: argparse.Namespace, target: str, *options: str) -> None:
    """Refuse options that have no meaning for a target."""
    senseless = [f"--{name}" for name in options if getattr(args, name)]
    if senseless:
        raise CommandError(f"{', '.join(senseless)} cannot be used with {target}", 2)


def _format(args: argparse.Namespace, spec: Spec) -> Format:
    chosen: Format = args.format or spec.format
    return chosen
