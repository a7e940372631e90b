"""``cartload fold``."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pyarrow as pa

from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.cli.output import tables_from_arguments
from cartload.cli.spec import refuse_changes, spec_from_arguments
from cartload.cli.stored_datasets import open_target
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.readers import StoredError
from cartload.readers.difference import Batches, TableDifference, compared
from cartload.readers.event_log import STANDARD_INPUT, open_folded
from cartload.schema import Ids
from cartload.storage import mysql_url


def run(args: argparse.Namespace) -> int:
    """Fold a stream, compare its tables with a dataset's and say for each whether they are equal."""
    tables = tables_from_arguments(args)
    if args.file != STANDARD_INPUT and not Path(args.file).exists():
        raise CommandError(f"{args.file}: there is no such file")
    try:
        with _expected(args) as (ids, expected), open_folded(args.file, ids) as folded:
            found = [compared(name, folded, expected) for name in tables]
    except StoredError as error:
        raise CommandError(str(error)) from error
    console.write(f"{_line(one)}\n" for one in found)
    return 1 if any(one.differing for one in found) else 0


@contextmanager
def _expected(args: argparse.Namespace) -> Iterator[tuple[Ids, Batches]]:
    """The kind of keys and the rows of the dataset that a stream is compared with."""
    if not mysql_url.is_url(args.spec) and not Path(args.spec).is_dir():
        spec = spec_from_arguments(args)
        yield spec.ids, partial(_made, Engine(spec))
        return
    refuse_changes(args)
    with open_target(args.spec) as stored:
        yield stored.ids, stored.batches


def _made(engine: Engine, name: str) -> Iterator[pa.RecordBatch]:
    for chunk in plan(engine.spec, Segment(0, engine.spec.customers), catalogue=True):
        yield from engine.generate(chunk, tables=(name,)).values()


def _line(found: TableDifference) -> str:
    if not found.differing:
        return f"equal    {found.table}: {found.rows:,} rows"
    more = ", …" if found.differing > len(found.first_keys) else ""
    differing = "1 key differs" if found.differing == 1 else f"{found.differing:,} keys differ"
    return (
        f"differs  {found.table}: {found.rows:,} rows, {found.expected:,} expected; "
        f"{differing}: {', '.join(map(str, found.first_keys))}{more}"
    )
