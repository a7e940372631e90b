"""What a table and a column are."""

from dataclasses import dataclass, field, replace
from typing import Literal

Ids = Literal["uuid", "integer"]
Kind = Literal["id", "string", "enum", "integer", "money", "decimal", "boolean", "date", "timestamp"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``type`` is the logical type; lengths are in characters, decimals in digits.

    ``sortable``, ``filterable`` and ``prefix`` are derived by :class:`Table` from its indexes: only what an
    index can answer is offered to readers. Timestamps are UTC with milliseconds, money is in minor units.
    """

    name: str
    type: Kind
    description: str
    nullable: bool = False
    references: str | None = None
    length: int = 0
    precision: int = 0
    scale: int = 0
    values: tuple[str, ...] = ()
    ascii: bool = False
    sortable: bool = False
    filterable: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: columns in row-hash order, what is unique, what is indexed besides."""

    name: str
    description: str
    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    catalogue: bool = False
    _by_name: dict[str, Column] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        leading = {"id", *(columns[0] for columns in (*self.unique, *self.indexes))}
        marked = tuple(_marked(column, column.name in leading) for column in self.columns)
        # The class is frozen for everybody else; here it is not made yet.
        object.__setattr__(self, "columns", marked)
        self._by_name.update((column.name, column) for column in marked)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        return self._by_name[name]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in schema order."""
        return tuple(self._by_name)

    @property
    def foreign_keys(self) -> tuple[tuple[str, str], ...]:
        """Pairs of (column, parent table); the parent's key is always ``id``."""
        return tuple((c.name, c.references.partition(".")[0]) for c in self.columns if c.references)


def _marked(column: Column, indexed: bool) -> Column:
    prefix = indexed and column.type == "string"
    return replace(column, sortable=indexed and not column.nullable, filterable=indexed, prefix=prefix)
