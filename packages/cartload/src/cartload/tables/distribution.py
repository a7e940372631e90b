"""Distribution centres: in which cities they are, and which of them hold a SKU."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isqrt
from typing import Final, NamedTuple

import numpy as np

from cartload import vocabulary
from cartload.calendar.timeline import DAY
from cartload.catalogue.catalogue import Catalogue
from cartload.places.gazetteer import place_pools
from cartload.randomness.draws import Draw, Randomness
from cartload.randomness.fixed_point import I64
from cartload.randomness.sampling import Groups, sampling_keys, systematic
from cartload.spec import counts
from cartload.spec.model import Spec

_LEAD: Final = 60 * DAY
"""Centres open from 60 to 30 days before the first product can be launched."""
_MOST: Final = 16
"""There are fewer centres than this: SKU and centre make one row number."""


@dataclass(frozen=True)
class Centers:
    """The distribution centres of a spec, those of the largest countries first.

    Countries get them by their customers with the highest averages of Sainte-Laguë (1910), which also gives
    small countries their turn; within a country large cities are more likely, and none has two.
    """

    spec: Spec
    random: Randomness
    opens: int
    """The first moment at which a product may be launched, milliseconds since 1970."""

    @cached_property
    def rows(self) -> I64:
        """Row numbers."""
        return np.arange(counts.distribution_centers(self.spec))

    @cached_property
    def country(self) -> I64:
        """Country of each as its index in the vocabulary, in the order in which they are given out."""
        customers = self._customers
        given = Counter[int]()
        for _ in self.rows:
            # Of equal averages the first country's wins, so the order is the same everywhere.
            country = max(customers, key=lambda one: Fraction(customers[one], 2 * given[one] + 1))
            given[country] += 1
        return np.array(list(given.elements()), np.int64)

    @cached_property
    def _customers(self) -> dict[int, int]:
        """The weight of each country that has customers, by its index."""
        codes = [country.code for country in vocabulary.countries()]
        weights = Counter[int]()
        for locale, weight in self.spec.locales.items():
            weights[codes.index(locale[-2:])] += weight
        return dict(sorted(weights.items()))

    @cached_property
    def city(self) -> I64:
        """City of each as its index in the gazetteer: a weighted sample of each country's."""
        first, result = 0, list[I64]()
        for country, known in enumerate(vocabulary.countries()):
            wanted = int(np.count_nonzero(self.country == country))
            places = first + np.arange(len(known.cities))
            weights = [min(1 + isqrt(city.population), 255) for city in known.cities]
            draw = self.random.draw("distribution_centers.city", places)
            keys = sampling_keys(np.array(weights, np.int64), draw.bits("chosen"))
            result.append(places[np.argsort(keys, kind="stable")[:wanted]])
            first += len(known.cities)
        cities = np.concatenate(result)
        # The cities are in the order of countries, and go to the centres of their country.
        ordered = np.empty_like(cities)
        ordered[np.argsort(self.country, kind="stable")] = cities
        return ordered

    @cached_property
    def share(self) -> I64:
        """The customers near each, from 1 to 255 for the most: their country's, divided among its centres."""
        centers = Counter(self.country.tolist())
        near = [Fraction(self._customers[one], centers[one]) for one in self.country.tolist()]
        return np.array([max(1, 255 * one // max(near)) for one in near], np.int64)

    @cached_property
    def created(self) -> I64:
        """When each opened: before there was anything to store."""
        return self.opens - _LEAD + self._draw.below("created", _LEAD // 2)

    @property
    def position(self) -> tuple[I64, I64]:
        """Latitude and longitude of each, in hundred-thousandths of a degree."""
        places = place_pools()
        radius = places.radius[self.city]
        north, east = (self._draw.below(field, 2 * radius) - radius for field in ("latitude", "longitude"))
        return places.latitude[self.city] + north, places.longitude[self.city] + east

    @cached_property
    def _draw(self) -> Draw:
        return self.random.draw("distribution_centers.row", self.rows)


class Holdings(NamedTuple):
    """SKUs in centres, one row each: which, where, and what part of the SKU's stock is there."""

    sku: I64
    center: I64
    before: I64
    """Shares of the SKU's earlier centres, of :attr:`whole`."""
    share: I64
    whole: I64

    def part(self, pieces: I64) -> I64:
        """How many of each row's SKU lie there, of so many in all: over a SKU's rows they add up."""
        # Differences of running parts, rounded down, as an order's discount is spread over its lines.
        after = pieces * (self.before + self.share) // self.whole
        result: I64 = after - pieces * self.before // self.whole
        return result


@dataclass(frozen=True)
class Storage:
    """Which centres hold each SKU: one at least, and more of them the better its product sells."""

    spec: Spec
    catalogue: Catalogue
    centers: Centers

    @cached_property
    def by_sku(self) -> Groups:
        """Centres of each SKU."""
        skus, room = self.catalogue.skus, len(self.centers.rows) - 1
        extra = counts.catalogue_rows(self.spec, "inventory_items") - skus
        weights = self._weights
        # No SKU may get more centres than there are; where the spec asks for nearly all of them, all SKUs
        # get the same number, or one more.
        if extra * int(weights.max()) > room * int(weights.sum()):
            weights = np.ones(skus, np.int64)
        start = self.catalogue.random.draw("inventory_items.block", np.zeros(1, np.int64)).bits("start")
        one_block = Groups(np.array([skus], np.int64))
        return Groups(1 + systematic(weights, one_block, np.array([extra], np.int64), start))

    @property
    def _weights(self) -> I64:
        """From 256 for SKUs of the best seller of a category evenly down to 1."""
        size = self.catalogue.by_category.counts[self.catalogue.category]
        weights = 1 + (size - self.catalogue.rank) * 255 // size
        result: I64 = weights[self.catalogue.product_of_sku]
        return result

    def sku(self, rows: I64) -> I64:
        """SKU of each row."""
        return np.searchsorted(self.by_sku.ends, rows, side="right")

    def holdings(self, rows: I64) -> Holdings:
        """What a run of consecutive rows is about."""
        if len(rows) == 0:
            return Holdings(rows, rows, rows, rows, rows)
        # The centres of a SKU are drawn together: those of the whole SKUs are made, the run is cut out.
        first, last = self.sku(rows[[0, -1]]).tolist()
        made = self._of_skus(np.arange(first, last + 1))
        begin = int(rows[0] - self.by_sku.starts[first])
        return Holdings(*(column[begin : begin + len(rows)] for column in made))

    def _of_skus(self, skus: I64) -> Holdings:
        centers, groups = self.centers.rows, Groups(self.by_sku.counts[skus])
        draw = self.catalogue.random.draw("inventory_items.center", (skus[:, None] * _MOST + centers).ravel())
        weights = np.tile(self.centers.share, len(skus))
        keys = sampling_keys(weights, draw.bits("chosen")).reshape(len(skus), -1)
        rank = np.argsort(np.argsort(keys, axis=1, kind="stable"), axis=1, kind="stable")
        chosen = np.flatnonzero(rank < groups.counts[:, None])
        # A centre holds up to twice as much, or little more than half, of what its customers would ask for.
        share = weights[chosen] * (128 + draw.bits("share")[chosen])
        running = np.cumsum(share)
        opened = (running - share)[groups.starts].take(groups.owner)
        return Holdings(
            sku=skus[groups.owner],
            center=chosen % len(centers),
            before=running - share - opened,
            share=share,
            whole=groups.sums(share).take(groups.owner),
        )
