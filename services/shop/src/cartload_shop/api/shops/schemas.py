"""Bodies of the API of shops."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cartload_contracts.model import Count, TableName
from cartload_shop.domain.clock import FASTEST, ClockMode
from cartload_shop.domain.shops import ShopState

CLOCK_EXAMPLE: dict[str, Any] = {"mode": "running", "speed": 60, "now": "2026-01-05T09:30:00.120000Z"}

SHOP_EXAMPLE: dict[str, Any] = {
    "id": "c0d7f5b2-0d4b-4c39-b1a0-6b0c3f6d5a11",
    "name": "demo",
    "state": "open",
    "version": 2,
    "dataset_id": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92",
    "currency": "USD",
    "clock": CLOCK_EXAMPLE,
    "counts": {"products": 500, "order_details": 21_004},
    "created_at": "2026-01-05T09:30:00Z",
    "opened_at": "2026-01-05T09:30:04Z",
    "error": None,
}

type Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ShopRequest(BaseModel):
    """Which dataset to open a shop on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"dataset_id": SHOP_EXAMPLE["dataset_id"], "name": "demo"}]},
    )

    dataset_id: UUID
    name: Name | None = Field(default=None, description="By default that of the dataset.")


class Clock(BaseModel):
    """What time it is in a shop, and how it goes on."""

    model_config = ConfigDict(json_schema_extra={"examples": [CLOCK_EXAMPLE]})

    mode: ClockMode = Field(
        description="`running` at its speed, `paused`, or `wall`: the real time, from when that is ahead."
    )
    speed: float = Field(description="Seconds in the shop for each second, while it is running.")
    now: datetime


class ClockChange(BaseModel):
    """How the clock of a shop is to go on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"mode": "running", "speed": 60}]}
    )

    mode: ClockMode = "running"
    speed: Annotated[float, Field(ge=1, le=FASTEST, allow_inf_nan=False)] = 1.0


class ShopView(BaseModel):
    """A shop."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHOP_EXAMPLE]})

    id: UUID
    name: str
    state: ShopState
    version: Count
    dataset_id: UUID
    currency: str = Field(description="ISO 4217; of all its prices.")
    clock: Clock | None = Field(description="null until it is open.")
    counts: dict[TableName, Count] = Field(description="Rows of each table when it was opened.")
    created_at: datetime
    opened_at: datetime | None
    error: str | None = Field(description="Why it could not be opened.")
