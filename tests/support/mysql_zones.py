"""Time zones by name in a server that was set up without them, as `mysql_tzinfo_to_sql` would load them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FIRST, LAST = datetime(2023, 12, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def load_zones(connection: Any, names: Iterable[str]) -> None:
    """Makes `CONVERT_TZ` know these zones, for moments from 2024 to 2025."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLES mysql.time_zone WRITE, mysql.time_zone_name WRITE, "
                       "mysql.time_zone_transition WRITE, mysql.time_zone_transition_type WRITE")  # fmt: skip
        cursor.execute("SELECT Name FROM mysql.time_zone_name")
        known = {row[0] for row in cursor.fetchall()}
        for name in sorted(set(names) - known):
            _load(cursor, name)
        cursor.execute("UNLOCK TABLES")
    connection.commit()


def _load(cursor: Any, name: str) -> None:
    cursor.execute("INSERT INTO mysql.time_zone (Use_leap_seconds) VALUES ('N')")
    zone = cursor.lastrowid
    cursor.execute("INSERT INTO mysql.time_zone_name VALUES (%s, %s)", (name, zone))
    changes = list(_changes(ZoneInfo(name)))
    kinds = sorted({seconds for _, seconds in changes})
    cursor.executemany(
        "INSERT INTO mysql.time_zone_transition_type VALUES (%s, %s, %s, 0, '')",
        [(zone, place, seconds) for place, seconds in enumerate(kinds)],
    )
    cursor.executemany(
        "INSERT INTO mysql.time_zone_transition VALUES (%s, %s, %s)",
        [(zone, moment, kinds.index(seconds)) for moment, seconds in changes],
    )


def _changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """The first hour and each at which the offset from UTC changes: epoch second and offset in seconds."""
    moment, before = FIRST, None
    while moment < LAST:
        offset = moment.astimezone(zone).utcoffset()
        if offset is not None and offset != before:
            yield int(moment.timestamp()), int(offset.total_seconds())
            before = offset
        moment += HOUR
