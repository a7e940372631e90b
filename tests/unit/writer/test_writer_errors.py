"""How errors read to people, and which of them only mean that something waits."""

import asyncio

import pymysql
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cartload_kit.kafka.errors import KafkaUnavailable
from cartload_writer.adapters.blob import BlobUnavailable
from cartload_writer.errors import RetryLater, explain, only_waits


def from_server(code: int, message: str) -> OperationalError:
    """An error of MySQL as SQLAlchemy raises it."""
    return OperationalError("ALTER TABLE t", None, pymysql.OperationalError(code, message))


def full() -> OperationalError:
    error = from_server(1114, "The table 'order_item' is full")
    error.add_note("while adding the indexes of order_item")
    return error


ERRORS = [
    (full(), ("1114", "order_item", "no space", "while adding the indexes of order_item")),
    (ExceptionGroup("unhandled errors in a TaskGroup", [full()]), ("1114", "order_item", "no space")),
    (ExceptionGroup("a", [ExceptionGroup("b", [from_server(2013, "Lost"), full()])]), ("1114",)),
    (
        from_server(2013, "Lost connection to MySQL server during query"),
        ("connection to MySQL was lost", "MySQL's log"),
    ),
    (from_server(1205, "Lock wait timeout exceeded"), ("1205", "held a lock")),
    (from_server(1227, "Access denied"), ("1227", "grants")),
    (PoolTimeout("QueuePool limit"), ("connection of the pool",)),
    (BlobUnavailable("Blob storage does not answer"), ("Blob storage does not answer",)),
    (KafkaUnavailable("no broker answered at kafka:9092"), ("kafka:9092",)),
    (TimeoutError(), ("in time",)),
    (ConnectionResetError(), ("connection",)),
    (RuntimeError("a secret"), ("log",)),
]


@pytest.mark.parametrize(("error", "told"), ERRORS)
def test_an_error_is_explained_without_names_of_classes(error: BaseException, told: tuple[str, ...]) -> None:
    text = explain(error)
    assert all(part in text for part in told), text
    for word in ("Error:", "Exception", "TaskGroup", "pymysql", "a secret", "QueuePool", "(Background"):
        assert word not in text


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (RetryLater("somebody reads"), True),
        (BlobUnavailable("away"), True),
        (KafkaUnavailable("away"), True),
        (PoolTimeout("no connection"), True),
        (from_server(1205, "lock"), True),
        (from_server(1040, "too many"), True),
        (ExceptionGroup("both", [from_server(1205, "lock")]), True),
        (from_server(2013, "lost"), False),
        (from_server(1114, "full"), False),
        (RuntimeError("bug"), False),
    ],
)
def test_what_only_waits_is_told_from_what_fails(error: BaseException, waits: bool) -> None:
    assert only_waits(error) is waits


async def test_errors_of_several_tasks_read_as_the_one_that_began() -> None:
    async def fail() -> None:
        raise full()

    async def together() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            group.create_task(asyncio.sleep(60))

    with pytest.raises(ExceptionGroup) as raised:
        await together()
    assert explain(raised.value) == explain(full())
