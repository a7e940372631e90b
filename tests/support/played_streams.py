"""Streams of a running system: started over the API, and their events as they lie in Kafka."""

from collections.abc import Mapping
from typing import Any

from support.client import User
from support.kafka_records import Stored, by_key, read_all

BATCH = 10_000
"""So many events at most come again after a player's end."""


async def start(user: User, spec: Mapping[str, Any], **fields: Any) -> tuple[str, Any]:
    """The path of a stream of a new dataset into topics of its own, and the stream."""
    job = await user.make_dataset(**spec)
    body = {"dataset_id": job["dataset_id"], "own_topics": True, **fields}
    answer = await user.call("POST", "/api/streams", json=body)
    assert answer.status == 202, answer.body
    return f"/api/streams/{answer.body['id']}", answer.body


def stored(bootstrap: str, stream: Any) -> list[Stored]:
    """All records of a stream's topics."""
    return read_all(bootstrap, [one["name"] for one in stream["topics"]])


def whole(records: list[Stored], ended: Any, *, batches_again: int) -> list[Stored]:
    """The records of a stream that has ended, each once.

    Raises AssertionError where an event is missing, is another when it comes again, comes again more often
    than so many ends of a player explain, or where the numbers of a key have a gap.
    """
    once = {record.header("ce_id"): record for record in records}
    assert len(once) == ended["events_sent"] == ended["events_total"]
    assert len(records) <= len(once) + batches_again * BATCH
    assert len({(one.topic, one.key, one.value, one.headers, one.time) for one in records}) == len(once)
    assert {record.header("streamid") for record in records} == {ended["stream_id"]}
    for told in by_key(list(once.values())).values():
        assert [int(record.header("sequence")) for record in told] == [*range(1, len(told) + 1)]
    return list(once.values())
