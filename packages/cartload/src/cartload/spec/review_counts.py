"""How many reviews to expect."""

from functools import lru_cache

from cartload.spec.model import Orders, Season, Spec, Window
from cartload.spec.order_rates import REVIEW_DAYS
from cartload.spec.order_timing import Countries, Parcels, Recent, countries_of, method_shares
from cartload.spec.payment_counts import Rates

_HOURS = 3.5
"""Hours, beside whole days, from a delivery to a review on average."""


def reviews_per_million_items(spec: Spec) -> int:
    """Reviews to expect within the window, if no customer got a product twice.

    Nobody reviews a product twice: in the default spec there are some four in a hundred fewer, and more
    where customers order a lot out of few products.
    """
    countries = countries_of(spec.locales)
    written = _written(spec.window, spec.season, spec.growth, spec.orders, countries)
    return round(1_000_000 * written * spec.reviews.rate)


@lru_cache(maxsize=128)
def _written(window: Window, season: Season, growth: float, orders: Orders, countries: Countries) -> float:
    """The share of order items that are delivered and, where somebody reviews them, reviewed in time."""
    rates = Rates.of(orders, method_shares(countries))
    recent = Recent.of(window, season, growth, orders.per_customer)
    parcels = Parcels(window.end, recent.days, countries)
    return rates.delivered * recent.expected(parcels.followed(rates.methods, REVIEW_DAYS, _HOURS))
