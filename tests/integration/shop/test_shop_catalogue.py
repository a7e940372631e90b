"""What a shop sells, as whoever knows the shop sees it."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from support.shop_service import SMALL, Person, ShopService

SORTS = ["-launched_at", "launched_at", "name", "-name", "price", "-price", "-rating", "rating"]
ON_SALE = (
    "SELECT p.id FROM {shop}.products p WHERE p.launched_at <= (SELECT shop_time FROM {shop}.shop_clock) "
    "AND (p.discontinued_at IS NULL OR p.discontinued_at > (SELECT shop_time FROM {shop}.shop_clock))"
)


def path(shop: Any, below: str = "/products") -> str:
    return f"/api/shops/{shop['id']}{below}"


async def walk(person: Person, shop: Any, **query: Any) -> list[Any]:
    """All products of a list, page by page."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page = await person.read(path(shop), **query | ({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def sort_key(product: Any, sort: str) -> Any:
    column = sort.lstrip("-")
    return min(sku["price"] for sku in product["skus"]) if column == "price" else product[column]


async def test_a_guest_sees_what_is_on_sale_with_prices_and_stock(service: ShopService, shop: Any) -> None:
    shown = await walk(service.guest(), shop, limit=7)
    expected = {row[0] for row in await service.rows(shop["id"], ON_SALE)}
    assert {product["id"] for product in shown} == expected
    assert len(shown) == len(expected)
    skus = {sku["id"]: (sku["price"], sku["stock"]) for product in shown for sku in product["skus"]}
    stored = await service.rows(shop["id"], "SELECT id, price, stock FROM {shop}.products_skus")
    assert skus == {row[0]: (row[1], row[2]) for row in stored if row[0] in skus}
    assert all(product["skus"] for product in shown)


@pytest.mark.parametrize("sort", [one for one in SORTS if "name" not in one])
async def test_each_order_has_every_product_once(service: ShopService, shop: Any, sort: str) -> None:
    shown = await walk(service.guest(), shop, sort=sort, limit=4)
    keys = [sort_key(product, sort) for product in shown]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert len({product["id"] for product in shown}) == len(shown)


