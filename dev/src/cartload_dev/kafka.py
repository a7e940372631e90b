"""Apache Kafka: one node that is broker and controller (KRaft)."""

import asyncio
import base64
import struct
import uuid
from functools import partial
from pathlib import Path

from cartload_dev.ports import LOOPBACK
from cartload_dev.programs import Program, RunTask, Task

CONFIG = "server.properties"
FORMAT_SECONDS = 60
CORRELATION = 0x6361_7274
"""What a request is marked with; Kafka sends it back with the answer."""
# Above the largest message of any topic (dead letters, 32 MiB), with room for headers.
MESSAGE_MAX_BYTES = 34 * 1024 * 1024
# One broker beside everything else on a small machine: the first compiler and the plain collector took
# a third of the processor time of the defaults.
JVM_OPTIONS = (
    "-Xms256m",
    "-Xmx1g",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
)


def properties(data: Path, port: int, controller_port: int, advertised: int | None = None) -> str:
    """Return the broker's configuration file.

    `advertised` is the port that clients are sent to, where something stands between them and the broker.
    """
    values = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{advertised or port}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "auto.create.topics.enable": "false",
        "message.max.bytes": MESSAGE_MAX_BYTES,
        "replica.fetch.max.bytes": MESSAGE_MAX_BYTES,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


async def prepare(
    java: str,
    jars: Path,
    home: Path,
    port: int,
    controller_port: int,
    run_task: RunTask,
    *,
    advertised: int | None = None,
) -> None:
    """Write the configuration, and format the storage where that was not done yet.

    Raises LauncherError when formatting fails.
    """
    config = home / CONFIG
    await asyncio.to_thread(_configure, config, properties(home / "data", port, controller_port, advertised))
    if not await asyncio.to_thread((home / "data" / "meta.properties").exists):
        await run_task(_format(java, jars, config))


def _configure(config: Path, text: str) -> None:
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(text, encoding="utf-8")


def program(
    java: str, jars: Path, home: Path, port: int, controller_port: int, *, advertised: int | None = None
) -> Program:
    """Return the broker as a program; it is ready when it lists itself as a live broker.

    `advertised` is as in `properties`.
    """
    return Program(
        name="kafka",
        command=(java, *JVM_OPTIONS, "-cp", f"{jars}/*", "kafka.Kafka", str(home / CONFIG)),
        prepare=partial(prepare, java, jars, home, port, controller_port, advertised=advertised),
        ready=partial(is_ready, port),
        port=port,
        stop_seconds=20,
    )


async def is_ready(port: int) -> bool:
    """Return whether the broker on this port answers and counts itself among the live brokers."""
    try:
        return await asyncio.wait_for(_live_brokers(port), timeout=2) > 0
    except (OSError, TimeoutError, asyncio.IncompleteReadError, struct.error):
        return False


async def _live_brokers(port: int) -> int:
    """Ask for metadata of no topic at all (request 3, version 1) and read how many brokers are alive."""
    request = struct.pack(">hhihi", 3, 1, CORRELATION, -1, 0)
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(struct.pack(">i", len(request)) + request)
        await writer.drain()
        head = await reader.readexactly(12)
    finally:
        writer.close()
    _size, correlation, brokers = struct.unpack(">iii", head)
    # Another server on the port would also send some bytes, and they would be read as a number of brokers.
    return int(brokers) if correlation == CORRELATION else 0


def _format(java: str, jars: Path, config: Path) -> Task:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    command = (java, "-Xmx256m", "-cp", f"{jars}/*", "kafka.tools.StorageTool", "format")
    options = ("--ignore-formatted", "-t", f"c{cluster[1:]}", "-c", str(config))
    return Task("kafka-format", (*command, *options), seconds=FORMAT_SECONDS)
