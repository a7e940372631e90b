"""Exceptions in words: what happened, to which server, what to do; never the name of a class."""

import asyncio
import errno
import re
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import aiokafka.errors
import asyncmy.errors
import azure.core.exceptions
import pymysql
import pytest
import sqlalchemy.exc
from yarl import URL

from cartload_kit.describe_error import MOST_CHARACTERS, describe_error
from cartload_kit.kafka.errors import BadMessage, BrokersUnreachable, KafkaUnavailable

KEY: Any = SimpleNamespace(host="blob", port=10000, ssl=True, is_ssl=True)
ASKED: Any = SimpleNamespace(real_url=URL("http://auth:1/keys"))
REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)")


def azure_error(kind: type[Exception], *args: object, **attributes: object) -> Exception:
    error = kind(*args)
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


def not_trusted(reason: str) -> ssl.SSLCertVerificationError:
    """As the TLS library raises it."""
    made = ssl.SSLCertVerificationError(1, "certificate verify failed")
    made.verify_message = reason
    return made


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


CASES: list[tuple[BaseException, str]] = [
    (
        pymysql.err.OperationalError(
            2003, "Can't connect to MySQL server on 'db' ([Errno 111] Connection refused)"
        ),
        "MySQL cannot be reached (error 2003: Can't connect to MySQL server on 'db': connection refused, "
        "nothing listens there); check that it runs, and the address in the URL",
    ),
    (
        sqlalchemy.exc.OperationalError("SELECT 1", {}, asyncmy.errors.OperationalError(1040, "Too many")),
        "MySQL has no connection left (error 1040: Too many); raise max_connections, or lower the sizes of "
        "the pools",
    ),
    (
        pymysql.err.OperationalError(1213, "Deadlock found when trying to get lock"),
        "two transactions locked each other (error 1213: Deadlock found when trying to get lock)",
    ),
    (pymysql.err.InternalError(1114, "The table 'x' is full"), "MySQL has no space left"),
    (
        pymysql.err.DataError(1406, "Data too long for column 'a'"),
        "MySQL refuses the statement (error 1406",
    ),
    (sqlalchemy.exc.TimeoutError("QueuePool limit of size 4"), "no connection of the pool became free"),
    (
        aiokafka.errors.KafkaConnectionError("Connection at k:9 closed"),
        "Kafka cannot be reached (Connection",
    ),
    (aiokafka.errors.RequestTimedOutError(), "Kafka did not answer in time"),
    (aiokafka.errors.for_code(29)("orders"), "Kafka: orders; Returned by the broker when the client is not"),
    (aiokafka.errors.KafkaError(), "Kafka: no details"),
    (
        aiohttp.ClientConnectorError(KEY, REFUSED),
        "blob:10000 cannot be reached: connect call failed ('127.0.0.1', 1), nothing listens there",
    ),
    (
        aiohttp.ClientConnectorCertificateError(KEY, ssl.SSLError(1, "certificate verify failed")),
        "blob:10000 cannot be reached: TLS could not be agreed on (certificate verify failed)",
    ),
    (
        not_trusted("self-signed certificate"),
        "the server's certificate is not trusted (self-signed certificate); check the authority",
    ),
    (BrokersUnreachable("Kafka at k:9: it refuses"), "Kafka at k:9: it refuses"),
    (aiohttp.ServerDisconnectedError(), "the server closed the connection before it answered"),
    (aiohttp.ClientOSError(errno.ECONNRESET, "Connection reset by peer"), "connection reset by peer"),
    (aiohttp.ServerTimeoutError(), "no answer came in time"),
    (
        aiohttp.ClientResponseError(
            ASKED,
            (),
            status=503,
            message="Service Unavailable",
        ),
        "auth:1 answered 503 Service Unavailable",
    ),
    (
        caused(azure.core.exceptions.ServiceRequestError("x"), aiohttp.ClientConnectorError(KEY, REFUSED)),
        "Blob storage cannot be reached: blob:10000 cannot be reached: connect call failed",
    ),
    (
        azure_error(
            azure.core.exceptions.HttpResponseError,
            "This request is not authorized.\nRequestId: 1",
            status_code=403,
            error_code="AuthorizationFailure",
        ),
        "Blob storage answered 403 AuthorizationFailure: This request is not authorized.; check the key, the",
    ),
    (
        azure.core.exceptions.ClientAuthenticationError("No token.\nAttempted credentials: …"),
        "nobody can sign in to Blob storage (No token.); give the process a managed or a workload identity",
    ),
    (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "/data/x: no space left on device"),
    (socket.gaierror(-2, "Name or service not known"), "a host's name cannot be found (name or service not"),
    (TimeoutError(), "no answer came in time"),
    (asyncio.CancelledError(), "it was cancelled"),
    (MemoryError(), "no memory is left"),
    (KafkaUnavailable("orders not acknowledged within 15 s"), "orders not acknowledged within 15 s"),
    (BadMessage("not a readable Arrow stream"), "not a readable Arrow stream"),
    (caused(RuntimeError(), REFUSED), "connect call failed"),
    (RuntimeError(), "a failure without a text"),
]


@pytest.mark.parametrize(("error", "text"), CASES, ids=[repr(error)[:40] for error, _ in CASES])
def test_an_error_is_said_in_words(error: BaseException, text: str) -> None:
    said = describe_error(error)
    assert said.startswith(text)
    assert type(error).__name__ not in said
    assert not re.search(r"\b[A-Z]\w+(Error|Exception|Group)\b", said)
    assert "\n" not in said


def test_a_group_says_each_of_its_errors_once() -> None:
    lost = [pymysql.err.OperationalError(2013, "Lost connection") for _ in range(5)]
    inner = ExceptionGroup("unhandled errors in a TaskGroup", lost)
    group = BaseExceptionGroup("x", [inner, asyncio.CancelledError(), TimeoutError()])
    assert describe_error(group) == (
        "the connection to MySQL was lost (error 2013: Lost connection); it is opened again by itself; "
        "if it recurs, read MySQL's log; no answer came in time"
    )


def test_of_many_different_errors_the_first_are_said() -> None:
    group = ExceptionGroup("x", [ValueError(f"bad {number}") for number in range(5)])
    assert describe_error(group) == "bad 0; bad 1; bad 2; and 2 more"


def test_a_mistake_of_the_program_says_where_it_is() -> None:
    try:
        dict[str, int]()["nothing"]
    except KeyError as error:
        said = describe_error(error)
    assert re.fullmatch(
        r"a mistake in the program \(test_kit_describe_error\.py, line \d+\): 'nothing'", said
    )


def test_secrets_are_masked_and_long_texts_are_cut() -> None:
    assert "hunter2" not in describe_error(ValueError("cannot open mysql://root:hunter2@h/d"))
    assert len(describe_error(ValueError("x" * 10_000))) == MOST_CHARACTERS
