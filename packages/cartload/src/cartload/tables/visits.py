"""Visits: which sessions there are, who comes, when about, and what for; their events are made of that."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cartload._identity import BLOCK
from cartload.calendar import timeline
from cartload.calendar.timeline import DAY
from cartload.randomness.draws import Draw
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Groups, systematic
from cartload.spec import counts
from cartload.spec import session_rates as rates
from cartload.spec.model import ten_thousandths
from cartload.spec.order_rates import STORE, WEB
from cartload.tables import visitors
from cartload.tables.order_items import OrderItems
from cartload.tables.users import Customers
from cartload.tables.world import World

Flags = npt.NDArray[np.bool_]

BOUNCE, LOOK, CART, PURCHASE = range(4)
NOTHING: Final = -1
"""Stands for no order, where a session is not about one, and for no customer."""
_STRANGERS: Final = 1 << 20
"""Numbers of draws of sessions of visitors who never sign up start here in each block."""
_PURCHASES: Final = 1 << 47
"""Those of sessions with a purchase start here; both are above all that come before."""
_PEOPLE: Final = 1 << 42
"""Row numbers of people who never sign up; no customer has one so high."""
_VISITORS_OF_A_CUSTOMER: Final = 4
"""A browser and two apps; the last number is that of a browser of somebody who never signs up."""
_AHEAD: Final = 14 * DAY
"""So long before an order, or before signing up, people look around at most."""
_MINUTE: Final = 60_000


@dataclass(frozen=True)
class _Part:
    """Some visits: place of the block in the chunk, customer, visitor in its block, order and channel.

    ``number`` is that of their draws, ``since`` and ``until`` are moments between which they lie.
    """

    block: I64
    user: I64
    visitor: I64
    order: I64
    channel: I64
    number: I64
    since: I64
    until: I64

    @classmethod
    def together(cls, parts: "list[_Part]") -> "_Part":
        """All of them, one behind the other."""
        names = cls.__dataclass_fields__
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Visits:
    """The visits of a chunk's customers, and of visitors who never sign up.

    They are by block, visitor and time; each attribute has one entry for each. Those of customers come first
    in each block. A visit is a purchase, and then of an order, or not; one that is not may be about an order
    that is placed later.
    """

    items: OrderItems

    @property
    def _world(self) -> World:
        return self.items.world

    @property
    def _blocks(self) -> Groups:
        return self.items.orders.layout.groups("users")

    @cached_property
    def _bought(self) -> I64:
        """Orders of web and apps, as places in the chunk."""
        return np.flatnonzero(self.items.orders.channel < STORE)

    @cached_property
    def _own(self) -> Groups:
        """Visits without a purchase of each block's customers."""
        wanted = ten_thousandths(self._world.spec.clickstream.sessions_per_customer)
        return Groups(self.items.orders.layout.shares("users", wanted))

    @cached_property
    def _strangers(self) -> Groups:
        """Visits in each block of visitors who never sign up: so many that the conversion comes out."""
        conversion = self._world.spec.clickstream.conversion_rate
        if conversion is None:
            return Groups(np.zeros_like(self._own.counts))
        user = self.items.orders.user[self._bought]
        bought = np.bincount(self._blocks.owner[user], minlength=len(self._blocks.counts))
        wanted = bought * 10_000 // ten_thousandths(conversion)
        return Groups(np.maximum(wanted - bought - self._own.counts, 0))

    def _first_of_block(self, block: I64) -> I64:
        result: I64 = self.items.orders.layout.blocks.take(block) * counts.SESSIONS_OF_A_BLOCK
        return result

    def _of_customers(self) -> _Part:
        """Visits without a purchase of customers: some more of those who buy a lot."""
        orders, world = self.items.orders, self._world
        if self._own.total == 0:
            return _nobody()
        drawn = world.random.draw("sessions.user", orders.customers.rows)
        weights = 1 + (drawn.bits("weight") >> 4) + 6 * np.minimum(orders.by_user.counts, 10)
        start = world.random.draw("sessions.block", orders.layout.blocks).bits("start")
        by_user = Groups(systematic(weights, self._blocks, self._own.counts, start))
        user, block = by_user.owner, self._own.owner
        number = self._first_of_block(block) + self._own.place
        draw = world.random.draw("sessions.visit", number)
        order = self._about(user, draw)
        is_about = order >= 0
        phone = visitors.phone(orders.customers.country, drawn.bits("phone")).take(user)
        channel = np.where(draw.bits("app") < 84, phone, WEB)
        if orders.by_user.total:
            by_order = orders.channel.take(np.maximum(order, 0))
            channel = np.where(is_about, np.where(by_order < STORE, by_order, WEB), channel)
        since, until = self._around(user, order, draw.bits("before") < 24)
        return _Part(block, user, self._visitor(user, channel), order, channel, number, since, until)

    def _about(self, user: I64, draw: Draw) -> I64:
        """The order that each visit is about, or nothing."""
        by_user = self.items.orders.by_user
        count = by_user.counts.take(user)
        # Whatever the kind: so kinds have the same shares at all times.
        is_about = (count > 0) & (draw.bits("about") < rates.ABOUT_AN_ORDER)
        return np.where(is_about, by_user.starts.take(user) + (draw.bits("order") * count >> 16), NOTHING)

    def _visitor(self, user: I64, channel: I64) -> I64:
        return (
            user - self._blocks.starts.take(self._blocks.owner.take(user))
        ) * _VISITORS_OF_A_CUSTOMER + channel

    def _around(self, user: I64, order: I64, is_before: Flags) -> tuple[I64, I64]:
        """When a customer's visit may begin: before its order, before signing up, or any time after it."""
        orders, last = self.items.orders, self._world.last_moment
        signed_up, is_about = orders.customers.signed_up.take(user), order >= 0
        placed = orders.placed.take(np.maximum(order, 0)) if len(orders.rows) else signed_up
        until = np.where(is_about, placed - _MINUTE, np.where(is_before, signed_up - _MINUTE, last))
        since = np.where(is_about | is_before, until - _AHEAD, signed_up)
        opens = timeline.window_start(self._world.spec.window)
        return np.maximum(since, opens), np.maximum(until, opens)

    def _of_strangers(self) -> _Part:
        """Visits of people who never sign up, some of them several times."""
        if self._strangers.total == 0:
            return _nobody()
        block, place = self._strangers.owner, self._strangers.place
        number = self._first_of_block(block) + _STRANGERS + place
        is_new = self._world.random.draw("sessions.visit", number).bits("about") < rates.STRANGERS
        is_new[self._strangers.starts[self._strangers.counts > 0]] = True
        running = np.cumsum(is_new)
        visitor = running - running.take(self._strangers.starts.take(block))
        nothing = np.full(len(block), NOTHING)
        opens = np.full(len(block), timeline.window_start(self._world.spec.window))
        ends = np.full(len(block), self._world.last_moment)
        first = _VISITORS_OF_A_CUSTOMER * BLOCK
        return _Part(block, nothing, first + visitor, nothing, np.zeros_like(block), number, opens, ends)

    def _of_orders(self) -> _Part:
        """Visits with a purchase."""
        orders, order = self.items.orders, self._bought
        if len(order) == 0:
            return _nobody()
        user, placed, channel = orders.user[order], orders.placed[order], orders.channel[order]
        block, number = self._blocks.owner.take(user), _PURCHASES + orders.rows[order]
        return _Part(block, user, self._visitor(user, channel), order, channel, number, placed, placed)

    @cached_property
    def _sorted(self) -> tuple[_Part, I64, I64]:
        """All visits by block, visitor and time, with their kinds and times."""
        parts = [self._of_customers(), self._of_strangers(), self._of_orders()]
        purchases = len(parts[-1].block)
        every = _Part.together(parts)
        kind = self._kinds(self._world.random.draw("sessions.visit", every.number))
        kind[len(kind) - purchases :] = PURCHASE
        moment = self._moments(every, kind)
        # Stable: at one moment a purchase comes after what was looked at.
        order = np.lexsort((moment, (every.block << 40) + every.visitor))
        columns = (getattr(every, name)[order] for name in _Part.__dataclass_fields__)
        return _Part(*columns), kind[order], moment[order]

    def _kinds(self, draw: Draw) -> I64:
        clickstream = self._world.spec.clickstream
        bounced = ten_thousandths(clickstream.bounce_rate)
        left = bounced + ten_thousandths(clickstream.abandonment_rate)
        return np.where(
            draw.happens("kind", bounced), BOUNCE, np.where(draw.happens("kind", left), CART, LOOK)
        )

    def _moments(self, visits: _Part, kind: I64) -> I64:
        """When each begins; purchases end then. At hours at which people order."""
        world, zone = self._world, self._zone_of(visits)
        low, high = (
            world.orders.position(world.clock.local(zone, edge)) for edge in (visits.since, visits.until)
        )
        word = world.random.draw("sessions.time", visits.number).bits("time")
        # Squares of even draws are mostly small: most visits are soon after signing up, or shortly before
        # the order that they are about.
        square = (word >> 4) * (word >> 4) >> 16
        share = np.where(visits.order >= 0, (1 << 24) - 1 - square, np.where(visits.user >= 0, square, word))
        position = low + (share * ((high - low) / (1 << 24))).astype(np.int64)
        moment = world.clock.utc(zone, world.orders.moment(position))
        # Local time has no exact inverse on days on which clocks change, hence the bounds.
        return np.minimum(np.maximum(moment, visits.since), visits.until)

    def _zone_of(self, visits: _Part) -> I64:
        return self._of_people(visits, "zone")

    def _of_people(self, visits: _Part, name: str) -> I64:
        """A number of the customer, or of whoever never signs up."""
        is_customer = visits.user >= 0
        if is_customer.all():
            result: I64 = getattr(self.items.orders.customers, name).take(visits.user)
            return result
        # People who never sign up live where customers do: so they are drawn as those are.
        result = getattr(Customers(self._world, self._person(visits)), name)
        result[is_customer] = getattr(self.items.orders.customers, name).take(visits.user[is_customer])
        return result

    def _person(self, visits: _Part) -> I64:
        block = self.items.orders.layout.blocks.take(visits.block)
        result: I64 = _PEOPLE + block * _STRANGERS + visits.visitor
        return result

    @property
    def kind(self) -> I64:
        """What comes of it: a single event, a look around, a cart left behind, or a purchase."""
        return self._sorted[1]

    @property
    def moment(self) -> I64:
        """When it begins; a purchase ends then."""
        return self._sorted[2]

    @property
    def user(self) -> I64:
        """Customer of each as a place in the chunk, or :data:`NOTHING`."""
        return self._sorted[0].user

    @property
    def order(self) -> I64:
        """Order of each as a place in the chunk, or :data:`NOTHING`."""
        return self._sorted[0].order

    @property
    def channel(self) -> I64:
        """Channel as a place in the schema's list."""
        return self._sorted[0].channel

    @cached_property
    def country(self) -> I64:
        """Country as its index in the vocabulary."""
        return self._of_people(self._sorted[0], "country")

    @cached_property
    def rows(self) -> I64:
        """Row numbers: by block, and counted in it, so that they depend on no other block."""
        block = self._sorted[0].block
        by_block = Groups(np.bincount(block, minlength=len(self._blocks.counts)))
        return self._first_of_block(block) + by_block.place

    @cached_property
    def visitor(self) -> I64:
        """Row number of each visitor."""
        visits = self._sorted[0]
        customer = self.items.orders.customers.rows.take(np.maximum(visits.user, 0))
        own = customer * _VISITORS_OF_A_CUSTOMER + visits.channel
        stranger = (self._person(visits) - _PEOPLE) * _VISITORS_OF_A_CUSTOMER + _VISITORS_OF_A_CUSTOMER - 1
        return np.where(visits.user >= 0, own, stranger)

    @cached_property
    def is_known(self) -> Flags:
        """Whether a customer came who had signed up by then."""
        signed_up = self.items.orders.customers.signed_up.take(np.maximum(self.user, 0))
        result: Flags = (self.user >= 0) & (self.moment >= signed_up)
        return result

    @cached_property
    def room(self) -> I64:
        """The most milliseconds that each may last: it meets no other of its visitor, nor the window's edge.

        A purchase begins after its customer signed up.
        """
        if len(self.rows) == 0:
            return np.zeros(0, np.int64)
        moment, is_purchase = self.moment, self.kind == PURCHASE
        same = self.visitor[1:] == self.visitor[:-1]
        gaps = np.where(same, np.diff(moment) // 2, timeline.DAY)
        before, after = np.append(timeline.DAY, gaps), np.append(gaps, timeline.DAY)
        signed_up = self.items.orders.customers.signed_up.take(np.maximum(self.user, 0))
        purchase = np.minimum(before, moment - signed_up)
        result: I64 = np.where(is_purchase, purchase, np.minimum(after, self._world.last_moment - moment))
        return result

    @cached_property
    def draw(self) -> Draw:
        """The draw behind what each is about."""
        return self._world.random.draw("sessions.visit", self._sorted[0].number)

    @cached_property
    def more(self) -> Draw:
        """The draw behind source, pages and checkout."""
        return self._world.random.draw("sessions.time", self._sorted[0].number)

    @cached_property
    def last_look(self) -> I64:
        """When each order was last looked for by its own visitor, before it was bought; 0 for never."""
        result = np.zeros(len(self.items.orders.rows), np.int64)
        hit = np.flatnonzero((self.order >= 0) & (self.kind != PURCHASE) & (self.kind != BOUNCE))
        np.maximum.at(result, self.order[hit], self.moment[hit])
        return result


def _nobody() -> _Part:
    return _Part(*[np.zeros(0, np.int64)] * len(_Part.__dataclass_fields__))
