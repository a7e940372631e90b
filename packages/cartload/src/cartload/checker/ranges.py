"""Ranges of ids: joining a large dataset range by range needs memory for one range only."""

from dataclasses import dataclass
from typing import Final, Literal

from cartload.readers import Stored
from cartload.readers.duckdb_schema import text_literal

type Key = str | int

type Owner = Literal["users", "order_details", "visitors"]
"""What owns rows, some of them in the order of their owner's ids; visitors have no table of their own."""

ROWS_AT_ONCE: Final = 4_000_000
"""About how many rows of a table are joined at once."""
_OWNED: Final[dict[Owner, tuple[str, ...]]] = {
    "users": ("users", "addresses", "wishlist"),
    "order_details": ("order_details", "order_item", "payment_details", "reviews"),
    "visitors": ("sessions", "events"),
}
_IDS: Final[dict[Owner, str]] = {
    "users": "SELECT id FROM users",
    "order_details": "SELECT id FROM order_details",
    "visitors": "SELECT visitor_id AS id FROM sessions",
}
_SAMPLE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Range:
    """Ids from ``low`` on and below ``high``; None is no bound. Stored rows lie in the order of their ids."""

    low: Key | None = None
    high: Key | None = None

    def within(self, column: str) -> str:
        """The SQL condition that a column lies in it."""
        low = [] if self.low is None else [f"{column} >= {_literal(self.low)}"]
        high = [] if self.high is None else [f"{column} < {_literal(self.high)}"]
        return " AND ".join(low + high) or "true"


EVERYTHING: Final = Range()


def _literal(key: Key) -> str:
    return text_literal(key) if isinstance(key, str) else str(key)


def ranges(stored: Stored, owner: Owner, rows_at_once: int = ROWS_AT_ONCE) -> list[Range]:
    """Ranges of the owner's ids in ascending order, that together hold every id there can be."""
    largest = max(_count(stored, table) for table in _OWNED[owner])
    pieces = -(-largest // rows_at_once)
    if pieces < 2:
        return [EVERYTHING]
    # A sample is enough, since ranges need not be equal: any edges give the same result, only the memory
    # differs.
    sample = f"(SELECT id FROM ({_IDS[owner]}) WHERE id IS NOT NULL USING SAMPLE reservoir({_SAMPLE} ROWS))"
    found = stored.rows(f"SELECT id FROM {sample} ORDER BY id")
    edges = sorted({found[len(found) * piece // pieces][0] for piece in range(1, pieces)}) if found else []
    return [Range(low, high) for low, high in zip([None, *edges], [*edges, None], strict=True)]


def _count(stored: Stored, table: str) -> int:
    ((rows,),) = stored.rows(f"SELECT count(*) FROM {table}")
    return int(rows)
