"""What a reader of rows is told when the database fails, and what a reading session is limited to."""

import asyncio
import logging

import pymysql
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cartload_kit.database import engine
from cartload_kit.errors import GatewayTimeout, NotFound, Problem, Unavailable
from cartload_writer.api.row_reader import open_connection, reading_session, translate_database_errors
from cartload_writer.tasks.housekeeping import Housekeeping
from support.writer_service import NOW


def from_server(code: int) -> OperationalError:
    return OperationalError("SELECT", None, pymysql.OperationalError(code, "a secret of the server"))


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (from_server(1969), GatewayTimeout),
        (from_server(3024), GatewayTimeout),
        (from_server(1028), GatewayTimeout),
        (from_server(1317), GatewayTimeout),
        (from_server(1049), NotFound),
        (from_server(1146), NotFound),
        (from_server(1205), Unavailable),
        (from_server(2013), Unavailable),
        (PoolTimeout("no connection is free"), Unavailable),
        (TimeoutError(), Unavailable),
        (ConnectionRefusedError(), Unavailable),
    ],
)
def test_a_failure_is_a_problem_that_says_nothing_of_the_server(
    error: Exception, problem: type[Problem]
) -> None:
    with pytest.raises(problem) as told, translate_database_errors():
        raise error
    assert "secret" not in str(told.value.detail)


def test_a_mistake_of_ours_stays_a_mistake() -> None:
    with pytest.raises(ZeroDivisionError), translate_database_errors():
        raise ZeroDivisionError


async def test_a_database_that_is_away_is_unavailable() -> None:
    away = engine("mysql://nobody:none@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        async with open_connection(away):
            raise AssertionError
    await away.dispose()


@pytest.mark.parametrize(("seconds", "mariadb", "mysql"), [(5.0, "5.000", "5000"), (0.25, "0.250", "250")])
def test_both_servers_are_told_the_limit_in_their_own_units(seconds: float, mariadb: str, mysql: str) -> None:
    said = reading_session(seconds)
    assert f"/*M!100100 , max_statement_time = {mariadb} */" in said
    assert f"/*!80000 , max_execution_time = {mysql} */" in said


class Heard(logging.Handler):
    """Tells when something is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.something = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.something.set()


async def test_the_housekeeping_outlasts_a_database_that_is_away() -> None:
    away, stop, heard = engine("mysql://nobody:none@127.0.0.1:1/none"), asyncio.Event(), Heard()
    logger = logging.getLogger("cartload_writer.tasks.housekeeping")
    logger.addHandler(heard)
    tidying = asyncio.create_task(Housekeeping(away, lambda: NOW).run(stop))
    await asyncio.wait_for(heard.something.wait(), 10)
    logger.removeHandler(heard)
    assert not tidying.done()
    stop.set()
    await asyncio.wait_for(tidying, 5)
    await away.dispose()
