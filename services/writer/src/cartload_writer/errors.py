"""What a task can raise, which errors only mean "later", and how an error reads to a person."""

from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cartload_kit.describe_error import describe_error
from cartload_kit.kafka.errors import KafkaUnavailable, TryAgain
from cartload_kit.transient_errors import RETRYABLE_TRANSACTION_ERRORS, error_code, is_full, is_transient
from cartload_writer.adapters.blob import BlobUnavailable

LOCK_WAIT_TIMEOUT = 1205
_TOO_MANY_CONNECTIONS = frozenset({1040, 1203, 1226})


class PermanentFailure(Exception):
    """It cannot be done, now or later; the reason is fit for the job's owner to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(Exception):
    """Something is in the way for now; the task is tried again."""


_FIT_FOR_OWNERS = (
    PermanentFailure,
    RetryLater,
    TryAgain,
    BlobUnavailable,
    KafkaUnavailable,
    PoolTimeout,
    OSError,
)


def root_cause(error: BaseException) -> BaseException:
    """Of errors that a task group raised together, the one that began it.

    What merely says that a server is away comes last: it may follow from the other.
    """
    if not isinstance(error, BaseExceptionGroup):
        return error
    causes = [root_cause(inner) for inner in error.exceptions]
    return next((cause for cause in causes if is_full(cause) or not is_transient(cause)), causes[0])


def only_waits(error: BaseException) -> bool:
    """Whether the work was merely in somebody's way, or a server it needs is away: no fault of the work.

    A connection to MySQL that broke is not among these: tasks are claimed in MySQL, so the server was there
    when the work began, and work that takes it down again and again must come to an end.
    """
    cause = root_cause(error)
    if isinstance(cause, RetryLater | TryAgain | BlobUnavailable | KafkaUnavailable | PoolTimeout):
        return True
    return error_code(cause) in RETRYABLE_TRANSACTION_ERRORS | _TOO_MANY_CONNECTIONS


def explain(error: BaseException) -> str:
    """What happened, where, and what to do, in words for a job's owner and the operator.

    Of errors that only a mistake of ours raises, the owner reads that the log has more.
    """
    cause = root_cause(error)
    original = getattr(cause, "orig", None) or cause
    notes = [*getattr(original, "__notes__", ()), *getattr(cause, "__notes__", ())]
    where = f" ({'; '.join(dict.fromkeys(notes))})" if notes else ""
    if isinstance(cause, _FIT_FOR_OWNERS) or error_code(cause) is not None:
        return f"{describe_error(cause)}{where}"
    return f"an unexpected error{where}; the log of the writer's process shows it"


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn what means *away* into TryAgain; everything else passes."""
    try:
        yield
    except BlobUnavailable as error:
        raise TryAgain(str(error)) from error
    except (pymysql.MySQLError, OSError) as error:
        if is_transient(error):
            raise TryAgain(f"MySQL: {explain(error)}") from error
        raise
