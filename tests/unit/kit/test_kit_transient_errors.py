"""Which errors mean that something is away."""

import asyncmy.errors
import pymysql
import pytest
import sqlalchemy.exc

from cartload_kit.kafka.errors import KafkaUnavailable
from cartload_kit.transient_errors import error_code, is_transient


def wrapped(error: Exception) -> sqlalchemy.exc.DBAPIError:
    return sqlalchemy.exc.OperationalError("SELECT 1", {}, error)


AWAY = [
    ConnectionRefusedError(),
    TimeoutError(),
    OSError("Multiple exceptions: …"),
    BrokenPipeError(),
    sqlalchemy.exc.TimeoutError("QueuePool limit"),
    asyncmy.errors.OperationalError(2003, "no connection"),
    pymysql.err.OperationalError(2013, "lost"),
    wrapped(asyncmy.errors.OperationalError(1213, "deadlock")),
    wrapped(pymysql.err.OperationalError(1040, "too many connections")),
    KafkaUnavailable("no answer"),
]
NOT_AWAY = [
    ValueError("2003"),
    KeyError(1213),
    FileNotFoundError(2, "no such file"),
    PermissionError(13, "denied"),
    asyncmy.errors.IntegrityError(1062, "duplicate"),
    wrapped(pymysql.err.ProgrammingError(1146, "no such table")),
]


@pytest.mark.parametrize("error", AWAY, ids=repr)
def test_what_may_be_back_later_is_away(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize("error", NOT_AWAY, ids=repr)
def test_what_will_fail_again_is_not(error: Exception) -> None:
    assert not is_transient(error)


def test_the_cause_counts_too() -> None:
    error = RuntimeError("upload failed")
    error.__cause__ = ConnectionResetError()
    assert is_transient(error)


def test_the_number_of_an_error_is_found_in_any_wrapping() -> None:
    assert error_code(wrapped(asyncmy.errors.IntegrityError(1062, "duplicate"))) == 1062
    assert error_code(pymysql.err.IntegrityError(1062, "duplicate")) == 1062
    assert error_code(KeyError(1062)) is None
    assert error_code(pymysql.err.InterfaceError("closed")) is None
    assert error_code(None) is None
