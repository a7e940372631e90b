"""``kafka://…``: what it says of brokers, TLS and who signs in, and what it must not say."""

from pathlib import Path
from typing import Any

import pytest

from cartload.storage.kafka_url import KafkaUrl, KafkaUrlError, is_url, parse
from support.certificates import loopback

SECRET = {"CARTLOAD_KAFKA_PASSWORD": "s3cret"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("kafka://shop.example:9093", {"brokers": ("shop.example:9093",)}),
        ("kafka://a,b:9094,[::1]:9095/", {"brokers": ("a:9092", "b:9094", "[::1]:9095")}),
        ("KAFKA://a:1?tls=verify", {"brokers": ("a:1",), "tls": True}),
        ("kafka://ada@a:1", {"tls": True, "mechanism": "SCRAM-SHA-512", "user": "ada"}),
        ("kafka://ada%40b@127.0.0.1:1?sasl=PLAIN", {"tls": False, "mechanism": "PLAIN", "user": "ada@b"}),
        ("kafka://ada@localhost:1,a:1", {"tls": True}),
        ("kafka://ada@a:1?tls=off", {"tls": False}),
    ],
)
def test_brokers_and_who_signs_in(url: str, expected: dict[str, Any]) -> None:
    found = parse(url, SECRET)
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.password == ("s3cret" if found.user else None)
    assert "s3cret" not in repr(found)


def test_a_file_of_authorities_is_named(tmp_path: Path) -> None:
    authorities = loopback(tmp_path).chain
    found = parse(f"kafka://a:1?tls=verify&ca={authorities}", {})
    assert found == KafkaUrl(("a:1",), tls=True, ca=str(authorities))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("kafka://", "'' is no host and port"),
        ("kafka://a:0", "'a:0' is no host and port"),
        ("kafka://a:65536", "'a:65536' is no host and port"),
        ("kafka://a,,b", "'' is no host and port"),
        ("kafka://a:1/topic", "'a:1/topic' is no host and port"),
        ("kafka://@a:1", "not a URL like kafka://host:9092"),
        ("kafka://ada:hunter2@a:1", "leave the password out of the URL and set CARTLOAD_KAFKA_PASSWORD"),
        ("kafka://a:1?sasl=PLAIN", "?sasl= needs a user"),
        ("kafka://a:1?tls=on", "?tls=on must be one of verify, off"),
        ("kafka://ada@a:1?sasl=GSSAPI", "?sasl=GSSAPI must be one of SCRAM-SHA-512, SCRAM-SHA-256, PLAIN"),
        ("kafka://a:1?user=ada", "?user= is not known; there are tls, ca and sasl"),
        ("kafka://a:1?ca=/etc/hosts", "?ca= is used with ?tls=verify only"),
        ("kafka://a:1?tls=verify&ca=/no/file", "?ca=/no/file must be a file with certificates in PEM"),
    ],
)
def test_what_is_no_place_in_kafka_is_refused(url: str, message: str) -> None:
    with pytest.raises(KafkaUrlError) as refused:
        parse(url, SECRET)
    assert message in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_user_needs_a_password_in_the_environment() -> None:
    with pytest.raises(KafkaUrlError, match="set CARTLOAD_KAFKA_PASSWORD to the password of ada"):
        parse("kafka://ada@a:1", {})


def test_a_file_is_no_url() -> None:
    assert not is_url("kafka.jsonl")
    assert not is_url("mysql://kafka")
    assert is_url("kafka://")
