"""Products of a shop as shoppers see them: those that are on sale now, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, or_, select

from cartload_shop.domain.shops import EntityId
from cartload_shop.repository.listings import on_sale
from cartload_shop.repository.shop_session import ShopSession

type Sort = Literal["-launched_at", "launched_at", "name", "-name", "price", "-price", "-rating", "rating"]
type SortValue = datetime | str | int | Decimal
type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Which products are wanted; None: whatever it is."""

    category: str | None = None
    sub_category: str | None = None
    """Both by their slugs."""

    brand: str | None = None
    min_price: int | None = None
    max_price: int | None = None
    """Of one of its SKUs."""

    in_stock: bool | None = None
    min_rating: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the value that it is sorted by, and the product."""

    value: SortValue
    product_id: EntityId


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its SKUs, and where a page would end with it."""

    row: Row
    skus: list[Row]
    rating_count: int
    sort_value: SortValue


async def page(
    session: ShopSession, wanted: ProductFilter, sort: Sort, after: Place | None, limit: int
) -> list[Product]:
    """Products on sale, in the order of a column and then of their ids.

    A page begins behind a place and not at a number, so products that come, go or move in the order between
    two pages make no other one appear twice or not at all.
    """
    products = session.tables.products
    prices = _lowest_prices(session)
    by = {"price": prices.c.price}.get(sort.lstrip("-"), products.c.get(sort.lstrip("-")))
    assert by is not None  # noqa: S101 - every sort is a column
    query = _on_sale(session).add_columns(by.label("sort_value")).where(*_conditions(session, wanted))
    if sort.endswith("price"):
        query = query.join(prices, prices.c.product_id == products.c.id)
    if after is not None:
        query = query.where(_behind(by, products.c.id, after, descending=sort.startswith("-")))
    order = (by.desc(), products.c.id.desc()) if sort.startswith("-") else (by, products.c.id)
    found = await session.connection.execute(query.order_by(*order).limit(limit))
    return await _with_skus(session, [dict(row) for row in found.mappings()])


async def find(session: ShopSession, product_id: EntityId) -> Product | None:
    """A product that is on sale."""
    products = session.tables.products
    query = _on_sale(session).add_columns(products.c.name.label("sort_value"))
    found = await session.connection.execute(query.where(products.c.id == product_id))
    made = await _with_skus(session, [dict(row) for row in found.mappings()])
    return made[0] if made else None


async def categories(session: ShopSession) -> list[tuple[Row, list[Row]]]:
    """The categories with their sub-categories, by name."""
    top, sub = session.tables.categories, session.tables.sub_categories
    found = await session.connection.execute(select(top).order_by(top.c.name, top.c.id))
    below = await session.connection.execute(select(sub).order_by(sub.c.name, sub.c.id))
    by_parent: dict[EntityId, list[Row]] = {}
    for row in below.mappings():
        by_parent.setdefault(row["category_id"], []).append(dict(row))
    return [(dict(row), by_parent.get(row["id"], [])) for row in found.mappings()]


def _on_sale(session: ShopSession) -> Select[Any]:
    """Products on sale, with the slugs of where they are listed."""
    tables, products = session.tables, session.tables.products
    listings, sub, top = tables.listings, tables.sub_categories, tables.categories
    return (
        select(products, sub.c.slug.label("sub_category"), top.c.slug.label("category"))
        .join(sub, sub.c.id == products.c.sub_category_id)
        .join(top, top.c.id == sub.c.category_id)
        .outerjoin(listings, listings.c.product_id == products.c.id)
        .where(on_sale(session))
    )


def _conditions(session: ShopSession, wanted: ProductFilter) -> list[ColumnElement[bool]]:
    tables, products, skus = session.tables, session.tables.products, session.tables.products_skus
    found: list[ColumnElement[bool]] = []
    if wanted.category is not None:
        found.append(tables.categories.c.slug == wanted.category)
    if wanted.sub_category is not None:
        found.append(tables.sub_categories.c.slug == wanted.sub_category)
    if wanted.brand is not None:
        found.append(products.c.brand == wanted.brand)
    if wanted.min_rating is not None:
        found.append(products.c.rating >= wanted.min_rating)
    prices = []
    if wanted.min_price is not None:
        prices.append(skus.c.price >= wanted.min_price)
    if wanted.max_price is not None:
        prices.append(skus.c.price <= wanted.max_price)
    if prices:
        found.append(exists().where(skus.c.product_id == products.c.id, *prices))
    if wanted.in_stock is not None:
        has = exists().where(skus.c.product_id == products.c.id, skus.c.stock > 0)
        found.append(has if wanted.in_stock else ~has)
    return found


def _lowest_prices(session: ShopSession) -> FromClause:
    skus = session.tables.products_skus
    query = select(skus.c.product_id, func.min(skus.c.price).label("price")).group_by(skus.c.product_id)
    return query.subquery("lowest_prices")


def _behind(
    by: ColumnElement[Any], key: ColumnElement[Any], place: Place, *, descending: bool
) -> ColumnElement[bool]:
    if descending:
        return or_(by < place.value, and_(by == place.value, key < place.product_id))
    return or_(by > place.value, and_(by == place.value, key > place.product_id))


async def _with_skus(session: ShopSession, rows: Sequence[Row]) -> list[Product]:
    """The products with their SKUs: two more statements for a page, however long it is."""
    skus, reviews = session.tables.products_skus, session.tables.reviews
    ids = [row["id"] for row in rows]
    if not ids:
        return []
    query = select(skus).where(skus.c.product_id.in_(ids)).order_by(skus.c.id)
    by_product: dict[EntityId, list[Row]] = {}
    for row in (await session.connection.execute(query)).mappings():
        by_product.setdefault(row["product_id"], []).append(dict(row))
    published = (
        select(reviews.c.product_id, func.count())
        .where(reviews.c.product_id.in_(ids), reviews.c.status == "published")
        .group_by(reviews.c.product_id)
    )
    counted = {row[0]: row[1] for row in await session.connection.execute(published)}
    return [
        Product(row, by_product.get(row["id"], []), counted.get(row["id"], 0), row["sort_value"])
        for row in rows
    ]
