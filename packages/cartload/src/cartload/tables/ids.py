"""Primary keys: a pure function of table and row number, so a parent's key is computed from its index.

``uuid`` is RFC 9562 version 8 as text: 48 bits of row number, big-endian, so that keys grow with the rows,
then 74 bits of a hash keyed by seed and table. ``integer`` is the row number plus one.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cartload.columns import arrays, pools
from cartload.kernels import strings
from cartload.randomness.draws import Randomness, seed_keys
from cartload.randomness.fixed_point import I64
from cartload.schema import Ids


def id_column(ids: Ids, random: Randomness, table: str, rows: I64) -> Any:
    """The key column of a table's rows, or of references to them."""
    if ids == "integer":
        return arrays.integers(rows + 1)
    return arrays.fixed_text(strings.uuids(rows, *seed_keys(random.seed, f"{table}.id")))


@dataclass(frozen=True)
class Keys:
    """The keys of consecutive rows of a table, and references to them from other tables of the chunk."""

    ids: Ids
    random: Randomness
    table: str
    rows: I64

    @cached_property
    def column(self) -> Any:
        """The key column itself."""
        # Known as a pool: three tables refer to each customer, and hash and escape the keys only once.
        made = id_column(self.ids, self.random, self.table, self.rows)
        return pools.lately(made) if self.ids == "uuid" else made

    def of(self, places: I64) -> Any:
        """References to the rows at the places; the text of a key is made once, however often it is used."""
        if self.ids == "integer":
            return id_column(self.ids, self.random, self.table, self.rows.take(places))
        return arrays.take(self.column, places)


def row_number(key: str | int) -> int:
    """The row number behind a key of either kind."""
    if isinstance(key, int):
        return key - 1
    return int(key[:8] + key[9:13], 16)


def numbered(prefix: str, numbers: I64, digits: int) -> Any:
    """Strings of a prefix and zero-padded numbers."""
    return arrays.fixed_text(strings.numbered(prefix, numbers, digits))
