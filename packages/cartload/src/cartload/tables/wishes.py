"""Wish lists: products that a customer noted, each once, after sign-up and launch."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from cartload import arrays
from cartload.counts import SPREAD
from cartload.draws import Draw
from cartload.fixed import I64
from cartload.sampling import Groups, later_doubles, systematic
from cartload.tables.layout import Layout
from cartload.tables.users import People
from cartload.tables.world import World

_PRODUCT_SHIFT: Final = 1 << 20
_REMOVED: Final = 64
"""Of 256 wishes so many are taken off again."""


@dataclass(frozen=True)
class Wishes:
    """Numbers of the wishes of a chunk's customers."""

    world: World
    layout: Layout
    people: People

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.layout.rows("wishlist")

    @cached_property
    def by_user(self) -> Groups:
        """Wishes of each customer."""
        weights = 1 + self.people.home.below("wishes", SPREAD)
        start = self.world.random.draw("wishlist.block", self.layout.blocks).bits("start")
        quotas = self.layout.groups("wishlist").counts
        return Groups(systematic(weights, self.layout.groups("users"), quotas, start))

    @cached_property
    def user(self) -> I64:
        """Customer of each wish, as a place in the chunk."""
        return self.by_user.owner

    @cached_property
    def _row(self) -> Draw:
        return self.world.random.draw("wishlist.row", self.rows)

    @cached_property
    def product(self) -> I64:
        """Product of each wish: drawn, drawn again where doubled, at last the next free one."""
        chosen = self._chosen(self._row)
        for family in ("wishlist.again_1", "wishlist.again_2"):
            doubles = later_doubles(self.user * _PRODUCT_SHIFT + chosen)
            chosen[doubles] = self._chosen(self.world.random.draw(family, self.rows[doubles]))
        return self._probed(chosen)

    def _chosen(self, draw: Draw) -> I64:
        catalogue = self.world.catalogue
        return catalogue.popular(draw.below("product", int(catalogue.popularity[-1])))

    def _probed(self, chosen: I64) -> I64:
        while len(doubles := later_doubles(self.user * _PRODUCT_SHIFT + chosen)):
            chosen[doubles] = (chosen[doubles] + 1) % self.world.catalogue.products
        return chosen

    @cached_property
    def created(self) -> I64:
        """When each was noted."""
        launched = self.world.catalogue.launched[self.product]
        possible = np.maximum(self.people.signed_up[self.user], launched)
        return possible + self._row.below("created", self.world.last_moment - possible + 1)

    def batch(self) -> pa.RecordBatch:
        """The rows of ``wishlist``."""
        left = self.world.last_moment - self.created + 1
        moment = self.world.random.draw("wishlist.removal", self.rows).below("moment", left)
        gone = self._row.bits("removed") < _REMOVED
        removed = self.created + moment
        return self.world.batch(
            "wishlist",
            self.world.ids("wishlist", self.rows),
            self.world.ids("users", self.people.rows[self.user]),
            self.world.ids("products", self.product),
            arrays.times(removed, gone),
            arrays.times(self.created),
            arrays.times(np.where(gone, removed, self.created)),
        )
