"""Where ``cartload stream`` plays a dataset to: standard output, Kafka's topics, or a database."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Protocol

from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.cli.kafka import brokers_from, kafka_failures_told, prefix_from
from cartload.events import topics
from cartload.events.event_ids import stream_id
from cartload.storage import kafka_url, mysql_url
from cartload.storage.kafka_url import KafkaUrl
from cartload.writers.event_sinks import EventSink, LineFile
from cartload.writers.event_stream import StreamJob

_STANDARD_OUTPUT: Final = "-"


class Target(Protocol):
    """A place for events: ``topics`` are those that it gets by default."""

    topics: ClassVar[tuple[str, ...]]

    @property
    def told(self) -> str:
        """Where the events are now."""

    def open(self, job: StreamJob) -> AbstractContextManager[tuple[EventSink, StreamJob]]:
        """The sink, and what of the job is not there yet; leaving it without an error says that all is."""


def from_arguments(args: argparse.Namespace) -> Target:
    """The target that the arguments name. Raises CommandError."""
    if kafka_url.is_url(args.to):
        return _Kafka(brokers_from("--to", args.to), prefix_from(args), args.partitions)
    _refuse(args, "is for --to kafka://…", "partitions", "topic_prefix")
    if mysql_url.is_url(args.to):
        # Its tables need all rows from the first on, and take what is right only.
        _refuse(args, "cannot be used with --to mysql://…", "topics", "since", "faults")
        return _Database(console.complete_url(args.to))
    if args.to != _STANDARD_OUTPUT:
        places = "- (standard output), kafka://host:9092 or mysql://user@host/database"
        raise CommandError(f"--to {args.to}: must be {places}", 2)
    return _StandardOutput()


def _refuse(args: argparse.Namespace, why: str, *names: str) -> None:
    options = {"since": "--from", "topic_prefix": "--topic-prefix"}
    for name in names:
        if getattr(args, name) is not None:
            raise CommandError(f"{options.get(name, f'--{name}')} {why}", 2)


@dataclass(frozen=True, slots=True)
class _StandardOutput:
    topics: ClassVar = topics.BUSINESS_TOPICS

    @property
    def told(self) -> str:
        return "are written"

    @contextmanager
    def open(self, job: StreamJob) -> Iterator[tuple[EventSink, StreamJob]]:
        # Not sys.stdout.buffer: where Python is told to buffer nothing, that writes only as much as fits at
        # once.
        with console.output_errors(), open(sys.stdout.fileno(), "wb", closefd=False) as out:
            yield LineFile(out), job


@dataclass(frozen=True, slots=True)
class _Kafka:
    topics: ClassVar = topics.BUSINESS_TOPICS
    brokers: KafkaUrl
    prefix: str
    partitions: int | None

    @property
    def told(self) -> str:
        return f"are in Kafka at {self.brokers.shown}"

    @contextmanager
    def open(self, job: StreamJob) -> Iterator[tuple[EventSink, StreamJob]]:
        with kafka_failures_told():
            from cartload.writers.kafka_sink import KafkaSink
            from cartload.writers.kafka_topics import DEFAULT_PARTITIONS

            kafka = KafkaSink(
                self.brokers,
                stream_id(job.spec),
                job.topics,
                prefix=self.prefix,
                partitions=self.partitions or DEFAULT_PARTITIONS,
            )
            for note in kafka.notes:
                console.print_remark(note)
            try:
                with kafka:
                    yield kafka, job
            except BaseException:
                if kafka.sent:
                    console.print_remark(f"{kafka.arrived:,} events {self.told}")
                raise


@dataclass(frozen=True, slots=True)
class _Database:
    topics: ClassVar = topics.ROW_TOPICS
    url: str

    def __repr__(self) -> str:
        return f"_Database({mysql_url.shown(self.url)})"

    @property
    def told(self) -> str:
        return f"are in {mysql_url.shown(self.url)}"

    @contextmanager
    def open(self, job: StreamJob) -> Iterator[tuple[EventSink, StreamJob]]:
        # Imported here, since it imports ssl, which takes longer than all that the other targets need.
        from cartload.writers.mysql_sink import MysqlSink

        with MysqlSink(self.url, job) as database:
            yield database, replace(job, since=database.since)
            database.finish()
