"""``cartload stream``."""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cartload._identity import VINTAGE
from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.cli.output import failures_told
from cartload.cli.progress import show_progress
from cartload.cli.spec import moment_of, refuse_changes, spec_from_arguments
from cartload.engine.chunks import Segment
from cartload.events import topics
from cartload.events.topics import UnknownTopicError
from cartload.spec.model import Spec
from cartload.storage import manifest
from cartload.storage.manifest import ManifestError
from cartload.writers.event_stream import EventLines, StreamJob

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def run(args: argparse.Namespace) -> int:
    """Play a dataset as events."""
    # All that can be wrong with the arguments is found before anything is made.
    job = _job(args)
    with failures_told(), EventLines(job) as events:
        with show_progress(sys.stderr, job.rows, quiet=args.quiet) as bar:
            count = events.make(bar.add)
            bar.finish(f"{count:,} events are made and in order")
        with show_progress(sys.stderr, count, quiet=args.quiet, unit="events") as bar:
            # Not sys.stdout.buffer: where Python is told to buffer nothing, that writes only as much as fits
            # at once.
            with console.output_errors(), open(sys.stdout.fileno(), "wb", closefd=False) as out:
                events.write(out, bar.add)
            bar.finish(f"{count:,} events are written")
    return 0


def _job(args: argparse.Namespace) -> StreamJob:
    if args.to != "-":
        raise CommandError(f"--to {args.to}: only - is known, standard output", 2)
    wanted = _topics(args)
    spec, segments = _dataset(args)
    since = None if args.since is None else moment_of(spec, "--from", args.since)
    if args.until is not None:
        if spec.as_of is not None:
            raise CommandError("the spec says as_of: that is until when it is played, leave --until out", 2)
        spec = spec.model_copy(update={"as_of": moment_of(spec, "--until", args.until)})
    if since is not None and spec.as_of is not None and since > spec.as_of:
        end = f"--until {args.until}" if args.until else f"the spec's as_of, {spec.as_of.isoformat()}"
        raise CommandError(f"--from {args.since} is after {end}", 2)
    return StreamJob(spec, segments, wanted, None if since is None else _milliseconds(since))


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _topics(args: argparse.Namespace) -> tuple[str, ...]:
    if args.topics is None:
        return topics.BUSINESS_TOPICS
    names = [name.strip() for name in args.topics.split(",")]
    if "" in names:
        raise CommandError("--topics: a name between the commas is missing", 2)
    try:
        return topics.matching(names)
    except UnknownTopicError as error:
        raise CommandError(f"--topics: {error}", 2) from error


def _dataset(args: argparse.Namespace) -> tuple[Spec, tuple[Segment, ...]]:
    """The resolved spec and the customers of what is to be played. Raises CommandError."""
    if args.spec is None or not Path(args.spec).is_dir():
        spec = spec_from_arguments(args)
        return spec, (Segment(0, spec.customers),)
    refuse_changes(args)
    try:
        found = manifest.read(Path(args.spec))
    except ManifestError as error:
        raise CommandError(str(error)) from error
    if found.vintage != VINTAGE:
        raise CommandError(
            f"{args.spec} was made by cartload {found.engine} of vintage {found.vintage}, "
            f"this one is of vintage {VINTAGE}: play it with the one that made it"
        )
    return found.spec, found.segments
