"""A small dataset as rows that find each other, for tests of one table's rules."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from support.engine_invariants import dataset

Row = dict[str, Any]


class ShopRows:
    """The rows of all tables of a dataset, by default of 200 customers who buy a lot."""

    def __init__(self, **fields: Any) -> None:
        usual: dict[str, Any] = {"customers": 200, "ids": "integer"}
        self.spec, tables = dataset(**(usual | fields))
        self.rows: dict[str, list[Row]] = {name: table.to_pylist() for name, table in tables.items()}

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]

    def by_id(self, table: str) -> dict[Any, Row]:
        """The rows of a table by their key."""
        return {row["id"]: row for row in self.rows[table]}

    def grouped(self, table: str, column: str) -> dict[Any, list[Row]]:
        """The rows of a table by a column's value, each group in the order of its rows."""
        groups: dict[Any, list[Row]] = defaultdict(list)
        for row in self.rows[table]:
            groups[row[column]].append(row)
        return groups

    @cached_property
    def users(self) -> dict[Any, Row]:
        """Customers by key."""
        return self.by_id("users")

    def local(self, order: Row, column: str) -> datetime:
        """A moment of an order by its customer's clock."""
        moment: datetime = order[column]
        return moment.astimezone(ZoneInfo(self.users[order["user_id"]]["time_zone"]))

    @cached_property
    def opens(self) -> datetime:
        """The first moment of the window."""
        return datetime.fromisoformat(f"{self.spec.window.start}T00:00:00+00:00")

    @cached_property
    def closes(self) -> datetime:
        """The first moment after the window."""
        return datetime.fromisoformat(f"{self.spec.window.end}T00:00:00+00:00") + timedelta(days=1)
