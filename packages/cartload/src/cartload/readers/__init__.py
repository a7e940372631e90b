"""Stored datasets, read back: a folder of any format, or a database.

Tables come as Arrow batches and as views of DuckDB; the checker and the answers ask the views.
"""

from cartload.readers.opening import open_stored
from cartload.readers.stored import Stored, StoredError

__all__ = ["Stored", "StoredError", "open_stored"]
