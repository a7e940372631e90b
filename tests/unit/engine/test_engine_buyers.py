"""Customers as buyers, before anything is hidden: exact quotas, first orders, leaving and outcomes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest

from cartload.calendar.timeline import DAY, HOUR
from cartload.spec import parse, resolve
from cartload.spec.order_rates import BANK_TRANSFER, STORE
from cartload.tables.addresses import Addresses
from cartload.tables.buyers import ANYTHING, Buyers
from cartload.tables.charges import NEVER
from cartload.tables.layout import Layout
from cartload.tables.lifecycle import Lifecycle
from cartload.tables.order_items import OrderItems
from cartload.tables.placed_orders import PlacedOrders
from cartload.tables.users import Customers
from cartload.tables.world import World


@dataclass(frozen=True)
class Chunk:
    """The numbers of a run of blocks, put together as the engine does."""

    world: World
    layout: Layout

    @classmethod
    def of(cls, customers: int, first_block: int = 0, **fields: Any) -> "Chunk":
        spec = resolve(parse({"customers": 10_000, **fields}))
        return cls(World(spec), Layout(spec, first_block, customers))

    @cached_property
    def customers(self) -> Customers:
        return Customers(self.world, self.layout.rows("users"))

    @cached_property
    def orders(self) -> PlacedOrders:
        addresses = Addresses(self.world, self.layout, self.customers)
        return PlacedOrders(self.world, self.layout, self.customers, addresses)

    @property
    def buyers(self) -> Buyers:
        return self.orders.buyers

    @cached_property
    def life(self) -> Lifecycle:
        return Lifecycle(OrderItems(self.world, self.orders))


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    rates = {"cancel_rate": 0.2, "return_rate": 0.25, "payment_failure_rate": 0.3}
    return Chunk.of(2500, orders={"per_customer": 3, "items": 1.5, **rates})


@pytest.mark.parametrize(("per_customer", "buyers"), [(0.5, 334), (1, 500), (3, 750), (9, 900)])
def test_so_many_buy_as_a_geometric_law_with_the_mean_says(per_customer: float, buyers: int) -> None:
    found = Chunk.of(1000, orders={"per_customer": per_customer}).buyers
    assert found.buys.sum() == buyers
    assert found.orders.total == 1000 * per_customer
    assert ((found.orders.counts > 0) == found.buys).all()


@pytest.mark.parametrize("per_customer", [0, 0.0007, 0.002])
def test_blocks_with_hardly_any_orders(per_customer: float) -> None:
    found = Chunk.of(3000, orders={"per_customer": per_customer}).buyers
    assert found.orders.total == int(3000 * per_customer)
    assert found.orders.counts.max(initial=0) <= 1


def test_a_quarter_of_the_buyers_orders_once_at_least(chunk: Chunk) -> None:
    counts = chunk.buyers.orders.counts[chunk.buyers.buys]
    assert (counts == 1).mean() > 0.25
    assert counts.max() > 15


def test_customers_order_first_after_signing_up_inside_the_window(chunk: Chunk) -> None:
    wait = chunk.buyers.first - chunk.customers.signed_up
    assert wait.min() >= 0
    assert chunk.buyers.first.max() <= chunk.world.last_moment
    assert 0.6 < (wait < HOUR).mean() < 0.75
    assert 60 * DAY < wait.max() < 82 * DAY


def test_nobody_leaves_before_the_first_order_or_after_the_window(chunk: Chunk) -> None:
    when = chunk.world.orders
    assert (chunk.buyers.until >= chunk.buyers.since).all()
    assert chunk.buyers.until.max() <= when.position(chunk.world.local_ends).max()
    stays = chunk.buyers.until > chunk.buyers.since
    assert stays.mean() > 0.95


def test_half_of_the_customers_leave_within_three_times_the_scale() -> None:
    """Of Pareto's law with shape 1/2 the median is three scales, where the window does not cut it off."""
    long = Chunk.of(2000, window={"start": "2004-01-01", "end": "2023-12-31"}, growth=1)
    when, buyers = long.world.orders, long.buyers
    early = long.customers.signed_up < long.world.orders.start + 10 * 365 * DAY
    assert early.sum() > 500
    lives = (when.moment(buyers.until[early] - 1) - buyers.first_local[early]) / DAY
    assert np.median(lives) == pytest.approx(3 * 84, rel=0.25)


def test_orders_lie_between_the_first_and_leaving(chunk: Chunk) -> None:
    orders, buyers = chunk.orders, chunk.buyers
    assert (orders.placed >= buyers.first.take(orders.user)).all()
    assert (orders.placed[orders.first] == buyers.first[buyers.buys]).all()
    starts = orders.by_user.starts[buyers.buys]
    assert np.flatnonzero(orders.first).tolist() == starts.tolist()
    latest = chunk.world.clock.utc(orders.zone, chunk.world.orders.moment(buyers.until.take(orders.user) - 1))
    later = ~orders.first
    assert (orders.placed[later] <= latest[later] + HOUR).all()


def test_customers_have_two_to_four_favourites_and_mostly_look_for_the_first(chunk: Chunk) -> None:
    users = np.repeat(np.arange(2500), 16)
    likes = chunk.buyers.like(users, np.tile(np.arange(16), 2500)).reshape(2500, 16)
    assert ((likes == ANYTHING).sum(axis=1) == 2).all()
    favourites = [len(set(row.tolist()) - {ANYTHING}) for row in likes]
    assert set(favourites) == {2, 3, 4}
    for place in range(3):
        assert ((likes == place).sum(axis=1) >= (likes == place + 1).sum(axis=1)).all()


