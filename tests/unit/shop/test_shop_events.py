"""A shop's events are those of a stream: told of the same changes, with data that is the same to the byte."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from cartload import spec as specs
from cartload.encoders.event_lines import event_lines
from cartload.engine.chunks import Segment, plan
from cartload.events.json_schemas import schemas
from cartload.events.row_changes import RowChanges
from cartload.events.stream import EventStream
from cartload.events.topics import BUSINESS_TOPICS
from cartload_shop.domain.events import events_of

SPEC = specs.resolve(specs.parse({"customers": 200, "catalogue": {"products": 60}}))
TABLES = ("users", "products", "products_skus", "payment_details")
"""Their events tell of nothing but the row: those of orders have items, those of clicks visitors."""


def changes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every change of every row, as a shop sees it: the table, and the row before and after."""
    made = RowChanges(SPEC)
    for chunk in plan(SPEC, Segment(0, SPEC.customers), catalogue=True):
        for table, batch in made.of(chunk, TABLES).items():
            yield from ((table, change) for change in batch.to_pylist())


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, str, str], list[str]]:
    """The data of all events that a stream has, by type, key and time."""
    found: dict[tuple[str, str, str], list[str]] = {}
    stream = EventStream(SPEC, BUSINESS_TOPICS)
    for chunk in plan(SPEC, Segment(0, SPEC.customers), catalogue=True):
        for events in stream.of(chunk):
            if events.type.table in TABLES:
                for line in event_lines(events).to_pylist():
                    event = json.loads(line)
                    data = line.decode().partition(',"data":')[2].rstrip("\n")[:-1]
                    found.setdefault((event["type"], event["key"], event["time"]), []).append(data)
    return found


def test_they_are_the_events_of_a_stream_to_the_byte(
    told: dict[tuple[str, str, str], list[str]],
) -> None:
    found: dict[tuple[str, str, str], list[str]] = {}
    for table, change in changes():
        for event in events_of(table, change["before"], change["after"]):
            time = f"{change['time']:%Y-%m-%dT%H:%M:%S}.{change['time'].microsecond // 1000:03}Z"
            found.setdefault((event.type, event.key, time), []).append(event.data)
    assert {key: sorted(data) for key, data in found.items()} == {
        key: sorted(data) for key, data in told.items()
    }
    assert {kind for kind, _, _ in found} >= {
        "user_registered",
        "product_created",
        "product_deleted",
        "stock_changed",
        "payment_success",
        "payment_failed",
        "payment_refunded",
    }


def test_their_lines_are_as_the_schemas_of_the_topics_say() -> None:
    validators = {topic: jsonschema.Draft202012Validator(schema) for topic, schema in schemas().items()}
    for table, change in changes():
        for event in events_of(table, change["before"], change["after"]):
            line = {
                "type": event.type,
                "key": event.key,
                "sequence": 1,
                "time": "2026-01-01T00:00:00.000Z",
                "id": str(event.id(UUID(int=1), 1)),
                "topic": event.topic,
                "data": json.loads(event.data),
            }
            validators[event.topic].validate(line)


def test_what_no_type_tells_of_makes_no_event() -> None:
    row = {"id": 1, "product_id": 1, "stock": 3, "sku": "SKU-1"}
    assert events_of("products_skus", row, row) == []
    assert events_of("addresses", None, row) == []


def test_ids_differ_by_shop_topic_row_and_number() -> None:
    event = next(event for table, one in changes() for event in events_of(table, one["before"], one["after"]))
    ids = {event.id(UUID(int=shop), sequence) for shop in (1, 2) for sequence in (1, 2)}
    assert len(ids) == 4
    assert event.id(UUID(int=1), 1) == event.id(UUID(int=1), 1)
