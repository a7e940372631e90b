"""A sink for Kafka in a process that goes on: it leaves no threads, and says whether to try again."""

import gc
import os
from collections.abc import Iterator
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from cartload.storage.kafka_client import KafkaFailedError, Troubles, refusal, refusals_told
from cartload.storage.kafka_url import KafkaUrl
from cartload.writers.external_sort import Lines
from cartload.writers.kafka_sink import KafkaSink

EVENT = (
    b'{"type":"order_created","key":"1","sequence":1,"time":"2025-01-01T00:00:00.000Z","id":"x",'
    b'"topic":"ecommerce-orders","data":{}}\n'
)


def threads() -> int:
    """Those of the libraries too."""
    return len(os.listdir("/proc/self/task"))


def lines(count: int) -> Lines:
    return Lines(
        np.full(count, 1_735_689_600_000), np.arange(count), pa.array([EVENT] * count, pa.large_binary())
    )


@pytest.fixture
def broker() -> Iterator[Producer]:
    """A client with a broker inside, which is the library's own and ends with it."""
    found = Producer({"bootstrap.servers": "x", "test.mock.num.brokers": 1, "log_level": 0})
    yield found
    found.close()


def sink_of(broker: Producer) -> KafkaSink:
    (place,) = broker.list_topics(timeout=10).brokers.values()
    # Topics that are not asked for are not looked at: of that the broker knows nothing.
    return KafkaSink(KafkaUrl((f"{place.host}:{place.port}",)), uuid4(), (), delivery_seconds=1)


@pytest.fixture
def no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
def test_a_sink_ends_its_threads_and_prints_nothing(
    broker: Producer, capfd: pytest.CaptureFixture[str]
) -> None:
    sink_of(broker).__exit__(None)
    before = threads()
    with sink_of(broker) as sink:
        sink.write(lines(3))
        assert threads() > before
    assert 0 <= sink.arrived <= sink.sent == 3
    assert threads() == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("no_collection")
def test_a_broker_that_goes_away_may_come_again(broker: Producer) -> None:
    with sink_of(broker) as sink:
        broker.close()
        sink.write(lines(2))
        with pytest.raises(KafkaFailedError, match="ecommerce-orders: Kafka at ") as failed:
            sink.flush()
    assert not failed.value.lasting
    assert sink.arrived == 0


@pytest.mark.usefixtures("no_collection")
def test_a_sink_that_cannot_be_opened_ends_its_threads() -> None:
    before = threads()
    with pytest.raises(KafkaFailedError) as failed:
        KafkaSink(KafkaUrl(("127.0.0.1:1",)), uuid4(), ())
    assert not failed.value.lasting
    assert threads() == before


@pytest.mark.parametrize(
    ("code", "lasting"),
    [
        (KafkaError.MSG_SIZE_TOO_LARGE, True),
        (KafkaError.INVALID_TIMESTAMP, True),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, True),
        (KafkaError._INVALID_ARG, True),
        (KafkaError.NOT_ENOUGH_REPLICAS, False),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, False),
        (KafkaError._TRANSPORT, False),
        (KafkaError._TIMED_OUT, False),
        (KafkaError._FATAL, False),
    ],
)
def test_what_may_pass_is_told_from_what_lasts(code: int, lasting: bool) -> None:
    error = KafkaError(code, "no")
    assert refusal("orders", error).lasting == lasting
    with pytest.raises(KafkaFailedError, match="orders: no") as failed, refusals_told("orders"):
        raise KafkaException(error)
    assert failed.value.lasting == lasting


@pytest.mark.parametrize(
    ("code", "text", "lasting"),
    [
        (KafkaError._TRANSPORT, "Connect to ipv4#127.0.0.1:1 failed: Connection refused", False),
        (KafkaError._RESOLVE, "Failed to resolve 'kafka'", False),
        (KafkaError._AUTHENTICATION, "SASL authentication error: Authentication failed", True),
        (KafkaError._AUTHENTICATION, "SASL authentication error: Local: Broker transport failure", False),
        (KafkaError._AUTHENTICATION, "Failed to acquire SASL OAUTHBEARER token: no server", False),
        (KafkaError._SSL, "SSL handshake failed: certificate verify failed", True),
        (KafkaError._SSL, "SSL handshake failed: Disconnected", False),
    ],
)
def test_why_no_broker_answers_may_pass_or_last(code: int, text: str, lasting: bool) -> None:
    troubles = Troubles("broker:9092")
    assert not troubles.unreachable().lasting
    troubles.report(KafkaError(code, text))
    assert troubles.unreachable().lasting == lasting