def test_favourites_of_one_customer_are_different_categories(chunk: Chunk) -> None:
    users = np.repeat(np.arange(2500), 4)
    found = chunk.buyers.favourite(users, np.tile(np.arange(4), 2500)).reshape(2500, 4)
    assert all(len(set(row.tolist())) == 4 for row in found)
    assert (chunk.buyers.favourite(users, np.full(10_000, ANYTHING)) == np.repeat(found[:, 3], 4)).all()


def test_cancellations_are_the_specs_share_of_every_block_and_unpaid_orders_come_first(chunk: Chunk) -> None:
    life, blocks = chunk.life, chunk.layout.groups("order_details")
    cancelled = life.cancelled < NEVER
    assert blocks.sums(cancelled.astype(np.int64)).tolist() == [600, 600, 300]
    unpaid = life.charges.unpaid
    for block in range(3):
        own = blocks.owner == block
        assert (cancelled[own & unpaid].all()) or not cancelled[own & ~unpaid].any()


def test_where_more_orders_are_unpaid_than_may_be_cancelled_only_those_are() -> None:
    rates = {"cancel_rate": 0.05, "payment_failure_rate": 0.8}
    life = Chunk.of(1000, orders={"per_customer": 3, "items": 1, **rates}).life
    cancelled = life.cancelled < NEVER
    assert cancelled.sum() == 150
    assert life.charges.unpaid.sum() > 500
    assert life.charges.unpaid[cancelled].all()


def test_returns_are_the_specs_share_of_the_orders_that_are_not_cancelled(chunk: Chunk) -> None:
    life, blocks = chunk.life, chunk.layout.groups("order_details")
    returned = (life.returned < NEVER).astype(np.int64)
    assert blocks.sums(returned).tolist() == [600, 600, 300]
    assert not (returned.astype(bool) & (life.cancelled < NEVER)).any()
    assert not (returned.astype(bool) & life.charges.unpaid).any()


def test_more_returns_than_orders_that_can_come_back_are_cut_to_these() -> None:
    rates = {"cancel_rate": 0, "return_rate": 1, "payment_failure_rate": 0.5}
    life = Chunk.of(1000, orders={"per_customer": 2, "items": 1, **rates}).life
    assert (life.returned < NEVER).tolist() == (~life.charges.unpaid).tolist()


def test_transfers_are_cancelled_more_often() -> None:
    rates = {"cancel_rate": 0.2, "payment_failure_rate": 0}
    chunk = Chunk.of(4000, locales={"nl_NL": 1}, orders={"per_customer": 3, "items": 1, **rates})
    cancelled, transfer = chunk.life.cancelled < NEVER, chunk.orders.method == BANK_TRANSFER
    assert 0.3 < transfer.mean() < 0.7
    assert cancelled[transfer].mean() > 1.8 * cancelled[~transfer].mean()


def test_half_of_the_cancelled_orders_are_voided_before_they_are_paid(chunk: Chunk) -> None:
    life = chunk.life
    able = (life.cancelled < NEVER) & ~life.charges.unpaid
    assert life.voided[able].mean() == pytest.approx(0.5, abs=0.06)
    assert not life.voided[~able].any()
    assert (life.paid[life.voided] == NEVER).all()
    kept = able & ~life.voided
    assert (life.paid[kept] < life.cancelled[kept]).all()


def test_failed_charges_are_at_the_rate_of_the_spec_and_twice_tried_again(chunk: Chunk) -> None:
    first, second, third = chunk.life.charges.rounds
    assert len(first.orders) == chunk.layout.groups("order_details").total
    assert first.fails.mean() == pytest.approx(0.3, abs=0.02)
    assert 0.6 < len(second.orders) / first.fails.sum() < 0.85
    assert second.fails.mean() > 1.3 * first.fails.mean()  # mostly by the same method, which fails again
    for before, after in ((first, second), (second, third)):
        assert set(after.orders.tolist()) <= set(before.orders[before.fails].tolist())
        made = dict(zip(before.orders.tolist(), before.settled.tolist(), strict=True))
        assert all(
            created > made[order]
            for order, created in zip(after.orders.tolist(), after.created.tolist(), strict=True)
        )


def test_nothing_follows_a_charge_that_is_never_made_again(chunk: Chunk) -> None:
    charges = chunk.life.charges
    assert (charges.captured[charges.unpaid] == NEVER).all()
    paid = ~charges.unpaid
    assert (charges.captured[paid] == charges.settled[paid]).all()


def test_goods_bought_at_counters_leave_and_arrive_at_once(chunk: Chunk) -> None:
    life, at_counter = chunk.life, chunk.orders.channel == STORE
    handed_over = at_counter & (life.shipped < NEVER)
    assert handed_over.sum() > 100
    assert (life.delivered[handed_over] - life.shipped[handed_over] == 1000).all()
    sent = ~at_counter & (life.shipped < NEVER)
    assert (life.delivered[sent] - life.shipped[sent] > 12 * HOUR).all()


def test_orders_of_another_block_are_the_same_made_with_it_or_alone() -> None:
    fields = {"orders": {"per_customer": 2, "items": 1}}
    together, alone = Chunk.of(2000, 3, **fields), Chunk.of(1000, 4, **fields)
    count = len(alone.orders.rows)
    assert together.orders.placed[-count:].tolist() == alone.orders.placed.tolist()
    assert together.life.cancelled[-count:].tolist() == alone.life.cancelled.tolist()
    assert together.orders.method[-count:].tolist() == alone.orders.method.tolist()
