"""Stock changes: one counter, one ledger, and an event for each change."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from support.shop_service import Person, ShopService

SUMS = (
    "SELECT COUNT(*) FROM {shop}.products_skus s "
    "WHERE s.stock <> (SELECT SUM(new_stock - old_stock) FROM {shop}.inventory_log l WHERE l.sku_id = s.id) "
    "OR s.stock <> (SELECT SUM(quantity) FROM {shop}.inventory_items i WHERE i.product_sku_id = s.id)"
)


@pytest.fixture
async def sku(owner: Person, shop: Any) -> Any:
    """A SKU that has some pieces."""
    page = await owner.read(f"/api/shops/{shop['id']}/products", in_stock=True, limit=200)
    return max((sku for product in page["items"] for sku in product["skus"]), key=lambda one: one["stock"])


def path(shop: Any, sku: Any, below: str = "/stock") -> str:
    return f"/api/shops/{shop['id']}/skus/{sku['id']}{below}"


async def change(
    person: Person, shop: Any, sku: Any, quantity: Any, kind: str = "adjustment", **more: Any
) -> Any:
    body = {"change_type": kind, "quantity": quantity}
    return await person.call("POST", path(shop, sku), json=body, **more)


async def differences(service: ShopService, shop: Any) -> int:
    [(found,)] = await service.rows(shop["id"], SUMS)
    return int(found)


async def test_a_change_is_in_counter_ledger_centres_and_outbox(
    service: ShopService, owner: Person, shop: Any, sku: Any
) -> None:
    answer = await change(owner, shop, sku, 20, "restock")
    line = answer.json()
    assert answer.status_code == 201
    assert (line["sequence"], line["old_stock"], line["new_stock"]) == (2, sku["stock"], sku["stock"] + 20)
    assert (await change(owner, shop, sku, -sku["stock"])).json()["new_stock"] == 20
    ledger = (await owner.read(path(shop, sku, "/inventory-log")))["items"]
    assert [one["change_type"] for one in ledger] == ["adjustment", "restock", "opening"]
    assert await differences(service, shop) == 0
    told = await service.rows(
        shop["id"], "SELECT topic, event_key, type, sequence FROM {shop}.outbox ORDER BY number"
    )
    expected = ("ecommerce-inventory", sku["id"], "stock_changed")
    assert told == [(*expected, 1), (*expected, 2)]


async def test_no_more_is_taken_than_there_is_whoever_comes_at_once(
    service: ShopService, owner: Person, shop: Any, sku: Any
) -> None:
    there = 20
    await change(owner, shop, sku, there - sku["stock"])
    answers = await asyncio.gather(*(change(owner, shop, sku, -1) for _ in range(there + 10)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(409)) == (there, 10)
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["left"]) == ("out_of_stock", 0)
    assert await differences(service, shop) == 0
    lines = await service.rows(
        shop["id"],
        f"SELECT sequence, old_stock, new_stock FROM {{shop}}.inventory_log WHERE sku_id = '{sku['id']}' "
        "ORDER BY sequence",
    )
    assert lines[2:] == [(n + 3, there - n, there - n - 1) for n in range(there)]


async def test_a_request_that_is_sent_again_changes_nothing(
    service: ShopService, owner: Person, shop: Any, sku: Any
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    sent = [change(owner, shop, sku, 5, "restock", headers=key) for _ in range(10)]
    answers = [answer.json() for answer in await asyncio.gather(*sent)]
    assert answers == [answers[0]] * 10
    assert answers[0]["new_stock"] == sku["stock"] + 5
    other = await change(owner, shop, sku, 6, "restock", headers=key)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert await differences(service, shop) == 0


async def test_only_the_manager_changes_and_sees_it(service: ShopService, shop: Any, sku: Any) -> None:
    visitor, guest = service.person(), service.guest()
    for person, status in ((visitor, 404), (guest, 401)):
        assert (await change(person, shop, sku, 1)).status_code == status
        assert (await person.call("GET", path(shop, sku, "/inventory-log"))).status_code == status


async def test_a_sku_of_another_shop_is_not_there(
    service: ShopService, owner: Person, shop: Any, dataset: Any
) -> None:
    other = await service.opened(service.person(), dataset)
    unknown = {"id": str(uuid4())}
    assert (await change(owner, shop, unknown, 1)).status_code == 404
    assert (await change(owner, other, unknown, 1)).status_code == 404
    assert (await owner.call("GET", path(shop, unknown, "/inventory-log"))).status_code == 404
    assert (await owner.call("GET", path(shop, {"id": "x"}, "/inventory-log"))).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"change_type": "restock", "quantity": 0}, "quantity"),
        ({"change_type": "restock", "quantity": -5}, "quantity"),
        ({"change_type": "adjustment", "quantity": "2"}, "quantity"),
        ({"change_type": "adjustment", "quantity": 2**31}, "quantity"),
        ({"change_type": "adjustment", "quantity": 1.5}, "quantity"),
        ({"change_type": "purchase", "quantity": 1}, "change_type"),
        ({"change_type": "restock", "quantity": 1, "reason": " "}, "reason"),
        ({"change_type": "restock", "quantity": 1, "stock": 7}, "stock"),
        ({"quantity": 1}, "change_type"),
    ],
)
async def test_what_is_wrong_is_named_and_changes_nothing(
    service: ShopService, owner: Person, shop: Any, sku: Any, body: Any, field: str
) -> None:
    answer = await owner.call("POST", path(shop, sku), json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert len((await owner.read(path(shop, sku, "/inventory-log")))["items"]) == 1
