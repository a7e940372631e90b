"""``cartload stream`` and ``cartload fold`` on a real Kafka."""

import asyncio
import json
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pyarrow as pa
import pytest
from aiokafka.partitioner import murmur2
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from cartload.cli import main
from cartload.events.topics import BUSINESS_TOPICS, ORDERS, PAYMENTS, PREFIX, TOPICS
from cartload.schema import TABLE_NAMES
from cartload.storage import kafka_url
from cartload.storage.kafka_client import KafkaFailedError
from cartload.writers.external_sort import Lines
from cartload.writers.kafka_sink import KafkaSink
from cartload_dev.paths import checkout
from cartload_dev.ports import free_ports
from support.kafka_line import Line
from support.kafka_records import Stored, by_key, read_all
from support.pages import run_commands, snippets

SET = ("--set", "catalogue.products=150", "--set", "clickstream.sessions_per_customer=1")
MADE = ("--customers", "100", *SET)
type Event = dict[str, Any]


@dataclass(frozen=True)
class Topics:
    """Topics of a test's own."""

    bootstrap: str
    prefix: str

    @property
    def arguments(self) -> tuple[str, ...]:
        return (f"kafka://{self.bootstrap}", "--topic-prefix", self.prefix)

    def name(self, topic: str) -> str:
        return self.prefix + topic.removeprefix(PREFIX)

    def create(self, topic: str, partitions: int, **config: str) -> None:
        named = {name.replace("_", "."): value for name, value in config.items()}
        new = NewTopic(self.name(topic), partitions, 1, config={"retention.ms": "-1", **named})
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        (made,) = admin.create_topics([new]).values()
        made.result(30)

    def partitions(self) -> dict[str, int]:
        found = AdminClient({"bootstrap.servers": self.bootstrap}).list_topics(timeout=10).topics
        return {name: len(topic.partitions) for name, topic in found.items() if name.startswith(self.prefix)}

    def records(self) -> list[Stored]:
        return read_all(self.bootstrap, map(self.name, TOPICS))

    def sink(self, topics: tuple[str, ...] = TOPICS, **more: Any) -> KafkaSink:
        url = kafka_url.parse(f"kafka://{self.bootstrap}", {})
        return KafkaSink(url, uuid4(), topics, prefix=self.prefix, **more)


@pytest.fixture
def topics(kafka_bootstrap: str) -> Topics:
    return Topics(kafka_bootstrap, f"test-{secrets.token_hex(4)}-")


@pytest.fixture(scope="module")
def printed() -> list[bytes]:
    """What ``--to -`` prints of all topics."""
    command = (sys.executable, "-m", "cartload", "stream", *MADE, "--to", "-", "--quiet", "--topics", "*")
    return subprocess.run(command, capture_output=True, check=True).stdout.splitlines(keepends=True)


@pytest.fixture(scope="module")
def expected(printed: list[bytes]) -> dict[str, Event]:
    return {event["id"]: event for event in map(json.loads, printed)}


def stream(to: Topics, *more: str, made: tuple[str, ...] = MADE) -> int:
    return main(["stream", *made, "--quiet", "--to", *to.arguments, *more])


def fold(topics: Topics, *more: str) -> int:
    return main(["fold", *topics.arguments, "--against", "tiny", *MADE, *more])


def milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def lines(printed: list[bytes]) -> Lines:
    times = np.array([milliseconds(json.loads(line)["time"]) for line in printed])
    return Lines(times, np.arange(len(printed)), pa.array(printed, pa.large_binary()))


def test_partitions_are_those_of_javas_clients() -> None:
    # From UtilsTest of Apache Kafka, which fixes what its default partitioner does.
    vectors = {
        b"21": -973932308,
        b"foobar": -790332482,
        b"a-little-bit-long-string": -985981536,
        b"a-little-bit-longer-string": -1486304829,
        b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
        b"abc": 479470107,
    }
    assert {key: murmur2(key) % 2**32 for key in vectors} == {
        key: value % 2**32 for key, value in vectors.items()
    }


def test_every_line_is_a_cloudevent_in_the_partition_of_its_key(
    topics: Topics, expected: dict[str, Event]
) -> None:
    assert stream(topics, "--topics", "*", "--partitions", "5") == 0
    records = topics.records()
    assert {record.header("ce_id") for record in records} == expected.keys()
    assert len(records) == len(expected)
    (stream_id,) = {record.header("streamid") for record in records}
    assert UUID(stream_id).version == 5
    for record in records:
        event = expected[record.header("ce_id")]
        assert record.topic == topics.name(event["topic"])
        assert record.key == event["key"]
        assert json.loads(record.value) == event["data"]
        assert record.time == milliseconds(event["time"])
        assert record.partition == (murmur2(record.key.encode()) & 0x7FFFFFFF) % 5
        assert record.headers == (
            ("ce_id", event["id"]),
            ("ce_type", event["type"]),
            ("ce_source", f"/streams/{stream_id}"),
            ("ce_specversion", "1.0"),
            ("ce_time", event["time"]),
            ("content-type", "application/json"),
            ("sequence", str(event["sequence"])),
            ("synthetic", "true"),
            ("streamid", stream_id),
        )
    for told in by_key(records).values():
        assert [int(record.header("sequence")) for record in told] == [*range(1, len(told) + 1)]
    assert set(topics.partitions().values()) == {5}


