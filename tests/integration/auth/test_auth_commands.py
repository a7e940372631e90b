"""`python -m cartload_auth …` as an operator runs it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from cartload_auth.__main__ import create_admin, rotate_keys
from cartload_auth.repository.models import metadata
from cartload_kit.cli import dispatch
from cartload_kit.database import async_url, engine
from support import auth_service
from support.auth_service import Service
from support.serving import closed_port


@pytest.fixture
def empty_database(mysql_url: str) -> Iterator[str]:
    """The URL of a database without any table."""
    url = auth_service.new_database(mysql_url, migrated=False)
    yield url
    auth_service.drop(url)


async def start(database_url: str, *arguments: str, **settings: str) -> Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARTLOAD_")}
    environment = {
        **kept,
        "CARTLOAD_AUTH_DATABASE_URL": database_url,
        "CARTLOAD_GENERATOR_URL": auth_service.NOBODY,
        "CARTLOAD_SHOP_URL": auth_service.NOBODY,
        **settings,
    }
    command = [sys.executable, "-m", "cartload_auth", *arguments]
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=PIPE)


async def run(database_url: str, *arguments: str, **settings: str) -> tuple[int, str, str]:
    process = await start(database_url, *arguments, **settings)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode().strip(), err.decode()


@asynccontextmanager
async def api(database_url: str) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    port = closed_port()
    process = await start(database_url, "api", CARTLOAD_PORT=str(port))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await until_ready(client, process)
            yield process, client
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until_ready(client: httpx.AsyncClient, process: Process) -> None:
    async with asyncio.timeout(60):
        while process.returncode is None:
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("the process ended")


async def test_migrate_makes_the_tables_of_the_models_and_may_be_repeated(empty_database: str) -> None:
    for _ in range(2):
        code, _, err = await run(empty_database, "migrate")
        assert code == 0, err
    engine = create_async_engine(async_url(empty_database))

    def differences(connection: Any) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_without_migration_the_api_ends_and_says_so(empty_database: str) -> None:
    code, _, err = await run(empty_database, "api", CARTLOAD_PORT=str(closed_port()))
    assert code != 0
    assert "run its migrate command" in err


async def test_the_api_serves_and_stops_when_told(auth_database: str) -> None:
    async with api(auth_database) as (process, client):
        body = {"user_name": "ada", "password": auth_service.PASSWORD}
        assert (await client.post("/api/auth/register", json=body)).status_code == 201
        metrics = (await client.get("/metrics")).text
        assert "cartload_auth_logins_total" in metrics
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.wait() == 0


async def test_the_first_admin_gets_a_password_that_is_good_once(auth: Service, auth_database: str) -> None:
    code, password, err = await run(auth_database, "create-admin", "root")
    assert code == 0, err
    login = {"user_name": "root", "password": password}
    refused = await auth.http.post("/api/auth/login", json=login)
    assert refused.status_code == 403
    assert refused.json()["code"] == "new_password_required"
    kept = await auth.http.post("/api/auth/password", json={**login, "new_password": password})
    assert kept.status_code == 422
    assert [error["field"] for error in kept.json()["errors"]] == ["new_password"]
    change = {**login, "new_password": auth_service.PASSWORD}
    assert (await auth.http.post("/api/auth/password", json=change)).status_code == 204
    assert (await auth.http.post("/api/auth/password", json=change)).status_code == 401
    assert (await auth.login("root"))["user"]["role"] == "admin"


async def test_create_admin_takes_no_account_over_unless_told(auth: Service, auth_database: str) -> None:
    await auth.register("ada")
    signed_in = await auth.login()
    session = signed_in["refresh_token"]
    headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
    made = await auth.http.post("/api/auth/tokens", json={"name": "nightly"}, headers=headers)
    code, out, _ = await run(auth_database, "create-admin", "ada")
    assert (code, "taken" in out) == (1, True)
    assert (await auth.login())["user"]["role"] == "customer"
    code, password, _ = await run(auth_database, "create-admin", "ada", "--reset")
    assert code == 0
    assert (await auth.refresh(session)).status_code == 401
    exchange = {"token": made.json()["token"]}
    assert (await auth.http.post("/internal/tokens/exchange", json=exchange)).status_code == 401
    change = {"user_name": "ada", "password": password, "new_password": auth_service.PASSWORD}
    assert (await auth.http.post("/api/auth/password", json=change)).status_code == 204
    assert (await auth.login())["user"]["role"] == "admin"


async def test_a_name_that_may_not_be_one_is_refused(auth_database: str) -> None:
    code, out, _ = await run(auth_database, "create-admin", "x")
    assert (code, "3 to 64 characters" in out) == (1, True)


@pytest.mark.parametrize("arguments", [["create-admin", "root", "--what"], ["rotate-keys", "--what"]])
def test_unknown_options_are_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        dispatch({"create-admin": create_admin, "rotate-keys": rotate_keys}, arguments)
    assert ended.value.code == 2


async def test_rotate_keys_adds_one_and_now_drops_the_others(auth: Service, auth_database: str) -> None:
    code, out, _ = await run(auth_database, "rotate-keys")
    await auth.dependencies.keys.refresh()
    assert code == 0
    assert len(auth.dependencies.keys.ring) == 2
    code, out, _ = await run(auth_database, "rotate-keys", "--now")
    await auth.dependencies.keys.refresh()
    assert len(auth.dependencies.keys.ring) == 1
    newest = auth.dependencies.keys.ring.newest
    assert newest is not None
    first, second = out.splitlines()
    assert first == f"new signing key {newest.kid}"
    assert "within 20 seconds" in second


async def test_settings_that_are_missing_are_named(auth_database: str) -> None:
    code, _, err = await run("", "api")
    assert code == 2
    assert "CARTLOAD_AUTH_DATABASE_URL is not set" in err
    assert "CARTLOAD_PORT is not set" in err


async def test_openapi_needs_no_server() -> None:
    code, out, _ = await run("", "openapi")
    assert code == 0
    assert '"/api/auth/login"' in out


async def test_while_the_database_is_away_the_answer_is_503(auth: Service, auth_database: str) -> None:
    nowhere = make_url(auth_database).set(port=closed_port()).render_as_string(hide_password=False)
    auth.app.state.dependencies = replace(auth.dependencies, engine=engine(nowhere))
    answer = await auth.http.post("/api/auth/login", json={"user_name": "ada", "password": "whatever"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
