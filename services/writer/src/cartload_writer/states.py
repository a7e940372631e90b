"""What the columns of `datasets` can say, for all roles: also those that need no database toolkit."""

from typing import Literal

type State = Literal["creating", "ready", "incomplete", "deleting", "deleted"]
type LoadMode = Literal["final", "deferred"]
type Ids = Literal["uuid", "integer"]
type Format = Literal["parquet", "csv", "jsonl"]

GONE: tuple[State, ...] = ("deleting", "deleted")
"""States in which a dataset is no more than a tombstone."""
