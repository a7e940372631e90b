"""Sessions and their events: the visits, step by step, with pages and times."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.calendar.timeline import HOUR
from cartload.columns import arrays
from cartload.places.gazetteer import place_pools
from cartload.randomness.fixed_point import I64, exponentials
from cartload.randomness.sampling import Groups
from cartload.schema import table
from cartload.spec.counts import EVENTS_OF_A_SESSION
from cartload.tables import pages, visitors
from cartload.tables.charges import NEVER
from cartload.tables.funnel import Funnel
from cartload.tables.ids import Keys
from cartload.tables.visits import BOUNCE, PURCHASE, Visits
from cartload.tables.world import Until, World

PAGE, SEARCH, VIEW, ADD, REMOVE, CHECKOUT, BOUGHT = range(7)
LONGEST: Final = 3 * HOUR
"""No session is longer."""
_TYPES: Final = arrays.pool(table("events").column("type").values)
_CHANNELS: Final = arrays.pool(table("sessions").column("channel").values)
_PAUSES: Final = np.array([22, 14, 48, 20, 12, 95, 0], np.int64) * 1_000
"""Milliseconds that pass on average after an event of each type, beside the least."""
_LEAST_PAUSE: Final = 1_500
_EXPONENTIAL_MEAN: Final = 94_548


@dataclass(frozen=True)
class Sessions:
    """The sessions of a chunk, with their events: those of each one behind the other."""

    visits: Visits
    pages: pages.Pages

    @property
    def _world(self) -> World:
        return self.visits.items.world

    @cached_property
    def _funnel(self) -> Funnel:
        return Funnel(self.visits)

    @property
    def rows(self) -> I64:
        """Row numbers of the sessions."""
        return self.visits.rows

    @cached_property
    def keys(self) -> Keys:
        """Their keys."""
        return self._world.keys("sessions", self.rows)

    @cached_property
    def _steps(self) -> I64:
        """Events of each product."""
        funnel = self._funnel
        return (funnel.finder > 0).astype(np.int64) + funnel.is_viewed + funnel.is_added

    @cached_property
    def by_session(self) -> Groups:
        """Events of each session, at least one."""
        funnel = self._funnel
        ends = funnel.shows_cart.astype(np.int64) + funnel.checks_out + (self.visits.kind == PURCHASE)
        return Groups(funnel.lands + funnel.by_visit.sums(self._steps) + funnel.taken_out + ends)

    @cached_property
    def session(self) -> I64:
        """Session of each event."""
        return self.by_session.owner

    @cached_property
    def _events(self) -> tuple[I64, I64, I64]:
        """Type, product (-1 for none) and page of each event."""
        funnel, page, total = self._funnel, self.pages, self.by_session.total
        kind, product = np.zeros(total, np.int64), np.full(total, -1)
        url = np.full(total, pages.HOME)
        at = self._first_step
        sought = np.flatnonzero(funnel.finder > 0)
        searched = funnel.finder[sought] == 2
        kind[at[sought]] = np.where(searched, SEARCH, PAGE)
        noun = self._world.catalogue.noun.take(funnel.product[sought])
        url[at[sought]] = np.where(searched, page.search(noun), page.sub_category(funnel.product[sought]))
        at = at + (funnel.finder > 0)
        removed = self._removals
        for happens, places, what in (
            (funnel.is_viewed, at, VIEW),
            (funnel.is_added, at + funnel.is_viewed, ADD),
            (funnel.is_taken_out, removed, REMOVE),
        ):
            hit = np.flatnonzero(happens)
            kind[places[hit]], product[places[hit]] = what, funnel.product[hit]
            url[places[hit]] = pages.CART if what == REMOVE else page.product(funnel.product[hit])
        self._fill_ends(kind, url)
        return kind, product, url

    def _fill_ends(self, kind: I64, url: I64) -> None:
        """First pages, carts, checkouts and purchases."""
        funnel, ends = self._funnel, self.by_session.ends
        lands = np.flatnonzero(funnel.lands)
        # Half of those who land on a page land on that of what they are looking for.
        to_category = self.visits.more.bits("landing")[lands] % 2 == 0
        category = self.pages.category(funnel.category[lands])
        url[self.by_session.starts[lands]] = np.where(to_category, category, pages.HOME)
        is_purchase = self.visits.kind == PURCHASE
        last = ends - is_purchase - funnel.checks_out
        for happens, places, what, where in (
            (funnel.shows_cart, last - funnel.taken_out - 1, PAGE, pages.CART),
            (funnel.checks_out, last, CHECKOUT, pages.CHECKOUT),
            (is_purchase, ends - 1, BOUGHT, pages.THANKS),
        ):
            hit = np.flatnonzero(happens)
            kind[places[hit]], url[places[hit]] = what, where

    @cached_property
    def _first_step(self) -> I64:
        """Place of the first event of each product."""
        funnel = self._funnel
        before = np.cumsum(self._steps) - self._steps
        first = np.append(before, 0).take(funnel.by_visit.starts)  # of visits, of which the last may be empty
        start = self.by_session.starts + funnel.lands - first
        result: I64 = start.take(funnel.visit) + before
        return result

    @cached_property
    def _removals(self) -> I64:
        """Place of the event by which each product is taken out of the cart, where it is."""
        funnel = self._funnel
        out = funnel.is_taken_out.astype(np.int64)
        before = np.cumsum(out) - out
        first = np.append(before, 0).take(funnel.by_visit.starts)
        is_purchase = self.visits.kind == PURCHASE
        start = self.by_session.ends - is_purchase - funnel.checks_out - funnel.taken_out - first
        result: I64 = start.take(funnel.visit) + before
        return result

    @cached_property
    def event_rows(self) -> I64:
        """Row numbers of the events."""
        return self.rows.take(self.session) * EVENTS_OF_A_SESSION + self.by_session.place

    @cached_property
    def _passed(self) -> I64:
        """Milliseconds from the start of its session to each event, as if there were no hurry."""
        kind = self._events[0]
        word = self._world.random.draw("events.row", self.event_rows).bits("pause")
        pause = _LEAST_PAUSE + exponentials().take(word) * _PAUSES.take(kind) // _EXPONENTIAL_MEAN
        before = np.cumsum(pause) - pause
        result: I64 = before - before.take(self.by_session.starts).take(self.session)
        return result

    @cached_property
    def occurred(self) -> I64:
        """When each event happens: the first when the visit begins, or the last one when the order is placed.

        Within the room that the visit has, and while all its products are on sale.
        """
        if self.by_session.total == 0:
            return np.zeros(0, np.int64)
        whole = self._passed.take(self.by_session.ends - 1)
        least = np.minimum(whole, np.minimum(self._room, LONGEST))
        # Below 2**24 times below 2**31: a session of a thousand events has not more than some days.
        passed = self._passed * least.take(self.session) // np.maximum(whole, 1).take(self.session)
        moment = self.visits.moment
        start = np.where(self.visits.kind == PURCHASE, moment - least, moment)
        return start.take(self.session) + passed

    @cached_property
    def _room(self) -> I64:
        visits, funnel, catalogue = self.visits, self._funnel, self._world.catalogue
        room, moment = visits.room.copy(), visits.moment.take(funnel.visit)
        ends_then = (visits.kind == PURCHASE).take(funnel.visit)
        since = moment - catalogue.launched.take(funnel.product)
        left = catalogue.ends.take(funnel.product) - 1 - moment
        np.minimum.at(room, funnel.visit, np.where(ends_then, since, left))
        return room

    @property
    def started(self) -> I64:
        """When the first event of each session happens."""
        return self.occurred.take(self.by_session.starts)

    @property
    def steps(self) -> tuple[I64, ...]:
        """The moments at which each session has one event more: the second events, the third ones, …"""
        counts, starts = self.by_session.counts, self.by_session.starts
        # Where a session has no such event it is the last one's place that is looked at, to no effect.
        return tuple(
            np.where(counts > place, self.occurred.take(starts + np.minimum(place, counts - 1)), NEVER)
            for place in range(1, int(counts.max(initial=1)))
        )

    def batch(self, until: Until) -> pa.RecordBatch:
        """The rows of ``sessions`` as they are at a moment: they grow with each event."""
        world, visits = self._world, self.visits
        limits = until if isinstance(until, int) else until.take(self.session)
        shown = np.maximum(self.by_session.sums((self.occurred <= limits).astype(np.int64)), 1)
        ended = arrays.times(self.occurred.take(self.by_session.starts + shown - 1))
        started = arrays.times(self.started)
        word = world.random.draw("sessions.visitor", visits.visitor).bits("profile")
        profile = visitors.profile(visits.channel, visits.country, word)
        device, system, browser = (column.take(profile) for column in visitors.profiles())
        return world.batch(
            "sessions",
            self.keys.column,
            world.ids("visitors", visits.visitor),
            self._users(),
            arrays.take(_CHANNELS, visits.channel),
            arrays.take(visitors.DEVICES, device),
            arrays.take(visitors.SYSTEMS, system),
            arrays.take(visitors.BROWSERS, browser),
            arrays.take(visitors.SOURCES, self._source),
            arrays.take(place_pools().codes, visits.country),
            started,
            ended,
            arrays.integers(shown, small=True),
            started,
            ended,
        )

    def _users(self) -> Any:
        visits = self.visits
        keys = visits.items.orders.customers.keys
        user = np.maximum(visits.user, 0)
        if keys.ids == "integer":
            return arrays.integers(keys.rows.take(user) + 1, shown=visits.is_known)
        return arrays.take(keys.column, user, visits.is_known)

    @cached_property
    def _source(self) -> I64:
        visits = self.visits
        purpose = np.where(
            visits.kind == PURCHASE,
            visitors.BOUGHT,
            np.where(visits.kind == BOUNCE, visitors.BOUNCED, visitors.LOOKED),
        )
        return visitors.source(visits.channel, purpose, visits.is_known, visits.more.bits("source"))

    def events_batch(self, _: Until) -> pa.RecordBatch:
        """The rows of ``events``, which never change."""
        world, (kind, product, url) = self._world, self._events
        occurred = arrays.times(self.occurred)
        searched = kind == SEARCH
        # A search has the page of its query, so its number is told by its page.
        query = np.where(searched, url - self.pages.search(np.zeros(1, np.int64)), 0)
        return world.batch(
            "events",
            world.ids("events", self.event_rows),
            self.keys.of(self.session),
            arrays.integers(1 + self.by_session.place, small=True),
            arrays.take(_TYPES, kind),
            self._products(product),
            arrays.take(self.pages.queries, query, searched),
            arrays.take(self.pages.urls, url),
            occurred,
            occurred,
            occurred,
        )

    def _products(self, product: I64) -> Any:
        there, keys = product >= 0, np.maximum(product, 0)
        if self._world.spec.ids == "integer":
            return arrays.integers(keys + 1, shown=there)
        return arrays.take(self.pages.product_keys, keys, there)
