"""Local time by a committed table: what the time zone database says, without the machine's copy."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from cartload import vocabulary
from cartload.calendar import zones

MOMENTS = [
    "1990-01-01T00:00:00",
    "2000-03-26T00:59:59.999",
    "2000-03-26T01:00:00",
    "2024-02-29T12:00:00",
    "2025-03-09T10:00:00",
    "2025-10-26T00:59:59",
    "2025-11-02T06:00:00",
    "2099-12-31T23:59:59",
]


@pytest.mark.parametrize("name", zones.NAMES)
def test_offsets_are_those_of_the_time_zone_database(name: str) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in MOMENTS]
    zone = np.full(len(moments), zones.NAMES.index(name))
    offsets = zones.utc_offset(zone, np.array([round(moment.timestamp() * 1000) for moment in moments]))
    for moment, offset in zip(moments, offsets.tolist(), strict=True):
        expected = moment.astimezone(ZoneInfo(name)).utcoffset()
        assert expected is not None
        assert offset == expected.total_seconds() * 1000


def test_every_city_has_a_zone_of_the_table() -> None:
    used = {city.time_zone for country in vocabulary.countries() for city in country.cities}
    assert used <= set(zones.NAMES)
    assert list(zones.NAMES) == sorted(zones.NAMES)
    assert len(zones.NAMES) == zones.COUNT
