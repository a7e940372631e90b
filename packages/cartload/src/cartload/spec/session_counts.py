"""How many sessions and events to expect."""

from functools import lru_cache
from typing import Final

from cartload.spec import session_rates as rates
from cartload.spec.model import Clickstream, Orders, Season, Spec, scaled, ten_thousandths

_STAFFED: Final = slice(9, 20)
_SUNDAY: Final = 6
_MILLION: Final = 1_000_000
_MOST_SESSIONS: Final = 1_000
"""The most sessions that a customer's orders may ask for, by their conversion."""


def rows_before(spec: Spec, table: str, customers: int, orders: int) -> int:
    """Sessions or events to expect of the first customers with their orders."""
    clickstream = spec.clickstream
    if clickstream.sessions_per_customer == 0:
        return 0
    own = scaled(customers, clickstream.sessions_per_customer)
    purchases = orders * round(_MILLION * online_share(spec.season)) // _MILLION
    strangers = max(0, _sessions(clickstream, purchases) - own - purchases)
    if table == "sessions":
        return own + purchases + strangers
    of_own, of_strangers, of_purchase = _events_per_million(clickstream, spec.orders)
    return (own * of_own + strangers * of_strangers + purchases * of_purchase) // _MILLION


def _sessions(clickstream: Clickstream, purchases: int) -> int:
    """All sessions of which the purchases are the share that the spec asks for; 0 where it does not."""
    if clickstream.conversion_rate is None:
        return 0
    return purchases * 10_000 // ten_thousandths(clickstream.conversion_rate)


@lru_cache(maxsize=128)
def online_share(season: Season) -> float:
    """The share of orders that are placed on the web or in an app."""
    hours = sum(season.day[_STAFFED]) / sum(season.day)
    weekdays = sum(season.week[:_SUNDAY]) / sum(season.week)
    return 1 - hours * weekdays * rates.OFFLINE_WHEN_STAFFED


def highest_conversion(spec: Spec) -> float:
    """The conversion to expect without visitors who never sign up, less a margin for chance."""
    purchases = spec.orders.per_customer * online_share(spec.season)
    share = purchases / (purchases + spec.clickstream.sessions_per_customer)
    return int(share * 9_500) / 10_000


def lowest_conversion(spec: Spec) -> float:
    """The least conversion for which a block has room for all sessions."""
    return -(-ten_thousandths(spec.orders.per_customer) // _MOST_SESSIONS) / 10_000


@lru_cache(maxsize=128)
def _events_per_million(clickstream: Clickstream, orders: Orders) -> tuple[int, int, int]:
    """Mean events of a customer's session without a purchase, a stranger's, and one with a purchase."""
    bounced, carts = clickstream.bounce_rate, clickstream.abandonment_rate
    buyers = orders.per_customer / (1 + orders.per_customer)
    about = buyers * rates.ABOUT_AN_ORDER / 256
    usual, bought = float(rates.LOOKED_AT.mean()), orders.items
    alone = float((rates.LOOKED_AT == 1).mean())
    lands = rates.LANDS_ON_PRODUCT / 256

    def events(products: float, cart: bool, alone: float) -> float:
        steps = _seen(products) + 1 - lands * (1 if cart else 1 - alone)
        if not cart:
            return steps
        put = 1 + (products - 1) * rates.PUT_IN_CART / 256
        return steps + put + (rates.SHOWS_CART + rates.CHECKS_OUT) / 256

    def session(about: float) -> float:
        kinds = ((1 - bounced - carts, False), (carts, True))
        return bounced + sum(
            share * (about * events(bought, cart, 0.3) + (1 - about) * events(usual, cart, alone))
            for share, cart in kinds
        )

    more = float(rates.ALSO_LOOKED_AT.mean())
    taken = more * rates.TAKEN_OUT_BEFORE_PURCHASE / 256
    purchase = _seen(bought + more) + bought + 2 * taken + 1 - lands + rates.SHOWS_CART / 256 + 2
    means = (session(about), session(0), purchase)
    own, strangers, bought_in = (round(_MILLION * mean) for mean in means)
    return own, strangers, bought_in


def _seen(products: float) -> float:
    """Views of products, and the pages and searches before them."""
    first, further = ((256 - at_once) / 256 for at_once, _ in rates.FINDERS)
    landed = rates.LANDS_ON_PRODUCT / 256
    return products + first * (1 - landed) + further * max(products - 1, 0)
