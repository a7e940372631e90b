"""``cartload fold``."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pyarrow as pa

from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.cli.kafka import brokers_from, kafka_failures_told, prefix_from
from cartload.cli.output import tables_from_arguments
from cartload.cli.spec import refuse_changes, spec_from_arguments
from cartload.cli.stored_datasets import open_target
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.readers import StoredError
from cartload.readers.difference import Batches, TableDifference, compared
from cartload.readers.event_log import STANDARD_INPUT, open_folded
from cartload.readers.received_events import Folded, Gap
from cartload.schema import Ids
from cartload.storage import kafka_url, mysql_url
from cartload.storage.kafka_url import KafkaUrl


def run(args: argparse.Namespace) -> int:
    """Fold a stream, compare its tables with a dataset's and say for each whether they are equal."""
    tables = tables_from_arguments(args)
    brokers = brokers_from("FILE", args.file) if kafka_url.is_url(args.file) else None
    if brokers is None:
        _require_file(args)
    try:
        with _expected(args) as (ids, expected), _folded(args, brokers, ids, tables) as folded:
            found = [compared(name, folded.stored, expected) for name in tables]
    except StoredError as error:
        raise CommandError(str(error)) from error
    _remark(folded)
    console.write(f"{line}\n" for line in [*map(_line, found), *map(_lost, folded.gaps)])
    return 1 if folded.gaps or any(one.differing for one in found) else 0


def _require_file(args: argparse.Namespace) -> None:
    if args.topic_prefix is not None:
        raise CommandError("--topic-prefix is for kafka://…", 2)
    if args.file != STANDARD_INPUT and not Path(args.file).exists():
        raise CommandError(f"{args.file}: there is no such file")


@contextmanager
def _folded(
    args: argparse.Namespace, brokers: KafkaUrl | None, ids: Ids, tables: Sequence[str]
) -> Iterator[Folded]:
    """What a stream adds up to."""
    ledger = None if args.ledger is None else Path(args.ledger)
    # What makes standard input may be about to make the ledger too.
    if ledger is not None and args.file != STANDARD_INPUT and not ledger.is_file():
        raise CommandError(f"--ledger {ledger}: there is no such file")
    if brokers is None:
        with open_folded(args.file, ids, ledger) as folded:
            yield folded
        return
    with kafka_failures_told():
        from cartload.readers.event_topics import open_folded_topics

        with open_folded_topics(brokers, ids, tables, prefix_from(args), ledger) as folded:
            yield folded


def _remark(folded: Folded) -> None:
    """Say what is no difference, but not usual either."""
    if folded.repeated:
        console.print_remark(f"{folded.repeated:,} events came again: each counts once")
    if folded.unreadable:
        console.print_remark(f"{folded.unreadable:,} messages are no JSON: they are left out")


def _lost(gap: Gap) -> str:
    missing = "1 event is missing" if gap.missing == 1 else f"{gap.missing:,} events are missing"
    return f"gap      {gap.topic}: {missing} by their sequence, first for key {gap.first_key}"


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
