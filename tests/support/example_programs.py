"""The programs of examples/, as processes, and topics of a test's own that they read."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from cartload_contracts import topics
from cartload_dev.paths import checkout
from cartload_kit.kafka import KafkaConnection, Outgoing, Producer, Record, ensure_topics
from support.kafka_place import Topic

SECONDS = 60.0


@dataclass
class ExampleTopics:
    """All of Cartload's topics under a prefix, and a consumer group."""

    servers: str
    prefix: str
    producer: Producer
    sent: set[str] = field(default_factory=set)

    @property
    def arguments(self) -> list[str]:
        """What tells a program of these topics."""
        return [self.servers, "--prefix", self.prefix, "--group", self.prefix]

    async def send(self, records: Iterable[Record]) -> None:
        """Send records to the topics with the prefix before their own."""
        outgoing = [
            Outgoing(
                self.prefix + record.topic, record.key or b"", record.value, tuple(record.headers.items())
            )
            for record in records
        ]
        await self.producer.send_all(outgoing)
        self.sent |= {each.topic for each in outgoing}

    async def joined(self) -> None:
        """Return when the group has a member that was given its partitions."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        try:
            async with asyncio.timeout(SECONDS):
                while not await self._is_stable(admin):  # noqa: ASYNC110 - no event tells of it
                    await asyncio.sleep(0.05)
        finally:
            await admin.close()

    async def _is_stable(self, admin: AIOKafkaAdminClient) -> bool:
        (answer,) = await admin.describe_consumer_groups([self.prefix])
        return any(group[2] == "Stable" for group in answer.groups)

    async def read_by_group(self) -> None:
        """Return when the group has committed all that was sent."""
        await read_by_group(self.servers, self.prefix, self.sent)


async def begin_at_end(servers: str, group: str, names: Iterable[str]) -> None:
    """Have a group begin after all that is on topics now."""
    consumer = AIOKafkaConsumer(*names, bootstrap_servers=servers)
    committing = AIOKafkaConsumer(bootstrap_servers=servers, group_id=group, enable_auto_commit=False)
    async with consumer, committing:
        ends = await consumer.end_offsets(consumer.assignment())
        committing.assign(list(ends))
        await committing.commit(ends)


async def read_by_group(servers: str, group: str, names: Iterable[str]) -> None:
    """Return when a group has committed all that is on topics now."""
    reader = AIOKafkaConsumer(*names, bootstrap_servers=servers)
    committed = AIOKafkaConsumer(bootstrap_servers=servers, group_id=group, enable_auto_commit=False)
    async with reader, committed:
        ends = await reader.end_offsets(reader.assignment())

        async def behind() -> bool:
            read = [await committed.committed(partition) or 0 for partition in ends]
            return any(offset < end for offset, end in zip(read, ends.values(), strict=True))

        async with asyncio.timeout(SECONDS):
            while await behind():  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0.05)


@asynccontextmanager
async def example_topics(servers: str) -> AsyncIterator[ExampleTopics]:
    """Topics of a test's own, empty."""
    prefix = f"test-{secrets.token_hex(4)}."
    names = [prefix + topic.name for topic in (*topics.BATCHES.values(), topics.DATASETS, topics.JOBS)]
    connection = KafkaConnection(servers)
    await ensure_topics(connection, [Topic(n, partitions=2, max_message_bytes=24 * 2**20) for n in names])
    async with Producer(connection, prefix) as producer:
        yield ExampleTopics(servers, prefix, producer)


@dataclass
class Example:
    """A program that runs, with the lines that it has printed."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def printed(self, condition: Callable[[str], bool]) -> str:
        """Return the first line from now on for which the condition holds."""
        assert self.process.stdout is not None
        async with asyncio.timeout(SECONDS):
            while line := (await self.process.stdout.readline()).decode().rstrip():
                self.lines.append(line)
                if condition(line):
                    return line
        raise AssertionError(f"it ended: {self.lines}, {await self.errors()}")

    async def errors(self) -> str:
        """Return what it wrote to standard error, once it has ended."""
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    async def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; return the exit code and what came on standard error."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> tuple[int, str]:
        """Wait for its end; return the exit code and what came on standard error."""
        async with asyncio.timeout(SECONDS):
            output, errors = await self.process.communicate()
        self.lines += output.decode().splitlines()
        assert self.process.returncode is not None
        return self.process.returncode, errors.decode()


@asynccontextmanager
async def running(name: str, *arguments: str | Path, folder: Path) -> AsyncIterator[Example]:
    """An example in a folder; killed at the end, should it still run."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"examples.{name}",
        *arguments,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(checkout())},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    example = Example(process)
    try:
        yield example
    except TimeoutError as error:
        if process.returncode is None:
            process.kill()
        raise AssertionError(f"{name} printed {example.lines} and {await example.errors()}") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
