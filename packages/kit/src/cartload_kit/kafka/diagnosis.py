"""Finds out why Kafka cannot be reached: aiokafka keeps the reason from its exceptions.

It connects once more, broker by broker, and says for each what went wrong and what to do, in one line.
"""

import asyncio
import ssl
from collections.abc import Iterator
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from cartload_kit.describe_error import describe_error
from cartload_kit.kafka.connection import KafkaConnection

_ANSWER_SECONDS = 5.0
_MOST_BROKERS = 8
_EXPIRED = 10
_OTHER_NAME = (62, 64)
"""OpenSSL's numbers for a certificate that has ended, and for one of another host name or address."""


async def find_cause(connection: KafkaConnection) -> str | None:
    """Return why no broker can be used, naming broker, cause and remedy; None when one can be used now."""
    brokers = connection.brokers()[:_MOST_BROKERS]
    causes = dict.fromkeys(await asyncio.gather(*(_cause(broker, connection) for broker in brokers)))
    return None if None in causes else "; ".join(str(cause) for cause in causes)


async def _cause(broker: tuple[str, int], connection: KafkaConnection) -> str | None:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            advertised = await _metadata(broker, connection)
    except (KafkaError, OSError, TimeoutError) as error:
        return f"Kafka at {_address(broker)}: {_explain(error, connection)}"
    # A broker that answers names the addresses that clients are to use from then on.
    for other in advertised[:_MOST_BROKERS]:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await _metadata(other, connection)
        except (KafkaError, OSError, TimeoutError) as error:
            reason = _explain(error, connection)
            return f"Kafka at {_address(other)}, as {_address(broker)} advertises it: {reason}"
    return None


async def _metadata(broker: tuple[str, int], connection: KafkaConnection) -> list[tuple[str, int]]:
    """Connect, sign in and ask a broker which brokers there are."""
    host, port = broker
    opened: Any = await create_conn(host, port, client_id="cartload-diagnosis", **connection.security())
    try:
        answer = await opened.send(MetadataRequest([]))
        return [(host, port) for _, host, port, *_ in answer.brokers]
    finally:
        opened.close()


def _address(broker: tuple[str, int]) -> str:
    host, port = broker
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _explain(error: BaseException, connection: KafkaConnection) -> str:
    """Return the cause and what to do."""
    for inner in _chain(error):
        if isinstance(inner, ssl.SSLCertVerificationError):
            return _certificate(inner)
        if isinstance(inner, ssl.SSLError) and "ALERT" in str(inner.reason):
            return (
                f"it refuses the certificate of this client ({inner.reason}); "
                "check CARTLOAD_KAFKA_CERTIFICATE_FILE and CARTLOAD_KAFKA_KEY_FILE"
            )
    match error:
        case SaslAuthenticationFailed():
            return _refused_sign_in(error, connection)
        case UnsupportedSaslMechanismError():
            return f"it does not offer {connection.mechanism}; check CARTLOAD_KAFKA_SASL_MECHANISM"
        case IllegalSaslStateError():
            return "it asks nobody to sign in on this port; check CARTLOAD_KAFKA_SECURITY_PROTOCOL"
        # Not those of the system that are connection errors as well: that nothing listens there.
        case ssl.SSLError() | ConnectionResetError() | ConnectionAbortedError() if connection.tls is not None:
            return "it does not speak TLS on this port; check the port and CARTLOAD_KAFKA_SECURITY_PROTOCOL"
    if type(error) is KafkaConnectionError:
        return _closed(connection)
    return describe_error(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _OTHER_NAME:
        return (
            f"its certificate is for another name ({error.verify_message.rstrip('.')}); use the name that is "
            "in the certificate, in CARTLOAD_KAFKA_BOOTSTRAP_SERVERS or the broker's advertised.listeners"
        )
    if error.verify_code == _EXPIRED:
        return "its certificate has expired; renew it on the broker"
    return (
        f"its certificate is not trusted ({error.verify_message}); CARTLOAD_KAFKA_CA_FILE must name the "
        "certificate of the authority that signed it"
    )


def _refused_sign_in(error: SaslAuthenticationFailed, connection: KafkaConnection) -> str:
    if connection.mechanism == "OAUTHBEARER":
        return f"it refuses the token: {describe_error(error)}; check what the token server gives"
    return (
        f"it refuses the user name or the password of {connection.mechanism}; "
        "check CARTLOAD_KAFKA_USERNAME and CARTLOAD_KAFKA_PASSWORD"
    )


def _closed(connection: KafkaConnection) -> str:
    if connection.tls is None:
        reason = "perhaps this port speaks TLS" + ("" if connection.mechanism else " or asks for SASL")
    elif connection.mechanism is None:
        reason = "perhaps it asks for SASL, or for a certificate of this client"
    else:
        reason = "perhaps it asks for a certificate of this client"
    return f"it closed the connection; {reason}: check CARTLOAD_KAFKA_SECURITY_PROTOCOL"
