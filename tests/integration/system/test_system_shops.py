"""Shops through the whole system: opened on a dataset that a job has made, with events on a real Kafka."""

import asyncio
import json
from typing import Any

import pytest

from cartload_dev.system_client import SystemClient
from support.client import User
from support.engine import ENGINE
from support.kafka_records import read_all

WORKER = "shop-worker"
INVENTORY = "ecommerce-inventory"


@pytest.mark.skipif(ENGINE != "native", reason="a local process is killed")
async def test_changes_of_stock_reach_kafka_once_and_in_order_though_the_worker_is_killed(
    cartload: SystemClient, user: User
) -> None:
    job = await user.make_dataset(customers=100)
    shop = await user.open_shop(job["dataset_id"])
    dataset = await user.get(f"/api/datasets/{job['dataset_id']}")
    assert shop["counts"] == dataset["tables"]
    products = (await user.get(f"/api/shops/{shop['id']}/products"))["items"]
    sku = products[0]["skus"][0]

    killed: Any = None
    for number in range(1, 31):
        change = {"change_type": "restock", "quantity": number}
        answer = await user.call("POST", f"/api/shops/{shop['id']}/skus/{sku['id']}/stock", json=change)
        assert answer.status == 201, answer.body
        if number == 15:
            killed = cartload.kill(WORKER)
    await asyncio.to_thread(cartload.wait_ready, WORKER, after=killed)

    told = await events_of(cartload, shop["id"], sku["id"], 30)
    assert sorted(told) == list(range(1, 31))
    stock = sku["stock"]
    for number in range(1, 31):
        [data] = {json.dumps(one) for one in told[number]}
        assert json.loads(data)["previous_stock"] == stock
        stock += number
        assert json.loads(data)["stock"] == stock
    ledger = await user.get(f"/api/shops/{shop['id']}/skus/{sku['id']}/inventory-log?limit=1")
    assert ledger["items"][0]["new_stock"] == stock

    assert (await user.call("DELETE", f"/api/shops/{shop['id']}")).status == 204
    assert (await user.call("GET", f"/api/shops/{shop['id']}")).status == 404


async def test_a_shop_lives_on_when_its_dataset_is_deleted_and_goes_with_its_account(
    cartload: SystemClient, user: User, stranger: User
) -> None:
    job = await user.make_dataset(customers=20)
    shop = await user.open_shop(job["dataset_id"])
    assert (await user.call("DELETE", f"/api/datasets/{job['dataset_id']}")).status == 202
    path = f"/api/shops/{shop['id']}/products"
    assert (await user.get(path))["items"]
    assert (await stranger.get(path))["items"], "whoever knows it may visit it"
    deleted = await user.call("DELETE", "/api/auth/account", json={"password": user.password})
    assert deleted.status == 204
    async with asyncio.timeout(20):
        while (await stranger.call("GET", path)).status != 404:  # noqa: ASYNC110 - told by nobody
            await asyncio.sleep(0.1)


async def events_of(cartload: SystemClient, shop_id: str, key: str, most: int) -> dict[int, list[Any]]:
    """The events of a key of a shop by their numbers, once the last has arrived."""
    async with asyncio.timeout(30):
        while True:
            records = await asyncio.to_thread(read_all, cartload.endpoints.kafka_bootstrap, [INVENTORY])
            found: dict[int, list[Any]] = {}
            for record in records:
                if (record.key, record.header("streamid")) == (key, shop_id):
                    found.setdefault(int(record.header("sequence")), []).append(json.loads(record.value))
            if most in found:
                return found
            await asyncio.sleep(0.2)
