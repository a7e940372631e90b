"""Says an exception in words for logs, operators and users: what happened, to which server, what to do.

Libraries are recognised by the names of their classes and none is imported: a process that does not use
SQLAlchemy or Azure does not pay for them.
"""

import asyncio
import errno
import os
import re
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from cartload_kit.redaction import redact
from cartload_kit.transient_errors import error_code, is_full

MOST_CHARACTERS = 500
_MOST_ERRORS = 3

_LOST = ("the connection to MySQL was lost", "it is opened again by itself; if it recurs, read MySQL's log")
_NO_ANSWER = ("MySQL cannot be reached", "check that it runs, and the address in the URL")
_BUSY = ("MySQL has no connection left", "raise max_connections, or lower the sizes of the pools")
_REFUSED = (
    "MySQL refuses the sign-in or the right",
    "check user, password and grants",
)
_FULL = ("MySQL has no space left", "free space on its data volume")
_READ_ONLY = ("MySQL is read-only", "point the URL at the server that takes writes")
_STOPPED = ("MySQL stopped the statement, which took too long or was killed", "")
_UNKNOWN = ("MySQL refuses the statement", "")
_MYSQL: dict[int, tuple[str, str]] = {
    **dict.fromkeys((0, 1053, 1927, 2006, 2013, 2055, 3168, 3169, 4031), _LOST),
    **dict.fromkeys((2002, 2003, 2005), _NO_ANSWER),
    **dict.fromkeys((1040, 1203, 1226), _BUSY),
    **dict.fromkeys((1044, 1045, 1142, 1227, 1698), _REFUSED),
    **dict.fromkeys((1290, 1836), _READ_ONLY),
    **dict.fromkeys((1317, 1969, 3024), _STOPPED),
    1049: ("the database does not exist", "run the setup of accounts and the migrations"),
    1146: ("a table does not exist", "run the migrations"),
    1129: ("MySQL blocks this host after too many broken connections", "run FLUSH HOSTS"),
    1153: ("a packet is larger than MySQL takes", "raise max_allowed_packet"),
    1205: ("another transaction held a lock for too long", ""),
    1213: ("two transactions locked each other", ""),
}
_SYSTEM = {
    errno.ECONNREFUSED: "nothing listens there",
    errno.ENOSPC: "no space is left on the disk",
    errno.EMFILE: "too many files and connections are open",
}
_DRIVER_ERRNO = re.compile(r"\s*\(\[Errno (-?\d+)\] ([^)]*)\)")
_KAFKA_PREFIX = re.compile(r"^(\[Error -?\d+\] )?\w+(Error|Exception|\w*)(: |$)")


def describe_error(error: BaseException) -> str:
    """Return what happened in one line without a class name and without secrets.

    Groups of exceptions are taken apart, wrapped exceptions are unwrapped.
    """
    # Each text once: of twenty tasks that lost the same server, one line is enough.
    texts = list(dict.fromkeys(_describe(leaf) for leaf in _leaves(error)))
    shown = "; ".join(texts[:_MOST_ERRORS])
    more = f"; and {len(texts) - _MOST_ERRORS} more" if len(texts) > _MOST_ERRORS else ""
    return redact(shown)[:MOST_CHARACTERS] + more


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the single exceptions of a group; of those cancelled because another failed, none."""
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    failed = [inner for inner in error.exceptions if not isinstance(inner, asyncio.CancelledError)]
    for inner in failed or error.exceptions:
        yield from _leaves(inner)


def _describe(error: BaseException) -> str:
    wrapped = getattr(error, "orig", None)  # SQLAlchemy's errors carry the driver's
    if isinstance(wrapped, BaseException):
        return _describe(wrapped)
    if (code := error_code(error)) is not None:
        known = _FULL if is_full(error) else _MYSQL.get(code, _UNKNOWN)
        return _mysql(code, str(error.args[1]) if len(error.args) > 1 else "", known)
    for kind in type(error).__mro__:
        if (describe := _DESCRIBERS.get(f"{kind.__module__}.{kind.__qualname__}")) is not None:
            return describe(error)
    if isinstance(error, ssl.SSLError):
        return _tls(error)
    if isinstance(error, OSError):
        return _system(error)
    return _plain(error)


def _mysql(code: int, message: str, known: tuple[str, str]) -> str:
    what, advice = known
    message = _DRIVER_ERRNO.sub(lambda found: f": {_reason(int(found[1]), found[2])}", message).rstrip(" .")
    detail = f" (error {code}: {message})" if message else f" (error {code})"
    return f"{what}{detail}" + (f"; {advice}" if advice else "")


def _reason(number: int | None, text: str | None) -> str:
    """Return what the operating system says, in words that say what it means where that helps."""
    said = (text or (os.strerror(number) if number and number > 0 else "") or "no reason given").strip()
    means = _SYSTEM.get(number or 0)
    return f"{said.lower()}, {means}" if means else said.lower()


def _tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message.rstrip(".")
        return f"the server's certificate is not trusted ({said}); check the authority and the host's name"
    reason = getattr(error, "reason", None) or error.strerror or _first_line(error)
    said = str(reason).replace("_", " ").lower()
    return f"TLS could not be agreed on ({said}); check that the server speaks it on this port"


def _system(error: OSError) -> str:
    if isinstance(error, TimeoutError) and error.errno is None:
        return _first_line(error) or "no answer came in time"
    if isinstance(error, socket.gaierror):
        return f"a host's name cannot be found ({_reason(None, error.strerror)}); check the address"
    if error.errno is None:
        return _first_line(error) or "the connection broke"
    named = f"{error.filename}: " if error.filename is not None else ""
    return f"{named}{_reason(error.errno, error.strerror)}"


def _plain(error: BaseException) -> str:
    """Describe our own exceptions and Python's; those that only a mistake of ours raises say where."""
    if isinstance(error, asyncio.CancelledError):
        return "it was cancelled"
    if isinstance(error, MemoryError):
        return "no memory is left"
    text = _first_line(error)
    if isinstance(error, LookupError | TypeError | AttributeError | AssertionError | ArithmeticError):
        return f"a mistake in the program{_where(error)}: {text or 'no details'}"
    if text:
        return text
    if error.__cause__ is not None:
        return _describe(error.__cause__)
    return f"a failure without a text{_where(error)}"


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")


