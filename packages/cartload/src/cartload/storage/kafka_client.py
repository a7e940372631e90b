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
_OWN_ERROR: Final = "Local: "
"""So librdkafka's texts of errors begin that no broker has sent."""
_NO_TOKEN: Final = "Failed to acquire SASL OAUTHBEARER token"  # noqa: S105 librdkafka's words
_LASTING: Final = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.RECORD_LIST_TOO_LARGE,
        KafkaError.INVALID_MSG,
        KafkaError.INVALID_RECORD,
        KafkaError.INVALID_TIMESTAMP,
        KafkaError.TOPIC_EXCEPTION,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.UNSUPPORTED_SASL_MECHANISM,
        KafkaError.SECURITY_DISABLED,
        KafkaError.UNSUPPORTED_VERSION,
        KafkaError.INVALID_CONFIG,
        KafkaError.INVALID_PARTITIONS,
        KafkaError.POLICY_VIOLATION,
        KafkaError._INVALID_ARG,
        KafkaError._NOT_CONFIGURED,
        KafkaError._UNSUPPORTED_FEATURE,
    }
)
"""What is refused now is refused again until somebody changes something; all else may pass."""


class KafkaFailedError(Exception):
    """Kafka cannot be reached or refuses what it was asked for; the message is one line for the user.

    ``lasting``: it would fail again until somebody changes the record, the rights or the settings. What is
    not may pass: a broker that is away, or too few replicas, say.
    """

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.lasting = lasting


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
        reason, lasting = _reason(self._last.str()), False
        match self._last.code():
            case KafkaError._AUTHENTICATION if _NO_TOKEN in reason:
                told = f"no token for Kafka at {self._brokers}"
            case KafkaError._AUTHENTICATION:
                who = "the token" if self._tokens else f"the user or the password in {PASSWORD}"
                told = f"Kafka at {self._brokers} refuses {who}"
                # Not where the broker has gone away in the midst of signing in.
                lasting = _OWN_ERROR not in reason
            case KafkaError._RESOLVE:
                told = f"Kafka at {self._brokers}: the host's name is not known"
            # Of the same refusal librdkafka says now the one code, now that of a broken connection.
            case code if code == KafkaError._SSL or "certificate verify failed" in reason:
                told = f"Kafka at {self._brokers} cannot be verified over TLS"
                lasting = "certificate" in reason
            case _:
                told = f"Kafka at {self._brokers} cannot be reached"
        return KafkaFailedError(f"{told} ({reason})", lasting=lasting)


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
        raise refusal(what, error) from error


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


def refusal(what: str, error: KafkaException | KafkaError, told: str | None = None) -> KafkaFailedError:
    """What the library says on one line, or ``told`` in its place, behind what it is about."""
    found = error.args[0] if isinstance(error, KafkaException) else error
    if not isinstance(found, KafkaError):
        return KafkaFailedError(f"{what}: {told or _reason(str(found))}")
    return KafkaFailedError(f"{what}: {told or _reason(found.str())}", lasting=found.code() in _LASTING)


def _reason(text: str) -> str:
    # As in "sasl_ssl://host:9093/bootstrap: Connect to … failed: Connection refused (after 0ms in state …)".
    text = " ".join(text.split()).partition(" (after ")[0]
    return text.partition("/bootstrap: ")[2] or text
