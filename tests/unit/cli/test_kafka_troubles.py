"""What a client of Kafka says when no broker can be spoken to."""

import pytest
from confluent_kafka import KafkaError

from cartload.storage.kafka_client import Troubles

REFUSED = "Connect to ipv4#127.0.0.1:9092 failed: Connection refused"
UNVERIFIED = "error:0A000086:SSL routines::certificate verify failed"


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        (KafkaError._TRANSPORT, REFUSED, "cannot be reached"),
        (KafkaError._SSL, UNVERIFIED, "cannot be verified over TLS"),
        (KafkaError._TRANSPORT, UNVERIFIED, "cannot be verified over TLS"),
        (KafkaError._RESOLVE, "Failed to resolve", "the host's name is not known"),
        (KafkaError._AUTHENTICATION, "no such user", "refuses the user or the password"),
    ],
)
def test_the_cause_is_named_whatever_code_it_comes_with(code: int, text: str, told: str) -> None:
    troubles = Troubles("broker:9092")
    troubles.report(
        KafkaError(code, f"sasl_ssl://broker:9092/bootstrap: {text} (after 3ms in state CONNECT)")
    )
    troubles.report(KafkaError(KafkaError._ALL_BROKERS_DOWN, "1/1 brokers are down"))
    assert troubles.all_down
    assert told in str(troubles.unreachable())
    assert str(troubles.unreachable()).endswith(f"({text})")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Failed to acquire SASL OAUTHBEARER token: Could not connect to server", "no token for Kafka at"),
        ('SASL authentication error: {"status":"invalid_token"}', "refuses the token"),
    ],
)
def test_a_client_with_a_token_has_no_password(text: str, told: str) -> None:
    troubles = Troubles("broker:9092", tokens=True)
    troubles.report(KafkaError(KafkaError._AUTHENTICATION, text))
    assert told in str(troubles.unreachable())
    assert "PASSWORD" not in str(troubles.unreachable())


def test_no_cause_is_no_answer() -> None:
    assert str(Troubles("broker:9092").unreachable()) == "no answer from Kafka at broker:9092"
