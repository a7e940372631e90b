"""Bad messages on every topic that a service reads: dead letters with reason and origin, and all goes on."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

import cartload as engine
from cartload import spec as specs
from cartload.engine.chunks import Segment, plan
from cartload_contracts import envelope, topics
from cartload_contracts.messages import Failed, GenerateChunk, Stored
from cartload_contracts.topics import Topic
from cartload_dev.system_client import SystemClient
from cartload_generator.domain.planning import part_of
from cartload_kit.kafka import KafkaConnection, Record, subscribe_latest
from support.bad_messages import PARTITION, Bad, bad_batches, bad_json, committed_past, sending
from support.client import User
from support.notifier_process import job_state
from support.writer_service import Load

pytestmark = pytest.mark.timeout(180)
PROCESSES = {
    "generator api": "generator-api",
    "generator worker": "generator-worker",
    "writer consumer": "writer-consumer",
    "writer tasks": "writer-tasks",
}
NOT_IN_FLIGHT = 10**6
"""The number of a chunk that no job here has: what is told of it changes nothing."""


@pytest.fixture
async def system(unlimited: SystemClient) -> SystemClient:
    await asyncio.to_thread(unlimited.wait_ready)
    return unlimited


@pytest.fixture
async def user(unlimited_user: User) -> User:
    """A user of that system. The other one's topics are read by programs that expect no bad messages."""
    return unlimited_user


async def leave_room(system: SystemClient, user: User, process: str) -> None:
    """Start a consumer anew that has met many bad messages since its start: of 20 it would stop."""
    async with user.http.get(system.endpoints.metrics[process]) as answer:
        lines = (await answer.text()).splitlines()
    counted = [one for one in lines if one.startswith("cartload_kafka_records_total{")]
    if sum(float(one.split()[-1]) for one in counted if 'outcome="dead_letter"' in one) > 12:
        await asyncio.to_thread(system.restart, process)


@asynccontextmanager
async def waiting_job(system: SystemClient, user: User, frozen: str) -> AsyncIterator[Load]:
    """A job all of whose chunks are in flight, and stay so while a process on their way stands still."""
    system.send(frozen, signal.SIGSTOP)
    try:
        # With sessions, so that there are batches of every table.
        job = await user.start_job(customers=10, clickstream={"sessions_per_customer": 1})
        await user.job_when(job["id"], lambda now: now["phase"] == "generating")
        dataset = await user.get(f"/api/datasets/{job['dataset_id']}")
        spec = specs.resolve(specs.parse(dataset["spec"]))
        yield Load(spec, UUID(dataset["id"]), UUID(job["id"]), segments=(Segment(0, 10),))
    finally:
        system.send(frozen, signal.SIGCONT)


def last_chunk(load: Load) -> int:
    """The place of the last chunk in the plan, which has the customers."""
    return len(plan(load.spec, load.segments[-1], catalogue=True)) - 1


def chunk_command(load: Load, chunk_index: int) -> GenerateChunk:
    """The command for the last chunk of a dataset, as number `chunk_index` of its job."""
    return GenerateChunk(
        dataset_id=load.dataset_id,
        job_id=load.job_id,
        chunk_index=chunk_index,
        issued_at=datetime.now(UTC),
        spec=load.spec.model_dump(mode="json"),
        spec_hash=specs.spec_hash(load.spec),
        vintage=engine.VINTAGE,
        part=part_of(plan(load.spec, load.segments[-1], catalogue=True)[last_chunk(load)]),
    )


def stored(load: Load, chunk_index: int) -> Stored:
    return Stored(
        dataset_id=load.dataset_id,
        job_id=load.job_id,
        chunk_index=chunk_index,
        table="users",
        chunk=0,
        rows=10,
        row_hash="0" * 32,
        bytes=1,
        generating_seconds=0,
        storing_seconds=0,
    )


def bad_messages(topic: Topic, load: Load, chunk_index: int) -> list[Bad]:
    """Every fault on one topic, in messages about a job's chunk."""
    if topic is topics.DATASETS:
        return list(bad_json(load.prepare(), {"spec_hash": "0" * 64}))
    if topic is topics.CHUNKS:
        return list(bad_json(chunk_command(load, chunk_index), {"spec_hash": "0" * 64}))
    if topic is topics.RESULTS:
        return list(bad_json(stored(load, chunk_index), {"row_hash": "0"}))
    return list(bad_batches(load, topic.name.rpartition(".")[2], chunk_index=chunk_index))


async def gather(records: Any, is_enough: Callable[[list[Record]], bool]) -> list[Record]:
    """What comes until it is enough."""
    found: list[Record] = []
    async with asyncio.timeout(60):
        async for record in records:
            found.append(record)
            if is_enough(found):
                return found
    raise AssertionError("the reader ended")


