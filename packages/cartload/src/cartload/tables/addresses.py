"""Addresses: each customer's first is the default, made at sign-up in the home city."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.columns import arrays
from cartload.places.gazetteer import (
    CITY_BITS,
    LINES_2,
    NEAR,
    PHONES,
    POSTAL_CODES,
    STREET_LINES,
    place_pools,
)
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Groups, systematic
from cartload.tables.ids import Keys
from cartload.tables.layout import Layout
from cartload.tables.users import Customers
from cartload.tables.world import World

_HOME, _WORK, _PARENTS, _HOLIDAY, _NEIGHBOURS = range(5)
_KINDS: Final = (*(_WORK,) * 7, *(_PARENTS,) * 5, *(_HOLIDAY,) * 2, *(_NEIGHBOURS,) * 2)
"""The kinds of all addresses but the first, by four random bits."""
_AT_HOME: Final = np.array([256, 190, 110, 10, 256], np.int64)
_NEARBY: Final = np.array([256, 252, 180, 60, 256], np.int64)
"""By kind, how many of 256 addresses are in the home city, and how many there or in a city nearby."""
_OWNER_SHIFT: Final = 1 << 43
"""More milliseconds than there are from 1970 to the end of any window."""


@dataclass(frozen=True)
class Addresses:
    """Numbers of the addresses of a chunk's customers."""

    world: World
    layout: Layout
    customers: Customers

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return self.layout.rows("addresses")

    @cached_property
    def by_user(self) -> Groups:
        """Addresses of each customer, at least one."""
        users, blocks = self.layout.groups("users"), self.layout.groups("addresses")
        random = self.world.random
        weights = 1 + random.draw("addresses.user", self.customers.rows).below("weight", 4)
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
        signed_up = self.customers.signed_up[self.user]
        # Drawn below the time that is left, so an address never comes after the window.
        later = np.where(self.is_default, 0, self._row.below("created", self.world.last_moment - signed_up))
        # Sorted within each customer by one sort: the customer's number stands above the time in each key.
        # The default address has the earliest time, so it stays first.
        return np.sort(self.user * _OWNER_SHIFT + signed_up + later) - self.user * _OWNER_SHIFT

    def usable(self, users: I64, moments: I64) -> I64:
        """How many of a customer's addresses existed at a moment: so many of the first ones."""
        keys = self.user * _OWNER_SHIFT + self.created
        after = np.searchsorted(keys, users * _OWNER_SHIFT + moments, side="right")
        return after - self.by_user.starts[users]

    @cached_property
    def keys(self) -> Keys:
        """Their keys."""
        return self.world.keys("addresses", self.rows)

    @cached_property
    def kind(self) -> I64:
        """What the address is to its customer: home, work, parents, holiday home or neighbours."""
        others = np.array(_KINDS, np.int64).take(self._row.below("title", len(_KINDS)))
        return np.where(self.is_default, _HOME, others)

    @cached_property
    def city(self) -> I64:
        """The home city, a city near it, or any of the country, depending on the kind of the address."""
        places, home = place_pools(), self.customers.city[self.user]
        draw = self.world.random.draw("addresses.where", self.rows)
        chance = draw.bits("distance")
        nearby = places.near.take(home * NEAR + 1 + draw.below("near", NEAR - 1))
        country = self.customers.country[self.user]
        anywhere = places.city_slot.take((country << CITY_BITS) + draw.bits("city"))
        # One draw is compared with two limits, the second not below the first: home city, else nearby, else
        # anywhere.
        away = np.where(chance < _NEARBY.take(self.kind), nearby, anywhere)
        return np.where(chance < _AT_HOME.take(self.kind), home, away)

    def batch(self) -> pa.RecordBatch:
        """The rows of ``addresses``."""
        places, country, city = place_pools(), self.customers.country[self.user], self.city
        draw = self.world.random.draw("addresses.place", self.rows)
        created = arrays.times(self.created)
        return self.world.batch(
            "addresses",
            self.keys.column,
            self.customers.keys.of(self.user),
            arrays.take(places.titles, country * len(_AT_HOME) + self.kind),
            arrays.take(places.street_lines, country * STREET_LINES + self._street(draw)),
            arrays.take(places.lines_2, country * LINES_2 + self._row.below("line_2", LINES_2)),
            arrays.take(places.names, city),
            arrays.take(places.regions, city),
            arrays.take(places.postal_codes, city * POSTAL_CODES + draw.below("postal_code", POSTAL_CODES)),
            arrays.take(places.codes, country),
            arrays.take(places.phones, self._phone(city, draw)),
            arrays.flags(self.is_default),
            arrays.decimals(places.latitude[city] + self._scatter("latitude", city), 8, 5),
            arrays.decimals(places.longitude[city] + self._scatter("longitude", city), 8, 5),
            created,
            created,
        )

    def _street(self, draw: Any) -> I64:
        """Street and house number; no other address has those of the customer's default."""
        line: I64 = draw.below("street", STREET_LINES - 1)
        # A line of the other addresses is drawn among all but one and counted on from the one at home, round
        # and round: so it is never the same, without drawing again.
        home = line[self.by_user.starts][self.user]
        return np.where(self.is_default, line, (home + 1 + line) % STREET_LINES)

    def _phone(self, city: I64, draw: Any) -> I64:
        """The customer's own number for the default address, a random one of the city for the others."""
        other: I64 = city * PHONES + draw.below("phone", PHONES)
        return np.where(self.is_default, self.customers.phone[self.user], other)

    def _scatter(self, field: str, city: I64) -> I64:
        radius = place_pools().radius.take(city)
        result: I64 = self._row.below(field, 2 * radius) - radius
        return result
