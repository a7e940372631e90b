"""Dead letters as administrators see them: real letters on a real Kafka, real decisions in a database."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from cartload_contracts import topics
from cartload_kit.kafka import (
    DeadLetterReader,
    DeadLetters,
    KafkaConnection,
    KafkaUnavailable,
    Producer,
    Record,
    ensure_topics,
)
from support import generator_service
from support.generator_service import Generator, User
from support.kafka_place import Topic

pytestmark = pytest.mark.xdist_group("topics of the servers")  # One counts what the other sends.

PATH = "/api/admin/dead-letters"
CHUNKS, RESULTS = topics.CHUNKS.name, topics.RESULTS.name


class FailingProducer(Producer):
    """Sends, and then tells `failing` instead of the acknowledgement."""

    failing: Exception | None = None

    async def send(self, *arguments: Any, **more: Any) -> None:
        await super().send(*arguments, **more)
        if self.failing is not None:
            raise self.failing


@dataclass
class Box:
    """A topic of dead letters of a test's own, and the service that shows it."""

    bootstrap: str
    topic: str
    producer: FailingProducer
    service: Generator
    admin: User

    async def put(self, reason: str = "bad", *, topic: str = CHUNKS, **more: Any) -> None:
        values = {
            "key": uuid4().bytes,
            "value": b"{}",
            "headers": {"ce_id": b"7"},
            "timestamp": datetime(2026, 1, 2, tzinfo=UTC),
        }
        record = Record(topic, 3, 99, **{**values, **more})
        await DeadLetters(self.producer, self.topic).put(record, reason, 2)

    async def listed(self, query: str = "") -> list[Any]:
        """All pages of the list."""
        found: list[Any] = []
        path: str | None = f"{PATH}?limit=7{query}"
        while path is not None:
            answer = await self.admin.call("GET", path)
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            following = answer.json()["next"]
            assert (following is None) == ("next" not in answer.links)
            path = None if following is None else answer.links["next"]["url"]
        return found

    async def one(self) -> str:
        """The id of the newest letter."""
        return str((await self.listed())[0]["id"])

    async def act(self, letter_id: str, action: str) -> Any:
        return await self.admin.call("POST", f"{PATH}/{letter_id}/{action}")


@pytest.fixture
async def box(jobs_database: str, kafka_bootstrap: str) -> AsyncIterator[Box]:
    connection, name = KafkaConnection(kafka_bootstrap), f"generator.dead.{uuid4().hex[:8]}"
    dead = Topic(name, partitions=3, max_message_bytes=topics.DEAD_LETTERS.max_message_bytes)
    await ensure_topics(connection, [dead, topics.CHUNKS, topics.RESULTS])
    async with (
        FailingProducer(connection, "test", limits=topics.LIMITS) as producer,
        generator_service.running(
            jobs_database,
            reader=DeadLetterReader(connection, name, "test"),
            producer=producer,
            dispatching=False,
        ) as service,
    ):
        yield Box(kafka_bootstrap, name, producer, service, service.admin())