async def test_pages_neither_skip_nor_repeat_while_others_change_prices_that_are_all_equal(
    service: ShopService, owner: Person, shop: Any
) -> None:
    async with service.inside(shop["id"]) as session:
        await session.connection.execute(session.tables.products_skus.update().values(price=500))
    before = {product["id"] for product in await walk(service.guest(), shop)}
    first = await owner.read(path(shop), sort="price", limit=5)
    moved = first["items"][0]["id"]
    async with service.inside(shop["id"]) as session:
        skus = session.tables.products_skus
        # It moves behind all others, and so is seen a second time; nobody else is touched.
        await session.connection.execute(skus.update().where(skus.c.product_id == moved).values(price=900))
    seen = [product["id"] for product in first["items"]]
    cursor = first["next"]
    while cursor is not None:
        page = await owner.read(path(shop), sort="price", limit=5, cursor=cursor)
        seen += [product["id"] for product in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == sorted([*before, moved])


async def test_filters_are_those_of_sql(service: ShopService, shop: Any) -> None:
    everything = await walk(service.guest(), shop)
    some = everything[0]
    checks: list[tuple[dict[str, Any], Any]] = [
        ({"category": some["category"]}, lambda p: p["category"] == some["category"]),
        ({"sub_category": some["sub_category"]}, lambda p: p["sub_category"] == some["sub_category"]),
        ({"brand": some["brand"]}, lambda p: p["brand"] == some["brand"]),
        ({"min_rating": 4}, lambda p: p["rating"] >= 4),
        (
            {"min_price": 3000, "max_price": 6000},
            lambda p: any(3000 <= s["price"] <= 6000 for s in p["skus"]),
        ),
        ({"in_stock": True}, lambda p: any(s["stock"] for s in p["skus"])),
        ({"in_stock": False}, lambda p: not any(s["stock"] for s in p["skus"])),
        ({"category": "no-such"}, lambda p: False),
        ({"brand": "Größe 😀"}, lambda p: False),
    ]
    for query, holds in checks:
        found = {product["id"] for product in await walk(service.guest(), shop, **query)}
        assert found == {product["id"] for product in everything if holds(product)}, query


async def test_a_product_that_is_not_on_sale_is_not_there(
    service: ShopService, owner: Person, shop: Any
) -> None:
    product = (await owner.read(path(shop)))["items"][0]
    one = path(shop, f"/products/{product['id']}")
    answer = await service.guest().call("GET", one)
    assert answer.json() == product
    again = await owner.call("GET", one, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    reason = {"reason": "It is recalled."}
    for _ in range(2):
        assert (await owner.call("POST", f"{one}/disable", json=reason)).status_code == 204
        assert (await owner.call("GET", one)).status_code == 404
    assert product["id"] not in {found["id"] for found in await walk(owner, shop)}
    assert (await owner.call("POST", f"{one}/enable")).status_code == 204
    assert (await owner.read(one)) == product


async def test_only_the_manager_takes_products_out(service: ShopService, owner: Person, shop: Any) -> None:
    product = (await owner.read(path(shop)))["items"][0]
    one = path(shop, f"/products/{product['id']}")
    for person, status in ((service.person(), 404), (service.guest(), 401)):
        assert (await person.call("POST", f"{one}/disable", json={"reason": "x"})).status_code == status
        assert (await person.call("POST", f"{one}/enable")).status_code == status
    unknown = path(shop, f"/products/{uuid4()}")
    assert (await owner.call("POST", f"{unknown}/disable", json={"reason": "x"})).status_code == 404
    wordless = await owner.call("POST", f"{one}/disable", json={"reason": " "})
    assert (wordless.status_code, wordless.json()["errors"][0]["field"]) == (422, "reason")
    assert (await owner.read(one)) == product


async def test_products_come_and_go_by_the_clock_of_the_shop(
    service: ShopService, owner: Person, shop: Any
) -> None:
    product = (await owner.read(path(shop)))["items"][0]
    now = datetime.fromisoformat((await owner.read(path(shop, "/clock")))["now"])
    async with service.inside(shop["id"]) as session:
        products = session.tables.products
        mine = products.update().where(products.c.id == product["id"])
        await session.connection.execute(mine.values(discontinued_at=now))
    assert (await owner.call("GET", path(shop, f"/products/{product['id']}"))).status_code == 404


@pytest.mark.parametrize("below", ["/products", "/categories", "/cart"])
async def test_head_is_get_without_the_body(service: ShopService, shop: Any, below: str) -> None:
    get, head = [await service.guest().call(method, path(shop, below)) for method in ("GET", "HEAD")]
    assert (get.status_code, head.status_code, head.content) == (200, 200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


async def test_categories_hold_those_below_them(service: ShopService, shop: Any) -> None:
    found = (await service.guest().read(path(shop, "/categories")))["items"]
    below = [one["slug"] for top in found for one in top["sub_categories"]]
    assert len(found) == shop["counts"]["categories"]
    assert len(set(below)) == len(below) == shop["counts"]["sub_categories"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sort": "stock"}, "sort"),
        ({"min_price": -1}, "min_price"),
        ({"min_rating": 6}, "min_rating"),
        ({"in_stock": "perhaps"}, "in_stock"),
        ({"limit": 0}, "limit"),
        ({"category": "\u00a0"}, "category"),
        ({"sub_category": "Größe"}, "sub_category"),
        ({"colour": "red"}, "colour"),
        ({"cursor": "abc"}, "cursor"),
    ],
)
async def test_what_is_wrong_in_a_query_is_named(
    service: ShopService, shop: Any, query: dict[str, Any], field: str
) -> None:
    answer = await service.guest().call("GET", path(shop), params=query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_cursor_of_another_order_is_refused(service: ShopService, shop: Any) -> None:
    cursor = (await service.guest().read(path(shop), limit=1))["next"]
    answer = await service.guest().call("GET", path(shop), params={"sort": "name", "cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_what_is_no_id_is_no_product(service: ShopService, shop: Any) -> None:
    ids = ["1", "x" * 36, "00000000-0000-0000-0000-00000000000A", str(SMALL.seed)]
    answers = [service.guest().call("GET", path(shop, f"/products/{one}")) for one in ids]
    assert {answer.status_code for answer in await asyncio.gather(*answers)} == {404}
