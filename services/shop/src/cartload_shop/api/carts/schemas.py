"""Bodies of the API of carts."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cartload_contracts.model import Count
from cartload_shop.api.catalogue.schemas import SKU_EXAMPLE, Id
from cartload_shop.domain.carts import MOST_OF_A_SKU

LINE_EXAMPLE: dict[str, Any] = {
    "sku_id": SKU_EXAMPLE["id"],
    "sku": SKU_EXAMPLE["sku"],
    "product_id": "00000000-0021-8212-a12c-785129f99692",
    "name": "Birka Console Table",
    "size": None,
    "color": "Dark",
    "quantity": 2,
    "unit_price": 11_900,
    "line_total": 23_800,
    "stock": 13,
}
CART_EXAMPLE: dict[str, Any] = {
    "id": "7a1f6c1e-3d0b-4a52-9b61-4f0d6a2c8e35",
    "version": 3,
    "currency": "USD",
    "items": [LINE_EXAMPLE],
    "subtotal": 23_800,
    "notices": [],
}

type Quantity = Annotated[int, Field(ge=1, le=MOST_OF_A_SKU, strict=True)]
type Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""What a guest was given with the first piece put into a cart."""


class AddItem(BaseModel):
    """Pieces to put into a cart, beside those that are in it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"sku_id": SKU_EXAMPLE["id"], "quantity": 2}]}
    )

    sku_id: Annotated[str, Field(max_length=36)] | Annotated[int, Field(strict=True, ge=1, lt=2**63)]
    quantity: Quantity = 1


class SetItem(BaseModel):
    """How many pieces of a SKU a cart is to hold."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"quantity": 2}]})

    quantity: Quantity


class MergeRequest(BaseModel):
    """The token of the cart that somebody had before signing in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"cart_token": "4Wq0cF9kqgJc1nM3Yt6xTzB2hVdL8rSaUoEiPwKyXmQ"}]},
    )

    cart_token: Token


class CartLine(BaseModel):
    """A SKU in a cart, with price and stock as they are now."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE_EXAMPLE]})

    sku_id: Id
    sku: str
    product_id: Id
    name: str
    size: str | None
    color: str | None
    quantity: int
    unit_price: int
    line_total: int
    stock: int = Field(description="Pieces that can be bought now; fewer than are in the cart are noticed.")


class CartNotice(BaseModel):
    """Something about a line that its holder should know."""

    sku_id: Id
    code: Literal["limit", "stock", "gone", "lines"] = Field(
        description=f"`limit`: a cart takes {MOST_OF_A_SKU} pieces of a SKU at most; `stock`: there are "
        "fewer; `gone`: it is not on sale any more; `lines`: the cart is full."
    )
    quantity: Count = Field(description="Pieces in the cart now.")


class CartView(BaseModel):
    """A cart: nothing in it is reserved, and prices are those of this moment."""

    model_config = ConfigDict(json_schema_extra={"examples": [CART_EXAMPLE]})

    id: UUID | None = Field(description="null where nothing was ever put into it.")
    version: Count = Field(description="Rises with every change.")
    currency: str
    items: list[CartLine]
    subtotal: int = Field(description="Sum of the line totals, in minor units.")
    notices: list[CartNotice]
