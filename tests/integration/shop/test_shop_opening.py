"""Shops are opened on datasets, and removed, whatever comes in between."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cartload.schema import TABLES
from cartload_kit.errors import Unavailable
from cartload_shop.repository import shops
from support import shop_service
from support.shop_service import SMALL, USER_SHOPS, Person, ShopService


async def test_a_shop_has_every_row_of_its_dataset_and_goes_on_from_its_end(
    service: ShopService, owner: Person, dataset: UUID, small_dataset: str
) -> None:
    shop = await service.opened(owner, dataset)
    for table in TABLES:
        columns = ", ".join(f"`{column.name}`" for column in table.columns)
        there = f"SELECT {columns} FROM {{shop}}.{table.name} ORDER BY id"
        copied = await service.rows(shop["id"], there)
        assert copied == await service.rows(shop["id"], there.replace("{shop}", f"`{small_dataset}`"))
        assert shop["counts"][table.name] == len(copied)
    assert shop["clock"]["mode"] == "running"
    assert shop["clock"]["now"].startswith(str(SMALL.window.end + timedelta(days=1)))


@pytest.mark.parametrize("ids", ["uuid", "integer"])
async def test_small_and_large_ones_get_the_same_tables(
    service: ShopService, owner: Person, mysql_url: str, ids: str
) -> None:
    spec = SMALL.model_copy(update={"ids": ids})
    made = []
    with shop_service.dataset_in_database(mysql_url, spec) as database:
        dataset = service.add_dataset(spec, database)
        for large in (False, True):
            service.changes = replace(service.changes, deferred_rows=0 if large else 10**9)
            shop = await service.opened(owner, dataset)
            tables = [table.name for table in TABLES]
            statements = [
                await service.rows(shop["id"], f"SHOW CREATE TABLE {{shop}}.{one}") for one in tables
            ]
            # The next number of a new row is not part of how a table is made.
            made.append([re.sub(r" AUTO_INCREMENT=\d+", "", str(found)) for found in statements])
    assert made[0] == made[1]
    assert ("AUTO_INCREMENT" in made[0][0]) == (ids == "integer")


async def test_the_ledger_begins_with_the_stock_of_every_sku(service: ShopService, shop: Any) -> None:
    found = await service.rows(
        shop["id"],
        "SELECT COUNT(*), SUM(l.new_stock = s.stock), SUM(l.old_stock) FROM {shop}.products_skus s "
        "JOIN {shop}.inventory_log l ON l.sku_id = s.id AND l.sequence = 1 AND l.change_type = 'opening'",
    )
    skus = shop["counts"]["products_skus"]
    assert [tuple(map(int, row)) for row in found] == [(skus, skus, 0)]


async def test_a_shop_on_integer_ids_is_used_by_numbers(
    service: ShopService, owner: Person, mysql_url: str
) -> None:
    spec = SMALL.model_copy(update={"ids": "integer"})
    with shop_service.dataset_in_database(mysql_url, spec) as database:
        shop = await service.opened(owner, service.add_dataset(spec, database))
    below = f"/api/shops/{shop['id']}"
    first = await owner.read(f"{below}/products", limit=3)
    product = (await owner.read(f"{below}/products", limit=3, cursor=first["next"]))["items"][0]
    assert isinstance(product["id"], int)
    assert (await owner.read(f"{below}/products/{product['id']}")) == product
    sku = product["skus"][0]["id"]
    change = {"change_type": "restock", "quantity": 2}
    assert (await owner.call("POST", f"{below}/skus/{sku}/stock", json=change)).status_code == 201
    cart = await owner.call("POST", f"{below}/cart/items", json={"sku_id": sku})
    assert [line["sku_id"] for line in cart.json()["items"]] == [sku]
    for wrong in (str(uuid4()), "0", "-1", "01", "9" * 30):
        assert (await owner.call("GET", f"{below}/products/{wrong}")).status_code == 404


async def test_only_a_dataset_of_ones_own_that_is_ready_is_taken(
    service: ShopService, owner: Person, small_dataset: str
) -> None:
    async def refused(dataset_id: UUID) -> tuple[int, str]:
        answer = await owner.call("POST", "/api/shops", json={"dataset_id": str(dataset_id)})
        return answer.status_code, answer.json()["detail"]

    assert await refused(uuid4()) == (404, "There is no such dataset.")
    running = service.add_dataset(SMALL, small_dataset, state="creating")
    assert (await refused(running))[0] == 409
    old = service.add_dataset(SMALL, small_dataset, vintage=1)
    status, reason = await refused(old)
    assert (status, "vintage 1" in reason) == (409, True)
    files = service.add_dataset(SMALL, small_dataset, targets=["files", "kafka"])
    status, reason = await refused(files)
    assert (status, "mysql" in reason) == (409, True)
    service.datasets.away = Unavailable("The dataset cannot be read now.")
    assert (await refused(uuid4()))[0] == 503
    assert (await owner.read("/api/shops"))["items"] == []


async def test_a_dataset_that_is_deleted_meanwhile_fails_the_shop_with_the_reason(
    service: ShopService, owner: Person
) -> None:
    gone = service.add_dataset(SMALL, "shop" + "a" * 26)
    shop = (await owner.call("POST", "/api/shops", json={"dataset_id": str(gone)})).json()
    await service.work()
    failed = await owner.read(f"/api/shops/{shop['id']}")
    assert (failed["state"], failed["error"]) == ("failed", "The dataset is not there any more.")
    databases = await service.rows(shop["id"], "SHOW DATABASES")
    assert ((await service.find(shop["id"])).database_name,) not in databases
    assert (await owner.call("DELETE", f"/api/shops/{shop['id']}")).status_code == 204


async def test_a_dataset_that_a_job_appends_to_meanwhile_fails_the_shop(
    service: ShopService, owner: Person, small_dataset: str
) -> None:
    rows = shop_service.rows_of(SMALL)
    fewer = service.add_dataset(SMALL, small_dataset, rows={**rows, "users": rows["users"] - 1})
    shop = (await owner.call("POST", "/api/shops", json={"dataset_id": str(fewer)})).json()
    await service.work()
    failed = await owner.read(f"/api/shops/{shop['id']}")
    assert (failed["state"], "changed while it was copied" in failed["error"]) == ("failed", True)


async def test_what_a_worker_has_left_is_made_anew(
    service: ShopService, owner: Person, dataset: UUID
) -> None:
    shop = (await owner.call("POST", "/api/shops", json={"dataset_id": str(dataset)})).json()
    row = await service.find(shop["id"])
    # As a worker leaves it that was killed while it copied: some tables, some of the rows.
    async with service.engine.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE `{row.database_name}`")
        await connection.exec_driver_sql(f"CREATE TABLE `{row.database_name}`.categories (id INT)")
    async with service.engine.begin() as connection:
        claimed = await shops.claim(connection, "killed", service.clock())
    assert claimed is not None
    assert not await service.changes.work_on_one(), "its lease has not run out"
    service.clock.advance(shops.LEASE.total_seconds() + 1)
    await service.work()
    opened = await owner.read(f"/api/shops/{shop['id']}")
    assert (opened["state"], opened["counts"]["users"]) == ("open", SMALL.customers)


async def test_a_worker_that_was_frozen_cannot_touch_what_another_has_opened(
    service: ShopService, owner: Person, dataset: UUID
) -> None:
    copied, go_on = asyncio.Event(), asyncio.Event()

    async def frozen(database: str) -> None:
        copied.set()
        await go_on.wait()
        await service.changes.migrate(database)

    shop = (await owner.call("POST", "/api/shops", json={"dataset_id": str(dataset)})).json()
    late = asyncio.create_task(replace(service.changes, migrate=frozen).work_on_one())
    await copied.wait()
    first = (await service.find(shop["id"])).database_name
    service.clock.advance(shops.LEASE.total_seconds() + 1)
    await service.work()
    opened = await service.find(shop["id"])
    go_on.set()
    assert await late
    assert await service.find(shop["id"]) == opened
    assert (await owner.read(f"/api/shops/{shop['id']}/products"))["items"]
    databases = {row[0] for row in await service.rows(shop["id"], "SHOW DATABASES")}
    assert (opened.database_name in databases, first in databases) == (True, False)


async def test_a_deleted_shop_is_gone_for_everybody_and_leaves_nothing(
    service: ShopService, owner: Person, shop: Any
) -> None:
    path = f"/api/shops/{shop['id']}"
    name = (await service.find(shop["id"])).database_name
    assert (await service.person().call("DELETE", path)).status_code == 404
    assert (await owner.call("DELETE", path)).status_code == 204
    for method, below in (("GET", ""), ("GET", "/clock"), ("PUT", "/clock"), ("DELETE", "")):
        assert (await owner.call(method, path + below, json={})).status_code == 404
    assert (await owner.read("/api/shops"))["items"] == []
    await service.work()
    assert (name,) not in await service.rows(shop["id"], "SHOW DATABASES")
    assert (await service.find(shop["id"])).deleted_at is not None
    assert not await service.changes.work_on_one()


async def test_a_user_has_so_many_shops_at_most(service: ShopService, owner: Person, dataset: UUID) -> None:
    body = {"dataset_id": str(dataset)}
    asked = [owner.call("POST", "/api/shops", json=body) for _ in range(USER_SHOPS + 2)]
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [202] * USER_SHOPS + [409] * 2
    assert (await service.person().call("POST", "/api/shops", json=body)).status_code == 202
    assert len((await owner.read("/api/shops", limit=2))["items"]) == 2


async def test_shops_of_a_deleted_account_are_removed_and_none_is_opened_for_it(
    service: ShopService, owner: Person, dataset: UUID, shop: Any
) -> None:
    assert (await owner.call("DELETE", "/internal/owner")).status_code == 204
    await service.work()
    assert (await service.find(shop["id"])).deleted_at is not None
    answer = await owner.call("POST", "/api/shops", json={"dataset_id": str(dataset)})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "dataset_id"),
        ({"dataset_id": "x"}, "dataset_id"),
        ({"dataset_id": str(UUID(int=1)), "name": " "}, "name"),
        ({"dataset_id": str(UUID(int=1)), "name": "x" * 101}, "name"),
        ({"dataset_id": str(UUID(int=1)), "clock": 1}, "clock"),
    ],
)
async def test_what_is_wrong_in_a_request_is_named(owner: Person, body: Any, field: str) -> None:
    answer = await owner.call("POST", "/api/shops", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