def letters_of(records: list[Record], topic: Topic) -> dict[int, Record]:
    """The dead letters from the partition that is looked at, by the offset that they came from."""
    origin = {"dlq-topic": topic.name.encode(), "dlq-partition": str(PARTITION).encode()}
    return {
        int(one.headers["dlq-offset"]): one
        for one in records
        if one.topic == topics.DEAD_LETTERS.name and origin.items() <= one.headers.items()
    }


def told_to(records: list[Record], job_id: UUID) -> list[Failed]:
    """What the topic of results says of a job's failures."""
    found = []
    for record in records:
        if record.topic == topics.RESULTS.name and str(job_id).encode() in record.value:
            result = envelope.decode(envelope.RESULTS, record.value, record.headers)
            found += [result] if isinstance(result, Failed) else []
    return found


@pytest.mark.parametrize("topic", topics.WORK, ids=lambda topic: topic.name)
async def test_bad_messages_are_dead_letters_with_reason_and_origin_and_the_rest_goes_on(
    system: SystemClient, user: User, topic: Topic
) -> None:
    (reader,) = topic.consumers
    await leave_room(system, user, PROCESSES[reader])
    kafka = system.endpoints.kafka_bootstrap
    frozen = "writer-consumer" if reader == "generator worker" else "generator-worker"
    watched = {topics.DEAD_LETTERS.name, topics.RESULTS.name} - {topic.name}
    async with (
        sending(kafka) as sender,
        waiting_job(system, user, frozen) as load,
        subscribe_latest(KafkaConnection(kafka), *watched) as records,
    ):
        sent = await sender.send_all(bad_messages(topic, load, NOT_IN_FLIGHT))
        told = [one.reason for one in sent.values() if one.told] if len(watched) > 1 else []
        came = await gather(
            records,
            lambda found: (
                letters_of(found, topic).keys() >= sent.keys()
                and len(told_to(found, load.job_id)) >= len(told)
            ),
        )
        await committed_past(kafka, topics.GROUPS[reader], topic.name, max(sent))
    for offset, letter in letters_of(came, topic).items():
        bad = sent[offset]
        assert bad.reason in letter.headers["dlq-reason"].decode(), bad.fault
        assert (letter.key, letter.value) == (bad.wire.key, bad.wire.value), bad.fault
        assert dict(bad.wire.headers).items() <= letter.headers.items(), bad.fault
        assert int(letter.headers["dlq-attempts"]) == 1, bad.fault
    reasons = [failed.reason for failed in told_to(came, load.job_id)]
    assert len(reasons) == len(told)
    assert all(any(reason in said for said in reasons) for reason in told), reasons
    job = await user.finish_job(str(load.job_id))
    assert job["state"] == "completed", job


@pytest.mark.parametrize(
    ("topic", "frozen"),
    [
        (topics.CHUNKS, "writer-consumer"),
        (topics.BATCHES["users"], "generator-worker"),
        (topics.RESULTS, "writer-consumer"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
@pytest.mark.parametrize("fault", ["wrong schema", "wrong hash", "unknown version"])
async def test_the_job_that_a_bad_message_names_fails_with_its_reason(
    system: SystemClient, user: User, topic: Topic, frozen: str, fault: str
) -> None:
    await leave_room(system, user, PROCESSES[topic.consumers[0]])
    async with (
        sending(system.endpoints.kafka_bootstrap) as sender,
        waiting_job(system, user, frozen) as load,
    ):
        (bad,) = [one for one in bad_messages(topic, load, last_chunk(load)) if one.fault == fault]
        await sender.send(bad.wire)
        await user.job_when(str(load.job_id), lambda job: bad.reason in (job["error"] or ""))
    job = await user.finish_job(str(load.job_id))
    assert job["state"] == "failed"
    assert bad.reason in job["error"]


async def test_the_notifier_counts_bad_messages_and_passes_them_over(
    system: SystemClient, user: User
) -> None:
    url = system.endpoints.metrics["notifier"]

    async def counted(outcome: str) -> float:
        async with user.http.get(url) as answer:
            text = await answer.text()
        name = f'cartload_notifier_events_total{{outcome="{outcome}"}}'
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))

    before, good = await counted("bad"), await counted("read")
    state = job_state(uuid4(), uuid4(), 1)
    async with sending(system.endpoints.kafka_bootstrap) as sender:
        sent = await sender.send_all(list(bad_json(state, {})))
        await sender.send(envelope.encode(state, source="/test", now=datetime.now(UTC)))
    async with asyncio.timeout(20):
        while await counted("bad") < before + len(sent) or await counted("read") <= good:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert await counted("bad") == before + len(sent)
