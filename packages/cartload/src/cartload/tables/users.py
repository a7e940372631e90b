"""Customers: who they are and when they signed up.

User names must be unique among a hundred million customers, although no customer is compared with another.
So names are not drawn. Each row number stands for a different combination of first name, last name and a
number behind them; :meth:`Customers._name` says how.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.calendar import timeline
from cartload.columns import arrays
from cartload.customers import ages
from cartload.customers.names import FIRST_BITS, LAST_BITS, name_pools
from cartload.places.gazetteer import CITY_BITS, PHONES, place_pools
from cartload.randomness.draws import keys, permute
from cartload.randomness.fixed_point import I64
from cartload.schema import table
from cartload.tables.ids import Keys
from cartload.tables.world import World

_HALF_BITS: Final = 12
_DOMAIN: Final = 1 << (2 * _HALF_BITS)
_DOMAINS: Final = arrays.pool(
    [f"@{host}" for host in ("example.com", "example.org", "example.net", "mail.example", "post.example")]
)
_SEPARATORS: Final = arrays.pool([".", "_"])
_GENDERS: Final = arrays.pool(table("users").column("gender").values)
_FIRST_SLOTS: Final = (1 << FIRST_BITS) - 1
_LAST_SLOTS: Final = (1 << LAST_BITS) - 1
_STRIDE: Final = 2531
"""Steps between the last names of neighbouring numbers.

