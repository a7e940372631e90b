"""Everything that all tables of a dataset share: spec, randomness, timelines, catalogue."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload import vocabulary
from cartload.calendar import timeline, zones
from cartload.calendar.clock import Clock
from cartload.calendar.timeline import Timeline
from cartload.catalogue.catalogue import Catalogue
from cartload.randomness.draws import Randomness
from cartload.randomness.fixed_point import I64, power_law
from cartload.schema import coded_schema
from cartload.spec.model import Spec, ten_thousandths
from cartload.tables.campaigns import Campaigns
from cartload.tables.distribution import Centers, Storage
from cartload.tables.ids import Keys, id_column
from cartload.tables.preferences import Preferences
from cartload.tables.product_demand import ProductDemand
from cartload.tables.product_names import Names
from cartload.tables.quantities import Quantities

_NAME_DOMAIN: Final = 1 << 24
"""As many numbers as the permutation behind user names has (tables/users.py)."""
_AFTERMATH: Final = 120
"""Days after the window for which clocks are exact: whatever happens to an order later is hidden anyway."""

type Until = int | I64
"""The moment as of which rows are shown: one for all of them, or one for each."""


@dataclass(frozen=True)
class World:
    """Everything that does not depend on the chunk; the spec is resolved."""

    spec: Spec

    @cached_property
    def random(self) -> Randomness:
        """The draws of the spec's seed."""
        return Randomness(self.spec.seed)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue's arrays."""
        return Catalogue(self.spec, self.random)

    @cached_property
    def sign_ups(self) -> Timeline:
        """When customers come."""
        return timeline.sign_ups(self.spec)

    @cached_property
    def orders(self) -> Timeline:
        """When orders are placed."""
        return timeline.orders(self.spec)

    @cached_property
    def clock(self) -> Clock:
        """Wall clocks of all zones, until the last order has run its course."""
        days = self.orders.days + _AFTERMATH
        return Clock(self.orders.start // timeline.DAY, days)

    @cached_property
    def local_ends(self) -> I64:
        """What the clocks of each zone show when the window ends."""
        return self._clocks_at(timeline.window_end(self.spec.window))

    @cached_property
    def local_starts(self) -> I64:
        """What the clocks of each zone show when the window begins."""
        return self._clocks_at(timeline.window_start(self.spec.window))

    def _clocks_at(self, moment: int) -> I64:
        return self.clock.local(np.arange(zones.COUNT), np.full(zones.COUNT, moment))

    @cached_property
    def demand(self) -> ProductDemand:
        """Which products sell on each day."""
        return ProductDemand(self.catalogue)

    @cached_property
    def names(self) -> Names:
        """What products are called."""
        return Names(self.random, self.catalogue.assortment)

    @cached_property
    def centers(self) -> Centers:
        """The distribution centres."""
        return Centers(self.spec, self.random, self.catalogue.start)

    @cached_property
    def storage(self) -> Storage:
        """Which centres hold each SKU."""
        return Storage(self.spec, self.catalogue, self.centers)

    @cached_property
    def campaigns(self) -> Campaigns:
        """The coupons of the spec's campaigns."""
        return Campaigns(self.spec)

    @cached_property
    def preferences(self) -> Preferences:
        """What is usual for each category."""
        return Preferences(self.catalogue.category_names)

    @cached_property
    def quantities(self) -> Quantities:
        """How many pieces of a SKU people take."""
        extra = ten_thousandths(self.spec.orders.quantity) - 10_000
        return Quantities(self.demand, self.preferences, extra)

    @cached_property
    def return_weights(self) -> I64:
        """The weight by which each product is returned, 1 to 127, from its category and its quality."""
        catalogue = self.catalogue
        # (384 - quality) / 128 runs from 3 for the worst quality to about 1 for the best.
        weights = self.preferences.returned.take(catalogue.category) * (384 - catalogue.quality) >> 7
        result: I64 = np.minimum(np.maximum(weights, 1), 127)
        return result

    @cached_property
    def activity(self) -> I64:
        """How often customers order, by rank: Zipf's law over a thousand ranks, its head cut (Mandelbrot
        1953).

        Without the cut the first of a thousand would order every day.
        """
        return power_law(np.arange(6, 1006), ten_thousandths(self.spec.skew.customers))

    @cached_property
    def last_moment(self) -> int:
        """The last moment of the window: nobody signs up or orders later."""
        return timeline.window_end(self.spec.window) - 1

    @cached_property
    def shown_until(self) -> int:
        """The last moment that rows tell of: what happens later is hidden."""
        return timeline.last_shown(self.spec)

    @cached_property
    def locale_ends(self) -> I64:
        """Where each locale's part of the name numbers ends, for all locales of the vocabulary."""
        weights = [self.spec.locales.get(names.locale, 0) for names in vocabulary.names()]  # type: ignore[call-overload]
        result: I64 = np.cumsum(np.array(weights, np.int64)) * _NAME_DOMAIN // sum(weights)
        return result

    @cached_property
    def tax_rates(self) -> I64:
        """Tax by country of the vocabulary, in ten-thousandths."""
        tax = self.spec.tax
        rates: dict[str, float] = {str(code): rate for code, rate in tax.rates.items()}
        codes = (country.code for country in vocabulary.countries())
        return np.array([ten_thousandths(rates.get(code, tax.default)) for code in codes], np.int64)

    def ids(self, table: str, rows: I64) -> Any:
        """Keys of a table's rows."""
        return id_column(self.spec.ids, self.random, table, rows)

    def keys(self, table: str, rows: I64) -> Keys:
        """Keys of a table's rows that other tables of the chunk refer to."""
        return Keys(self.spec.ids, self.random, table, rows)

    def batch(self, table: str, *columns: Any) -> pa.RecordBatch:
        """A record batch from columns in schema order, plain or by dictionary."""
        coded = tuple(isinstance(column, pa.DictionaryArray) for column in columns)
        return pa.RecordBatch.from_arrays(list(columns), schema=coded_schema(table, self.spec.ids, coded))
