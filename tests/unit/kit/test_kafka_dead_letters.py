"""What a dead letter carries, and when there are too many."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY

from cartload_kit.kafka.connection import KafkaConnection
from cartload_kit.kafka.consumer import Consumer
from cartload_kit.kafka.dead_letters import DeadLetterLimit, DeadLetters, dead_letter
from cartload_kit.kafka.errors import DeadLetterLimitReached
from cartload_kit.kafka.producer import Producer
from cartload_kit.kafka.record import Record

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def record(value: bytes) -> Record:
    return Record("cartload.chunks", 3, 99, b"key", value, {"ce_id": b"7"}, AT)


def test_it_is_the_original_with_reason_and_origin() -> None:
    letter = dead_letter(record(b"{broken"), "not JSON", 2, "dead")
    assert (letter.topic, letter.key, letter.value) == ("dead", b"key", b"{broken")
    assert dict(letter.headers) == {
        "ce_id": b"7",
        "dlq-reason": b"not JSON",
        "dlq-topic": b"cartload.chunks",
        "dlq-partition": b"3",
        "dlq-offset": b"99",
        "dlq-attempts": b"2",
        "dlq-timestamp": b"2026-01-02T03:04:05+00:00",
    }


def test_a_huge_value_is_cut_with_its_length_and_hash() -> None:
    value = bytes(range(256)) * 4096
    letter = dead_letter(record(value), "too large", 1, "dead", max_value=len(value))
    headers = dict(letter.headers)
    assert letter.value == value[: 64 * 1024]
    assert headers["dlq-truncated-length"] == str(len(value)).encode()
    assert headers["dlq-sha256"] == hashlib.sha256(value).hexdigest().encode()


def test_a_value_at_the_limit_leaves_room_for_its_headers() -> None:
    value = b"x" * (2**20 - 64 * 1024)
    assert dead_letter(record(value), "bad", 1, "dead", max_value=2**20).value == value


def test_headers_count_too_so_that_a_letter_can_always_be_sent() -> None:
    value, limit = b"x" * (2**20 - 64 * 1024), 2**20
    large = replace(record(value), headers={"note": b"y" * 100_000})
    letter = dead_letter(large, "bad", 1, "dead", max_value=limit)
    assert len(letter.value) + sum(len(name) + len(content) for name, content in letter.headers) < limit
    assert dict(letter.headers)["note"] == b"y" * 100_000


def test_what_a_sender_says_of_an_origin_is_left_out() -> None:
    claims = {"ce_id": b"7", "dlq-topic": b"elsewhere", "dlq-truncated-length": b"5", "dlq-sha256": b"0"}
    letter = dead_letter(replace(record(b"bad"), headers=claims), "bad", 1, "dead")
    names = [name for name, _ in letter.headers]
    assert names.count("dlq-topic") == 1
    assert dict(letter.headers)["dlq-topic"] == b"cartload.chunks"
    assert not {"dlq-truncated-length", "dlq-sha256"} & set(names)


def test_a_reason_that_is_no_whole_text_is_told_as_far_as_it_goes() -> None:
    letter = dead_letter(record(b""), "unknown country \ud800", 1, "dead")
    assert dict(letter.headers)["dlq-reason"] == b"unknown country ?"


def test_a_long_reason_is_cut() -> None:
    assert len(dict(dead_letter(record(b""), "é" * 5000, 1, "dead").headers)["dlq-reason"]) == 1000


def test_twenty_bad_of_few_records_stop_the_consumer() -> None:
    limit = DeadLetterLimit()
    for _ in range(19):
        limit.bad()
    with pytest.raises(DeadLetterLimitReached, match="20 of the last 20"):
        limit.bad()


def test_bad_records_below_the_share_go_on_for_ever() -> None:
    limit = DeadLetterLimit()
    for number in range(10_000):
        if number % 20 != 19:
            limit.good()
        else:
            limit.bad()


def test_more_than_the_share_of_the_window_stops_the_consumer() -> None:
    limit = DeadLetterLimit()
    for _ in range(5000):
        limit.good()
    for _ in range(50):
        limit.bad()
    with pytest.raises(DeadLetterLimitReached, match="51 of the last 1000"):
        limit.bad()


def test_old_records_leave_the_window() -> None:
    limit = DeadLetterLimit(count=2, share=0.0, window=10)
    for _ in range(5):
        limit.bad()
        for _ in range(10):
            limit.good()


def test_dead_letters_are_counted_from_0_on_so_that_the_first_one_is_a_rise() -> None:
    async def handle(_: Record) -> None: ...

    labels = {"group": "counted-from-0", "topic": "one", "outcome": "dead_letter"}
    assert REGISTRY.get_sample_value("cartload_kafka_records_total", labels) is None
    letters = DeadLetters(Producer(KafkaConnection("127.0.0.1:1"), "nobody"))
    Consumer(KafkaConnection("127.0.0.1:1"), "counted-from-0", ["one"], handle, letters)
    assert REGISTRY.get_sample_value("cartload_kafka_records_total", labels) == 0
