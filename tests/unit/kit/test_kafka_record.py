"""What becomes of a record of Kafka's when it is made ours."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord

from cartload_kit.kafka.record import Partition, from_kafka


def raw(**changes: Any) -> Any:
    fields: dict[str, Any] = {
        "topic": "cartload.chunks",
        "partition": 3,
        "offset": 99,
        "timestamp": 1_767_323_045_678,
        "timestamp_type": 0,
        "key": b"k",
        "value": b"v",
        "checksum": None,
        "serialized_key_size": 1,
        "serialized_value_size": 1,
        "headers": (("ce_id", b"7"),),
    }
    return ConsumerRecord(**{**fields, **changes})


def test_it_keeps_what_kafka_says() -> None:
    record = from_kafka(raw())
    assert record.source == Partition("cartload.chunks", 3)
    assert (record.offset, record.key, record.value, record.headers) == (99, b"k", b"v", {"ce_id": b"7"})
    assert record.timestamp == datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def test_a_tombstone_is_an_empty_value_and_a_header_without_a_value_too() -> None:
    record = from_kafka(raw(key=None, value=None, headers=(("note", None),)))
    assert (record.key, record.value, record.headers) == (None, b"", {"note": b""})


def test_of_repeated_headers_the_last_one_counts() -> None:
    assert from_kafka(raw(headers=(("a", b"1"), ("b", b"2"), ("a", b"3")))).headers == {"a": b"3", "b": b"2"}


@pytest.mark.parametrize(
    ("timestamp", "year"), [(-1, 1970), (-(2**63), 1970), (2**63 - 1, 9999), (253_402_300_800_000, 9999)]
)
def test_a_time_that_nobody_can_mean_is_taken_as_the_nearest_possible(timestamp: int, year: int) -> None:
    assert from_kafka(raw(timestamp=timestamp)).timestamp.year == year
