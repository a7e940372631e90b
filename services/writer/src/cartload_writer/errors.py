"""What a task can raise, and which errors mean that something is away or that a transaction lost a race."""

from collections.abc import Iterator
from contextlib import contextmanager

import pymysql

from cartload_kit.kafka.errors import TryAgain
from cartload_writer.adapters.blob import BlobUnavailable


class PermanentFailure(Exception):
    """It cannot be done, now or later; the reason is fit for the job's owner to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(Exception):
    """Something is in the way for now; the task is tried again."""


LOST_RACE = {1205, 1213}
"""Lock wait timeout, deadlock: the whole transaction again."""

_AWAY = {
    1021,  # disk full
    1040,  # too many connections
    1053,  # server shutdown in progress
    1129,  # host blocked
    1203,  # too many connections of this user
    1226,  # resource limit of this user
    1290,  # read only
    1317,  # query interrupted
    1836,  # read-only mode
    1927,  # connection was killed
    3169,  # session was killed
    4031,  # disconnected for inactivity
}
_CLIENT = range(2000, 2100)


def code_of(error: BaseException) -> int | None:
    """The server's or the client library's number of an error; 0 is a connection that is closed already."""
    code = error.args[0] if error.args else None
    return code if isinstance(code, int) else None


def is_away(error: BaseException) -> bool:
    """Whether MySQL is away, shutting down or overloaded, so that trying again later is right."""
    if isinstance(error, pymysql.MySQLError):
        code = code_of(error)
        return code is not None and (code in (0, *_AWAY, *LOST_RACE) or code in _CLIENT)
    return isinstance(error, OSError)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn what means *away* into TryAgain; everything else passes."""
    try:
        yield
    except BlobUnavailable as error:
        raise TryAgain(str(error)) from error
    except (pymysql.MySQLError, OSError) as error:
        if is_away(error):
            raise TryAgain(f"MySQL: {type(error).__name__} {code_of(error) or ''}".strip()) from error
        raise
