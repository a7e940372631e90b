"""Bodies of the spec API."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt

_PREVIEW: dict[str, Any] = {
    "tables": {
        "categories": {
            "columns": [
                {
                    "name": "name",
                    "type": "string",
                    "nullable": False,
                    "references": None,
                    "description": "Shown name.",
                }
            ],
            "rows": [{"name": "Garden"}],
            "total_rows": 12,
        }
    },
    "total_rows": 15_230,
    "estimated_bytes": 2_412_000,
    "profile": {
        "currency": "USD",
        "orders_per_customer": [310, 280, 140, 90, 60, 40, 25, 20, 10, 10, 15],
        "value_bounds": [500, 1_000, 2_000, 5_000, 10_000, 20_000],
        "orders_by_value": [120, 330, 910, 780, 360],
    },
}


class PreviewRequest(BaseModel):
    """A spec to look at."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"spec": {"customers": 10_000}, "rows": 5}]}
    )

    spec: dict[str, Any] = Field(description="A spec as for POST /api/jobs.")
    rows: StrictInt = Field(default=10, ge=1, le=100, description="Rows to show of each table.")


class ColumnInfo(BaseModel):
    """A column of a table."""

    name: str
    type: str
    nullable: bool
    references: str | None = Field(description="`table.column` that it points to.")
    description: str


class PreviewTable(BaseModel):
    """The first rows of a table, and how many it would have."""

    columns: list[ColumnInfo]
    rows: list[dict[str, Any]]
    total_rows: int = Field(
        description="`payment_details`, `reviews`, `sessions` and `events` by expectation."
    )


class CustomerProfile(BaseModel):
    """What the first 1,000 customers do, or all of fewer: counts over every one of their orders."""

    currency: str
    orders_per_customer: list[int] = Field(
        description="How many customers have 0, 1, 2, … orders; the last number is of those with 10 or more."
    )
    value_bounds: list[int] = Field(
        description="Bounds of order totals in minor units, rising; none where there are no orders."
    )
    orders_by_value: list[int] = Field(
        description="How many orders have a total from each bound up to below the next: one fewer."
    )


class Preview(BaseModel):
    """What a spec would make."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREVIEW]})

    tables: dict[str, PreviewTable]
    total_rows: int
    estimated_bytes: int = Field(
        description="Bytes of the rows in memory; tables and files are of this order."
    )
    profile: CustomerProfile
