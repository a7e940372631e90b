"""``cartload delta``."""

import argparse
import sys
from pathlib import Path

from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.cli.output import failures_told, tables_from_arguments
from cartload.cli.progress import Progress, show_progress
from cartload.cli.spec import moment_of, spec_from_arguments
from cartload.engine.chunks import Segment
from cartload.engine.row_totals import row_totals
from cartload.writers import changes
from cartload.writers.changes import ChangesJob


def run(args: argparse.Namespace) -> int:
    """Write what changes between two moments of a shop."""
    # All that can be wrong with the arguments is found before anything is written.
    job = _job(args)
    if args.out == "-":
        _require_one_table(job)
    write = _stdout if args.out == "-" else _folder
    with failures_told(), show_progress(sys.stderr, _new_rows(job), quiet=args.quiet) as bar:
        write(job, args.out, bar)
    return 0


def _job(args: argparse.Namespace) -> ChangesJob:
    spec = spec_from_arguments(args)
    if spec.as_of is not None:
        raise CommandError("the spec says as_of: --from and --to say which moments are compared", 2)
    since, until = moment_of(spec, "--from", args.since), moment_of(spec, "--to", args.until)
    if since > until:
        raise CommandError(f"--from {args.since} is after --to {args.until}", 2)
    return ChangesJob(spec, since, until, args.format or spec.format, tables_from_arguments(args))


def _require_one_table(job: ChangesJob) -> None:
    if len(job.tables) > 1:
        raise CommandError("--out - holds the changes of one table: name it with --tables", 2)
    if job.format == "parquet" and sys.stdout.isatty():
        raise CommandError("a terminal cannot show Parquet: redirect it to a file, or choose --format csv", 2)


def _new_rows(job: ChangesJob) -> int:
    """About how many rows come between the two moments: most of what is written."""
    segment = Segment(0, job.spec.customers)
    earlier, later = (
        row_totals(job.spec.model_copy(update={"as_of": moment}), segment, catalogue=True)
        for moment in (job.since, job.until)
    )
    return sum(later[table] - earlier[table] for table in job.tables)


def _folder(job: ChangesJob, out: str, bar: Progress) -> None:
    made = changes.write_folder(job, Path(out), bar.add)
    inserts = sum(table.inserts for table in made.tables.values())
    updates = sum(table.updates for table in made.tables.values())
    bar.finish(f"{out} is whole: {inserts:,} new rows, {updates:,} changed ones")


def _stdout(job: ChangesJob, _: str, bar: Progress) -> None:
    # Not sys.stdout.buffer: where Python is told to buffer nothing, that writes only as much as fits at once.
    with console.output_errors(), open(sys.stdout.fileno(), "wb", closefd=False) as out:
        changes.write_table(job, out, bar.add)
