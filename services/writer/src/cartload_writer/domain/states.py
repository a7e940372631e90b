"""What the columns of `datasets` and sums over `manifest` can say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cartload.engine.chunks import Segment
from cartload.schema import BLOCK_TABLES

type State = Literal["creating", "ready", "incomplete", "deleting", "deleted"]
type LoadMode = Literal["final", "deferred"]
type Ids = Literal["uuid", "integer"]
type Format = Literal["parquet", "csv", "jsonl"]

GONE: tuple[State, ...] = ("deleting", "deleted")
"""States in which a dataset is no more than a tombstone."""


def has_rows(targets: Collection[str]) -> bool:
    """Whether a dataset of these targets has a database with its rows."""
    return "mysql" in targets


def has_files(targets: Collection[str]) -> bool:
    """Whether a dataset of these targets has its parts in Blob."""
    return "files" in targets


@dataclass(frozen=True, slots=True)
class Totals:
    """What is stored of a table: rows, the sum of their hashes as hexadecimal digits, bytes of files."""

    rows: int
    row_hash: str
    bytes: int


NOTHING_STORED = Totals(0, "0" * 32, 0)
"""The totals of a table without any batch."""


def covers(segments: Sequence[Mapping[str, int]], table: str, chunk: int) -> bool:
    """Whether a chunk belongs to one of the segments; the rows of the catalogue belong to all of them."""
    if table not in BLOCK_TABLES:
        return True
    known = (Segment(**segment) for segment in segments)
    return any(segment.first_block <= chunk < segment.end_block for segment in known)
