"""The routes of a shop's catalogue: open to whoever knows the shop."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from cartload_kit.errors import NotFound
from cartload_kit.http.conditions import require
from cartload_kit.numbered_pages import Cursor, Limit, page_of
from cartload_kit.pagination import Page, Position, cut_page, read_cursor, wrong_cursor
from cartload_shop.api.catalogue.schemas import (
    CATEGORIES_EXAMPLE,
    PRODUCT_EXAMPLE,
    Categories,
    Category,
    ProductView,
    Sku,
    SubCategory,
)
from cartload_shop.api.dependencies import OpenShop, ServicesDep
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import catalogue
from cartload_shop.repository.catalogue import Place, Product, ProductFilter, Sort, SortValue
from cartload_shop.repository.shop_session import shop_session

router = APIRouter(prefix="/api/shops/{shop_id}", tags=["shops"])

EntityPath = Annotated[str, Path(max_length=36, description="A UUID or a number, as the shop has them.")]
"""The id of a row of a shop in a path."""

type Slug = Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,120}$")]
"""Names in URLs are ASCII: the database compares no others with them."""

type Price = Annotated[int | None, Query(ge=0, le=2**53, description="In minor units.")]

_CATEGORIES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": CATEGORIES_EXAMPLE}}}
}
_PRODUCT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"example": PRODUCT_EXAMPLE}},
        "headers": {
            "ETag": {"description": "Changes with price and stock too.", "schema": {"type": "string"}}
        },
    }
}


class ProductPosition(Position):
    """Where a page of products ended: the order, the value in it as text, and the product's id."""

    sort: str
    value: str
    id: str | int = Field(union_mode="left_to_right")


@router.get(
    "/products",
    response_model=Page[ProductView],
    responses=page_of(PRODUCT_EXAMPLE),
    summary="List products on sale",
)
async def list_products(
    request: Request,
    response: Response,
    shop: OpenShop,
    services: ServicesDep,
    category: Slug = None,
    sub_category: Slug = None,
    brand: Annotated[str | None, Query(max_length=60)] = None,
    min_price: Price = None,
    max_price: Price = None,
    in_stock: bool | None = None,
    min_rating: Annotated[Decimal | None, Query(ge=1, le=5, decimal_places=1)] = None,
    sort: Sort = "-launched_at",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProductView]:
    """A page of products with their SKUs: prices and stock as they are now."""
    wanted = ProductFilter(category, sub_category, brand, min_price, max_price, in_stock, min_rating)
    after = None if cursor is None else _place(shop, cursor, sort)
    async with shop_session(services.engine, shop) as session:
        found = await catalogue.page(session, wanted, sort, after, limit + 1)
    shown, following = cut_page(
        found, limit, lambda product: _position(product, sort), request, response.headers
    )
    return Page[ProductView](items=[_view(product) for product in shown], next=following)


@router.get(
    "/products/{product_id}", response_model=ProductView, responses=_PRODUCT, summary="Read a product"
)
async def read_product(
    product_id: EntityPath, request: Request, shop: OpenShop, services: ServicesDep
) -> Response:
    """A product that is on sale."""
    async with shop_session(services.engine, shop) as session:
        found = await catalogue.find(session, shop.read_id(product_id))
    if found is None:
        raise NotFound("There is no such product.")
    body = _view(found).model_dump_json().encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    require(request.headers, etag)
    return Response(body, media_type="application/json", headers={"ETag": etag})


@router.get("/categories", responses=_CATEGORIES, summary="List categories")
async def list_categories(shop: OpenShop, services: ServicesDep) -> Categories:
    """All categories with their sub-categories."""
    async with shop_session(services.engine, shop) as session:
        found = await catalogue.categories(session)
    return Categories(
        items=[
            Category(**_named(top), sub_categories=[SubCategory(**_named(one)) for one in below])
            for top, below in found
        ]
    )


def _named(row: catalogue.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "slug", "description")}


def _view(product: Product) -> ProductView:
    skus = [Sku(**{name: sku[name] for name in Sku.model_fields}) for sku in product.skus]
    own = {name: product.row[name] for name in ProductView.model_fields.keys() & product.row.keys()}
    return ProductView(**own, rating_count=product.rating_count, skus=skus)


def _position(product: Product, sort: Sort) -> str:
    value = product.sort_value
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return ProductPosition(sort=sort, value=text, id=product.row["id"]).cursor


def _place(shop: Shop, cursor: str, sort: Sort) -> Place:
    position = read_cursor(cursor, ProductPosition)
    if position.sort != sort or isinstance(position.id, int) != (shop.ids == "integer"):
        raise wrong_cursor("This cursor belongs to another list; begin without one.")
    try:
        return Place(_sort_value(position.value, sort), position.id)
    except (ValueError, ArithmeticError) as error:
        raise wrong_cursor("This is no cursor that was given out; begin without one.") from error


def _sort_value(text: str, sort: Sort) -> SortValue:
    match sort.lstrip("-"):
        case "launched_at":
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError("a time without a zone")
            return moment
        case "price":
            return int(text)
        case "rating":
            return Decimal(text)
        case _:
            return cast(SortValue, text)
