"""The auth service in this process, on a real database and a clock that a test can move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pymysql
from fastapi import FastAPI
from sqlalchemy import make_url

from cartload_auth.api.dependencies import Dependencies
from cartload_auth.app import build
from cartload_auth.bootstrap import MIGRATIONS, serving
from cartload_auth.repository.models import metadata
from cartload_auth.settings import AuthSettings
from cartload_kit.database.migrate import migrate

LOWEST_COST = 4
PASSWORD = "correct horse battery"
COOKIE = "cartload_refresh"
NOBODY = "http://127.0.0.1:1"
"""Nothing answers there: only deleted accounts need a generator."""


class TestClock:
    """A clock that stands still until it is moved. It begins at the time of day."""

    __test__ = False

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        """Move on."""
        self.now += timedelta(**amount)


def connect(mysql_url: str, database: str | None = None) -> Any:
    """A plain connection, for what a test looks at or prepares itself."""
    url = make_url(mysql_url)
    return pymysql.connect(
        host=url.host or "",
        port=url.port or 3306,
        user=url.username or "",
        password=url.password or "",
        database=database,
        autocommit=True,
    )


def new_database(mysql_url: str, *, migrated: bool = True) -> str:
    """Make a database of its own; returns its URL. Not to be called from within an event loop."""
    name = f"auth_test_{uuid4().hex[:12]}"
    with connect(mysql_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    url = make_url(mysql_url).set(database=name).render_as_string(hide_password=False)
    if migrated:
        migrate(url, MIGRATIONS)
    return url


def empty(database_url: str) -> None:
    """Delete all rows."""
    with connect(database_url, make_url(database_url).database) as connection, connection.cursor() as cursor:
        for table in reversed(metadata.sorted_tables):
            cursor.execute(f"DELETE FROM {table.name}")


def drop(database_url: str) -> None:
    """Drop a test's database."""
    with connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {make_url(database_url).database}")


@dataclass(frozen=True)
class Service:
    """A running service with a client of its own."""

    app: FastAPI
    http: httpx.AsyncClient
    clock: TestClock

    @property
    def dependencies(self) -> Dependencies:
        """What its use cases work with."""
        dependencies: Dependencies = self.app.state.dependencies
        return dependencies

    def browser(self, address: str = "192.0.2.1", **headers: str) -> httpx.AsyncClient:
        """A client with cookies and an address of its own, as the gateway forwards it."""
        transport = httpx.ASGITransport(app=self.app)
        sent = {"X-Forwarded-For": address, **headers}
        return httpx.AsyncClient(transport=transport, base_url="http://auth", headers=sent)

    async def register(self, user_name: str = "ada", password: str = PASSWORD) -> str:
        """Make an account; returns its id."""
        answer = await self.http.post(
            "/api/auth/register", json={"user_name": user_name, "password": password}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def login(self, user_name: str = "ada", **more: str) -> dict[str, Any]:
        """Sign in with the refresh token in the body; returns the answer."""
        body = {"user_name": user_name, "password": PASSWORD, "refresh_in": "body", **more}
        answer = await self.http.post("/api/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refresh(self, token: str) -> httpx.Response:
        """Use a refresh token in the body."""
        return await self.http.post("/api/auth/refresh", json={"refresh_token": token})

    async def signed_up(self, user_name: str = "ada") -> dict[str, str]:
        """Make an account and sign in; returns the header that carries its access token."""
        await self.register(user_name)
        token = (await self.login(user_name))["access_token"]
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def running(
    database_url: str, clock: TestClock | None = None, cost: int = LOWEST_COST, **settings: object
) -> AsyncIterator[Service]:
    """Run the service in this process."""
    clock = clock or TestClock()
    nobody = {"generator_url": NOBODY, "shop_url": NOBODY}
    values = {"port": 1, "auth_database_url": database_url, **nobody, **settings}
    app = build(serving(AuthSettings.model_validate(values), clock=clock, cost=cost))
    async with app.router.lifespan_context(app):
        service = Service(app, None, clock)  # type: ignore[arg-type]
        async with service.browser() as client:
            yield Service(app, client, clock)
