"""Events into Kafka by one process, against the tool that measures Kafka's own Java producer."""

import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
import pyarrow as pa

from bench.system import running
from bench.table import Row
from cartload.engine.chunks import Segment
from cartload.events.event_ids import stream_id
from cartload.events.topics import BUSINESS_TOPICS
from cartload.spec import parse, resolve
from cartload.storage import kafka_url
from cartload.writers.event_sinks import LineFile
from cartload.writers.event_stream import EventLines, StreamJob
from cartload.writers.external_sort import Lines
from cartload.writers.kafka_sink import KafkaSink
from cartload.writers.kafka_topics import DEFAULT_PARTITIONS
from cartload.writers.pacing import Pace
from cartload_dev import requirements
from cartload_dev.cache import Cache
from cartload_dev.downloads import installed
from support.engine import launcher_environment

CUSTOMERS: Final = 100_000
ROUNDS: Final = 3
_PAYLOADS: Final = 200_000
_PRODUCER: Final = ("acks=all", "enable.idempotence=true", "compression.type=lz4", "linger.ms=20")


@dataclass(frozen=True)
class _Round:
    events: int
    ours: float
    java: float
    """Events per second."""


def measure() -> list[Row]:
    """Measure three times, one after the other."""
    with (
        running("bench-stream", servers_only=True) as servers,
        tempfile.TemporaryDirectory() as folder,
    ):
        bootstrap = servers.endpoints.kafka_bootstrap
        payloads = Path(folder) / "events.jsonl"
        size = _write_payloads(payloads)
        rounds = [_round(bootstrap, number, payloads) for number in range(ROUNDS)]
        late = {speed: _lateness(bootstrap, speed, payloads) for speed in (1, 3600)}
    ours, java = (median(getattr(each, name) for each in rounds) for name in ("ours", "java"))
    return [
        Row("events into Kafka / Kafka's Java producer", f"{ours / java:.2f}", ">= 1.0"),
        Row("  events of 100,000 customers", f"{rounds[0].events:,}"),
        Row("  bytes of an event", f"{size:.0f}"),
        Row("  cartload stream", f"{ours:,.0f} events/s"),
        Row("  kafka-producer-perf-test", f"{java:,.0f} records/s"),
        Row("  of each round, ours", " ".join(f"{each.ours:,.0f}" for each in rounds)),
        Row("  of each round, Java's", " ".join(f"{each.java:,.0f}" for each in rounds)),
        Row("events late in Kafka at speed 1, p99", f"{late[1] * 1000:.1f} ms", "<= 100"),
        Row("  at speed 3600, of an hour that passes", f"{late[3600]:.2%}", "<= 1 %"),
    ]


def _job() -> StreamJob:
    return StreamJob(resolve(parse({"customers": CUSTOMERS})), (Segment(0, CUSTOMERS),), BUSINESS_TOPICS)


def _write_payloads(path: Path) -> float:
    """Events as lines for the Java tool, with all that a record has; return their mean size."""
    with EventLines(_job()) as events, path.open("wb") as out:
        events.make(lambda _: None)
        events.write(LineFile(out), lambda _: None)
    with path.open("rb") as file:
        lines = file.readlines()
    step = max(1, len(lines) // _PAYLOADS)
    path.write_bytes(b"".join(lines[::step]))
    return sum(map(len, lines)) / len(lines)


def _round(bootstrap: str, number: int, payloads: Path) -> _Round:
    print(f"Round {number + 1} of {ROUNDS} …", flush=True)
    job, prefix = _job(), f"bench-{number}-"
    url = kafka_url.parse(f"kafka://{bootstrap}", {})
    with EventLines(job) as events:
        count = events.make(lambda _: None)
        with KafkaSink(url, stream_id(job.spec), job.topics, prefix=prefix) as sink:
            began = time.perf_counter()
            events.write(sink, lambda _: None)
            ours = count / (time.perf_counter() - began)
    java = _java(bootstrap, f"{prefix}java", count, payloads)
    print(f"  {ours:,.0f} events/s, Java's producer {java:,.0f}", flush=True)
    return _Round(count, ours, java)


class _Acknowledged:
    """A Kafka sink that notes when its events had arrived."""

    def __init__(self, sink: KafkaSink) -> None:
        self._sink = sink
        self._written: list[int] = []
        self.arrived: list[tuple[int, float]] = []
        """The time of each event, and the clock's when it was acknowledged."""

    def write(self, lines: Lines) -> None:
        self._sink.write(lines)
        self._written += lines.times.tolist()

    def flush(self) -> None:
        self._sink.flush()
        now = time.monotonic()
        self.arrived += [(event, now) for event in self._written]
        self._written.clear()

    def wait(self, seconds: float) -> None:
        self._sink.wait(seconds)


def _lateness(bootstrap: str, speed: int, payloads: Path) -> float:
    """How many seconds late events are acknowledged, 99 of a hundred at most: fifty a second, for 20 s."""
    with payloads.open("rb") as file:
        lines = [line for line, _ in zip(file, range(1_000), strict=False)]
    gaps = np.random.default_rng(1).exponential(20 * speed, len(lines))
    times = 1_000 * speed + np.cumsum(gaps).astype(np.int64)
    playing = Lines(times, np.arange(len(lines)), pa.array(lines, pa.large_binary()))
    url = kafka_url.parse(f"kafka://{bootstrap}", {})
    with KafkaSink(url, stream_id(_job().spec), BUSINESS_TOPICS, prefix=f"bench-{speed}-") as sink:
        # A broker takes its time with the first records of new topics.
        sink.write(playing)
        sink.flush()
        acknowledged = _Acknowledged(sink)
        began = time.monotonic()
        pace = Pace(0, speed, lambda _: None)
        for due in pace.due([playing], acknowledged):
            acknowledged.write(due)
        acknowledged.flush()
    # Against the clock as it began: where it was slowed, all that follows is late by as much.
    late = [arrived - began - event / 1000 / speed for event, arrived in acknowledged.arrived]
    assert len(late) == len(lines)
    return float(np.quantile(late, 0.99))


def _java(bootstrap: str, topic: str, count: int, payloads: Path) -> float:
    """Records per second, as the tool prints them."""
    environ = launcher_environment()
    java, jars = requirements.java(environ), installed(Cache.of(environ), environ).kafka
    assert java is not None
    run = (java, "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{jars}/*")
    created = ("--create", "--topic", topic, "--partitions", str(DEFAULT_PARTITIONS))
    command = (*run, "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", bootstrap, *created)
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    options = ("--topic", topic, "--num-records", str(count), "--throughput", "-1")
    properties = (f"bootstrap.servers={bootstrap}", *_PRODUCER, f"batch.size={256 * 1024}")
    sending = (*run, "org.apache.kafka.tools.ProducerPerformance", *options)
    done = subprocess.run(
        (*sending, "--payload-file", str(payloads), "--producer-props", *properties),
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
    )
    (rate,) = re.findall(r"^[0-9]+ records sent, ([0-9.]+) records/sec .*99\.9th", done.stdout, re.MULTILINE)
    return float(rate)
