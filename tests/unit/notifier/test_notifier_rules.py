"""What clients may say, and who hears of what."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from cartload_contracts import envelope, examples, topics
from cartload_contracts.jobs import JobState, JobStatus, JobView, StageSeconds
from cartload_contracts.streams import StreamState
from cartload_kit.kafka import KafkaConnection, NotReady, Record
from cartload_notifier.api.messages import Authenticate, Pong, RateLimiter, parse
from cartload_notifier.app import build
from cartload_notifier.consumers.state_consumer import StateConsumer
from cartload_notifier.domain.close_codes import CloseCode, Closed
from cartload_notifier.domain.hub import Hub
from cartload_notifier.domain.update import Update
from cartload_notifier.settings import NotifierSettings

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OWNER = UUID(int=7)


def state(version: int = 1, status: JobStatus = "running", owner: UUID = OWNER) -> JobState:
    job = JobView(
        id=uuid4(),
        dataset_id=uuid4(),
        kind="create",
        state=status,
        phase=None,
        version=version,
        rows_total=10,
        rows_done=5,
        chunks_total=2,
        chunks_done=1,
        tables={},
        rows_per_second=None,
        seconds_left=None,
        stage_seconds=StageSeconds(),
        created_at=NOON,
        started_at=None,
        finished_at=None,
        error=None,
    )
    return JobState(owner_id=owner, job=job)


def record(value: bytes, headers: dict[str, bytes]) -> Record:
    return Record("cartload.jobs", 0, 0, None, value, headers, NOON)


def consumer(hub: Hub) -> StateConsumer[JobState]:
    return StateConsumer(KafkaConnection("nowhere"), hub, topics.JOBS, envelope.JOB_STATES)


def on_the_wire(message: JobState | StreamState) -> Record:
    wire = envelope.encode(message, source="test", now=NOON)
    return record(wire.value, dict(wire.headers))


def test_a_client_says_who_it_is() -> None:
    assert parse('{"type": "authenticate", "token": "abc"}') == Authenticate(type="authenticate", token="abc")
    assert parse('{"type":"pong"}') == Pong(type="pong")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "{}",
        "null",
        '{"type": "authenticate"}',
        '{"type": "authenticate", "token": 1}',
        '{"type": "authenticate", "token": "a", "more": 1}',
        json.dumps({"type": "authenticate", "token": "x" * 8193}),
        '{"type": "subscribe", "job": "1"}',
        "[" * 10_000,
    ],
)
def test_anything_else_ends_the_connection(text: str) -> None:
    with pytest.raises(Closed) as closed:
        parse(text)
    assert closed.value.code is CloseCode.BAD_MESSAGE


def test_a_client_may_say_only_so_much() -> None:
    now = 0.0
    rate = RateLimiter(lambda: now, burst=3, every=1.0)
    for _ in range(3):
        rate.count()
    with pytest.raises(Closed):
        rate.count()
    now = 1.0
    rate.count()
    with pytest.raises(Closed):
        rate.count()


def test_an_update_is_the_job_without_its_owner() -> None:
    event = state(version=4, status="completed")
    update = Update.of_event(event)
    message = json.loads(update.text)
    assert message["type"] == "job"
    assert message["job"] == event.job.model_dump(mode="json")
    assert update.version == 4
    assert str(OWNER) not in update.text


def test_the_generators_answer_and_an_event_are_the_same_job() -> None:
    event = state()
    answer = Update.of_answer("job", event.job.model_dump(mode="json"))
    update = Update.of_event(event)
    assert (answer.id, answer.version) == (update.id, update.version)
    assert json.loads(answer.text) == json.loads(update.text)


@pytest.mark.parametrize(
    "job", [{}, {"id": 1, "version": 1, "state": "queued"}, {"id": "a", "version": True}]
)
def test_what_is_no_job_is_refused(job: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="without"):
        Update.of_answer("job", job)


def test_a_user_hears_of_the_users_own_jobs_only() -> None:
    hub = Hub(per_user=5)
    with hub.subscribed("ada") as hers, hub.subscribed("ada") as hers_too, hub.subscribed("eve") as other:
        hub.publish("ada", lambda: Update("job", 1, "text"))
        assert hers.take(0.0) == hers_too.take(0.0) == Update("job", 1, "text")
        assert other.take(0.0) is None


def test_for_nobody_no_update_is_made() -> None:
    def unexpected() -> Update:
        raise AssertionError

    hub = Hub(per_user=5)
    with hub.subscribed("eve"):
        hub.publish("ada", unexpected)


def test_a_user_has_so_many_connections_and_gets_them_back() -> None:
    hub = Hub(per_user=2)
    with hub.subscribed("ada"), hub.subscribed("ada"), hub.subscribed("eve"):
        assert len(hub) == 3
        with pytest.raises(Closed) as closed, hub.subscribed("ada"):
            pass
        assert closed.value.code is CloseCode.TOO_MANY
    assert len(hub) == 0
    with hub.subscribed("ada"):
        assert len(hub) == 1


async def test_the_feed_gives_a_job_to_its_owner() -> None:
    hub = Hub(per_user=5)
    event = state()
    with hub.subscribed(str(OWNER)) as queue:
        await consumer(hub).handle(on_the_wire(event))
        assert queue.take(0.0) == Update.of_event(event)


async def test_the_feed_gives_a_stream_to_its_owner_without_its_owner() -> None:
    wire = examples.load("stream-state")
    headers = dict(wire.headers)
    event = envelope.decode(envelope.STREAM_STATES, wire.value, headers)
    hub = Hub(per_user=5)
    streams = StateConsumer(KafkaConnection("nowhere"), hub, topics.STREAMS, envelope.STREAM_STATES)
    with hub.subscribed(str(event.owner_id)) as queue:
        await streams.handle(record(wire.value, headers))
        update = queue.take(0.0)
    assert update is not None
    assert json.loads(update.text) == {"type": "stream", "stream": json.loads(wire.value)["stream"]}
    assert (update.id, update.version) == (str(event.stream.id), event.stream.version)


@pytest.mark.parametrize("value", [b"", b"{}", b"\xff", b'{"type":"job"}'])
async def test_the_feed_goes_on_after_what_it_cannot_read(value: bytes) -> None:
    hub = Hub(per_user=5)
    with hub.subscribed(str(OWNER)) as queue:
        await consumer(hub).handle(record(value, dict(on_the_wire(state()).headers)))
        await consumer(hub).handle(record(value, {}))
        assert queue.take(0.0) is None


async def test_a_feed_that_begins_again_ends_all_connections() -> None:
    hub = Hub(per_user=5)
    events = consumer(hub)
    with pytest.raises(NotReady):
        await events.check()
    with hub.subscribed("ada") as queue:
        events._on_positioned()
        await events.check()
        assert (events.positioned, queue.end) == (True, None)
        events._on_positioned()
        assert queue.end is not None
        assert queue.end.code is CloseCode.GOING_AWAY


def test_the_settings_are_checked() -> None:
    good = {
        "port": 1,
        "kafka_bootstrap_servers": "h:1",
        "generator_url": "http://g",
        "jwks_url": "http://a/k",
    }
    assert NotifierSettings.model_validate(good).notifier_connections == 2000
    for wrong in ({"generator_url": "g"}, {"notifier_connections": 0}, {"kafka_bootstrap_servers": ""}):
        with pytest.raises(ValidationError):
            NotifierSettings.model_validate({**good, **wrong})


def test_the_document_needs_no_server() -> None:
    assert build().openapi()["info"]["title"] == "Cartload notifier"
