"""Invariant 9: sessions are whole and plausible, every online order has one, and the funnel leads to it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from cartload.checker.model import Expected, QueryRule, RowRule, Rule
from cartload.checker.relations import ONLINE_ORDERS, PURCHASES, SESSION_EVENTS, SESSIONS
from cartload.checker.rules.structure import rows_of
from cartload.spec.daily_demand import shown_end
from cartload.spec.model import Spec
from cartload.spec.session_counts import online_share

INVARIANT: Final = 9
LONGEST: Final = timedelta(hours=3)
"""No session lasts longer."""
_SESSIONS: Final = rows_of("sessions")
_EVENTS: Final = rows_of("events")
_SIGMAS: Final = 5


def rules(spec: Spec | None) -> Iterator[Rule]:
    """The rules of sessions and events; how many are of each kind, where the spec is known."""
    yield from _of_sessions()
    yield from _of_visitors()
    yield from _of_events()
    yield from _of_carts()
    yield _explained()
    if spec is not None and spec.clickstream.sessions_per_customer > 0:
        yield from _of_orders()
        yield from _shares(spec)


def _some(share: float, rows: Expected) -> Expected:
    """About the rows of a rule that looks at a share of a table: no more than there are customers.

    What one of them does decides over all rows of that customer, so few customers promise nothing, however
    many rows they have.
    """
    return lambda spec: min(share * rows(spec), spec.customers)


def _online(share: float) -> Expected:
    """About the rows of rules about orders online: some of them, where there are sessions."""
    return _some(share, lambda spec: rows_of("order_details")(spec) * (_SESSIONS(spec) > 0))


def _without_purchase(spec: Spec) -> float:
    """About the sessions that do not end with a purchase: every order online has one that does."""
    own, bought = spec.clickstream.sessions_per_customer, spec.orders.per_customer * online_share(spec.season)
    return _SESSIONS(spec) * own / (own + bought)


def _of_sessions() -> Iterator[Rule]:
    yield RowRule(
        "session.events",
        INVARIANT,
        "A session has as many events as it says, at least one, numbered from 1 without a gap.",
        SESSIONS,
        "coalesce(e.n, 0) <> s.events OR e.low <> 1 OR e.high <> e.n",
        ("s.events", "e.n AS found", "e.low", "e.high"),
        expected=_SESSIONS,
    )
    yield RowRule(
        "session.moments",
        INVARIANT,
        f"A session lasts from its first event to its last, {LONGEST.seconds // 3600} hours at most; "
        "its row is made with the first and updated with the last.",
        SESSIONS,
        f"""s.started_at <> e.first OR s.ended_at <> e.last OR s.created_at <> s.started_at
        OR s.updated_at <> s.ended_at OR s.ended_at - s.started_at > INTERVAL {LONGEST.seconds} SECOND""",
        ("s.started_at", "s.ended_at", "e.first", "e.last", "s.created_at", "s.updated_at"),
        expected=_SESSIONS,
    )
    yield RowRule(
        "session.user",
        INVARIANT,
        "A session of a user begins after signing up, and in the user's country.",
        SESSIONS,
        "s.started_at < u.created_at OR s.country <> u.country",
        ("s.started_at", "u.created_at AS signed_up_at", "s.country", "u.country AS home"),
        applies="s.user_id IS NOT NULL",
        expected=_SESSIONS,
    )
    yield RowRule(
        "session.device",
        INVARIANT,
        "Device, system and browser go together, and apps run on their own system.",
        SESSIONS,
        """(s.device = 'desktop') <> (s.os IN ('windows', 'macos', 'linux'))
        OR s.browser = 'safari' AND s.os NOT IN ('macos', 'ios') OR s.browser = 'edge' AND s.os <> 'windows'
        OR s.browser = 'samsung' AND s.os <> 'android' OR (s.browser = 'app') <> (s.channel <> 'web')
        OR s.channel <> 'web' AND s.os <> s.channel""",
        ("s.channel", "s.device", "s.os", "s.browser"),
        expected=_SESSIONS,
    )
    yield RowRule(
        "session.source",
        INVARIANT,
        "E-mails bring users only, searches and referrals nobody into an app.",
        SESSIONS,
        """s.traffic_source = 'email' AND s.user_id IS NULL
        OR s.channel <> 'web' AND s.traffic_source IN ('organic_search', 'paid_search', 'referral')""",
        ("s.traffic_source", "s.channel", "s.user_id"),
        expected=_SESSIONS,
    )


def _of_visitors() -> Iterator[Rule]:
    yield RowRule(
        "visitor.sessions",
        INVARIANT,
        "No two sessions of a visitor overlap.",
        SESSIONS,
        "s.left_at > s.started_at",
        ("s.started_at", "s.left_at AS last_ended_at"),
        expected=_SESSIONS,
    )
    yield RowRule(
        "visitor.profile",
        INVARIANT,
        "A visitor always comes by the same channel, device, system and browser, and from the same country.",
        SESSIONS,
        "concat_ws(' ', s.channel, s.device, s.os, s.browser, s.country) <> s.last_profile",
        ("s.channel", "s.device", "s.os", "s.browser", "s.country", "s.last_profile"),
        expected=_SESSIONS,
    )
    yield RowRule(
        "visitor.user",
        INVARIANT,
        "A visitor is one user at most, and stays that once signed up.",
        SESSIONS,
        "s.user_id IS DISTINCT FROM s.last_user",
        ("s.user_id", "s.last_user"),
        applies="s.last_user IS NOT NULL",
        expected=_some(1 / 4, _SESSIONS),
    )


def _of_events() -> Iterator[Rule]:
    yield RowRule(
        "event.moments",
        INVARIANT,
        "Events of a session happen one after the other, and stay as they were made.",
        SESSION_EVENTS,
        "e.last_at > e.occurred_at OR e.created_at <> e.occurred_at OR e.updated_at <> e.occurred_at",
        ("e.occurred_at", "e.last_at", "e.created_at", "e.updated_at"),
        expected=_EVENTS,
    )
    yield RowRule(
        "event.subject",
        INVARIANT,
        "Views and changes of the cart have a product, searches a query, and others neither.",
        SESSION_EVENTS,
        """(e.product_id IS NOT NULL) <> (e.type IN ('view_product', 'add_to_cart', 'remove_from_cart'))
        OR (e.query IS NOT NULL) <> (e.type = 'search')""",
        ("e.type", "e.product_id", "e.query"),
        expected=_EVENTS,
    )
    yield RowRule(
        "event.page",
        INVARIANT,
        "A view has the page of its product, a search that of its query.",
        SESSION_EVENTS,
        """e.type IN ('view_product', 'add_to_cart') AND e.url <> '/products/' || p.slug
        OR e.type = 'search' AND e.url <> '/search?q=' || replace(e.query, ' ', '+')""",
        ("e.type", "e.url", "p.slug", "e.query"),
        expected=_EVENTS,
    )
    yield RowRule(
        "event.on_sale",
        INVARIANT,
        "Products are looked at and put into carts while they are on sale.",
        SESSION_EVENTS,
        "e.occurred_at < p.launched_at OR e.occurred_at >= p.discontinued_at",
        ("e.type", "e.occurred_at", "p.launched_at", "p.discontinued_at"),
        applies="e.product_id IS NOT NULL",
        expected=_some(1 / 4, _EVENTS),
    )


def _of_carts() -> Iterator[Rule]:
    yield RowRule(
        "cart.view",
        INVARIANT,
        "A product is put into the cart after the visitor viewed it, in the session or an earlier one.",
        SESSION_EVENTS,
        "e.views = 0",
        ("e.type", "e.product_id", "e.occurred_at"),
        applies="e.type = 'add_to_cart'",
        expected=_online(0.1),
    )
    yield RowRule(
        "cart.removal",
        INVARIANT,
        "Only what is in the cart is taken out of it.",
        SESSION_EVENTS,
        "e.in_cart < 0",
        ("e.type", "e.product_id", "e.in_cart"),
        applies="e.type = 'remove_from_cart'",
        expected=_online(0.01),
    )
    yield RowRule(
        "cart.checkout",
        INVARIANT,
        "A checkout begins with something in the cart, a purchase ends its session after a checkout.",
        SESSION_EVENTS,
        """e.cart < 1 OR e.type = 'purchase' AND (e.checkouts = 0 OR e.is_last IS FALSE)""",
        ("e.type", "e.cart", "e.checkouts"),
        applies="e.type IN ('begin_checkout', 'purchase')",
        expected=_online(0.1),
    )


def _of_orders() -> Iterator[Rule]:
    yield RowRule(
        "order.session",
        INVARIANT,
        "Every order of web and apps has its purchase in a session of its customer, when it was placed.",
        ONLINE_ORDERS,
        "b.n IS NULL OR b.n <> o.n",
        ("o.user_id", "o.channel", "o.placed_at"),
        expected=_online(0.3),
    )
    yield RowRule(
        "order.cart",
        INVARIANT,
        "What is bought is what is in the cart: a piece of the cart for each line of the order.",
        ONLINE_ORDERS,
        "o.n = 1 AND b.n = 1 AND b.cart <> i.products",
        ("b.cart", "i.products AS ordered"),
        expected=_online(0.3),
    )


def _explained() -> Rule:
    return RowRule(
        "purchase.order",
        INVARIANT,
        "Every purchase is that of an order of the user, placed at that moment and by that channel.",
        PURCHASES,
        "o.id IS NULL",
        ("b.user_id", "b.channel", "b.occurred_at"),
        expected=_online(0.3),
    )


def _shares(spec: Spec) -> Iterator[Rule]:
    """Shares among sessions that had the time to end."""
    until = (shown_end(spec) - LONGEST).isoformat()
    kinds = f"""SELECT s.events = 1 AS bounced, coalesce(e.bought, false) AS bought,
        coalesce(e.put, false) AS put
      FROM sessions s LEFT JOIN (SELECT session_id, bool_or(type = 'purchase') AS bought,
          bool_or(type = 'add_to_cart') AS put
        FROM events WHERE type IN ('purchase', 'add_to_cart') GROUP BY session_id) e ON e.session_id = s.id
      WHERE s.started_at < TIMESTAMPTZ '{until}'"""
    clickstream = spec.clickstream
    yield _share(
        "session.bounces",
        f"Of the sessions without a purchase {clickstream.bounce_rate:.2%} have a single event",
        clickstream.bounce_rate,
        f"SELECT count(*) AS n, count(*) FILTER (bounced) AS found FROM ({kinds}) WHERE NOT bought",
    )
    yield _share(
        "session.carts",
        f"Of the sessions without a purchase {clickstream.abandonment_rate:.2%} leave something in the cart",
        clickstream.abandonment_rate,
        f"SELECT count(*) AS n, count(*) FILTER (put) AS found FROM ({kinds}) WHERE NOT bought",
    )
    # As of an earlier moment there is no such share: purchases and other visits come at other times.
    if clickstream.conversion_rate is not None and spec.as_of is None:
        yield _conversion(
            clickstream.conversion_rate,
            """SELECT (SELECT count(*) FROM sessions) AS n,
            (SELECT count(*) FROM events WHERE type = 'purchase') AS found""",
        )


def _share(name: str, title: str, share: float, query: str) -> Rule:
    sums = f"""SELECT n, found, n * {share} AS expected,
        {_SIGMAS} * sqrt(n * {share * (1 - share)}) + 0.5 AS allowed FROM ({query})"""
    return _compared(name, f"{title}, within {_SIGMAS} standard errors.", sums, _some(1, _without_purchase))


def _conversion(share: float, query: str) -> Rule:
    """As many visits are added as make the share, in whole numbers for each block of customers."""
    sums = f"""SELECT n, found, n * {share} AS expected,
        1 + (SELECT count(*) FROM users) / 500 + sqrt(found) AS allowed FROM ({query})"""
    title = f"Of all sessions {share:.2%} end with a purchase."
    return _compared("session.conversion", title, sums, _SESSIONS)


def _compared(name: str, title: str, sums: str, expected: Expected) -> Rule:
    return QueryRule(
        name,
        INVARIANT,
        title,
        f"SELECT n, (abs(found - expected) > allowed)::INTEGER FROM ({sums})",
        f"SELECT n AS sessions, round(expected, 1) AS expected, found FROM ({sums})",
        expected,
    )
