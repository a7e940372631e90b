"""The bodies that the API answers with."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field

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
    bytes: int = Field(description="Bytes of the files that hold them.")
    row_hash: str = Field(description="Sum of the hashes of the rows, in hexadecimal digits.")
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
    """One rule that was checked."""

    name: str
    title: str = Field(description="What must hold, in words.")
    rows_checked: int
    violations: int
    samples: list[dict[str, Any]] = Field(default_factory=list, description="Some of the violations.")
    invariant: int | None = Field(
        default=None,
        # Reports that were stored by earlier versions have the second name.
        validation_alias=AliasChoices("invariant", "truth"),
        description="The invariant that it belongs to, in a full report.",
    )
    note: str | None = Field(
        default=None, description="What was fitted, or why nothing, or not all, could be asked."
    )
    ok: bool | None = Field(default=None, description="Whether it holds, in a full report.")


class Invariant(BaseModel):
    """One of the invariants, with what its checks found together."""

    number: int
    name: str
    rows_checked: int
    violations: int
    ok: bool


class Figure(BaseModel):
    """A series to plot beside what the spec asks for."""

    name: str
    title: str
    kind: Literal["bars", "log_log"] = Field(description="Bars, or points on two logarithmic axes.")
    x_label: str
    y_label: str
    x: list[str | float]
    y: list[float] = Field(description="What is stored, one for each of `x`.")
    expected: list[float] | None = Field(description="What the spec asks for, one for each of `x`.")
    note: str


class Report(BaseModel):
    """What was proven of the dataset."""

    state: Literal["none", "running", "ready", "failed"]
    made_at: datetime | None = None
    kind: Literal["seal", "full"] | None = Field(
        default=None, description="What the checks were made for: the end of the load, or a full report."
    )
    ok: bool | None = Field(default=None, description="Whether every invariant holds, in a full report.")
    reason: str | None = Field(default=None, description="Why it failed.")
    checks: list[Check] = Field(default_factory=list)
    invariants: list[Invariant] = Field(
        default_factory=list,
        validation_alias=AliasChoices("invariants", "truths"),
        description="In a full report.",
    )
    figures: list[Figure] = Field(default_factory=list, description="In a full report.")


class ReportSummary(BaseModel):
    """What the newest report of a dataset comes to."""

    dataset_id: UUID
    state: Literal["running", "ready", "failed"] = Field(description="Of the newest full report asked for.")
    made_at: datetime | None = Field(description="When the last report was ready.")
    kind: Literal["seal", "full"] | None = Field(
        description="What `checked` counts: checks of the load, or the invariants of a full report."
    )
    checked: int = Field(description="How many were checked; 0 as long as none was.")
    broken: int = Field(description="How many of them are broken.")


class AnswerInfo(BaseModel):
    """A business question and its true answer."""

    name: str
    question: str
    sql: str = Field(description="For DuckDB.")
    mysql: str = Field(description="For MySQL and MariaDB.")
    columns: list[str]
    rows: list[list[str | int | None]] = Field(description="Money in minor units, shares in basis points.")


class AnswerList(BaseModel):
    """The answers that were found with the newest full report."""

    state: Literal["none", "running", "ready", "failed"]
    items: list[AnswerInfo]


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
