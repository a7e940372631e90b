"""Bodies of the API of a shop's catalogue."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from cartload_contracts.model import Count
from cartload_shop.domain.stock import MOST_PIECES, ChangeType

type Id = str | int
"""The id of a row, a UUID as text or a number, as the shop's dataset has them."""

type Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

_SKU_ID = "00000000-0066-8d1e-91e4-efc197948a8b"
SKU_EXAMPLE: dict[str, Any] = {
    "id": _SKU_ID,
    "sku": "SKU-00000103",
    "size": None,
    "color": "Dark",
    "price": 11_900,
    "weight_grams": 10_521,
    "stock": 13,
}
PRODUCT_EXAMPLE: dict[str, Any] = {
    "id": "00000000-0021-8212-a12c-785129f99692",
    "name": "Birka Console Table",
    "brand": "Casa Serrano",
    "category": "home-and-living",
    "sub_category": "living-room-furniture",
    "summary": "Birka Console Table by Casa Serrano, for dining, working and playing.",
    "description": "Does not wobble. Edges rounded by hand.",
    "slug": "birka-console-table-34",
    "image_url": "https://images.example.com/products/birka-console-table-34.jpg",
    "rating": 3.5,
    "rating_count": 41,
    "launched_at": "2021-01-01T06:26:06.705Z",
    "discontinued_at": None,
    "skus": [SKU_EXAMPLE],
}
CATEGORIES_EXAMPLE: dict[str, Any] = {
    "items": [
        {
            "id": "00000000-0003-8a01-8a51-4d3a2b1c0d9e",
            "name": "Home and living",
            "slug": "home-and-living",
            "description": "For every room.",
            "sub_categories": [
                {
                    "id": "00000000-0037-8286-a867-0daaa19bebf9",
                    "name": "Living room furniture",
                    "slug": "living-room-furniture",
                    "description": "Tables, shelves and what stands on them.",
                }
            ],
        }
    ]
}
LINE_EXAMPLE: dict[str, Any] = {
    "sequence": 2,
    "change_type": "restock",
    "old_stock": 13,
    "new_stock": 33,
    "reason": "Delivery of the spring collection",
    "cause": "request:2b0c6f5a-9b1d-4c62-8d5b-0d6a5c1f7e90",
    "created_at": "2026-01-05T09:30:00.120Z",
}


class Sku(BaseModel):
    """A product in one size and colour: what can be bought."""

    model_config = ConfigDict(json_schema_extra={"examples": [SKU_EXAMPLE]})

    id: Id
    sku: str
    size: str | None
    color: str | None
    price: int = Field(description="Of one, in minor units of the shop's currency.")
    weight_grams: int
    stock: int = Field(description="Pieces that can be bought now.")


class ProductView(BaseModel):
    """A product that is on sale."""

    model_config = ConfigDict(json_schema_extra={"examples": [PRODUCT_EXAMPLE]})

    id: Id
    name: str
    brand: str
    category: str = Field(description="Slug of its category.")
    sub_category: str = Field(description="Slug of its sub-category.")
    summary: str
    description: str
    slug: str
    image_url: str
    rating: float
    rating_count: Count = Field(description="Reviews that are published.")
    launched_at: datetime
    discontinued_at: datetime | None
    skus: list[Sku]


class SubCategory(BaseModel):
    """The second level of the catalogue."""

    id: Id
    name: str
    slug: str
    description: str


class Category(SubCategory):
    """The top level of the catalogue."""

    sub_categories: list[SubCategory]


class Categories(BaseModel):
    """All categories, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [CATEGORIES_EXAMPLE]})

    items: list[Category]


class Disabling(BaseModel):
    """Why a product is taken out of the catalogue."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "It is recalled."}]})

    reason: Reason


class StockChange(BaseModel):
    """A change of the stock of a SKU."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"change_type": "restock", "quantity": 20, "reason": LINE_EXAMPLE["reason"]}]
        },
    )

    change_type: Literal["restock", "adjustment"] = Field(
        description="`restock` adds what was delivered; `adjustment` corrects a count, in either direction."
    )
    quantity: Annotated[int, Field(ge=-MOST_PIECES, le=MOST_PIECES, strict=True)] = Field(
        description="The difference, in pieces."
    )
    reason: Reason | None = None

    @field_validator("quantity")
    @classmethod
    def _changes_something(cls, quantity: int, info: ValidationInfo) -> int:
        if quantity == 0:
            raise ValueError("must not be 0")
        if quantity < 0 and info.data.get("change_type") == "restock":
            raise ValueError("must be above 0 in a restock; an adjustment takes pieces away")
        return quantity


class LedgerLineView(BaseModel):
    """A line of the ledger of a SKU's stock."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE_EXAMPLE]})

    sequence: Count
    change_type: ChangeType
    old_stock: int
    new_stock: int
    reason: str | None
    cause: str = Field(description="What has made the change; each makes one line of a SKU at most.")
    created_at: datetime