It is odd, so that every slot is reached, and about 0.618 of all slots, so that neighbours are far apart.
"""


@dataclass(frozen=True)
class Customers:
    """The customers with the given row numbers, as arrays with one entry for each."""

    world: World
    rows: I64

    @cached_property
    def _person(self) -> Any:
        return self.world.random.draw("users.person", self.rows)

    @cached_property
    def home(self) -> Any:
        """The draw that decides city and phone."""
        return self.world.random.draw("users.home", self.rows)

    @cached_property
    def signed_up(self) -> I64:
        """Moment of sign-up, inside the window; like orders, mostly at busy hours of the customer's day."""
        # Evenly spread on the timeline between the local times at which the window opens and closes, which
        # differ from zone to zone. Local time has no exact inverse where clocks change, hence the bounds at
        # the end.
        world, zone = self.world, self.zone
        low, high = (
            world.sign_ups.position(edge).take(zone) for edge in (world.local_starts, world.local_ends)
        )
        position = low + (self._person.bits("signed_up") * ((high - low) / (1 << 24))).astype(np.int64)
        moment = world.clock.utc(zone, world.sign_ups.moment(position))
        opens = timeline.window_start(world.spec.window)
        return np.minimum(np.maximum(moment, opens), world.last_moment)

    @cached_property
    def zone(self) -> I64:
        """Time zone of the home city, as its index in :data:`cartload.calendar.zones.NAMES`."""
        return place_pools().zone.take(self.city)

    @cached_property
    def _permuted(self) -> I64:
        """Row numbers, shuffled by the seed: a permutation of 0 to 2**24 - 1, again for every 2**24 rows."""
        round_keys = keys("user names", self.world.spec.seed, count=4)
        # Shuffled, because locales are ranges of these numbers: the first customers would all be of one. Only
        # 24 bits, since a permutation's domain has a fixed size: further rows go through it again, with
        # higher numbers behind the names.
        return permute(self.rows % _DOMAIN, round_keys, _HALF_BITS)

    @cached_property
    def locale(self) -> I64:
        """Locale as its index in the vocabulary: each has a range of the shuffled numbers, by its weight."""
        return np.searchsorted(self.world.locale_ends, self._permuted, side="right")

    @cached_property
    def country(self) -> I64:
        """Country as its index in the vocabulary."""
        return name_pools().country[self.locale]

    @cached_property
    def city(self) -> I64:
        """Home city, one of the country's, large ones more often."""
        places = place_pools()
        result: I64 = places.city_slot.take(
            (self.country << CITY_BITS) + (self.home.bits("city") >> 16 - CITY_BITS)
        )
        return result

    @cached_property
    def phone(self) -> I64:
        """The phone number, as its index among those of all cities."""
        result: I64 = self.city * PHONES + self.home.below("phone", PHONES)
        return result

    @cached_property
    def _name(self) -> tuple[I64, I64, I64]:
        """First and last name as indices into the pools, and the number that makes them unique.

        A locale has 1,024 slots for first names and 4,096 for last names; a frequent name has many of them.
        Within its locale, a customer's shuffled number is split into a slot of each kind and a round: how
        often the same pair of slots came before. These three differ for any two customers of a locale. Two
        pairs of slots may stand for the same two names, so the number behind a name counts rounds and slots
        together, like the digits of a mixed-radix number. Rare names have small numbers or none.
        """
        names, start = name_pools(), np.concatenate(([0], self.world.locale_ends))
        within = self._permuted - start.take(self.locale)
        first_slot, rest = within & _FIRST_SLOTS, within >> FIRST_BITS
        # For one first name, `rest` reaches every last name before one comes again: the stride is odd.
        last_slot = (rest * _STRIDE + first_slot * (_STRIDE + 2)) & _LAST_SLOTS
        rounds = self.rows // _DOMAIN * self._rounds_an_epoch + (rest >> LAST_BITS)
        first = names.first_slot.take((self.locale << FIRST_BITS) + first_slot)
        last = names.last_slot.take((self.locale << LAST_BITS) + last_slot)
        # In some languages women's last names have a form of their own.
        last += np.where(names.is_female.take(first) == 1, names.female_shift.take(self.locale), 0)
        number = rounds * names.first_slots.take(first)
        number += names.first_turn.take((self.locale << FIRST_BITS) + first_slot)
        number *= names.last_slots.take(last)
        number += names.last_turn.take((self.locale << LAST_BITS) + last_slot)
        return first, last, _across_locales(number, first, last)

    @cached_property
    def _rounds_an_epoch(self) -> I64:
        """The most rounds that 2**24 rows of the locale of each row may have."""
        sizes = np.diff(self.world.locale_ends, prepend=0)
        return ((sizes >> FIRST_BITS + LAST_BITS) + 1).take(self.locale)

    @cached_property
    def gender(self) -> I64:
        """Gender as its index in the schema's list: by the first name, for a few other or undisclosed."""
        # The schema lists female, male, other and undisclosed, in this order.
        by_name = 1 - name_pools().is_female.take(self._name[0])
        chance = self._person.bits("gender")
        return np.where(chance < 3, 2, np.where(chance < 13, 3, by_name))

    @cached_property
    def birth_day(self) -> I64:
        """Day of birth since 1970: 16 to 91 years before sign-up, as ages of online buyers are."""
        result: I64 = self.signed_up // timeline.DAY - ages.days(self._person.bits("age"))
        return result

    @cached_property
    def keys(self) -> Keys:
        """Their keys."""
        return self.world.keys("users", self.rows)

    def batch(self) -> pa.RecordBatch:
        """The rows of ``users``."""
        names, places = name_pools(), place_pools()
        first, last, _ = self._name
        user_name = self._user_name(first, last)
        created = arrays.times(self.signed_up)
        return self.world.batch(
            "users",
            self.keys.column,
            user_name,
            arrays.take(names.first, first),
            arrays.take(names.last, last),
            self._email(user_name),
            arrays.take(places.phones, self.phone),
            arrays.dates(self.birth_day),
            arrays.take(_GENDERS, self.gender),
            arrays.take(names.locales, self.locale),
            arrays.take(places.codes, self.country),
            arrays.take(places.time_zones, self.city),
            created,
            created,
        )

    def _user_name(self, first: I64, last: I64) -> Any:
        names = name_pools()
        return arrays.joined(
            arrays.take(names.first_folded, first),
            arrays.take(_SEPARATORS, self._person.bits("separator") & 1),
            arrays.take(names.last_folded, last),
            arrays.digits(self._name[2]),
        )

    def _email(self, user_name: Any) -> Any:
        hosts = arrays.take(_DOMAINS, self._person.below("domain", len(_DOMAINS)))
        return arrays.joined(user_name, hosts)


def _across_locales(number: I64, first: I64, last: I64) -> I64:
    """The number, changed so that customers of different locales with the same two names never share one.

    Of n locales that have the name, each takes every n-th number, beginning with its own index. First or last
    name counts: the one that fewer locales have, because that keeps numbers smaller.
    """
    names = name_pools()
    of_first, of_last = names.first_shared.take(first), names.last_shared.take(last)
    by_last = of_last <= of_first
    sharing = np.where(by_last, of_last, of_first)
    result: I64 = number * sharing + np.where(
        by_last, names.last_place.take(last), names.first_place.take(first)
    )
    return result
