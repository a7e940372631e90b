"""Database URLs and retries, without a server."""

import ssl
from dataclasses import replace

import asyncmy.errors
import pytest
from sqlalchemy.exc import OperationalError

from cartload_kit.database import async_url, retry_on_deadlock
from cartload_kit.mysql_url import MysqlUrl


def test_a_url_gets_its_driver_and_character_set() -> None:
    url = async_url("mysql://user:p%40ss@db:3307/cartload_jobs")
    assert url.drivername == "mysql+asyncmy"
    assert (url.username, url.password, url.host, url.port) == ("user", "p@ss", "db", 3307)
    assert url.query == {"charset": "utf8mb4"}


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("mysql://user:p@db/x", "verify"),
        ("mysql://user:p@10.0.0.1/x", "verify"),
        ("mysql://user:p@db/x?tls=off", "off"),
        ("mysql://user:p@localhost/x", "off"),
        ("mysql://user:p@127.0.0.1:1/x", "off"),
        ("mysql://user:p@[::1]/x", "off"),
        ("mysql://user:p@[::1]/x?tls=verify", "verify"),
    ],
)
def test_servers_on_other_machines_are_verified_unless_the_url_says_otherwise(url: str, tls: str) -> None:
    read = MysqlUrl.parse(url)
    assert read.tls == tls
    assert async_url(url).query == {"charset": "utf8mb4"}
    context = read.ssl_context()
    if tls == "off":
        assert context is None
    else:
        assert context is not None
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_url_of_another_database_reads_the_same() -> None:
    read = MysqlUrl.parse("mysql://us%40er:p%2Fss@[::1]:3307/one")
    assert MysqlUrl.parse(read.text("two")) == replace(read, database="two")
    assert read.server == "::1:3307"
    assert "p/ss" not in repr(read)


def test_another_database_is_refused_without_showing_the_password() -> None:
    with pytest.raises(ValueError, match="postgresql") as caught:
        async_url("postgresql://user:secret@db/x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("password", ["hunter2/x", "hunter2#x", "hunter2?x", "[hunter2", "hunter2\u2100"])
def test_a_url_that_cannot_be_read_is_refused_without_showing_the_password(password: str) -> None:
    with pytest.raises(ValueError, match="%2F %23 %3F") as caught:
        MysqlUrl.parse(f"mysql://user:{password}@db/x")
    assert "hunter2" not in str(caught.value)


async def test_only_a_lost_race_is_tried_again() -> None:
    calls = 0

    async def work() -> int:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise OperationalError("UPDATE", {}, asyncmy.errors.OperationalError(1213, "deadlock"))
        return calls

    assert await retry_on_deadlock(work, first_wait=0.001) == 3

    async def broken() -> None:
        nonlocal calls
        calls += 1
        raise KeyError("id")

    with pytest.raises(KeyError):
        await retry_on_deadlock(broken)
    assert calls == 4


async def test_work_may_be_any_function_that_gives_an_awaitable() -> None:
    async def answer(value: int) -> int:
        return value

    assert await retry_on_deadlock(lambda: answer(7)) == 7
