"""``cartload generate``."""

import argparse
import sys
from pathlib import Path

from cartload import schema
from cartload._spec_model import Spec
from cartload.chunks import Segment, row_totals
from cartload.cli.errors import CommandError
from cartload.cli.progress import progress
from cartload.cli.specs import resolved_spec
from cartload.manifest import Format
from cartload.output import folder
from cartload.output.errors import OutputError, said
from cartload.output.job import FolderJob


def run(given: argparse.Namespace) -> int:
    """Make a dataset where it was asked for."""
    spec = resolved_spec(given)
    try:
        return _folder(given, spec)
    except OutputError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(said(error)) from error


def _folder(given: argparse.Namespace, spec: Spec) -> int:
    job = FolderJob(Path(given.out), spec, _format(given, spec), _tables(given))
    totals = row_totals(spec, Segment(0, spec.customers), catalogue=True)
    expected = sum(totals[table] for table in job.tables)
    with progress(sys.stderr, expected, quiet=given.quiet) as shown:
        made = folder.write(job, resume=given.resume, processes=given.workers, tell=shown.add, say=shown.say)
        shown.end(f"{job.folder}: {sum(t.rows for t in made.tables.values()):,} rows")
    return 0


def _format(given: argparse.Namespace, spec: Spec) -> Format:
    chosen: Format = given.format or spec.format
    return chosen


def _tables(given: argparse.Namespace) -> tuple[str, ...]:
    """The tables asked for, in schema order."""
    if given.tables is None:
        return schema.TABLE_NAMES
    wanted = {name.strip() for name in given.tables.split(",")}
    unknown = sorted(wanted - set(schema.TABLE_NAMES))
    if unknown:
        raise CommandError(
            f"--tables: no table {', '.join(unknown)}; there are {', '.join(schema.TABLE_NAMES)}", 2
        )
    return tuple(name for name in schema.TABLE_NAMES if name in wanted)
