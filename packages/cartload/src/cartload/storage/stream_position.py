"""The table ``_cartload_stream`` of a database that a stream is played into: how far it has come.

Its one row is changed in the transactions of the rows, so it is never ahead of them nor behind.
"""

from dataclasses import dataclass
from typing import Final

TABLE: Final = "_cartload_stream"

CREATE: Final = (
    f"CREATE TABLE {TABLE} ("
    "id TINYINT NOT NULL PRIMARY KEY, stream TEXT NOT NULL, event_time BIGINT, events INT NOT NULL"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci"
)
BEGIN: Final = f"INSERT INTO {TABLE} VALUES (1, %s, NULL, 0)"  # noqa: S608 the name is ours
READ: Final = f"SELECT stream, event_time, events FROM {TABLE}"  # noqa: S608 the name is ours
"""``event_time`` is in milliseconds since 1970, NULL before the first event; ``events`` is how many of that
moment's are done."""
MOVE: Final = f"UPDATE {TABLE} SET event_time = %s, events = %s"  # noqa: S608 the name is ours


@dataclass(frozen=True, slots=True)
class Position:
    """How far a stream has come: a moment (milliseconds since 1970), and how many of its events are there."""

    time: int
    events: int
