"""Clients of Kafka: their settings, whether brokers answer at all, and what went wrong in one line.

The one place that tells librdkafka how brokers are reached. It needs the extra ``cartload[kafka]``.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, ClusterMetadata

from cartload.storage.kafka_url import OAUTHBEARER, PASSWORD, KafkaUrl

POLL_SECONDS: Final = 0.2
"""Longest single wait in the library: it hears no signal meanwhile."""
_ANSWER_SECONDS: Final = 10.0
_NO_TOKEN: Final = "Failed to acquire SASL OAUTHBEARER token"  # noqa: S105 librdkafka's words


class KafkaFailedError(Exception):
    """Kafka cannot be reached or refuses what it was asked for; the message is one line for the user."""


class Troubles:
    """What a client's own threads report while it is connected; ``tokens``: it signs in with one."""

    def __init__(self, brokers: str, *, tokens: bool = False) -> None:
        self._brokers = brokers
        self._tokens = tokens
        self._last: KafkaError | None = None
        self.all_down = False
        """Whether no broker could be spoken to, be it at once."""

    def report(self, error: KafkaError) -> None:
        """Keep it: the callback ``error_cb`` of any client."""
        # That all are down follows from what was said before, and says less.
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self.all_down = True
        else:
            self._last = error

    def unreachable(self) -> KafkaFailedError:
        """Why no broker could be spoken to."""
        if self._last is None:
            return KafkaFailedError(f"no answer from Kafka at {self._brokers}")
        reason = _reason(self._last.str())
        match self._last.code():
            case KafkaError._AUTHENTICATION if _NO_TOKEN in reason:
                told = f"no token for Kafka at {self._brokers}"
            case KafkaError._AUTHENTICATION if self._tokens:
                told = f"Kafka at {self._brokers} refuses the token of the client"
            case KafkaError._AUTHENTICATION:
                told = f"Kafka at {self._brokers} refuses the user or the password in {PASSWORD}"
            case KafkaError._RESOLVE:
                told = f"Kafka at {self._brokers}: the host's name is not known"
            # Of the same refusal librdkafka says now the one code, now that of a broken connection.
            case code if code == KafkaError._SSL or "certificate verify failed" in reason:
                told = f"Kafka at {self._brokers} cannot be verified over TLS"
            case _:
                told = f"Kafka at {self._brokers} cannot be reached"
        return KafkaFailedError(f"{told} ({reason})")


def settings(url: KafkaUrl, troubles: Troubles) -> dict[str, Any]:
    """What every client is told."""
    security = ("SASL_" if url.mechanism else "") + ("SSL" if url.tls else "PLAINTEXT")
    found: dict[str, Any] = {
        "bootstrap.servers": url.shown,
        "security.protocol": security,
        "client.id": "cartload",
        "error_cb": troubles.report,
        # What it would write to standard error is in our messages.
        "log_level": 0,
    }
    found |= {
        "ssl.ca.location": url.ca,
        "ssl.certificate.location": url.certificate,
        "ssl.key.location": url.key,
        "sasl.mechanisms": url.mechanism,
        **(_of_tokens(url) if url.mechanism == OAUTHBEARER else _of_password(url)),
    }
    return {name: value for name, value in found.items() if value is not None}


def _of_password(url: KafkaUrl) -> dict[str, Any]:
    return {"sasl.username": url.user, "sasl.password": url.password}


def _of_tokens(url: KafkaUrl) -> dict[str, Any]:
    return {
        "sasl.oauthbearer.method": "oidc",
        "sasl.oauthbearer.token.endpoint.url": url.token_url,
        "sasl.oauthbearer.client.id": url.client_id,
        "sasl.oauthbearer.client.secret": url.client_secret,
        "sasl.oauthbearer.scope": url.scope,
        # It does not look where the system has its authorities unless it is told to.
        "https.ca.location": "probe",
    }


@contextmanager
def refusals_told(what: str) -> Iterator[None]:
    """Raise KafkaFailedError, which begins with ``what``, for what the library raises."""
    try:
        yield
    except KafkaException as error:
        raise KafkaFailedError(f"{what}: {describe(error)}") from error


def metadata(client: Producer | Consumer | AdminClient, troubles: Troubles) -> ClusterMetadata:
    """The brokers and topics that there are. Raises KafkaFailedError where nobody answers in time."""
    deadline = time.monotonic() + _ANSWER_SECONDS
    while True:
        try:
            return client.list_topics(timeout=1.0)
        except KafkaException as error:
            client.poll(0)
            if troubles.all_down or time.monotonic() > deadline:
                raise troubles.unreachable() from error


def describe(error: KafkaException | KafkaError) -> str:
    """What the library says, on one line."""
    found = error.args[0] if isinstance(error, KafkaException) else error
    return _reason(found.str() if isinstance(found, KafkaError) else str(found))


def _reason(text: str) -> str:
    # As in "sasl_ssl://host:9093/bootstrap: Connect to … failed: Connection refused (after 0ms in state …)".
    text = " ".join(text.split()).partition(" (after ")[0]
    return text.partition("/bootstrap: ")[2] or text
