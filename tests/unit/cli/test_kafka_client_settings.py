"""What clients of Kafka are told, and that the library knows it."""

import asyncio
import base64
from pathlib import Path
from typing import Any

from aiohttp import web
from confluent_kafka import Producer

from cartload.storage.kafka_client import Troubles, settings
from cartload.storage.kafka_url import KafkaUrl, parse
from support.certificates import loopback
from support.token_server import answering

BROKERS = ("127.0.0.1:1",)
TOKENS: dict[str, Any] = {"mechanism": "OAUTHBEARER", "client_id": "cartload", "client_secret": "s3cret"}


def told(url: KafkaUrl) -> dict[str, Any]:
    """The settings of how brokers are reached."""
    found = settings(url, Troubles(url.shown))
    return {name: found[name] for name in found if name.startswith(("security", "sasl", "ssl", "https"))}


def test_a_user_signs_in_with_the_password() -> None:
    url = parse("kafka://ada@127.0.0.1:1", {"CARTLOAD_KAFKA_PASSWORD": "s3cret"})
    assert told(url) == {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanisms": "SCRAM-SHA-512",
        "sasl.username": "ada",
        "sasl.password": "s3cret",
    }
    assert told(KafkaUrl(BROKERS)) == {"security.protocol": "PLAINTEXT"}


def test_a_client_has_a_certificate_of_its_own(tmp_path: Path) -> None:
    own = loopback(tmp_path)
    url = KafkaUrl(BROKERS, tls=True, ca=str(own.chain), certificate=str(own.chain), key=str(own.key))
    assert told(url) == {
        "security.protocol": "SSL",
        "ssl.ca.location": str(own.chain),
        "ssl.certificate.location": str(own.chain),
        "ssl.key.location": str(own.key),
    }
    # The library reads the files.
    Producer(settings(url, Troubles(url.shown))).close()


async def test_a_client_gets_its_token_from_the_token_server() -> None:
    was_asked = asyncio.Event()

    def refuse(_: int) -> web.Response:
        was_asked.set()
        return web.Response(status=400)

    async with answering(refuse) as server:
        url = KafkaUrl(BROKERS, **TOKENS, token_url=server.url, scope="kafka")
        assert "s3cret" not in repr(url)
        troubles = Troubles(url.shown, tokens=True)
        producer = await asyncio.to_thread(Producer, settings(url, troubles))
        await was_asked.wait()
        await asyncio.to_thread(producer.close)
    (asked,) = server.asked
    assert asked["who"] == f"Basic {base64.b64encode(b'cartload:s3cret').decode()}"
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "kafka")
