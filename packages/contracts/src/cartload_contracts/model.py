"""The base of every message: frozen, closed, JSON in snake_case."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

type TableName = Literal[
    "categories",
    "sub_categories",
    "products",
    "products_skus",
    "distribution_centers",
    "inventory_items",
    "users",
    "addresses",
    "order_details",
    "order_item",
    "payment_details",
    "wishlist",
    "reviews",
    "sessions",
    "events",
]

TABLES: tuple[TableName, ...] = TableName.__value__.__args__
"""All tables, parents before children: each has a batch topic of its own."""

type TargetName = Literal["mysql", "files", "kafka"]

TARGETS: tuple[TargetName, ...] = TargetName.__value__.__args__
"""Everything that a dataset can be stored in: tables in MySQL, files in Blob, batches in Kafka."""

type Targets = Annotated[
    tuple[TargetName, ...],
    Field(
        min_length=1,
        description="Where the dataset is stored: `mysql` (tables), `files` (parts in Blob), `kafka` "
        "(batches on topics, always, as they are how rows travel). A message without it means all of them.",
        examples=[["mysql", "files", "kafka"]],
    ),
]

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


FORMER_NAME = "x-formerly"
"""Says in a JSON Schema under which name an older message has the property."""


def formerly(name: str) -> dict[str, Any]:
    """The `json_schema_extra` of a field of a `Renamed` model that older messages call `name`."""
    return {FORMER_NAME: name}


class Renamed(Model):
    """A message some of whose fields had another name: what is still on a topic is read all the same."""

    former_names: ClassVar[Mapping[str, str]] = {}
    """Former name to field, collected from `formerly`."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Collect the former names once, when the class is made."""
        super().__pydantic_init_subclass__(**kwargs)
        cls.former_names = {
            str(extra[FORMER_NAME]): name
            for name, field in cls.model_fields.items()
            if isinstance(extra := field.json_schema_extra, dict) and FORMER_NAME in extra
        }

    @model_validator(mode="before")
    @classmethod
    def _read_former_names(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {cls.former_names.get(name, name): value for name, value in data.items()}


class Segment(Model):
    """A run of customers of one dataset: the first load is one, every append adds one."""

    first_block: Count = Field(description="Number of the first block of 1,000 customers.")
    customers: int = Field(ge=1, le=100_000_000, description="How many customers the segment has.")


class TableTotals(Model):
    """Rows of a table and the order-independent hash over them."""

    rows: Count
    row_hash: RowHash


class StoredTotals(TableTotals):
    """What the writer's manifest holds of a table: its rows, their hash, the bytes of its parts in Blob."""

    bytes: Count
