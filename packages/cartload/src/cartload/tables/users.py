"""Customers: who they are and when they signed up."""

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
from cartload.randomness.draws import permute
from cartload.randomness.fixed_point import I64
from cartload.randomness.hashing import keys
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
"""Odd, and some 0.618 of the slots of last names: neighbours of one number are far apart."""


@dataclass(frozen=True)
class Customers:
    """Numbers of the customers with the given row numbers."""

    world: World
    rows: I64

    @cached_property
    def _person(self) -> Any:
        return self.world.random.draw("users.person", self.rows)

    @cached_property
    def home(self) -> Any:
        """The draw behind city, phone and activity."""
        return self.world.random.draw("users.home", self.rows)

    @cached_property
    def signed_up(self) -> I64:
        """Moment of sign-up, inside the window: like orders more often at the customer's busy hours."""
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
        """Time zone of the home city, as its place among the zones."""
        return place_pools().zone.take(self.city)

    @cached_property
    def _permuted(self) -> I64:
        round_keys = keys("user names", self.world.spec.seed, count=4)
        return permute(self.rows % _DOMAIN, round_keys, _HALF_BITS)

    @cached_property
    def locale(self) -> I64:
        """Locale as its place in the vocabulary."""
        return np.searchsorted(self.world.locale_ends, self._permuted, side="right")

    @cached_property
    def country(self) -> I64:
        """Country as its place in the vocabulary."""
        return name_pools().country[self.locale]

    @cached_property
    def city(self) -> I64:
        """Home city, one of the country's."""
        places = place_pools()
        result: I64 = places.city_slot.take(
            (self.country << CITY_BITS) + (self.home.bits("city") >> 16 - CITY_BITS)
        )
        return result

    @cached_property
    def phone(self) -> I64:
        """The customer's number, as its place among those of all cities."""
        result: I64 = self.city * PHONES + self.home.below("phone", PHONES)
        return result

    @cached_property
    def _name(self) -> tuple[I64, I64, I64]:
        """First and last name as places in the pools, and a number.

        Slots and turns are another triple for every row number there can be, so names and number are too: a
        number is the less, the rarer its name. Names that several locales have share the numbers out.
        """
        names, start = name_pools(), np.concatenate(([0], self.world.locale_ends))
        within = self._permuted - start.take(self.locale)
        first_slot, rest = within & _FIRST_SLOTS, within >> FIRST_BITS
        last_slot = (rest * _STRIDE + first_slot * (_STRIDE + 2)) & _LAST_SLOTS
        rounds = self.rows // _DOMAIN * self._rounds_an_epoch + (rest >> LAST_BITS)
        first = names.first_slot.take((self.locale << FIRST_BITS) + first_slot)
        last = names.last_slot.take((self.locale << LAST_BITS) + last_slot)
        last += np.where(names.is_female.take(first) == 1, names.female_shift.take(self.locale), 0)
        number = rounds * names.first_slots.take(first)
        number += names.first_turn.take((self.locale << FIRST_BITS) + first_slot)
        number *= names.last_slots.take(last)
        number += names.last_turn.take((self.locale << LAST_BITS) + last_slot)
        return first, last, _shared_out(number, first, last)

    @cached_property
    def _rounds_an_epoch(self) -> I64:
        """How often a locale's numbers may come to the same two slots, for the locale of each row."""
        sizes = np.diff(self.world.locale_ends, prepend=0)
        return ((sizes >> FIRST_BITS + LAST_BITS) + 1).take(self.locale)

    @cached_property
    def gender(self) -> I64:
        """Place in the schema's list: by the first name, for a few other or undisclosed."""
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


def _shared_out(number: I64, first: I64, last: I64) -> I64:
    """Numbers apart for each locale that has both names: the name decides that fewer locales have."""
    names = name_pools()
    of_first, of_last = names.first_shared.take(first), names.last_shared.take(last)
    by_last = of_last <= of_first
    sharing = np.where(by_last, of_last, of_first)
    result: I64 = number * sharing + np.where(
        by_last, names.last_place.take(last), names.first_place.take(first)
    )
    return result
