"""A real broker with TLS and SASL: every client of the kit works, and what is wrong is one clear line."""

import asyncio
import base64
import json
import os
import sys
import time
import uuid
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from cartload_contracts import topics
from cartload_generator.adapters.kafka_backlog import KafkaBacklog
from cartload_kit.kafka import (
    Consumer,
    DeadLetters,
    KafkaConnection,
    KafkaUnavailable,
    Producer,
    Record,
    ensure_topics,
    read_latest,
)
from cartload_kit.kafka.settings import KafkaSettings
from support.certificates import Certificate, loopback
from support.engine import ENGINE
from support.kafka_place import QUICK, Topic, running, until
from support.secured_kafka import USER, SecuredKafka, secured_kafka
from support.token_server import answering

pytestmark = [
    pytest.mark.skipif(ENGINE != "native", reason="the listeners are those of a local process"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("secured-kafka"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecuredKafka]:
    folder = tmp_path_factory.mktemp("kafka")
    async with secured_kafka(folder, loopback(folder)) as found:
        yield found


@pytest.fixture
def stranger(tmp_path: Path) -> Certificate:
    return loopback(tmp_path)


def variables(broker: SecuredKafka, mechanism: str = "SCRAM-SHA-512", **other: object) -> dict[str, str]:
    """What a process is told that signs in with the password."""
    told: dict[str, object] = {
        "CARTLOAD_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{broker.sasl}",
        "CARTLOAD_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "CARTLOAD_KAFKA_SASL_MECHANISM": mechanism,
        "CARTLOAD_KAFKA_USERNAME": USER,
        "CARTLOAD_KAFKA_PASSWORD": broker.password,
        "CARTLOAD_KAFKA_CA_FILE": broker.certificate.chain,
    }
    changed = {f"CARTLOAD_KAFKA_{name.upper()}": value for name, value in other.items()}
    return {name: str(value) for name, value in {**told, **changed}.items() if value is not None}


def with_tokens(broker: SecuredKafka, token_url: str, secret: str) -> dict[str, str]:
    """The variables of a process that signs in by tokens of this server."""
    return variables(
        broker,
        "OAUTHBEARER",
        username=None,
        password=None,
        oauth_token_url=token_url,
        oauth_client_id="cartload",
        oauth_client_secret=secret,
    )


def connection(told: dict[str, str]) -> KafkaConnection:
    values = {name.removeprefix("CARTLOAD_").lower(): value for name, value in told.items()}
    return KafkaSettings.model_validate(values).kafka


async def works(reached: KafkaConnection) -> None:
    """Topics are made, and a message gets from a producer to a group and to a live reader."""
    topic, dead = Topic(f"secured.{uuid.uuid4().hex[:8]}"), Topic(f"dead.{uuid.uuid4().hex[:8]}")
    await ensure_topics(reached, [topic, dead])
    seen: list[bytes] = []
    live: list[bytes] = []
    stop, positioned = asyncio.Event(), asyncio.Event()

    async def handle(record: Record) -> None:
        seen.append(record.value)

    async def keep(record: Record) -> None:
        live.append(record.value)

    async with Producer(reached, "secured-test") as producer:
        reading = asyncio.create_task(read_latest(reached, topic.name, keep, stop, positioned=positioned.set))
        await asyncio.wait_for(positioned.wait(), 20)
        letters = DeadLetters(producer, dead.name)
        group = Consumer(reached, topic.name, [topic.name], handle, letters, timing=QUICK)
        await producer.send(topic.name, b"key", b"value")
        async with running(group):
            await until(lambda: seen == [b"value"] and live == [b"value"])
            await producer.check()
            await group.check()
        stop.set()
        await reading


async def why_not(reached: KafkaConnection, deadline: float = 0.5) -> str:
    """What is said when a producer cannot start."""
    with pytest.raises(KafkaUnavailable) as caught:
        await Producer(reached, "secured-test", deadline=deadline).start()
    said = str(caught.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_every_client_signs_in_with_a_password(broker: SecuredKafka, mechanism: str) -> None:
    await works(connection(variables(broker, mechanism)))


async def test_every_client_signs_in_with_a_token(broker: SecuredKafka) -> None:
    def unsigned(_: int) -> web.Response:
        now = int(time.time())
        parts = ({"alg": "none"}, {"sub": "cartload", "iat": now, "exp": now + 600})
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
        token = b".".join([*encoded, b""]).decode()
        return web.json_response({"access_token": token, "expires_in": 600})

    async with answering(unsigned) as server:
        told = with_tokens(broker, server.url, "secret-of-the-client")
        await works(connection(told))
        assert len(server.asked) == 1


async def test_every_client_shows_its_certificate(broker: SecuredKafka) -> None:
    told = variables(broker, bootstrap_servers=f"127.0.0.1:{broker.mutual}", security_protocol="SSL")
    for name in ("SASL_MECHANISM", "USERNAME", "PASSWORD"):
        del told[f"CARTLOAD_KAFKA_{name}"]
    assert "certificate of this client" in await why_not(connection(told))
    told["CARTLOAD_KAFKA_CERTIFICATE_FILE"] = str(broker.certificate.chain)
    told["CARTLOAD_KAFKA_KEY_FILE"] = str(broker.certificate.key)
    await works(connection(told))


async def test_the_backlog_is_read_with_the_same_settings(broker: SecuredKafka) -> None:
    reached = connection(variables(broker))
    await ensure_topics(reached, topics.ALL)
    async with asyncio.timeout(30):
        # A fresh broker makes the topic of the groups' offsets when it is first asked.
        while not (await KafkaBacklog(reached).read()).reachable:
            pass


async def test_a_strangers_certificate_is_told(broker: SecuredKafka, stranger: Certificate) -> None:
    said = await why_not(connection(variables(broker, ca_file=stranger.chain)))
    assert said.startswith(f"Kafka at 127.0.0.1:{broker.sasl}: its certificate is not trusted (")
    assert "CARTLOAD_KAFKA_CA_FILE" in said


async def test_another_host_name_is_told(broker: SecuredKafka) -> None:
    told = variables(broker, bootstrap_servers=f"localhost:{broker.sasl}")
    said = await why_not(connection(told))
    assert said.startswith(f"Kafka at localhost:{broker.sasl}: its certificate is for another name (")
    assert "CARTLOAD_KAFKA_BOOTSTRAP_SERVERS" in said


async def test_a_name_that_the_broker_advertises_is_verified_too(broker: SecuredKafka) -> None:
    told = variables(broker, bootstrap_servers=f"127.0.0.1:{broker.renamed}")
    said = await why_not(connection(told))
    assert said.startswith(
        f"Kafka at localhost:{broker.renamed}, as 127.0.0.1:{broker.renamed} advertises it: "
        "its certificate is for another name ("
    )


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_told_and_not_shown(broker: SecuredKafka, mechanism: str) -> None:
    said = await why_not(connection(variables(broker, mechanism, password="hunter2")))
    assert said == (
        f"Kafka at 127.0.0.1:{broker.sasl}: it refuses the user name or the password of {mechanism}; "
        "check CARTLOAD_KAFKA_USERNAME and CARTLOAD_KAFKA_PASSWORD"
    )


async def test_a_mechanism_that_is_not_offered_is_told(broker: SecuredKafka) -> None:
    said = await why_not(connection(variables(broker, "SCRAM-SHA-256")))
    assert said.endswith("it does not offer SCRAM-SHA-256; check CARTLOAD_KAFKA_SASL_MECHANISM")


async def test_tls_to_a_port_without_it_is_told(broker: SecuredKafka) -> None:
    told = variables(broker, bootstrap_servers=f"127.0.0.1:{broker.plaintext}")
    said = await why_not(connection(told))
    assert said == (
        f"Kafka at 127.0.0.1:{broker.plaintext}: it does not speak TLS on this port; "
        "check the port and CARTLOAD_KAFKA_SECURITY_PROTOCOL"
    )


async def test_no_tls_to_a_port_with_it_is_told(broker: SecuredKafka) -> None:
    said = await why_not(KafkaConnection(f"127.0.0.1:{broker.sasl}"))
    assert said.startswith(f"Kafka at 127.0.0.1:{broker.sasl}: it closed the connection; perhaps this port")
    assert "CARTLOAD_KAFKA_SECURITY_PROTOCOL" in said


async def test_a_token_server_that_refuses_is_told(broker: SecuredKafka) -> None:
    def refuse(_: int) -> web.Response:
        return web.json_response({"error": "invalid_client"}, status=401)

    async with answering(refuse) as server:
        told = with_tokens(broker, server.url, "hunter2")
        said = await why_not(connection(told))
    assert f"the token server {server.url} answered 401 invalid_client" in said
    assert "hunter2" not in said


COMMAND = """
import asyncio
from cartload_kit import cli, logging
from cartload_kit.kafka import ensure_topics
from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import load

def topics() -> None:
    logging.configure("test")
    asyncio.run(ensure_topics(load(KafkaSettings).kafka, [], deadline=2.5))

cli.dispatch({"topics": topics}, ["topics"])
"""


async def test_a_command_tells_it_once_while_it_tries_and_once_at_its_end(broker: SecuredKafka) -> None:
    told = {**os.environ, **variables(broker, password="hunter2")}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", COMMAND, env=told, stderr=PIPE)
    try:
        _, written = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 1
    trying, end = written.decode().splitlines()
    said = f"Kafka at 127.0.0.1:{broker.sasl}: it refuses the user name or the password of SCRAM-SHA-512; "
    assert json.loads(trying)["message"].startswith(f"cannot make topics yet: {said}")
    assert f"topics: not possible now: {said}" in end
    assert "hunter2" not in written.decode()


async def streamed(place: str, password: str) -> tuple[int | None, str]:
    """The exit code of ``cartload stream`` into a secured Kafka, and what it says of errors."""
    command = ("stream", "tiny", "--to", place, "--topic-prefix", "secured-", "--quiet")
    environ = {**os.environ, "CARTLOAD_KAFKA_PASSWORD": password}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cartload", *command, env=environ, stderr=PIPE
    )
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, errors.decode()


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
async def test_a_stream_signs_in_over_tls(broker: SecuredKafka, mechanism: str) -> None:
    place = f"kafka://{USER}@127.0.0.1:{broker.sasl}?tls=verify&sasl={mechanism}"
    trusting = f"{place}&ca={broker.certificate.chain}"
    assert await streamed(trusting, broker.password) == (0, "")
    code, told = await streamed(trusting, "wrong")
    assert code == 1
    assert "refuses the user or the password in CARTLOAD_KAFKA_PASSWORD" in told
    assert told.count("\n") == 1
    code, told = await streamed(place, broker.password)
    assert code == 1
    assert "cannot be verified over TLS" in told
    assert told.count("\n") == 1
