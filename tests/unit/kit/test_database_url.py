"""Database URLs and retries, without a server."""

import ssl

import asyncmy.errors
import pytest
from sqlalchemy.exc import OperationalError

from cartload_kit import mysql_tls
from cartload_kit.database import async_url, retry_on_deadlock


def test_a_url_gets_its_driver_and_character_set() -> None:
    url = async_url("mysql://user:p%40ss@db:3307/cartload_jobs")
    assert url.drivername == "mysql+asyncmy"
    assert (url.username, url.password, url.host, url.port) == ("user", "p@ss", "db", 3307)
    assert url.query == {"charset": "utf8mb4"}


def test_what_is_said_of_encryption_is_not_the_drivers_business() -> None:
    assert async_url("mysql://user:p@db/x?tls=verify").query == {"charset": "utf8mb4"}
    assert mysql_tls.wanted("mysql://user:p@db/x") == "off"
    assert mysql_tls.context("mysql://user:p@db/x?tls=off") is None
    context = mysql_tls.context("mysql://user:p@db/x?tls=verify")
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_another_database_is_refused_without_showing_the_password() -> None:
    with pytest.raises(ValueError, match="postgresql") as caught:
        async_url("postgresql://user:secret@db/x")
    assert "secret" not in str(caught.value)


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
