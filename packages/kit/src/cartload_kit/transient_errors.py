"""Which exceptions say that a dependency is away for now, whatever library they come from."""

import errno
import re
import socket

RETRYABLE_TRANSACTION_ERRORS = frozenset({1205, 1213})
"""MySQL's lock wait timeout and deadlock: the same transaction may succeed the next time."""

_BUSY = (1040, 1129, 1203, 1226)
_ENDED = (1053, 1927, 3168, 3169, 4031)
_READ_ONLY = (1290, 1836)
_STOPPED_STATEMENT = (1317, 1969, 3024)
_SERVER = frozenset((*_BUSY, *_ENDED, *_READ_ONLY, *_STOPPED_STATEMENT, *RETRYABLE_TRANSACTION_ERRORS))
_FULL = frozenset({1021, 1114})
_FILE_ERRORS = frozenset({3, 1004, 1005, 1006, 1025, 1026, 1030})
# Of a file that cannot be made or written, only the operating system's number in the message says why.
_NO_SPACE = re.compile(rf"\berr(?:no|code|or)\W{{1,3}}{errno.ENOSPC}\b", re.IGNORECASE)
# What the client libraries say themselves, all of connections; 0 is a connection that is closed already.
_CLIENT = (0, *range(2000, 2100))
_ERRNO = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EPIPE, errno.ENOTCONN})
_NAMES = frozenset(
    {
        "sqlalchemy.exc.TimeoutError",
        "azure.core.exceptions.ServiceRequestError",
        "azure.core.exceptions.ServiceResponseError",
        "aiohttp.client_exceptions.ClientConnectionError",
        "cartload_kit.kafka.errors.KafkaUnavailable",
    }
)


def is_transient(error: BaseException | None) -> bool:
    """Whether trying again later may help because something did not answer; looks at wrapped errors too."""
    seen = 0
    while error is not None and seen < 5:
        if _is_transient_itself(error):
            return True
        error, seen = _inner(error), seen + 1
    return False


def _inner(error: BaseException) -> BaseException | None:
    wrapped = getattr(error, "orig", None)
    return wrapped if isinstance(wrapped, BaseException) else error.__cause__


def _is_transient_itself(error: BaseException) -> bool:
    # A plain OSError, without a number, is what asyncio makes of several addresses that were all refused. A
    # full disk and too many open files are plain ones too, and may be over later.
    if isinstance(error, ConnectionError | TimeoutError | socket.gaierror) or type(error) is OSError:
        return True
    if isinstance(error, OSError):
        return error.errno in _ERRNO
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    code = error_code(error)
    invalidated = getattr(error, "connection_invalidated", False) is True
    return bool(names & _NAMES) or invalidated or code in _SERVER or code in _CLIENT or is_full(error)


def is_full(error: BaseException | None) -> bool:
    """Whether MySQL says that its disk is full, whatever it was doing."""
    code = error_code(error)
    return code in _FULL or (code in _FILE_ERRORS and _NO_SPACE.search(str(error)) is not None)


def error_code(error: BaseException | None) -> int | None:
    """MySQL's number of an error of any driver, also one that SQLAlchemy wrapped; None when it has none."""
    original = getattr(error, "orig", None) or error
    if not any(kind.__name__ == "MySQLError" for kind in type(original).__mro__):
        return None
    code = original.args[0] if original is not None and original.args else None
    return code if isinstance(code, int) else None
