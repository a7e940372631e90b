"""The bodies that the API answers with."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

Scalar = str | int | float | bool | None


class ColumnInfo(BaseModel):
    """A column of a table."""

    name: str
    type: str = Field(
        description="Logical type: id, string, enum, integer, money, decimal, boolean, date, timestamp."
    )
    nullable: bool
    references: str | None = Field(description="`table.column` that it points to.")
    description: str
    sortable: bool = Field(description="Whether `sort` takes it.")
    filterable: bool = Field(description="Whether it can be filtered by.")
    searchable: bool = Field(description="Whether `q` looks at its beginning.")
    values: list[str] | None = Field(description="The values it can have, for an enum.")


class TableInfo(BaseModel):
    """A table with what is stored of it now."""

    name: str
    description: str
    rows: int = Field(description="Rows that are stored.")
    columns: list[ColumnInfo]


class TableList(BaseModel):
    """The tables of a dataset, parents before children."""

    items: list[TableInfo]


class RowsPage(BaseModel):
    """Rows of a table: ids as stored, times RFC 3339 UTC, money in minor units."""

    items: list[dict[str, Scalar]]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


class FileInfo(BaseModel):
    """A part in Blob."""

    name: str = Field(description="The last segment of its path.", examples=["part-0.parquet"])
    table: str
    chunk: int = Field(description="First block of customers, or first row of a catalogue table.")
    rows: int
    bytes: int
    sha256: str = Field(description="Of the file, in hexadecimal digits; also its ETag.")


class Check(BaseModel):
    """One truth that was checked."""

    name: str
    title: str = Field(description="What must hold, in words.")
    rows_checked: int
    violations: int
    samples: list[dict[str, Any]] = Field(default_factory=list, description="Some of the violations.")


class Report(BaseModel):
    """What was proven of the dataset."""

    state: Literal["none", "running", "ready", "failed"]
    made_at: datetime | None = None
    kind: Literal["seal"] | None = Field(default=None, description="Where the checks come from.")
    reason: str | None = Field(default=None, description="Why it failed.")
    checks: list[Check] = Field(default_factory=list)
    figures: list[dict[str, Any]] = Field(default_factory=list, description="Series to plot.")


class Connection(BaseModel):
    """How to reach the dataset with SQL."""

    host: str | None
    port: int | None
    reason: str | None = Field(description="Why there is no host, where there is none.")
    database: str
    user: str = Field(description="Reads all datasets of the account, and nothing else.")
    password_set_at: datetime | None = Field(description="When its password was made; null: make one first.")


class ConnectionWithPassword(Connection):
    """The connection with a new password, which is never shown again."""

    password: str
