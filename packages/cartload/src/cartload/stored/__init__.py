"""Stored datasets, read back: a folder of any format or a database, as Arrow batches and as DuckDB tables."""

from cartload.stored.errors import StoredError
from cartload.stored.opening import open_stored
from cartload.stored.store import Stored

__all__ = ["Stored", "StoredError", "open_stored"]