def test_a_stream_in_kafka_folds_to_its_dataset_also_when_it_came_twice(
    topics: Topics, expected: dict[str, Event], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stream(topics, "--topics", "ecommerce-cdc.*") == 0
    assert fold(topics) == 0
    assert capsys.readouterr().out.count("equal  ") == len(TABLE_NAMES)
    assert stream(topics, "--topics", "ecommerce-cdc.*") == 0
    assert fold(topics) == 0
    events = sum(event["topic"].startswith("ecommerce-cdc.") for event in expected.values())
    assert capsys.readouterr().err == f"cartload: {events:,} events came again: each counts once\n"
    assert fold(topics, "--seed", "77", "--tables", "users") == 1
    assert capsys.readouterr().out.startswith("differs  users: 100 rows, 100 expected; ")


def test_faults_leave_the_times_and_headers_of_records(
    topics: Topics, expected: dict[str, Event], tmp_path: Path
) -> None:
    plan, ledger = tmp_path / "faults.yaml", tmp_path / "ledger.jsonl"
    plan.write_text("late: {rate: 0.1, within: 86400}\npoison: {rate: 0.05}\n", encoding="utf-8")
    assert stream(topics, "--topics", "*", "--faults", str(plan), "--ledger", str(ledger)) == 0
    faults = [json.loads(line) for line in ledger.read_bytes().splitlines()]
    poison = {fault["done"]["id"]: fault["event"] for fault in faults if fault["kind"] == "poison"}
    assert 0 < len(poison) < len(faults)
    records = topics.records()
    assert len(records) == len(expected) + len(poison)
    for record in records:
        identity = record.header("ce_id")
        event = expected.get(identity) or poison[identity]
        assert record.time == milliseconds(event["time"])
        assert (record.key, record.header("ce_type")) == (event["key"], event["type"])
        if identity in poison:
            with pytest.raises(json.JSONDecodeError):
                json.loads(record.value)
        else:
            assert json.loads(record.value) == event["data"]
    passed = [
        (before.time, after.time)
        for told in by_key(records).values()
        for before, after in pairwise(told)
        if before.time > after.time
    ]
    assert passed, "some come after later ones of their key"


def test_a_lost_event_is_found_by_its_sequence(
    topics: Topics, printed: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [line for line in printed if json.loads(line)["topic"] == "ecommerce-cdc.order_details"]
    lost = next(line for line in rows if b'"sequence":2,' in line and json.loads(line)["key"] in _long(rows))
    with topics.sink() as sink:
        sink.write(lines([line for line in rows if line is not lost]))
        sink.flush()
    assert fold(topics, "--tables", "order_details") == 1
    equal, gap = capsys.readouterr().out.splitlines()
    assert equal.startswith("equal    order_details: ")
    key = json.loads(lost)["key"]
    assert gap == (
        f"gap      ecommerce-cdc.order_details: 1 event is missing by their sequence, first for key {key}"
    )


def _long(rows: list[bytes]) -> set[str]:
    """Keys with more than two events."""
    return {event["key"] for event in map(json.loads, rows) if event["sequence"] == 3}


def test_records_that_are_no_events_are_named(topics: Topics, capsys: pytest.CaptureFixture[str]) -> None:
    assert fold(topics) == 1
    assert "has no event of a row: make it with --topics 'ecommerce-cdc.*'" in capsys.readouterr().err
    topics.create("ecommerce-cdc.users", 1)
    producer = Producer({"bootstrap.servers": topics.bootstrap})
    producer.produce(topics.name("ecommerce-cdc.users"), b"{}", b"1")
    assert producer.flush(10) == 0
    assert fold(topics) == 1
    assert f"offset 0 of {topics.prefix}cdc.users, partition 0: no event of cartload stream" in (
        capsys.readouterr().err
    )


def test_topics_that_are_there_are_used_as_they_are(
    topics: Topics, capsys: pytest.CaptureFixture[str]
) -> None:
    topics.create(ORDERS, 4)
    assert stream(topics) == 0
    assert capsys.readouterr().err == ""
    wanted = {topics.name(topic): 4 if topic in (ORDERS, PAYMENTS) else 6 for topic in BUSINESS_TOPICS}
    assert topics.partitions() == wanted


def test_topics_that_do_not_suit_are_remarked_on(topics: Topics, capsys: pytest.CaptureFixture[str]) -> None:
    topics.create(ORDERS, 2)
    topics.create(PAYMENTS, 3, retention_ms="604800000")
    # What is older than a week is deleted by and by, but is taken.
    assert stream(topics, "--topics", f"{ORDERS},{PAYMENTS}") == 0
    orders, payments = topics.name(ORDERS), topics.name(PAYMENTS)
    assert capsys.readouterr().err.splitlines() == [
        f"cartload: partitions differ: {orders} 2 and {payments} 3; "
        "orders and payments cannot be joined partition by partition",
        f"cartload: {payments} deletes events older than 7 days, by their own time, "
        "unless it has retention.ms=-1",
    ]


def test_a_message_that_is_too_large_is_one_line(topics: Topics, capsys: pytest.CaptureFixture[str]) -> None:
    topics.create(ORDERS, 1, max_message_bytes="300")
    assert stream(topics, "--topics", ORDERS) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == (
        f"cartload: {topics.name(ORDERS)} refuses events: "
        "an event is larger than its max.message.bytes allows"
    )


def test_a_topic_that_kafka_refuses_is_one_line(
    kafka_bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # Of names that differ in dots and underscores only, Kafka takes the first.
    name = f"test-{secrets.token_hex(4)}"
    Topics(kafka_bootstrap, f"{name}_").create(ORDERS, 1)
    assert stream(Topics(kafka_bootstrap, f"{name}."), "--topics", ORDERS) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"cartload: topic {name}.orders cannot be created: ")
    assert err.count("\n") == 1


def test_no_broker_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    nobody = Topics(f"127.0.0.1:{free_ports(1)[0]}", "x-")
    assert stream(nobody) == 1
    assert capsys.readouterr().err.startswith(f"cartload: Kafka at {nobody.bootstrap} cannot be reached (")
    assert fold(nobody) == 1
    assert capsys.readouterr().err.startswith(f"cartload: Kafka at {nobody.bootstrap} cannot be reached (")


@pytest.fixture
def cut_line(kafka_bootstrap: str) -> Iterator[tuple[Line, asyncio.AbstractEventLoop]]:
    """A line to the broker on a loop of its own, for clients that block."""
    loop, line = asyncio.new_event_loop(), Line(kafka_bootstrap)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(line.open(), loop).result(10)
    yield line, loop
    asyncio.run_coroutine_threadsafe(line.close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_broker_that_goes_away_is_one_error_in_bounded_time(
    topics: Topics, printed: list[bytes], cut_line: tuple[Line, asyncio.AbstractEventLoop]
) -> None:
    line, loop = cut_line
    through = Topics(line.bootstrap, topics.prefix)
    with topics.sink() as sink:
        # A broker takes its time with the first records of new topics.
        sink.write(lines(printed))
        sink.flush()
    with through.sink(delivery_seconds=5) as sink:
        sink.write(lines(printed[:500]))
        sink.flush()
        assert sink.arrived == 500
        loop.call_soon_threadsafe(line.cut)
        sink.write(lines(printed[500:1000]))
        with pytest.raises(KafkaFailedError, match=f"Kafka at {line.bootstrap}"):
            sink.flush()
    assert len(topics.records()) >= len(printed) + 500


def _so_far(topics: Topics) -> list[Stored]:
    """The records of topics that are only being created."""
    try:
        return topics.records()
    except KafkaException:
        return []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_was_stopped_repeats_the_same_events(
    topics: Topics, expected: dict[str, Event], number: signal.Signals
) -> None:
    live = ("--topics", "*", "--speed", "3600", "--live-from", "2025-06-01T00:00:00Z")
    command = (sys.executable, "-m", "cartload", "stream", *MADE, "--to", *topics.arguments, *live, "--quiet")
    with subprocess.Popen(command, stderr=subprocess.PIPE) as played:
        deadline = time.monotonic() + 60
        while not (before := _so_far(topics)):
            assert time.monotonic() < deadline
        played.send_signal(number)
        _, told = played.communicate(timeout=30)
    arrived = topics.records()
    assert len(before) <= len(arrived) < len(expected)
    if number == signal.SIGINT:
        assert played.returncode == 130
        assert told.decode().splitlines() == [
            f"cartload: {len(arrived):,} events are in Kafka at {topics.bootstrap}",
            "cartload: ended by SIGINT",
        ]
    assert stream(topics, "--topics", "*") == 0
    again = topics.records()
    assert len(again) == len(arrived) + len(expected)
    assert len({(record.topic, record.key, record.value, record.headers) for record in again}) == len(
        expected
    )
    assert {record.header("ce_id") for record in again} == expected.keys()
    assert fold(topics) == 0


def test_the_cdc_topics_of_a_folder_fold_to_it(topics: Topics, tmp_path: Path) -> None:
    shop = str(tmp_path / "shop")
    assert main(["generate", *MADE, "--out", shop, "--quiet"]) == 0
    assert main(["stream", shop, "--quiet", "--to", *topics.arguments, "--topics", "ecommerce-cdc.*"]) == 0
    assert main(["fold", *topics.arguments, "--against", shop]) == 0


def test_the_commands_of_the_page_run(topics: Topics, tmp_path: Path) -> None:
    page = checkout() / "docs" / "streams.md"
    (tmp_path / "default.yaml").write_text("customers: 100\n", encoding="utf-8")
    (sending,), (folding,) = (snippets(page, heading, "sh") for heading in ("Into Kafka", "From Kafka"))
    here = " ".join(topics.arguments)
    commands = (sending + folding).replace("--customers 1000", "--customers 100")
    printed = run_commands(commands.replace("kafka://localhost:9092", here), tmp_path)
    assert printed.count("equal ") == len(TABLE_NAMES)
