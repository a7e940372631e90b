"""Read Kafka topics from where the last run stopped, until the program is told to stop."""

import argparse
import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, KafkaError

POLL_MS = 500
REQUEST_MS = 15_000
RECORDS_AT_ONCE = 50

type Record = Any
"""aiokafka's ConsumerRecord: topic, partition, offset, headers, value."""


class Unusable(Exception):
    """Kafka cannot be used; the text says why, and what to look at."""


@dataclass(frozen=True)
class Source:
    """Where records come from."""

    servers: str
    """host:port of a broker, or of several with commas between them."""
    group: str
    """The name by which Kafka remembers what was read."""
    prefix: str = ""
    """What stands before the names of Cartload's topics, as in a cluster that mirrors them."""

    @classmethod
    def given(cls, arguments: argparse.Namespace) -> "Source":
        """Return what the command line says."""
        return cls(arguments.servers, arguments.group, arguments.prefix)


def parser(description: str | None, group: str) -> argparse.ArgumentParser:
    """Return a parser of the arguments that say where records come from."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("servers", help="where Kafka listens: host:port, or several with commas between them")
    made.add_argument("--group", default=group, help="Kafka's name for what was read (default: %(default)s)")
    made.add_argument("--prefix", default="", help="before the names of topics, as a mirror puts it there")
    return made


def run(program: Coroutine[Any, Any, None]) -> None:
    """Run a program to its end; where it cannot go on, say why in one line and exit with 1."""
    try:
        asyncio.run(program)
    except (Unusable, KafkaError, OSError) as error:
        sys.exit(str(error))


async def records(
    source: Source, names: Sequence[str], *, at_once: int = RECORDS_AT_ONCE
) -> AsyncGenerator[list[Record]]:
    """Yield what has come on topics, at most so many records at once, until SIGINT or SIGTERM.

    They count as read when the caller asks for more. A program that dies before gets them again.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    topics = [source.prefix + name for name in names]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=source.servers,
        group_id=source.group,
        enable_auto_commit=False,
        # A new group begins with the oldest that Kafka still has.
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        request_timeout_ms=REQUEST_MS,
    )
    try:
        await _start(consumer, source.servers, topics)
        while not stop.is_set():
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=at_once)
            if found:
                yield [record for partition in found.values() for record in partition]
                await _commit(consumer)
    finally:
        await consumer.stop()


async def _start(consumer: AIOKafkaConsumer, servers: str, topics: Sequence[str]) -> None:
    try:
        await consumer.start()
    except (KafkaError, OSError, ValueError) as error:
        raise Unusable(f"Kafka cannot be reached at {servers}: {error}") from None
    # Asked for first: a consumer of topics that are not there waits for them without a word.
    missing = sorted(set(topics) - await consumer.topics())
    if missing:
        raise Unusable(f"Kafka at {servers} has no topic {', '.join(missing)}: did Cartload ever run there?")
    consumer.subscribe(topics)


async def _commit(consumer: AIOKafkaConsumer) -> None:
    try:
        await consumer.commit()
    except CommitFailedError:
        # The partitions went to another process of the group, which gets these records again.
        print("not committed: another process of the group reads on", file=sys.stderr, flush=True)
