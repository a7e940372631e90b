"""The commands that read stored datasets: ``check``, ``answers`` and ``hash``."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager

from cartload.cli import console, result_file
from cartload.cli.console import CommandError
from cartload.cli.spec import spec_from_file
from cartload.schema import TABLE_NAMES
from cartload.storage import mysql_url

try:
    # Here and not in the parser of arguments, so that all other commands work without DuckDB, which is an
    # extra.
    from cartload.readers import Stored, StoredError, open_stored
except ModuleNotFoundError as missing:
    if missing.name != "duckdb":
        raise
    raise CommandError("this needs DuckDB: pip install 'cartload[check]'") from None


def check(args: argparse.Namespace) -> int:
    """Print the report, or write it; 1 when an invariant is broken."""
    from cartload.checker import check_stored

    with open_target(args.target, args.spec) as stored:
        report = check_stored(stored)
    # The file first: where it cannot be written, no summary says that all is well.
    result_file.write_result(report.shown(args.report), args.report_file)
    if result_file.is_file(args.report_file):
        console.write(report.text())
    return 0 if report.ok else 1


def answers(args: argparse.Namespace) -> int:
    """Print answers.json, or write it."""
    from cartload.answers import answers as ask

    with open_target(args.target, args.spec) as stored:
        stored.require(TABLE_NAMES)
        found = ask(stored)
    result_file.write_result(found.text(), args.out)
    return 0


def hashes(args: argparse.Namespace) -> int:
    """Print rows and hash of each table."""
    from cartload.schema.rowhash import RowHash, hash_batch

    sums: dict[str, RowHash] = {}
    with open_target(args.target) as stored:
        for remark in stored.remarks:
            console.print_remark(remark)
        for table in stored.tables:
            sums[table] = sum((hash_batch(batch, table) for batch in stored.batches(table)), RowHash())
    if args.json:
        totals = {table: {"rows": total.rows, "hash": total.hex} for table, total in sums.items()}
        console.write(json.dumps(totals, indent=1) + "\n")
    else:
        console.write(f"{total.hex}  {total.rows:>14,}  {table}\n" for table, total in sums.items())
    return 0


@contextmanager
def open_target(target: str, spec_file: str | None = None) -> Iterator[Stored]:
    """A dataset in a folder or a database; the spec stands in where it has none. Raises CommandError."""
    spec = spec_from_file(spec_file) if spec_file else None
    place = console.complete_url(target) if mysql_url.is_url(target) else target
    try:
        with open_stored(place, spec=spec) as stored:
            yield stored
    except StoredError as error:
        raise CommandError(str(error)) from error
