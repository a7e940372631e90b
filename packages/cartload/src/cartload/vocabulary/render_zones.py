"""Renders offsets of time zones into committed data: ``python -m cartload.vocabulary.render_zones``.

The time-zone database of the machine (or the package ``tzdata``) is needed for this command alone.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

_START: Final = int(datetime(1989, 1, 1, tzinfo=UTC).timestamp())
_END: Final = int(datetime(2101, 1, 1, tzinfo=UTC).timestamp())
_STEP: Final = 7 * 86_400
_TARGET: Final = Path(__file__).parent / "zones.json"


def render(names: list[str]) -> dict[str, list[list[int]]]:
    """By zone: moments of change in seconds since 1970, and offsets in minutes, one more than moments."""
    return {name: _zone(ZoneInfo(name)) for name in sorted(names)}


def _zone(zone: ZoneInfo) -> list[list[int]]:
    changes = list(_changes(zone))
    return [changes, [_offset(zone, moment) for moment in (_START, *changes)]]


def _changes(zone: ZoneInfo) -> Iterator[int]:
    for start in range(_START, _END, _STEP):
        # Only two changes within one week that cancel each other out would be missed.
        if _offset(zone, start) != _offset(zone, start + _STEP):
            yield _change(zone, start, start + _STEP)


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: int) -> int:
    offset = datetime.fromtimestamp(moment, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // 60


def main() -> None:
    """Writes the table of the zones that it has."""
    table = render(list(json.loads(_TARGET.read_text(encoding="utf-8"))))
    lines = (f"{json.dumps(name)}:{json.dumps(rows, separators=(',', ':'))}" for name, rows in table.items())
    _TARGET.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
    sys.stdout.write(f"{_TARGET}\n")


if __name__ == "__main__":
    main()
