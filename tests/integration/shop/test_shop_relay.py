"""Events leave a shop in the order of each key, each with the change that it tells of, however it is cut."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cartload.encoders.kafka_records import SYNTHETIC
from cartload.events.topics import INVENTORY
from cartload.storage.kafka_url import KafkaUrl
from cartload.writers.kafka_topics import create_topics
from cartload_kit.kafka import KafkaConnection, KafkaUnavailable, Producer
from cartload_shop.repository import outbox, stock
from cartload_shop.tasks.housekeeping import Housekeeping
from cartload_shop.tasks.relay import Relay
from support.kafka_records import read_all
from support.shop_service import Person, ShopService

PREFIX = "ecommerce-"


@dataclass
class Sent:
    """What Kafka was given of one shop, in order; the keys in `refused` are not taken now."""

    shop_id: str
    events: list[tuple[str, int, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    ask_topics: int = 0
    ends_after: int | None = None
    """With so many events whoever sends is ended, once."""

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: Sequence[tuple[str, bytes]] = (),
        *,
        timestamp: datetime | None = None,
    ) -> None:
        # Gives others their turn, as a client does that waits for an answer.
        await asyncio.sleep(0)
        told = dict(headers)
        if told["streamid"].decode() != self.shop_id:
            return
        assert key is not None
        if key.decode() in self.refused:
            raise KafkaUnavailable("away")
        self.events.append((key.decode(), int(told["sequence"]), told["ce_id"].decode()))
        if len(self.events) == self.ends_after:
            raise asyncio.CancelledError

    def sequences(self, key: str) -> list[int]:
        return [sequence for found, sequence, _ in self.events if found == key]

    async def make_topics(self) -> None:
        self.ask_topics += 1


def relay(service: ShopService, sent: Sent) -> Relay:
    return Relay(service.engine, sent, sent.make_topics, PREFIX)


@pytest.fixture
async def skus(service: ShopService, shop: Any) -> list[str]:
    """Two SKUs."""
    rows = await service.rows(shop["id"], "SELECT id FROM {shop}.products_skus ORDER BY stock DESC LIMIT 2")
    return [str(row[0]) for row in rows]


async def restock(service: ShopService, shop: Any, sku: str, times: int = 1) -> None:
    for _ in range(times):
        async with service.inside(shop["id"]) as session:
            await stock.change(session, sku, 1, "restock", cause=str(uuid4()))


async def test_each_event_is_sent_once_in_the_order_of_its_key(
    service: ShopService, shop: Any, skus: list[str]
) -> None:
    sent = Sent(shop["id"])
    for _ in range(3):
        for sku in skus:
            await restock(service, shop, sku)
    assert await relay(service, sent).send_waiting() >= 6
    for sku in skus:
        assert sent.sequences(sku) == [1, 2, 3]
    again = relay(service, sent)
    assert [await again.send_waiting(), len(sent.events), sent.ask_topics] == [0, 6, 1]


async def test_one_that_kafka_does_not_take_holds_up_its_own_key_only(
    service: ShopService, shop: Any, skus: list[str]
) -> None:
    sent = Sent(shop["id"], refused={skus[0]})
    await restock(service, shop, skus[0], 2)
    await restock(service, shop, skus[1], 2)
    await relay(service, sent).send_waiting()
    assert (sent.sequences(skus[0]), sent.sequences(skus[1])) == ([], [1, 2])
    sent.refused.clear()
    await relay(service, sent).send_waiting()
    assert (sent.sequences(skus[0]), sent.sequences(skus[1])) == ([1, 2], [1, 2])


async def test_a_shop_that_cannot_be_read_stops_no_other(
    service: ShopService, owner: Person, dataset: Any, shop: Any, skus: list[str]
) -> None:
    broken = await service.find((await service.opened(owner, dataset))["id"])
    async with service.engine.connect() as connection:
        await connection.exec_driver_sql(f"DROP TABLE `{broken.database_name}`.outbox")
    older = await service.find(shop["id"])
    assert older.number < broken.number
    sent = Sent(shop["id"])
    await restock(service, shop, skus[0])
    await relay(service, sent).send_waiting()
    await Housekeeping(service.engine).tidy()
    assert sent.sequences(skus[0]) == [1]
    await restock(service, await service.opened(service.person(), dataset), skus[0])
    assert await relay(service, sent).send_waiting() >= 1, "also those behind it"
    assert (await owner.call("DELETE", f"/api/shops/{broken.id}")).status_code == 204
    await service.work()


async def test_what_was_sent_and_not_marked_comes_again_as_the_same_event(
    service: ShopService, shop: Any, skus: list[str]
) -> None:
    sent = Sent(shop["id"])
    await restock(service, shop, skus[0], 2)
    # As a process leaves it that ends between Kafka's answer and the commit.
    sent.ends_after = 2
    with pytest.raises(asyncio.CancelledError):
        await relay(service, sent).send_waiting()
    await relay(service, sent).send_waiting()
    mine = [event for event in sent.events if event[0] == skus[0]]
    assert mine == [*mine[:2], *mine[:2]]
    assert [sequence for _, sequence, _ in mine] == [1, 2, 1, 2]


async def test_an_event_that_commits_late_is_not_skipped(
    service: ShopService, shop: Any, skus: list[str]
) -> None:
    sent = Sent(shop["id"])
    async with service.inside(shop["id"]) as late:
        # It has the lower number, and the other one is committed and sent before it.
        await stock.change(late, skus[0], 1, "restock", cause="late")
        await restock(service, shop, skus[1])
        await relay(service, sent).send_waiting()
        assert (sent.sequences(skus[0]), sent.sequences(skus[1])) == ([], [1])
    await relay(service, sent).send_waiting()
    assert sent.sequences(skus[0]) == [1]


async def test_a_change_that_is_rolled_back_tells_nothing_and_leaves_no_gap(
    service: ShopService, shop: Any, skus: list[str]
) -> None:
    sent = Sent(shop["id"])
    async with service.inside(shop["id"]) as session:
        await stock.change(session, skus[0], 1, "restock", cause="undone")
        await session.connection.rollback()
    await restock(service, shop, skus[0])
    await relay(service, sent).send_waiting()
    assert sent.sequences(skus[0]) == [1]


async def test_of_several_relays_one_sends_at_a_time(
    service: ShopService, shop: Any, skus: list[str]
) -> None:
    sent = Sent(shop["id"])
    relays = [relay(service, sent) for _ in range(3)]
    await restock(service, shop, skus[0], 20)
    async with service.inside(shop["id"]) as other:
        assert await outbox.take_turn(other)
        await asyncio.gather(*(one.send_waiting() for one in relays))
        assert sent.sequences(skus[0]) == []
    await asyncio.gather(*(one.send_waiting() for one in relays))
    assert sent.sequences(skus[0]) == list(range(1, 21))


async def test_events_that_were_sent_long_ago_are_forgotten_and_numbers_go_on(
    service: ShopService, shop: Any, skus: list[str]
) -> None:
    sent = Sent(shop["id"])
    await restock(service, shop, skus[0], 3)
    await relay(service, sent).send_waiting()
    await restock(service, shop, skus[0])
    async with service.inside(shop["id"]) as session:
        old = session.real_now - outbox.KEPT - timedelta(seconds=1)
        waiting = session.tables.outbox
        await session.connection.execute(
            waiting.update().where(waiting.c.sent_at.is_not(None)).values(sent_at=old)
        )
    async with service.inside(shop["id"]) as session:
        assert [await outbox.prune(session, 2), await outbox.prune(session, 2)] == [2, 1]
    await relay(service, sent).send_waiting()
    assert sent.sequences(skus[0]) == [1, 2, 3, 4]


async def test_in_kafka_they_are_records_as_those_of_a_stream(
    service: ShopService, owner: Person, shop: Any, skus: list[str], kafka_bootstrap: str
) -> None:
    prefix = f"relay-{uuid4().hex[:8]}-"
    url = KafkaUrl(brokers=(kafka_bootstrap,), tls=False)
    await asyncio.to_thread(create_topics, url, [INVENTORY], prefix, 3)
    await owner.call("PUT", f"/api/shops/{shop['id']}/clock", json={"mode": "paused"})
    now = datetime.fromisoformat((await owner.read(f"/api/shops/{shop['id']}/clock"))["now"])
    await restock(service, shop, skus[0], 2)
    async with Producer(KafkaConnection(kafka_bootstrap), "test") as producer:
        there = Relay(service.engine, producer, _nothing, prefix)
        while await there.send_waiting():
            pass
    topic = f"{prefix}inventory"
    everything = await asyncio.to_thread(read_all, kafka_bootstrap, [topic])
    records = [one for one in everything if (one.key, one.header("streamid")) == (skus[0], shop["id"])]
    assert [record.header("sequence") for record in records] == ["1", "2"]
    for record in records:
        assert record.time == now.timestamp() * 1000
        assert record.header("ce_type") == "stock_changed"
        assert record.header(SYNTHETIC[0]) == "true"
        data = json.loads(record.value)
        assert (data["id"], data["stock"] - data["previous_stock"]) == (skus[0], 1)
    assert len({record.partition for record in records}) == 1


async def _nothing() -> None:
    """The topics are there."""
