"""Two requests that meet in the database: who changes a password is rid of whoever else knows it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError

from cartload_auth.domain.signing_keys import KeyEncryptor
from cartload_auth.repository import signing_keys
from cartload_auth.tasks.administration import Refusal, create_admin
from cartload_kit.database import transaction
from support.auth_service import PASSWORD, Service, connect

LOGIN, CHANGE, LOGOUT, TOKENS = (
    "/api/auth/login",
    "/api/auth/password",
    "/api/auth/logout",
    "/api/auth/tokens",
)
CREDENTIALS = {"user_name": "ada", "password": PASSWORD}
CHANGED = {**CREDENTIALS, "new_password": "battery horse"}


class Rival:
    """Another client of the database, in a transaction that a test steers."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._database = make_url(url).database
        self._connection = connect(url, self._database)
        self._connection.begin()

    def run(self, statement: str, *values: object) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)

    def commit(self) -> None:
        self._connection.commit()

    def close(self) -> None:
        self._connection.close()

    async def holds_somebody_up(self) -> None:
        """Wait until another transaction waits for a lock of this database."""
        # The tables of information_schema would not do: they are cached for as long as somebody polls them.
        waiting = re.compile(rf"of table `{self._database}`\.`\w+` trx id \d+ .*waiting")
        with connect(self._url, self._database) as looking, looking.cursor() as cursor:
            async with asyncio.timeout(10):
                while True:
                    cursor.execute("SHOW ENGINE INNODB STATUS")
                    # What stands before tells of the last deadlock, long after it.
                    if waiting.search(cursor.fetchone()[2].partition("\nTRANSACTIONS\n")[2]):
                        return
                    await asyncio.sleep(0.02)


@asynccontextmanager
async def rival(url: str) -> AsyncIterator[Rival]:
    client = Rival(url)
    try:
        yield client
    finally:
        client.close()


@pytest.mark.parametrize(("path", "body"), [(LOGIN, CREDENTIALS), (CHANGE, CHANGED)])
async def test_a_password_that_is_replaced_while_it_is_verified_is_worth_nothing(
    auth: Service, auth_database: str, path: str, body: dict[str, str]
) -> None:
    await auth.register()
    async with rival(auth_database) as owner:
        owner.run("SELECT id FROM accounts WHERE user_name = 'ada' FOR UPDATE")
        late = asyncio.create_task(auth.http.post(path, json=body))
        await owner.holds_somebody_up()
        owner.run("UPDATE accounts SET password_hash = 'another' WHERE user_name = 'ada'")
        owner.commit()
        assert (await late).status_code == 401
    database = make_url(auth_database).database
    with connect(auth_database, database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT password_hash, (SELECT COUNT(*) FROM sessions) FROM accounts")
        assert cursor.fetchall() == (("another", 0),)


async def log_out(auth: Service, token: str) -> httpx.Response:
    return await auth.http.post(LOGOUT, json={"refresh_token": token})


async def change(auth: Service, token: str) -> httpx.Response:
    return await auth.http.post(CHANGE, json=CHANGED)


async def log_in(auth: Service, token: str) -> httpx.Response:
    return await auth.http.post(LOGIN, json=CREDENTIALS)


Act = Callable[[Service, str], Coroutine[Any, Any, httpx.Response]]


@pytest.mark.parametrize(
    ("act", "first", "second", "status"),
    [
        (log_out, "refresh_tokens", "sessions", 204),
        (change, "sessions", "accounts", 204),
        (log_in, "known_addresses", "accounts", 200),
    ],
)
async def test_whoever_loses_a_deadlock_is_served_all_the_same(
    auth: Service, auth_database: str, act: Act, first: str, second: str, status: int
) -> None:
    await auth.register()
    token = (await auth.login())["refresh_token"]
    async with rival(auth_database) as other:
        # InnoDB ends the transaction that changed less, so this one changes more than any request does.
        rows = ", ".join(f"('{number:064x}', 1)" for number in range(100))
        other.run(f"INSERT INTO throttles (key_hash, free_at) VALUES {rows}")
        other.run(f"SELECT * FROM {first} FOR UPDATE")
        acting = asyncio.create_task(act(auth, token))
        await other.holds_somebody_up()
        other.run(f"SELECT * FROM {second} FOR UPDATE")
        other.commit()
        assert (await acting).status_code == status


async def test_an_access_token_that_outlives_its_session_makes_no_personal_token(auth: Service) -> None:
    thief = await auth.signed_up()
    assert (await auth.http.post(CHANGE, json=CHANGED)).status_code == 204
    assert (await auth.http.get("/api/auth/me", headers=thief)).status_code == 200
    assert (await auth.http.post(TOKENS, json={"name": "a back door"}, headers=thief)).status_code == 401


async def test_after_a_sign_out_only_another_session_makes_personal_tokens(auth: Service) -> None:
    await auth.register()
    here, there = await auth.login(), await auth.login()
    await auth.http.post(LOGOUT, json={"refresh_token": here["refresh_token"]})
    statuses = [
        (
            await auth.http.post(
                TOKENS, json={"name": "a"}, headers={"Authorization": f"Bearer {one['access_token']}"}
            )
        ).status_code
        for one in (here, there)
    ]
    assert statuses == [401, 201]


async def test_a_refreshed_access_token_makes_personal_tokens_until_its_session_ends(auth: Service) -> None:
    await auth.register()
    token = (await auth.login(session="plain"))["refresh_token"]
    auth.clock.advance(days=6, hours=23, minutes=50)
    headers = {"Authorization": f"Bearer {(await auth.refresh(token)).json()['access_token']}"}
    assert (await auth.http.post(TOKENS, json={"name": "a"}, headers=headers)).status_code == 201
    auth.clock.advance(minutes=11)
    assert (await auth.http.get("/api/auth/me", headers=headers)).status_code == 200
    assert (await auth.http.post(TOKENS, json={"name": "b"}, headers=headers)).status_code == 401


async def test_a_name_that_is_registered_meanwhile_makes_no_administrator(
    auth: Service, auth_database: str
) -> None:
    await auth.register("model")
    async with rival(auth_database) as visitor:
        visitor.run(
            "INSERT INTO accounts (id, user_name, role, password_hash, password_once, created_at) "
            "SELECT UUID(), 'root', role, password_hash, password_once, created_at "
            "FROM accounts WHERE user_name = 'model'"
        )
        engine = auth.dependencies.engine
        making = asyncio.create_task(create_admin(engine, "root", auth.clock(), reset=False))
        await visitor.holds_somebody_up()
        visitor.commit()
        with pytest.raises(Refusal, match="root is taken"):
            await making


async def test_an_error_of_the_database_quotes_no_key(auth: Service) -> None:
    key = auth.dependencies.keys.ring.newest
    assert key is not None
    with pytest.raises(IntegrityError) as refused:
        async with transaction(auth.dependencies.engine) as connection:
            await signing_keys.add(connection, key, KeyEncryptor(None))
    assert "INSERT INTO signing_keys" in str(refused.value)
    assert "plain:" not in str(refused.value)