def _pool_timeout(error: BaseException) -> str:
    return "no connection of the pool became free in time; raise the pool's size, or lower the load"


def _kafka(error: BaseException) -> str:
    text = _KAFKA_PREFIX.sub("", _first_line(error))
    described = str(getattr(error, "description", "") or "").rstrip(".")
    return f"Kafka: {'; '.join(part for part in (text, described) if part) or 'no details'}"


def _kafka_described(error: BaseException) -> str:
    # The text of these says it all; aiokafka only puts the class's name before it.
    return _KAFKA_PREFIX.sub("", _first_line(error))


def _kafka_unreachable(error: BaseException) -> str:
    text = _KAFKA_PREFIX.sub("", _first_line(error))
    return f"Kafka cannot be reached{f' ({text})' if text else ''}; check that it runs, and its address"


def _kafka_timeout(error: BaseException) -> str:
    return "Kafka did not answer in time; check that it runs, and its load"


def _http_connect(error: BaseException) -> str:
    host, port = getattr(error, "host", "?"), getattr(error, "port", "?")
    inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None)
    reason = _describe(inner) if isinstance(inner, BaseException) else "no reason given"
    return f"{host}:{port} cannot be reached: {reason}"


def _http_disconnected(error: BaseException) -> str:
    return "the server closed the connection before it answered"


def _http_payload(error: BaseException) -> str:
    return "the answer broke off before its end"


def _http_status(error: BaseException) -> str:
    asked = getattr(getattr(error, "request_info", None), "real_url", None)
    server = f"{asked.host}:{asked.port}" if asked is not None else "the server"
    return f"{server} answered {getattr(error, 'status', '?')} {getattr(error, 'message', '')}".rstrip()


def _blob_unreachable(error: BaseException) -> str:
    inner = getattr(error, "inner_exception", None) or error.__cause__
    reason = _describe(inner) if isinstance(inner, BaseException) else _first_line(error) or "no answer"
    return f"Blob storage cannot be reached: {reason}"


def _blob_answer(error: BaseException) -> str:
    status, code = getattr(error, "status_code", None), getattr(error, "error_code", None)
    said = " ".join(str(part) for part in (status, getattr(code, "value", code)) if part)
    text = _first_line(error)
    if not said:
        return f"Blob storage: {text or 'no details'}"
    refused = "; check the key, the SAS and its end, or the roles of the identity"
    return f"Blob storage answered {said}: {text}{refused if status in (401, 403) else ''}"


def _blob_sign_in(error: BaseException) -> str:
    if getattr(error, "status_code", None) is not None:
        return _blob_answer(error)
    return (
        f"nobody can sign in to Blob storage ({_first_line(error)}); give the process a managed or a "
        "workload identity, or set CARTLOAD_BLOB_SAS"
    )


# The first class of an exception's ancestry that stands here decides, so special ones go before general ones.
_DESCRIBERS: dict[str, Callable[[BaseException], str]] = {
    "sqlalchemy.exc.TimeoutError": _pool_timeout,
    "cartload_kit.kafka.errors.BrokersUnreachable": _kafka_described,
    "cartload_kit.kafka.errors.TokenUnavailable": _kafka_described,
    "aiokafka.errors.KafkaConnectionError": _kafka_unreachable,
    "aiokafka.errors.KafkaTimeoutError": _kafka_timeout,
    "aiokafka.errors.RequestTimedOutError": _kafka_timeout,
    "aiokafka.errors.KafkaError": _kafka,
    "aiohttp.client_exceptions.ClientConnectorError": _http_connect,
    "aiohttp.client_exceptions.ClientConnectorCertificateError": _http_connect,
    "aiohttp.client_exceptions.ServerDisconnectedError": _http_disconnected,
    "aiohttp.client_exceptions.ClientPayloadError": _http_payload,
    "aiohttp.client_exceptions.ClientResponseError": _http_status,
    "azure.core.exceptions.ServiceRequestError": _blob_unreachable,
    "azure.core.exceptions.ServiceResponseError": _blob_unreachable,
    "azure.core.exceptions.ClientAuthenticationError": _blob_sign_in,
    "azure.core.exceptions.HttpResponseError": _blob_answer,
}
