"""Business events and rows on their topics: each tells of one change, with a key, a number and an id."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID, uuid5

import pytest

from cartload.engine.chunks import Blocks, Segment, plan
from cartload.engine.generate import Engine
from cartload.events.event_ids import stream_id
from cartload.events.stream import EventStream
from cartload.events.topics import (
    BUSINESS_TOPICS,
    CLICKSTREAM,
    EVENT_TYPES,
    ORDERS,
    PAYMENTS,
    TOPICS,
    UnknownTopicError,
    matching,
)
from cartload.schema import TABLE_NAMES
from cartload.spec import Spec, parse, resolve

FIELDS: dict[str, Any] = {
    "customers": 1500,
    "clickstream": {"sessions_per_customer": 0.5},
    "ids": "integer",
    "catalogue": {"products": 600},
    "orders": {"cancel_rate": 0.2, "return_rate": 0.3, "payment_failure_rate": 0.4},
}
type Told = dict[str, Any]


def spec_of(**more: Any) -> Spec:
    return resolve(parse({**FIELDS, **more}))


def told(spec: Spec, *, blocks: int = 1, topics: tuple[str, ...] = TOPICS) -> list[Told]:
    """All events, each with its type and topic."""
    stream = EventStream(spec, topics)
    return [
        {**event, "type": events.type.name, "topic": events.type.topic, "table": events.type.table}
        for chunk in plan(spec, Segment(0, spec.customers), catalogue=True, blocks_per_chunk=blocks)
        for events in stream.of(chunk)
        for event in events.batch.to_pylist()
    ]


@pytest.fixture(scope="module")
def events() -> list[Told]:
    return told(spec_of())


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[int, Told]]:
    """The rows of the whole window, by key."""
    spec, found = spec_of(), defaultdict[str, dict[int, Told]](dict)
    for chunk in plan(spec, Segment(0, spec.customers), catalogue=True):
        for table, batch in Engine(spec).generate(chunk).items():
            found[table] |= {row["id"]: row for row in batch.to_pylist()}
    return found


def of_type(events: list[Told], name: str) -> list[Told]:
    return [event for event in events if event["type"] == name]


UNCHANGING = ("categories", "sub_categories", "distribution_centers", "users", "addresses", "events")


def test_every_type_happens(events: list[Told]) -> None:
    assert {(event["topic"], event["type"]) for event in events} == {
        (kind.topic, kind.name)
        for kind in EVENT_TYPES
        if kind.name != "row_updated" or kind.table not in UNCHANGING
    }


def test_the_numbers_of_a_key_have_no_gap_and_follow_time(events: list[Told]) -> None:
    by_key = defaultdict[tuple[str, str, int], list[Told]](list)
    for event in events:
        by_key[event["topic"], event["table"], event["key"]].append(event)
    for found in by_key.values():
        found.sort(key=lambda event: event["sequence"])
        assert [event["sequence"] for event in found] == [*range(1, len(found) + 1)]
        times = [event["time"] for event in found]
        assert times == sorted(set(times))
    assert max(len(found) for (topic, *_), found in by_key.items() if topic == PAYMENTS) > 2


def test_ids_are_those_of_rfc_9562_and_no_two_are_alike(events: list[Told]) -> None:
    stream = stream_id(spec_of())
    assert len({event["id"] for event in events}) == len(events)
    changes = Counter[tuple[str, str, int]]()
    for event in sorted(events, key=lambda event: event["time"]):
        row = event["row"] + 1
        changes[event["topic"], event["table"], row] += 1
        # Of a charge its creation is the first change, of which no payment event tells.
        silent = event["type"] in ("payment_success", "payment_failed")
        change = changes[event["topic"], event["table"], row] + silent
        assert UUID(event["id"]) == uuid5(uuid5(stream, event["topic"]), f"{event['table']}:{row}:{change}")


def test_ids_are_the_same_in_every_replay_of_the_same_values(events: list[Told]) -> None:
    ids = {event["id"] for event in events}
    early = told(spec_of(as_of="2025-03-01T00:00:00Z", name="other", format="csv"), blocks=2)
    assert {event["id"] for event in early} < ids
    assert {event["id"] for event in told(spec_of(customers=1000))} < ids
    assert not {event["id"] for event in told(spec_of(customers=10, seed=2))} & ids


def test_a_block_alone_tells_the_same(events: list[Told]) -> None:
    stream = EventStream(spec_of())
    alone = {event["id"]: event for found in stream.of(Blocks(1, 500)) for event in found.batch.to_pylist()}
    whole = {event["id"]: event for event in events}
    assert alone
    for name, event in alone.items():
        assert event == {field: whole[name][field] for field in event}


def test_orders_are_created_with_their_lines(events: list[Told], tables: dict[str, dict[int, Told]]) -> None:
    created = of_type(events, "order_created")
    assert {event["key"] for event in created} == tables["order_details"].keys()
    lines = 0
    for event in created:
        order, items = event["data"], event["data"]["items"]
        assert event["time"] == order["placed_at"]
        assert order["status"] == "pending"
        assert [item["line_number"] for item in items] == [*range(1, len(items) + 1)]
        assert {item["order_id"] for item in items} == {order["id"]}
        assert sum(item["line_total"] for item in items) == order["subtotal"]
        assert not any(item["returned_quantity"] for item in items)
        lines += len(items)
    assert lines == len(tables["order_item"])


def test_orders_come_from_one_status_to_the_next_until_their_last(
    events: list[Told], tables: dict[str, dict[int, Told]]
) -> None:
    status = dict[int, str]()
    for event in sorted(events, key=lambda event: (event["time"], event["sequence"])):
        if event["topic"] != ORDERS:
            continue
        assert event["data"].get("previous_status") == status.get(event["key"])
        status[event["key"]] = event["data"]["status"]
        assert (event["type"] == "order_cancelled") == (status[event["key"]] == "cancelled")
    assert status == {key: order["status"] for key, order in tables["order_details"].items()}


def test_payments_are_told_as_they_ended(events: list[Told], tables: dict[str, dict[int, Told]]) -> None:
    names = {
        ("charge", "captured"): "payment_success",
        ("charge", "failed"): "payment_failed",
        ("refund", "captured"): "payment_refunded",
    }
    expected = {
        (names[row["kind"], row["status"]], row["order_id"], key)
        for key, row in tables["payment_details"].items()
        if (row["kind"], row["status"]) in names
    }
    found = [event for event in events if event["topic"] == PAYMENTS]
    assert {(event["type"], event["key"], event["data"]["id"]) for event in found} == expected
    assert len(found) == len(expected)
    assert all(event["data"] == tables["payment_details"][event["data"]["id"]] for event in found)


def test_products_come_and_go_with_their_stock(
    events: list[Told], tables: dict[str, dict[int, Told]]
) -> None:
    ended = {key for key, row in tables["products"].items() if row["discontinued_at"]}
    assert {event["key"] for event in of_type(events, "product_created")} == tables["products"].keys()
    assert {event["key"] for event in of_type(events, "product_deleted")} == ended
    stock = dict[int, int]()
    for event in sorted(of_type(events, "stock_changed"), key=lambda event: event["time"]):
        assert event["data"]["previous_stock"] == stock.get(event["key"]) != event["data"]["stock"]
        stock[event["key"]] = event["data"]["stock"]
    assert stock == {key: row["stock"] for key, row in tables["products_skus"].items()}


def test_customers_register_once(events: list[Told], tables: dict[str, dict[int, Told]]) -> None:
    found = of_type(events, "user_registered")
    assert {event["key"]: event["data"] for event in found} == tables["users"]
    assert all(event["time"] == event["data"]["created_at"] for event in found)


def test_the_topics_of_rows_add_up_to_the_tables(
    events: list[Told], tables: dict[str, dict[int, Told]]
) -> None:
    last = defaultdict[str, dict[int, Told]](dict)
    for event in sorted(events, key=lambda event: event["sequence"]):
        if event["type"].startswith("row_"):
            data = event["data"]
            assert data["before"] == last[event["table"]].get(event["key"])
            assert (data["op"], data["ts_ms"]) == ("u" if data["before"] else "c", event["time"])
            last[event["table"]][event["key"]] = data["after"]
    assert last == tables


def test_only_the_topics_asked_for_are_told(events: list[Told]) -> None:
    only = told(spec_of(), topics=(PAYMENTS,))
    assert only == [event for event in events if event["topic"] == PAYMENTS]


def test_topics_are_found_by_name_and_by_pattern() -> None:
    assert matching([ORDERS]) == (ORDERS,)
    assert matching(["ecommerce-cdc.*"]) == tuple(f"ecommerce-cdc.{name}" for name in TABLE_NAMES)
    assert matching(["ecommerce-cdc.users", PAYMENTS, "*-payments"]) == (PAYMENTS, "ecommerce-cdc.users")
    assert matching(["*"]) == TOPICS
    assert TOPICS[:5] == BUSINESS_TOPICS


@pytest.mark.parametrize("name", ["orders", "ecommerce-clicks", "", "Ecommerce-orders"])
def test_a_topic_that_there_is_none_of_is_refused(name: str) -> None:
    with pytest.raises(UnknownTopicError, match=f"no topic {name}; there are ecommerce-user-events, "):
        matching([name])


def test_the_clickstream_tells_each_visitors_steps_one_after_the_other(
    events: list[Told], tables: dict[str, dict[int, Told]]
) -> None:
    clicks = [event for event in events if event["topic"] == CLICKSTREAM]
    assert len(clicks) == len(tables["events"])
    by_visitor = defaultdict[int, list[Told]](list)
    for event in clicks:
        session = tables["sessions"][event["data"]["session_id"]]
        row = tables["events"][event["data"]["id"]]
        known = ("visitor_id", "user_id", "channel", "device", "os", "browser", "traffic_source", "country")
        assert event["data"] == row | {name: session[name] for name in known}
        assert (event["key"], event["type"]) == (session["visitor_id"], row["type"])
        assert event["time"] == row["occurred_at"]
        by_visitor[event["key"]].append(event)
    for found in by_visitor.values():
        found.sort(key=lambda event: event["sequence"])
        assert [event["sequence"] for event in found] == [*range(1, len(found) + 1)]
        steps = [(event["data"]["session_id"], event["data"]["sequence"]) for event in found]
        assert steps == sorted(steps)
        assert [event["time"] for event in found] == sorted(event["time"] for event in found)


def test_a_purchase_is_told_with_its_order(events: list[Told]) -> None:
    orders = {
        (event["data"]["user_id"], event["data"]["channel"], event["time"])
        for event in events
        if event["type"] == "order_created" and event["data"]["channel"] in ("web", "ios", "android")
    }
    bought = [event for event in events if event["type"] == "purchase"]
    assert {(event["data"]["user_id"], event["data"]["channel"], event["time"]) for event in bought} == orders
    assert len(bought) > 1000
