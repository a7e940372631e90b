"""What the compat endpoints take and give: names and types exactly as older clients know them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

BATCH_SIZE = 1000
"""Customers in one engine block: a chunk of this interface."""

TABLES: dict[str, str] = {
    "user": "users",
    "address": "addresses",
    "category": "categories",
    "subcategory": "sub_categories",
    "product": "products",
    "products_sku": "products_skus",
    "wishlist": "wishlist",
    "payment": "payment_details",
    "order": "order_details",
    "order_item": "order_item",
}
"""The dataset's table for each name of this interface."""


class Credentials(BaseModel):
    """A name and its password."""

    model_config = ConfigDict(extra="forbid")

    username: StrictStr
    password: StrictStr


class DataCount(BaseModel):
    """How many customers to make."""

    model_config = ConfigDict(extra="forbid")

    dataCount: StrictInt = Field(ge=1, description="Number of customers.", examples=[100])  # noqa: N815


class Registered(BaseModel):
    """The account is there."""

    msg: str = "User created successfully"


class SignedIn(BaseModel):
    """Tokens of a new session of this interface."""

    access_token: str
    refresh_token: str
    user_id: str


class Refreshed(BaseModel):
    """A new access token; the refresh token stays."""

    access_token: str


class Written(BaseModel):
    """The rows are in MySQL: one message and one id for each customer."""

    success: bool = True
    message: str
    user_id: str | int
    all_messages: list[str]
    all_user_ids: list[str | int]
    generation_time: float
    commit_time: float


class Queued(BaseModel):
    """A job was accepted; each chunk is one block of 1,000 customers."""

    parentJobId: str  # noqa: N815
    jobIds: list[str]  # noqa: N815
    status: str = "queued"
    total_count: int
    batch_size: int = BATCH_SIZE
    total_chunks: int


class ParentJobs(BaseModel):
    """The caller's jobs, newest first."""

    success: bool = True
    parentJobIds: list[str]  # noqa: N815


type Row = dict[str, Any]
