"""The shop service in this process: real databases, its worker, and datasets that a test puts there."""

import json
from base64 import b32encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

import cartload
from cartload import spec as specs
from cartload.schema import TABLE_NAMES
from cartload.spec import Spec
from cartload.writers import database as dataset_database
from cartload_kit.database import engine
from cartload_kit.database.migrate import migrate
from cartload_kit.errors import NotFound
from cartload_shop.adapters.datasets import StoredDataset
from cartload_shop.api.dependencies import Services
from cartload_shop.app import build
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import shops
from cartload_shop.repository.models import MIGRATIONS
from cartload_shop.repository.shop_databases import COPYING
from cartload_shop.repository.shop_session import ShopSession, shop_session
from cartload_shop.tasks.migrations import migrate_shop
from cartload_shop.tasks.shop_changes import ShopChanges
from support.generator_service import MovableClock, Tokens, connect

USER_SHOPS = 3
SMALL = specs.resolve(
    specs.parse({"customers": 40, "catalogue": {"products": 60}, "clickstream": {"sessions_per_customer": 1}})
)


@dataclass
class FakeDatasets:
    """The generator and the writer, as far as the service asks them; `away` raises what they raise then."""

    there: dict[UUID, StoredDataset] = field(default_factory=dict)
    away: Exception | None = None

    async def find(self, dataset_id: UUID, token: str) -> StoredDataset:
        if self.away is not None:
            raise self.away
        if dataset_id not in self.there or not token:
            raise NotFound("There is no such dataset.")
        return self.there[dataset_id]


@dataclass
class Person:
    """An account that uses shops; without an id nobody who has signed in."""

    http: httpx.AsyncClient
    id: UUID | None = field(default_factory=uuid4)
    role: str = "customer"

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Make a call, with a token where there is one."""
        token = {} if self.id is None else {"Authorization": f"Bearer {self.role}:{self.id}"}
        return await self.http.request(method, path, headers=token | more.pop("headers", {}), **more)

    async def read(self, path: str, **query: Any) -> Any:
        """The JSON at a path that answers 200."""
        answer = await self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class ShopService:
    """The running service."""

    app: FastAPI
    http: httpx.AsyncClient
    engine: AsyncEngine
    datasets: FakeDatasets
    changes: ShopChanges
    clock: MovableClock

    def person(self) -> Person:
        """A new account."""
        return Person(self.http)

    def guest(self) -> Person:
        """Somebody who has not signed in."""
        return Person(self.http, None)

    def add_dataset(self, spec: Spec, database: str, **more: Any) -> UUID:
        """Let a dataset that lies in a database be known."""
        known: dict[str, Any] = {
            "name": spec.name,
            "state": "ready",
            "spec": spec.model_dump(mode="json"),
            "vintage": cartload.VINTAGE,
            "segments": [{"first_block": 0, "customers": spec.customers}],
            "targets": ["mysql", "files", "kafka"],
            "database": database,
            "rows": rows_of(spec),
        }
        dataset_id = uuid4()
        self.datasets.there[dataset_id] = StoredDataset(**known | more)
        return dataset_id

    async def work(self) -> None:
        """Let the worker do all that waits."""
        while await self.changes.work_on_one():
            pass

    async def opened(self, owner: Person, dataset_id: UUID) -> Any:
        """A shop that the account has opened on a dataset."""
        answer = await owner.call("POST", "/api/shops", json={"dataset_id": str(dataset_id)})
        assert answer.status_code == 202, answer.text
        await self.work()
        shop = await owner.read(f"/api/shops/{answer.json()['id']}")
        assert shop["state"] == "open", shop
        return shop

    async def find(self, shop_id: str) -> Shop:
        """The row of a shop."""
        async with self.engine.connect() as connection:
            shop = await shops.find(connection, UUID(shop_id))
        assert shop is not None
        return shop

    @asynccontextmanager
    async def inside(self, shop_id: str) -> AsyncIterator[ShopSession]:
        """A transaction in a shop."""
        async with shop_session(self.engine, await self.find(shop_id)) as session:
            yield session

    async def rows(self, shop_id: str, query: str) -> list[tuple[Any, ...]]:
        """What a query finds in the database of a shop, which `{shop}` stands for."""
        shop = await self.find(shop_id)
        async with self.engine.connect() as connection:
            found = await connection.exec_driver_sql(query.format(shop=f"`{shop.database_name}`"))
            return [tuple(row) for row in found]


@cache
def _rows(text: str) -> dict[str, int]:
    spec = specs.parse(json.loads(text))
    batches = [batch for tables in cartload.generate(spec) for batch in tables.items()]
    return {name: sum(batch.num_rows for table, batch in batches if table == name) for name in TABLE_NAMES}


def rows_of(spec: Spec) -> dict[str, int]:
    """The rows of each table of a small dataset."""
    return _rows(spec.model_dump_json())


@asynccontextmanager
async def running(database_url: str) -> AsyncIterator[ShopService]:
    """Run the service in this process, on a migrated database."""
    database = engine(database_url, pool_size=16)
    copying = engine(database_url, pool_size=2, session=COPYING, answer_seconds=None)
    clock, datasets = MovableClock(), FakeDatasets()
    try:
        app = build()
        app.state.verifier = Tokens()
        app.state.services = Services(
            engine=database,
            datasets=datasets,  # type: ignore[arg-type]
            user_shops=USER_SHOPS,
            clock=clock,
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            changes = ShopChanges(database, copying, partial(migrate_shop, database_url), clock)
            yield ShopService(app, client, database, datasets, changes, clock)
    finally:
        await database.dispose()
        await copying.dispose()


@contextmanager
def control_database(mysql_url: str) -> Iterator[str]:
    """The URL of a migrated control database of its own, dropped afterwards with the shops in it."""
    name = f"shop_test_{uuid4().hex[:12]}"
    with connect(mysql_url) as root, root.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    url = make_url(mysql_url).set(database=name).render_as_string(hide_password=False)
    migrate(url, MIGRATIONS)
    try:
        yield url
    finally:
        with connect(mysql_url, name) as root, root.cursor() as cursor:
            cursor.execute("SELECT database_name FROM shops")
            for (shop,) in cursor.fetchall():
                cursor.execute(f"DROP DATABASE IF EXISTS `{shop}`")
            cursor.execute(f"DROP DATABASE {name}")


@contextmanager
def dataset_in_database(mysql_url: str, spec: Spec = SMALL) -> Iterator[str]:
    """The name of a database with a dataset, as the writer names them; dropped afterwards."""
    name = f"shop{b32encode(uuid4().bytes).decode().rstrip('=').lower()}"
    url = make_url(mysql_url).set(drivername="mysql", database=name).render_as_string(hide_password=False)
    with connect(mysql_url) as root, root.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
        try:
            dataset_database.write(url, spec, processes=1, on_rows=lambda *_: None, notify=lambda *_: None)
            yield name
        finally:
            cursor.execute(f"DROP DATABASE `{name}`")
