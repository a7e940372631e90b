"""Which errors mean that something is away."""

import asyncmy.errors
import pymysql
import pytest
import sqlalchemy.exc

from cartload_kit.kafka.errors import KafkaUnavailable
from cartload_kit.transient_errors import error_code, is_full, is_transient


def wrapped(error: Exception) -> sqlalchemy.exc.DBAPIError:
    return sqlalchemy.exc.OperationalError("SELECT 1", {}, error)


NO_SPACE = "No space left on device"
FULL = [
    wrapped(asyncmy.errors.OperationalError(1114, "The table 'tasks' is full")),
    pymysql.err.OperationalError(1021, "Disk full (/tmp/#sql1)"),
    pymysql.err.InternalError(3, f"Error writing file './shop/users.frm' (Errcode: 28 \"{NO_SPACE}\")"),
    pymysql.err.OperationalError(1030, f'Got error 28 "{NO_SPACE}" from storage engine InnoDB'),
    pymysql.err.OperationalError(1006, f"Can't create database 'shop' (errno: 28 \"{NO_SPACE}\")"),
    pymysql.err.OperationalError(1026, f"Error writing file 'x' (OS errno 28 - {NO_SPACE})"),
]
NOT_FULL = [
    pymysql.err.OperationalError(1030, "Got error 139 from storage engine InnoDB"),
    pymysql.err.OperationalError(1006, "Can't create database 'shop28' (errno: 13 \"Permission denied\")"),
    pymysql.err.ProgrammingError(1064, "near 'error 28'"),
    OSError(28, NO_SPACE),
    None,
]
AWAY = [
    *FULL,
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


@pytest.mark.parametrize("error", FULL, ids=repr)
def test_a_full_disk_is_known_by_what_mysql_says_of_it(error: Exception) -> None:
    assert is_full(error)


@pytest.mark.parametrize("error", NOT_FULL, ids=repr)
def test_other_errors_are_no_full_disk(error: Exception | None) -> None:
    assert not is_full(error)


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
