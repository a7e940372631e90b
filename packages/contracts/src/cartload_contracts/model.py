"""The base of every message: frozen, closed, JSON in snake_case."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

type TableName = Literal[
    "categories",
    "sub_categories",
    "products",
    "products_skus",
    "users",
    "addresses",
    "order_details",
    "order_item",
    "payment_details",
    "wishlist",
]

TABLES: tuple[TableName, ...] = TableName.__value__.__args__
"""The ten tables, parents before children: each has a batch topic of its own."""

type RowHash = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["00" * 15 + "2a"])]
"""Sum of the row hashes of a table or batch modulo 2**128, as 32 hexadecimal digits."""

type Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=["ab" * 32])]
"""A SHA-256 as 64 hexadecimal digits."""

type Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A number that every JSON reader holds exactly."""

type Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Model(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Segment(Model):
    """A run of customers of one dataset: the first load is one, every append adds one."""

    first_block: Count = Field(description="Number of the first block of 1,000 customers.")
    customers: int = Field(ge=1, le=100_000_000, description="How many customers the segment has.")


class TableTotals(Model):
    """Rows of a table and the order-independent hash over them."""

    rows: Count
    row_hash: RowHash