async def sent_again(box: Box, letter_id: str, topic: str = CHUNKS) -> list[Any]:
    """What lies on a topic because of a letter."""
    reader = AIOKafkaConsumer(topic, bootstrap_servers=box.bootstrap, auto_offset_reset="earliest")
    await reader.start()
    try:
        ends = await reader.end_offsets(reader.assignment())
        found: list[Any] = []
        while any([await reader.position(one) < end for one, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += records
        return [one for one in found if dict(one.headers).get("x-redriven-from") == letter_id.encode()]
    finally:
        await reader.stop()


async def test_the_list_has_every_letter_once_the_newest_first(box: Box) -> None:
    for number in range(40):
        await box.put(f"reason {number}")
    listed = await box.listed()
    assert {letter["reason"] for letter in listed} == {f"reason {number}" for number in range(40)}
    assert len(listed) == 40
    # Some were sent in the same millisecond, to different partitions: of these none is the newer one.
    times = [letter["failed_at"] for letter in listed]
    assert times == sorted(times, reverse=True)
    assert await box.listed("&state=redriven") == []


async def test_a_letter_says_what_it_was_and_why_it_is_here(box: Box) -> None:
    await box.put("not JSON", value=b"{broken", key=b"a:0", headers={"ce_id": b"7", "raw": b"\xff"})
    (listed,) = await box.listed()
    read = await box.admin.read(f"{PATH}/{listed['id']}")
    assert listed.items() <= read.items()
    assert (read["state"], read["reason"], read["attempts"]) == ("open", "not JSON", 2)
    assert (read["topic"], read["partition"], read["offset"]) == (CHUNKS, 3, 99)
    assert (read["size"], read["whole_size"], read["sent_at"]) == (7, None, "2026-01-02T00:00:00Z")
    assert (read["key"], read["headers"]) == ("a:0", {"ce_id": "7", "raw": "\ufffd"})
    assert (read["json_value"], b64decode(read["first_bytes"])) == (None, b"{broken")


async def test_json_is_shown_with_secrets_masked(box: Box) -> None:
    value = {"type": "generate", "password": "hunter2", "note": "mysql://ada:hunter2@db/x"}
    headers = {"authorization": b"Bearer hunter2hunter2", "ce_id": b"7"}
    await box.put("at mysql://ada:hunter2@db/x", value=json.dumps(value).encode(), headers=headers)
    answer = await box.admin.call("GET", f"{PATH}/{await box.one()}")
    assert answer.json()["json_value"]["type"] == "generate"
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "value",
    [b'"\\ud800"', b"1e999", b"NaN", b"[" * 200 + b"]" * 200, b"[" * 10**5, b"", b"\xff", b"9" * 5000],
)
async def test_what_no_answer_can_carry_is_shown_as_bytes(box: Box, value: bytes) -> None:
    await box.put(value=value)
    read = await box.admin.read(f"{PATH}/{await box.one()}")
    assert (read["json_value"], b64decode(read["first_bytes"])) == (None, value[:1024])


async def test_the_list_is_filtered_by_topic_and_state(box: Box) -> None:
    for number in range(20):
        await box.put(f"{number}", topic=RESULTS if number % 2 else CHUNKS)
    odd = await box.listed(f"&topic={RESULTS}")
    assert [letter["reason"] for letter in odd] == [f"{n}" for n in range(19, 0, -2)]
    assert (await box.act(odd[0]["id"], "discard")).status_code == 200
    assert (await box.act(odd[1]["id"], "redrive")).status_code == 200
    for state, expected in (("discarded", ["19"]), ("redriven", ["17"])):
        assert [letter["reason"] for letter in await box.listed(f"&state={state}")] == expected
    assert len(await box.listed("&state=open")) == 18
    assert len(await box.listed(f"&state=open&topic={RESULTS}")) == 8


async def test_a_letter_is_put_back_as_it_was_with_its_name(box: Box) -> None:
    headers = {"ce_id": b"7", "traceparent": b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    await box.put(value=b"\x00\xff", key=b"d:0", headers={**headers, "dlq-topic": b"elsewhere"})
    letter_id = await box.one()
    answer = await box.act(letter_id, "redrive")
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "redriven"
    assert answer.json()["decided_by"] == str(box.admin.id)
    (sent,) = await sent_again(box, letter_id)
    assert (sent.key, sent.value) == (b"d:0", b"\x00\xff")
    found = dict(sent.headers)
    # The request that put it back, since the message names none.
    assert found.pop("x-request-id")
    assert found == {**headers, "x-redriven-from": letter_id.encode()}


@pytest.mark.parametrize("first", ["redrive", "discard"])
@pytest.mark.parametrize("second", ["redrive", "discard"])
async def test_a_letter_is_decided_about_once(box: Box, first: str, second: str) -> None:
    await box.put()
    letter_id = await box.one()
    assert (await box.act(letter_id, first)).status_code == 200
    refused = await box.act(letter_id, second)
    assert refused.status_code == 409
    assert refused.json()["state"] == {"redrive": "redriven", "discard": "discarded"}[first]
    assert len(await sent_again(box, letter_id)) == (first == "redrive")


async def test_of_many_who_put_a_letter_back_at_once_one_does(box: Box) -> None:
    await box.put()
    letter_id = await box.one()
    answers = await asyncio.gather(*(box.act(letter_id, "redrive") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert len(await sent_again(box, letter_id)) == 1


async def test_what_was_sent_and_not_noted_stays_open_and_is_sent_again(box: Box) -> None:
    """As after a crash between Kafka's acknowledgement and the commit: receivers get it twice."""
    await box.put()
    letter_id = await box.one()
    box.producer.failing = KafkaUnavailable("the answer was lost")
    answer = await box.act(letter_id, "redrive")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert (await box.admin.read(f"{PATH}/{letter_id}"))["state"] == "open"
    box.producer.failing = None
    assert (await box.act(letter_id, "redrive")).status_code == 200
    assert len(await sent_again(box, letter_id)) == 2


async def test_a_letter_that_was_cut_cannot_be_put_back(box: Box) -> None:
    producer = DeadLetters(box.producer, box.topic, max_value=2**20)
    record = Record(CHUNKS, 3, 99, b"k", bytes(2**20), {}, datetime(2026, 1, 2, tzinfo=UTC))
    await producer.put(record, "too large", 1)
    letter_id = await box.one()
    refused = await box.act(letter_id, "redrive")
    assert refused.status_code == 409
    assert "first 65536 of 1048576 bytes" in refused.json()["detail"]
    assert (await box.act(letter_id, "discard")).status_code == 200


@pytest.mark.parametrize(
    "topic", ["cartload.dead-letters", "cartload.jobs", "elsewhere", "", "cartload.batches.nothing"]
)
async def test_only_topics_that_services_take_work_from_are_targets(box: Box, topic: str) -> None:
    await box.put(topic=topic)
    refused = await box.act(await box.one(), "redrive")
    assert refused.status_code == 409
    assert "does not come from a topic" in refused.json()["detail"]


async def test_a_letter_that_somebody_else_wrote_is_listed_and_not_put_back(box: Box) -> None:
    await box.producer.send(box.topic, None, b"hello", [("dlq-partition", b"x"), ("dlq-timestamp", b"now")])
    (letter,) = await box.listed()
    unknown = ("reason", "topic", "partition", "offset", "attempts", "sent_at")
    assert {letter[name] for name in unknown} == {None}
    assert (await box.act(letter["id"], "redrive")).status_code == 409


async def test_a_message_that_its_topic_takes_no_more_is_refused(box: Box) -> None:
    await box.put(value=bytes(topics.CHUNKS.max_message_bytes))
    refused = await box.act(await box.one(), "redrive")
    assert refused.status_code == 409
    assert "does not take" in refused.json()["detail"]


async def test_what_kafka_no_longer_keeps_is_404(box: Box) -> None:
    for _ in range(3):
        await box.put(key=b"one partition")
    letters = await box.listed()
    admin = AIOKafkaAdminClient(bootstrap_servers=box.bootstrap)
    await admin.start()
    try:
        partition = int(letters[0]["id"].split("-")[0])
        await admin.delete_records({TopicPartition(box.topic, partition): RecordsToDelete(before_offset=2)})
    finally:
        await admin.close()
    assert [letter["id"] for letter in await box.listed()] == [letters[0]["id"]]
    for method, path in (("GET", ""), ("POST", "/redrive"), ("POST", "/discard")):
        answer = await box.admin.call(method, f"{PATH}/{letters[-1]['id']}{path}")
        assert answer.status_code == 404, answer.text


async def test_an_id_of_no_letter_is_404(box: Box) -> None:
    await box.put()
    partition, offset, time = (await box.one()).split("-")
    # The second is what the id of an earlier topic of this name could be.
    others = (
        f"{partition}-{int(offset) + 1}-{time}",
        f"{partition}-{offset}-{int(time) - 1}",
        f"99-0-{time}",
    )
    for letter_id in others:
        assert (await box.admin.call("GET", f"{PATH}/{letter_id}")).status_code == 404, letter_id


@pytest.mark.parametrize("letter_id", ["1", "a-b-c", "-1-0-0", "1-2-3-4", "٣-0-0", "1-2-3\n"])
async def test_an_id_of_another_shape_is_422(box: Box, letter_id: str) -> None:
    answer = await box.admin.call("GET", f"{PATH}/{quote(letter_id)}")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "query", ["state=gone", "limit=0", "limit=201", "cursor=x", "cursor=eyJuIjo0MX0", "topik=x"]
)
async def test_wrong_parameters_are_refused(box: Box, query: str) -> None:
    assert (await box.admin.call("GET", f"{PATH}?{query}")).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/0-0-0"), ("POST", "/0-0-0/redrive"), ("POST", "/0-0-0/discard")],
)
async def test_only_administrators_have_dead_letters(box: Box, method: str, path: str) -> None:
    answer = await box.service.user().call(method, f"{PATH}{path}")
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_while_kafka_is_away_the_answer_is_503(generator: Generator) -> None:
    for path in ("", "/0-0-0"):
        answer = await generator.admin().call("GET", f"{PATH}{path}")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


async def test_letters_of_the_largest_size_are_listed_and_put_back(box: Box) -> None:
    await ensure_topics(KafkaConnection(box.bootstrap), [topics.BATCHES["users"]])
    value = bytes(topics.BATCHES["users"].max_message_bytes - 1024)
    for number in range(5):
        await box.put(f"{number}", topic=topics.BATCHES["users"].name, value=value, key=b"one partition")
    assert [letter["reason"] for letter in await box.listed()] == ["4", "3", "2", "1", "0"]
    letter_id = await box.one()
    assert (await box.act(letter_id, "redrive")).status_code == 200
    (sent,) = await sent_again(box, letter_id, topics.BATCHES["users"].name)
    assert sent.value == value
