"""A Kafka of its own whose listeners encrypt and ask who is there."""

import asyncio
import base64
import os
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cartload_dev import kafka, requirements
from cartload_dev.cache import Cache
from cartload_dev.downloads import installed
from cartload_dev.paths import RunDir
from cartload_dev.ports import LOOPBACK, free_ports
from cartload_dev.programs import Program, RunTask, Stage, Task
from cartload_dev.supervisor import Supervisor
from support.certificates import Certificate
from support.engine import launcher_environment

USER = "ada"
_LOGIN = "org.apache.kafka.common.security"


@dataclass(frozen=True)
class SecuredKafka:
    """Ports on 127.0.0.1, which is what the certificate is for, and the one user.

    `plaintext` is open to all; `sasl` asks by PLAIN, SCRAM-SHA-512 or OAUTHBEARER (of unsigned tokens) over
    TLS; `mutual` asks for a client certificate; `renamed` is as `sasl`, but sends clients to `localhost`.
    """

    certificate: Certificate
    password: str
    plaintext: int
    sasl: int
    mutual: int
    renamed: int


@asynccontextmanager
async def secured_kafka(folder: Path, certificate: Certificate) -> AsyncIterator[SecuredKafka]:
    """A broker that runs while the block does."""
    controller, *ports = free_ports(5)
    place = SecuredKafka(certificate, secrets.token_hex(8), *ports)
    environ = launcher_environment()
    java = requirements.java(environ)
    assert java is not None
    jars, home = installed(Cache.of(environ), environ).kafka, folder / "kafka"
    program = Program(
        name="kafka",
        command=(java, *kafka.JVM_OPTIONS, "-cp", f"{jars}/*", "kafka.Kafka", str(home / kafka.CONFIG)),
        prepare=partial(_prepare, java, jars, home, controller, place),
        ready=partial(kafka.is_ready, place.plaintext),
        port=place.plaintext,
    )
    supervisor = Supervisor(RunDir(folder / "run"), lambda *_: None, lambda _: None, os.environ)
    try:
        await supervisor.start(Stage("secured Kafka", programs=(program,)))
        yield place
    finally:
        await supervisor.stop()


async def _prepare(
    java: str, jars: Path, home: Path, controller: int, place: SecuredKafka, run_task: RunTask
) -> None:
    await asyncio.to_thread(_configure, home, controller, place)
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    command = (java, "-Xmx256m", "-cp", f"{jars}/*", "kafka.tools.StorageTool", "format")
    scram = f"SCRAM-SHA-512=[name={USER},password={place.password}]"
    options = ("-t", f"c{cluster[1:]}", "-c", str(home / kafka.CONFIG), "--add-scram", scram)
    await run_task(Task("kafka-format", (*command, *options)))


def _configure(home: Path, controller: int, place: SecuredKafka) -> None:
    home.mkdir(parents=True)
    store, trusted = home / "broker.pem", place.certificate.chain
    store.write_bytes(place.certificate.key.read_bytes() + place.certificate.chain.read_bytes())
    # Of two lines for the same property, Java takes the later one.
    text = kafka.properties(home / "data", place.plaintext, controller) + _security(place, controller)
    stores = {"keystore": store, "truststore": trusted}
    for name, file in stores.items():
        text += f"ssl.{name}.type=PEM\nssl.{name}.location={file}\n"
    (home / kafka.CONFIG).write_text(text, encoding="utf-8")


def _security(place: SecuredKafka, controller: int) -> str:
    ports = {
        "PLAINTEXT": place.plaintext,
        "SIGNED": place.sasl,
        "MUTUAL": place.mutual,
        "RENAMED": place.renamed,
    }
    listening = {name: f"{name}://{LOOPBACK}:{port}" for name, port in ports.items()}
    advertised = {**listening, "RENAMED": f"RENAMED://localhost:{place.renamed}"}
    values = {
        "listeners": ",".join([*listening.values(), f"CONTROLLER://{LOOPBACK}:{controller}"]),
        "advertised.listeners": ",".join(advertised.values()),
        "listener.security.protocol.map": (
            "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SIGNED:SASL_SSL,MUTUAL:SSL,RENAMED:SASL_SSL"
        ),
        "listener.name.mutual.ssl.client.auth": "required",
    }
    for listener in ("signed", "renamed"):
        values |= {
            f"listener.name.{listener}.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512,OAUTHBEARER",
            f"listener.name.{listener}.plain.sasl.jaas.config": (
                f'{_LOGIN}.plain.PlainLoginModule required user_{USER}="{place.password}";'
            ),
            f"listener.name.{listener}.scram-sha-512.sasl.jaas.config": (
                f"{_LOGIN}.scram.ScramLoginModule required;"
            ),
            f"listener.name.{listener}.oauthbearer.sasl.jaas.config": (
                f"{_LOGIN}.oauthbearer.OAuthBearerLoginModule required "
                'unsecuredLoginStringClaim_sub="broker";'
            ),
        }
    return "".join(f"{name}={value}\n" for name, value in values.items())
