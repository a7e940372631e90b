"""The time zone tables of MySQL and MariaDB, without which `CONVERT_TZ` by name answers NULL.

The server's own tool reads the system's zone files, which need not be there (or end at the last change of
rules, in the compact format), so the tables are made from Python's zone data.
"""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
"""The servers' tables hold moments of 32 bits."""

STEP = timedelta(days=7)
"""Shorter than any time for which a zone has ever changed its offset and gone back."""

MOST_CHARACTERS = 15_000
"""Of one statement: MariaDB cuts the lines of a start-up file at 20,000."""

TABLES = ("time_zone", "time_zone_name", "time_zone_transition", "time_zone_transition_type")


def statements(names: frozenset[str] | None = None) -> Iterator[str]:
    """Yield the SQL that fills the tables anew, one statement a line; by default with every zone there is."""
    zones = sorted(names if names is not None else zoneinfo.available_timezones() - {"localtime", "Factory"})
    rows: dict[str, list[str]] = {table: [] for table in TABLES}
    for number, name in enumerate(zones, 1):
        changes = list(_changes(zoneinfo.ZoneInfo(name)))
        kinds = sorted({kind for _, kind in changes})
        rows["time_zone"].append(f"({number},'N')")
        rows["time_zone_name"].append(f"('{name}',{number})")
        rows["time_zone_transition_type"] += [
            f"({number},{place},{offset},{int(summer)},'{abbreviation}')"
            for place, (offset, summer, abbreviation) in enumerate(kinds)
        ]
        rows["time_zone_transition"] += [f"({number},{at},{kinds.index(kind)})" for at, kind in changes]
    for table in TABLES:
        yield f"TRUNCATE TABLE mysql.{table}"
        for values in _portions(rows[table]):
            yield f"INSERT INTO mysql.{table} VALUES {values}"  # noqa: S608 nothing here comes from outside


type Kind = tuple[int, bool, str]
"""Seconds from UTC, whether it is summer time, and the abbreviation."""


def _kind(zone: zoneinfo.ZoneInfo, moment: datetime) -> Kind:
    local = moment.astimezone(zone)
    offset, summer = local.utcoffset() or timedelta(), local.dst() or timedelta()
    return int(offset.total_seconds()), summer != timedelta(), (local.tzname() or "")[:8]


def _changes(zone: zoneinfo.ZoneInfo) -> Iterator[tuple[int, Kind]]:
    """Yield the first moment, and each at which the kind of time changes, as epoch seconds."""
    before, moment = FIRST.astimezone(zone).utcoffset(), FIRST
    yield int(FIRST.timestamp()), _kind(zone, FIRST)
    while moment < LAST:
        following = moment + STEP
        # Only the offset is compared: an abbreviation that changes alone changes no clock.
        after = following.astimezone(zone).utcoffset()
        if after != before:
            at = _change_between(zone, moment, following)
            yield at, _kind(zone, datetime.fromtimestamp(at, UTC))
        before, moment = after, following


def _change_between(zone: zoneinfo.ZoneInfo, low: datetime, high: datetime) -> int:
    """Return the second at which the zone's time is that of `high` for the first time."""
    wanted = high.astimezone(zone).utcoffset()
    low_second, high_second = int(low.timestamp()), int(high.timestamp())
    while high_second - low_second > 1:
        middle = (low_second + high_second) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == wanted:
            high_second = middle
        else:
            low_second = middle
    return high_second


def _portions(rows: list[str]) -> Iterator[str]:
    portion: list[str] = []
    size = 0
    for row in rows:
        if size + len(row) + 1 > MOST_CHARACTERS:
            yield ",".join(portion)
            portion.clear()
            size = 0
        portion.append(row)
        size += len(row) + 1
    if portion:
        yield ",".join(portion)
