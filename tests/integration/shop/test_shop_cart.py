"""Carts of guests and accounts, and what becomes of them at sign-in."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from cartload_shop.domain.carts import MOST_OF_A_SKU
from cartload_shop.repository import carts
from cartload_shop.tasks.housekeeping import Housekeeping
from support.shop_service import Person, ShopService

HEADER = "Cart-Token"
UNKNOWN = "x" * 43


def path(shop: Any, below: str = "") -> str:
    return f"/api/shops/{shop['id']}/cart{below}"


@pytest.fixture
async def skus(service: ShopService, shop: Any) -> list[Any]:
    """SKUs that have some pieces, those with most first."""
    page = await service.guest().read(f"/api/shops/{shop['id']}/products", in_stock=True, limit=200)
    found = [sku for product in page["items"] for sku in product["skus"]]
    return sorted(found, key=lambda sku: -sku["stock"])


async def add(
    person: Person, shop: Any, sku: Any, quantity: Any = 1, token: str | None = None
) -> httpx.Response:
    headers = {HEADER: token} if token else {}
    body = {"sku_id": sku["id"], "quantity": quantity}
    return await person.call("POST", path(shop, "/items"), json=body, headers=headers)


def lines(cart: Any) -> dict[Any, int]:
    return {line["sku_id"]: line["quantity"] for line in cart["items"]}


async def test_a_guest_has_a_cart_by_a_token_that_nobody_else_has(
    service: ShopService, shop: Any, skus: list[Any]
) -> None:
    guest = service.guest()
    assert (await guest.read(path(shop)))["id"] is None
    first = await add(guest, shop, skus[0], 2)
    token = first.headers[HEADER]
    second = await add(guest, shop, skus[1], 1, token)
    assert second.headers[HEADER] == token
    cart = second.json()
    assert lines(cart) == {skus[0]["id"]: 2, skus[1]["id"]: 1}
    assert cart["subtotal"] == 2 * skus[0]["price"] + skus[1]["price"]
    assert [line["line_total"] for line in cart["items"]] == [2 * skus[0]["price"], skus[1]["price"]]
    assert (await guest.call("GET", path(shop), headers={HEADER: token})).json() == cart
    assert (await guest.call("GET", path(shop), headers={HEADER: UNKNOWN})).json()["items"] == []
    assert token not in str(await service.rows(shop["id"], "SELECT * FROM {shop}.carts"))
    other = await add(guest, shop, skus[0], 1, UNKNOWN)
    assert other.headers[HEADER] not in (UNKNOWN, token), "nobody chooses a token"


async def test_an_account_has_one_cart_whoever_asks_first(
    service: ShopService, shop: Any, skus: list[Any]
) -> None:
    person = service.person()
    await asyncio.gather(*(add(person, shop, skus[0], 1) for _ in range(8)))
    cart = await person.read(path(shop))
    assert (lines(cart), cart["version"]) == ({skus[0]["id"]: 8}, 8)
    assert (await service.person().read(path(shop)))["items"] == []
    bad = await service.guest().call("GET", path(shop), headers={"Authorization": "Bearer nonsense"})
    assert bad.status_code == 401


async def test_lines_are_changed_and_taken_out(service: ShopService, shop: Any, skus: list[Any]) -> None:
    person = service.person()
    await add(person, shop, skus[0], 3)
    await add(person, shop, skus[1], 1)
    one = path(shop, f"/items/{skus[0]['id']}")
    changed = (await person.call("PUT", one, json={"quantity": 5})).json()
    assert (lines(changed)[skus[0]["id"]], changed["version"]) == (5, 3)
    same = (await person.call("PUT", one, json={"quantity": 5})).json()
    assert same["version"] == 3
    assert lines((await person.call("DELETE", one)).json()) == {skus[1]["id"]: 1}
    for method in ("PUT", "DELETE"):
        body = {"json": {"quantity": 1}} if method == "PUT" else {}
        assert (await person.call(method, one, **body)).status_code == 404
        assert (await service.person().call(method, one, **body)).status_code == 404


async def test_no_more_is_put_into_it_than_there_is(
    service: ShopService, owner: Person, shop: Any, skus: list[Any]
) -> None:
    sku, person = skus[-1], service.person()
    correction = {"change_type": "adjustment", "quantity": 3 - sku["stock"] or 1}
    await owner.call("POST", f"/api/shops/{shop['id']}/skus/{sku['id']}/stock", json=correction)
    left = sku["stock"] + correction["quantity"]
    assert (await add(person, shop, sku, left)).status_code == 200
    refused = await add(person, shop, sku, 1)
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["left"]) == (409, "out_of_stock", left)
    assert lines(await person.read(path(shop))) == {sku["id"]: left}


async def test_what_has_changed_since_is_noticed(
    service: ShopService, owner: Person, shop: Any, skus: list[Any]
) -> None:
    person, sku, gone = service.person(), skus[0], skus[1]
    await add(person, shop, sku, 5)
    await add(person, shop, gone, 1)
    async with service.inside(shop["id"]) as session:
        table, products = session.tables.products_skus, session.tables.products
        mine = table.update().where(table.c.id == sku["id"])
        await session.connection.execute(mine.values(price=sku["price"] + 100, stock=2))
        [product] = [row["product_id"] for row in (await carts.offered(session, [gone["id"]])).values()]
        ended = products.update().where(products.c.id == product)
        await session.connection.execute(ended.values(discontinued_at=session.now))
    cart = await person.read(path(shop))
    told = {notice["sku_id"]: (notice["code"], notice["quantity"]) for notice in cart["notices"]}
    assert told[sku["id"]] == ("stock", 5)
    assert told[gone["id"]] == ("gone", 1)
    assert cart["subtotal"] == 5 * (sku["price"] + 100)


async def test_a_guests_cart_is_taken_over_once_at_sign_in(
    service: ShopService, shop: Any, skus: list[Any]
) -> None:
    person, guest = service.person(), service.guest()
    await add(person, shop, skus[0], 60)
    token = (await add(guest, shop, skus[0], 60)).headers[HEADER]
    await add(guest, shop, skus[1], 2, token)
    asked = [person.call("POST", path(shop, "/merge"), json={"cart_token": token}) for _ in range(6)]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    cart = await person.read(path(shop))
    most = min(MOST_OF_A_SKU, skus[0]["stock"])
    assert lines(cart) == {skus[0]["id"]: most, skus[1]["id"]: 2}
    notices = [notice for answer in answers for notice in answer.json()["notices"]]
    assert [(one["sku_id"], one["quantity"]) for one in notices] == [(skus[0]["id"], most)]
    assert (await guest.call("GET", path(shop), headers={HEADER: token})).json()["id"] is None
    assert (
        await service.guest().call("POST", path(shop, "/merge"), json={"cart_token": token})
    ).status_code == 401


async def test_carts_of_guests_who_do_not_come_back_are_forgotten(
    service: ShopService, shop: Any, skus: list[Any]
) -> None:
    person, guest = service.person(), service.guest()
    await add(person, shop, skus[0])
    token = (await add(guest, shop, skus[0])).headers[HEADER]
    fresh = (await add(guest, shop, skus[0])).headers[HEADER]
    async with service.inside(shop["id"]) as session:
        table = session.tables.carts
        old = session.real_now - carts.KEPT - timedelta(seconds=1)
        mine = await carts.find(session, carts.Holder(None, fresh))
        assert mine is not None
        await session.connection.execute(table.update().where(table.c.id != mine.id).values(touched_at=old))
    await Housekeeping(service.engine).tidy()
    assert (await guest.call("GET", path(shop), headers={HEADER: token})).json()["id"] is None
    assert (await guest.call("GET", path(shop), headers={HEADER: fresh})).json()["id"] is not None
    assert (await person.read(path(shop)))["items"]


@pytest.mark.parametrize("quantity", [0, -5, 100, 2**31, 1e308, "2", 1.5, None])
async def test_a_quantity_that_is_none_is_refused(
    service: ShopService, shop: Any, skus: list[Any], quantity: Any
) -> None:
    person = service.person()
    answer = await add(person, shop, skus[0], quantity)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "quantity")
    assert (await person.read(path(shop)))["id"] is None


@pytest.mark.parametrize("field", ["price", "unit_price", "line_total", "total"])
async def test_prices_of_clients_are_never_read(
    service: ShopService, shop: Any, skus: list[Any], field: str
) -> None:
    body = {"sku_id": skus[0]["id"], "quantity": 1, field: 1}
    answer = await service.person().call("POST", path(shop, "/items"), json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_what_is_not_on_sale_is_not_put_into_it(
    service: ShopService, shop: Any, skus: list[Any]
) -> None:
    person = service.person()
    for sku in ({"id": str(uuid4())}, {"id": "nonsense"}, {"id": 7}):
        assert (await add(person, shop, sku)).status_code == 404
    short = await service.guest().call("GET", path(shop), headers={HEADER: "short"})
    assert (short.status_code, short.json()["errors"][0]["field"]) == (422, HEADER)
    assert (await person.read(path(shop)))["id"] is None
