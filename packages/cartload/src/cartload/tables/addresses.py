"""Addresses: each customer's first is the default, made at sign-up in the home city."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload import arrays
from cartload.fixed import I64
from cartload.ids import Keys
from cartload.people import PHONES, POSTAL_CODES, STREET_LINES, place_pools
from cartload.sampling import Groups, systematic
from cartload.tables.layout import Layout
from cartload.tables.users import People
from cartload.tables.world import World

_TITLES: Final = arrays.pool(
    ["Home", "Work", "Parents", "Holiday home", "Neighbour", "Office", "Parcel shop"]
)
_LINE_2: Final = arrays.pool([None] * 24 + [f"Apt {number}" for number in range(1, 9)])
_SCATTER: Final = 8_000
"""How far from a city's centre an address may lie, in hundred-thousandths of a degree."""
_OWNER_SHIFT: Final = 1 << 43


@dataclass(frozen=True)
class Addresses:
    """Numbers of the addresses of a chunk's customers."""

    world: World
    layout: Layout
    people: People

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.layout.rows("addresses")

    @cached_property
    def by_user(self) -> Groups:
        """Addresses of each customer, at least one."""
        users, blocks = self.layout.groups("users"), self.layout.groups("addresses")
        random = self.world.random
        weights = 1 + random.draw("addresses.user", self.people.rows).below("weight", 4)
        start = random.draw("addresses.block", self.layout.blocks).bits("start")
        return Groups(1 + systematic(weights, users, blocks.counts - users.counts, start))

    @cached_property
    def _row(self) -> Any:
        return self.world.random.draw("addresses.row", self.rows)

    @cached_property
    def user(self) -> I64:
        """Customer of each address, as a place in the chunk."""
        return self.by_user.owner

    @cached_property
    def is_default(self) -> Any:
        """Whether it is the customer's first."""
        return self.by_user.place == 0

    @cached_property
    def created(self) -> I64:
        """The default at sign-up, the others later, in order."""
        signed_up = self.people.signed_up[self.user]
        later = np.where(self.is_default, 0, self._row.below("created", self.world.last_moment - signed_up))
        return np.sort(self.user * _OWNER_SHIFT + signed_up + later) - self.user * _OWNER_SHIFT

    def usable(self, users: I64, moments: I64) -> I64:
        """How many of a customer's addresses were there at a moment: the first ones."""
        keys = self.user * _OWNER_SHIFT + self.created
        after = np.searchsorted(keys, users * _OWNER_SHIFT + moments, side="right")
        return after - self.by_user.starts[users]

    @cached_property
    def keys(self) -> Keys:
        """Their keys."""
        return self.world.keys("addresses", self.rows)

    def batch(self) -> pa.RecordBatch:
        """The rows of ``addresses``."""
        places, country = place_pools(), self.people.country[self.user]
        draw = self.world.random.draw("addresses.place", self.rows)
        anywhere = places.first_city[country] + draw.below("city", places.cities[country])
        city = np.where(self.is_default, self.people.city[self.user], anywhere)
        title = np.where(self.is_default, 0, 1 + self._row.below("title", len(_TITLES) - 1))
        created = arrays.times(self.created)
        return self.world.batch(
            "addresses",
            self.keys.column,
            self.people.keys.of(self.user),
            arrays.take(_TITLES, title),
            arrays.take(places.street_lines, country * STREET_LINES + draw.below("street", STREET_LINES)),
            arrays.take(_LINE_2, self._row.below("line_2", len(_LINE_2))),
            arrays.take(places.names, city),
            arrays.take(places.regions, city),
            arrays.take(places.postal_codes, city * POSTAL_CODES + draw.below("postal_code", POSTAL_CODES)),
            arrays.take(places.codes, country),
            arrays.take(places.phones, city * PHONES + draw.below("phone", PHONES)),
            arrays.flags(self.is_default),
            arrays.decimals(places.latitude[city] + self._scatter("latitude"), 8, 5),
            arrays.decimals(places.longitude[city] + self._scatter("longitude"), 8, 5),
            created,
            created,
        )

    def _scatter(self, field: str) -> I64:
        result: I64 = self._row.below(field, 2 * _SCATTER) - _SCATTER
        return result
