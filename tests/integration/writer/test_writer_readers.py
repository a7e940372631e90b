"""Read-only database users: one an owner, for that owner's datasets and nothing else."""

import asyncio
from typing import Any
from uuid import uuid4

import pymysql
import pytest

from cartload_writer.api.dependencies import PublicAddress
from support.writer_service import Load, Place, Writer, reader_name


@pytest.fixture
async def load(writer: Writer) -> Load:
    made = Load.of(customers=10)
    await writer.make(made)
    return made


async def credentials(writer: Writer, load: Load) -> dict[str, Any]:
    answer = await writer.call("POST", load, "/connection")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    made = answer.json()
    return {name: made[name] for name in ("host", "port", "user", "password", "database")}


def ask(account: dict[str, Any], statement: str) -> Any:
    with pymysql.connect(**account, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


async def test_the_owner_reads_the_dataset_with_sql(writer: Writer, load: Load) -> None:
    account = await credentials(writer, load)
    assert ask(account, "SELECT COUNT(*) FROM users") == ((10,),)
    assert ask(account, "SELECT COUNT(*) FROM `_cartload`") == ((1,),)
    assert account["user"] == reader_name(load)
    assert len(account["user"]) <= 32


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM users",
        "UPDATE users SET first_name = 'x'",
        "DROP TABLE wishlist",
        "CREATE TABLE more (id INT)",
        "CREATE DATABASE shopmine",
        "SELECT * FROM mysql.user",
        "GRANT SELECT ON *.* TO CURRENT_USER()",
        "SELECT * FROM {meta}.datasets",
    ],
)
async def test_nothing_else_is_allowed(writer: Writer, load: Load, place: Place, statement: str) -> None:
    account = await credentials(writer, load)
    with pytest.raises(pymysql.MySQLError):
        ask(account, statement.format(meta=place.name))
    assert ask(account, "SELECT COUNT(*) FROM users") == ((10,),)


async def test_another_owner_sees_nothing_of_it(writer: Writer, load: Load) -> None:
    other = Load.of(customers=10, seed=5)
    await writer.make(other)
    theirs = await credentials(writer, other)
    await credentials(writer, load)
    with pytest.raises(pymysql.MySQLError):
        ask(theirs, f"SELECT * FROM `{writer.database(load)}`.users")
    assert (writer.database(load),) not in ask(theirs, "SHOW DATABASES")
    for method in ("GET", "POST"):
        assert (await writer.call(method, load, "/connection", user=other.owner_id)).status_code == 404


async def test_one_user_reads_all_datasets_made_before_and_after(writer: Writer, load: Load) -> None:
    account = await credentials(writer, load)
    await writer.context.database_pool.refill()
    for ids in ("integer", "uuid"):
        later = Load.of(customers=10, ids=ids)
        later.owner_id = load.owner_id
        await writer.make(later)
        assert ask(account, f"SELECT COUNT(*) FROM `{writer.database(later)}`.users") == ((10,),)


async def test_a_new_password_replaces_the_one_before(writer: Writer, load: Load) -> None:
    first = await credentials(writer, load)
    second = await credentials(writer, load)
    assert first["password"] != second["password"]
    assert ask(second, "SELECT 1") == ((1,),)
    with pytest.raises(pymysql.OperationalError):
        ask(first, "SELECT 1")


async def test_passwords_made_at_the_same_time_leave_one_that_works(writer: Writer, load: Load) -> None:
    accounts = await asyncio.gather(*(credentials(writer, load) for _ in range(4)))
    works = 0
    for account in accounts:
        try:
            works += ask(account, "SELECT 1") == ((1,),)
        except pymysql.OperationalError:
            continue
    assert works == 1


async def test_the_password_is_shown_once(writer: Writer, load: Load) -> None:
    before = (await writer.get(load, "/connection")).json()
    assert before["password_set_at"] is None
    account = await credentials(writer, load)
    answer = await writer.get(load, "/connection")
    assert answer.json() == {**before, "password_set_at": "2026-03-01T12:00:00Z"}
    assert account["password"] not in answer.text


async def test_where_the_server_is_not_published_the_reason_is_told(writer: Writer, load: Load) -> None:
    services = writer.app.state.services
    object.__setattr__(services, "public", PublicAddress(None, None))
    found = (await writer.get(load, "/connection")).json()
    assert (found["host"], found["port"]) == (None, None)
    assert "operator" in found["reason"]
    assert found["database"] == writer.database(load)


async def test_nobody_signs_in_without_a_password(writer: Writer, load: Load) -> None:
    account = await credentials(writer, load)
    for password in ("", str(uuid4())):
        with pytest.raises(pymysql.OperationalError):
            ask({**account, "password": password}, "SELECT 1")
