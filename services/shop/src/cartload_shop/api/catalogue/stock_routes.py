"""The routes of stock: for the manager of a shop."""

from typing import Annotated, Any
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Header, Request, Response

from cartload_kit.database import retry_on_deadlock
from cartload_kit.errors import Conflict, FieldError, NotFound, Unprocessable
from cartload_kit.http.openapi import problem_answers
from cartload_kit.numbered_pages import Cursor, Limit, NumberPosition, number_in, page_of
from cartload_kit.pagination import Page, cut_page
from cartload_shop.api.catalogue.routes import EntityPath
from cartload_shop.api.catalogue.schemas import LINE_EXAMPLE, LedgerLineView, StockChange
from cartload_shop.api.dependencies import OwnOpenShop, Services, ServicesDep
from cartload_shop.domain.shops import Shop
from cartload_shop.domain.stock import OutOfStock
from cartload_shop.repository import stock
from cartload_shop.repository.shop_session import shop_session
from cartload_shop.repository.stock import LedgerLine

router = APIRouter(prefix="/api/shops/{shop_id}/skus/{sku_id}", tags=["shops"])

_NO_SKU = "There is no such SKU."
_LINE: dict[int | str, dict[str, Any]] = {201: {"content": {"application/json": {"example": LINE_EXAMPLE}}}}

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A request that is sent again with the same key changes nothing.",
    ),
]


@router.post(
    "/stock",
    status_code=201,
    response_model=LedgerLineView,
    responses=_LINE | problem_answers(404, 409),
    summary="Change the stock of a SKU",
)
async def change_stock(
    sku_id: EntityPath,
    body: StockChange,
    shop: OwnOpenShop,
    services: ServicesDep,
    idempotency_key: IdempotencyKey = None,
) -> LedgerLine:
    """Add what was delivered, or correct a count. The answer is the line in the SKU's ledger."""
    cause = f"request:{_cause(shop, idempotency_key)}"
    line = await retry_on_deadlock(lambda: _change(services, shop, sku_id, body, cause))
    if (line.change_type, line.new_stock - line.old_stock) != (body.change_type, body.quantity):
        message = "was used for another change of this SKU's stock"
        raise Unprocessable([FieldError(field="Idempotency-Key", message=message, value=idempotency_key)])
    return line


@router.get(
    "/inventory-log",
    response_model=Page[LedgerLineView],
    responses=page_of(LINE_EXAMPLE),
    summary="Read the ledger of a SKU's stock, newest first",
)
async def read_ledger(
    sku_id: EntityPath,
    request: Request,
    response: Response,
    shop: OwnOpenShop,
    services: ServicesDep,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LedgerLineView]:
    """Every change since the shop was opened; together they are the stock."""
    below, found_id = number_in(cursor), shop.read_id(sku_id, "SKU")
    async with shop_session(services.engine, shop) as session:
        if not await stock.is_sku(session, found_id):
            raise NotFound(_NO_SKU)
        found = await stock.ledger(session, found_id, below=below, limit=limit + 1)
    shown, following = cut_page(
        found, limit, lambda line: NumberPosition(n=line.sequence).cursor, request, response.headers
    )
    items = [LedgerLineView.model_validate(line, from_attributes=True) for line in shown]
    return Page[LedgerLineView](items=items, next=following)


async def _change(services: Services, shop: Shop, sku_id: str, body: StockChange, cause: str) -> LedgerLine:
    async with shop_session(services.engine, shop) as session:
        try:
            return await stock.change(
                session,
                shop.read_id(sku_id, "SKU"),
                body.quantity,
                body.change_type,
                cause=cause,
                reason=body.reason,
            )
        except LookupError as error:
            raise NotFound(_NO_SKU) from error
        except OutOfStock as error:
            raise Conflict(
                f"{error.left} pieces are left: no more can be taken away.",
                code="out_of_stock",
                left=error.left,
            ) from error


def _cause(shop: Shop, key: str | None) -> UUID:
    """The same for the same key in the same shop, whose manager alone gets here."""
    return uuid4() if key is None else uuid5(shop.id, key)
