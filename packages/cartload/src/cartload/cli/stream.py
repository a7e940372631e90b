"""``cartload stream``."""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cartload._identity import VINTAGE
from cartload.cli import console, stream_targets
from cartload.cli.console import CommandError
from cartload.cli.output import failures_told
from cartload.cli.progress import Progress, show_progress
from cartload.cli.spec import moment_of, refuse_changes, spec_from_arguments
from cartload.cli.stream_targets import Target
from cartload.engine.chunks import Segment
from cartload.events import topics
from cartload.events.topics import UnknownTopicError
from cartload.faults import plan as fault_plan
from cartload.faults.plan import FaultPlan, FaultPlanError
from cartload.spec.model import Spec
from cartload.storage import manifest
from cartload.storage.manifest import ManifestError
from cartload.writers.event_stream import EventLines, StreamJob
from cartload.writers.fault_ledger import FaultLedger
from cartload.writers.faulty_lines import FaultyLines
from cartload.writers.pacing import Pace

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FASTEST: Final = "max"
_SPEEDS: Final = (1.0, 3600.0)
_REMARK_SECONDS: Final = 5.0


def run(args: argparse.Namespace) -> int:
    """Play a dataset as events."""
    # All that can be wrong with the arguments is found before anything is made.
    target = stream_targets.from_arguments(args)
    speed = _speed(args)
    job = _job(args, target)
    live_from = None if speed is None else _live_from(args, job)
    plan = _plan(args)
    with failures_told(), target.open(job) as (sink, left), EventLines(left) as events:
        with show_progress(sys.stderr, job.rows, quiet=args.quiet) as bar:
            count = events.make(bar.add)
            bar.finish(f"{count:,} events are made and in order")
        with show_progress(sys.stderr, count, quiet=args.quiet, unit="events") as bar:
            slowed = _Slowed(bar)
            pace = None
            if speed is not None and live_from is not None:
                pace = Pace(max(live_from, left.since or live_from), speed, slowed.by)
            with _faulty(args, plan) as faults:
                events.write(sink, bar.add, pace, faults)
            slowed.finish()
            bar.finish(f"{count:,} events {target.told}")
    return 0


def _plan(args: argparse.Namespace) -> FaultPlan | None:
    """The faults that are asked for. Raises CommandError."""
    if (args.faults is None) != (args.ledger is None):
        raise CommandError("--faults and --ledger go together: what shall be wrong, and what was", 2)
    if args.faults is None:
        return None
    try:
        return fault_plan.read(Path(args.faults))
    except FaultPlanError as error:
        raise CommandError(f"--faults: {error}", 2) from error


@contextmanager
def _faulty(args: argparse.Namespace, plan: FaultPlan | None) -> Iterator[FaultyLines | None]:
    """What makes the faults of a plan, and says how many there were of each kind."""
    if plan is None:
        yield None
        return
    with Path(args.ledger).open("wb") as out:
        ledger = FaultLedger(out)
        yield FaultyLines(plan, ledger)
    counts = [f"{count:,} {kind}" for kind, count in sorted(ledger.counts.items())]
    console.print_remark(f"faults in {args.ledger}: {', '.join(counts) or 'none'}")


class _Slowed:
    """Says now and then that the clock is slowed, and at the end by how much."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._seconds = 0.0
        self._said = -_REMARK_SECONDS

    def by(self, seconds: float) -> None:
        """The clock has been slowed by so much in all."""
        self._seconds, now = seconds, time.monotonic()
        if now - self._said >= _REMARK_SECONDS:
            self._said = now
            self._bar.print_line(f"the output cannot follow: the clock is slowed by {seconds:.1f} s so far")

    def finish(self) -> None:
        """All events are written."""
        if self._seconds:
            self._bar.print_line(f"the clock was slowed by {self._seconds:.1f} s in all")


def _speed(args: argparse.Namespace) -> float | None:
    """How many times faster than the real time; None: as fast as it goes. Raises CommandError."""
    if args.speed == _FASTEST:
        if args.live_from is not None:
            raise CommandError("--live-from needs a --speed from 1 to 3600", 2)
        return None
    slowest, fastest = _SPEEDS
    speed = float(args.speed) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", args.speed) else 0.0
    if not slowest <= speed <= fastest:
        raise CommandError(f"--speed {args.speed}: must be a number from 1 to 3600, or max", 2)
    return speed


def _live_from(args: argparse.Namespace, job: StreamJob) -> int:
    """The moment from which on events come when they are due. Raises CommandError."""
    start = _milliseconds(datetime.combine(job.spec.window.start, datetime.min.time(), UTC))
    if args.live_from is None:
        return start if job.since is None else job.since
    moment = moment_of(job.spec, "--live-from", args.live_from)
    found = _milliseconds(moment)
    if job.since is not None and found < job.since:
        raise CommandError(f"--live-from {args.live_from} is before --from {args.since}", 2)
    if job.spec.as_of is not None and moment > job.spec.as_of:
        raise CommandError(f"--live-from {args.live_from} is after {_end(args, job.spec)}", 2)
    return found


def _job(args: argparse.Namespace, target: Target) -> StreamJob:
    wanted = _topics(args, target)
    spec, segments = _dataset(args)
    since = None if args.since is None else moment_of(spec, "--from", args.since)
    if args.until is not None:
        if spec.as_of is not None:
            raise CommandError("the spec says as_of: that is until when it is played, leave --until out", 2)
        spec = spec.model_copy(update={"as_of": moment_of(spec, "--until", args.until)})
    if since is not None and spec.as_of is not None and since > spec.as_of:
        raise CommandError(f"--from {args.since} is after {_end(args, spec)}", 2)
    return StreamJob(spec, segments, wanted, None if since is None else _milliseconds(since))


def _end(args: argparse.Namespace, spec: Spec) -> str:
    """Until when is played, as the user has said it."""
    assert spec.as_of is not None  # noqa: S101 - what is compared with it is there
    return f"--until {args.until}" if args.until else f"the spec's as_of, {spec.as_of.isoformat()}"


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _topics(args: argparse.Namespace, target: Target) -> tuple[str, ...]:
    if args.topics is None:
        return target.topics
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
