"""Reviews: what customers say of products that were delivered to them, each product once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from cartload.calendar.timeline import DAY, HOUR
from cartload.catalogue import ratings
from cartload.columns import arrays
from cartload.kernels.loops import later_doubles
from cartload.randomness.draws import Draw
from cartload.randomness.fixed_point import I64, exponentials
from cartload.schema import table
from cartload.spec.model import ten_thousandths
from cartload.spec.order_rates import REVIEW_DAYS
from cartload.tables.charges import NEVER
from cartload.tables.orders import Orders
from cartload.tables.review_texts import review_texts
from cartload.tables.world import Until

_STATUSES: Final = arrays.pool(table("reviews").column("status").values)
_PUBLISHED, _PENDING, _REJECTED = range(3)
_REFUSED: Final = 10
"""How many of 256 reviews are rejected, whatever their rating."""
_USUAL_WAIT: Final = 8 * HOUR // 94_548
"""Milliseconds of waiting for each unit of an exponential time whose mean is 94,548."""
_SOONEST: Final = HOUR // 2


@dataclass(frozen=True)
class Reviews:
    """Reviews of a chunk's order items: a review has the row number of the item that it is about.

    So its key does not depend on how many reviews there are before it, which only making those would tell.
    """

    orders: Orders

    @cached_property
    def _reviewed(self) -> I64:
        """Items that are reviewed sooner or later, as places in the chunk."""
        world, items, life = self.orders.world, self.orders.money.items, self.orders.life
        draw = world.random.draw("reviews.item", items.rows)
        rate = ten_thousandths(world.spec.reviews.rate)
        arrives = (life.delivered < NEVER).take(items.order)
        chosen = np.flatnonzero(draw.happens("reviewed", rate) & arrives)
        # A product that the customer has reviewed already is left out. Whether a review is shown yet plays no
        # part in that: so what is shown at a moment is what was written until then.
        user = items.orders.user.take(items.order[chosen])
        most = int(np.bincount(user, minlength=1).max())
        return np.delete(chosen, later_doubles(user, items.product[chosen], most))

    @cached_property
    def _written(self) -> tuple[I64, I64]:
        """Items that are reviewed in the window, and when."""
        items = self.orders.money.items
        draw = self.orders.world.random.draw("reviews.row", items.rows[self._reviewed])
        delivered = self.orders.life.delivered.take(items.order[self._reviewed])
        days = REVIEW_DAYS.take(draw.bits("days"))
        written = delivered + days * DAY + _SOONEST + draw.below("hours", 6 * HOUR)
        there = written <= self.orders.world.last_moment
        return self._reviewed[there], written[there]

    @property
    def item(self) -> I64:
        """Item that each is about, as a place in the chunk."""
        return self._written[0]

    @property
    def created(self) -> I64:
        """When each was written: after the delivery, mostly within a week."""
        return self._written[1]

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.orders.money.items.rows[self.item]

    @cached_property
    def _draw(self) -> Draw:
        return self.orders.world.random.draw("reviews.text", self.rows)

    @cached_property
    def order(self) -> I64:
        """Order that each follows, as a place in the chunk."""
        return self.orders.money.items.order[self.item]

    @cached_property
    def product(self) -> I64:
        """Product of each as a row number."""
        return self.orders.money.items.product[self.item]

    @cached_property
    def rating(self) -> I64:
        """Stars: their mean over all customers is what the product's row says."""
        mean = ratings.mean_of(self.orders.world.catalogue.quality.take(self.product))
        return ratings.stars(mean, self._draw.bits("rating"))

    @cached_property
    def checked(self) -> I64:
        """When the shop publishes or rejects each."""
        return self.created + 1 + exponentials().take(self._draw.bits("checked")) * _USUAL_WAIT

    def batch(self, until: Until) -> pa.RecordBatch:
        """The rows of ``reviews`` as they are at a moment."""
        world, orders, draw = self.orders.world, self.orders.money.items.orders, self._draw
        texts, catalogue, user = review_texts(), world.catalogue, orders.user.take(self.order)
        language = texts.language.take(orders.customers.locale.take(user))
        kind = texts.kind.take(catalogue.category.take(self.product))
        checked = self.checked <= until
        ended = np.where(draw.bits("rejected") < _REFUSED, _REJECTED, _PUBLISHED)
        return world.batch(
            "reviews",
            world.ids("reviews", self.rows),
            orders.customers.keys.of(user),
            world.ids("products", self.product),
            orders.keys.of(self.order),
            arrays.integers(self.rating, small=True),
            texts.title(language, self.rating, catalogue.noun.take(self.product), draw.bits("title")),
            texts.body(language, kind, self.rating, draw.bits("body")),
            arrays.take(_STATUSES, np.where(checked, ended, _PENDING)),
            arrays.times(self.created),
            arrays.times(np.where(checked, self.checked, self.created)),
        )
