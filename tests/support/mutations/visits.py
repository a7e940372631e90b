"""Invariant 9 broken: sessions that cannot be, orders that no session explains, carts out of nothing."""

from typing import Final

from support.mutations.case import Case, case, one

_LATER: Final = "started_at + INTERVAL 9 HOUR"
_KNOWN: Final = "user_id IS NOT NULL"
_AGAIN: Final = """id IN (SELECT id FROM sessions
    QUALIFY count(user_id) OVER (PARTITION BY visitor_id ORDER BY started_at) > 1)"""
_BOUGHT: Final = "session_id IN (SELECT session_id FROM events WHERE type = 'purchase')"
_LEFT: Final = "session_id NOT IN (SELECT session_id FROM events WHERE type = 'purchase')"
_ONLY_VIEW: Final = """id IN (SELECT min(e.id) FROM events e JOIN sessions s ON s.id = e.session_id
    WHERE type IN ('view_product', 'add_to_cart') GROUP BY s.visitor_id, e.product_id
    HAVING count(*) = 2 AND count(*) FILTER (type = 'view_product') = 1)"""

CASES: Final[dict[str, Case]] = {
    "session.events": case(one("sessions", "events = events + 1", "events > 1")),
    "session.moments": case(
        one("sessions", f"ended_at = {_LATER}, updated_at = {_LATER}", "user_id IS NULL"),
        perhaps="visitor.sessions",
    ),
    "session.user": case(
        one("sessions", "country = CASE country WHEN 'US' THEN 'CA' ELSE 'US' END", _KNOWN),
        perhaps="visitor.profile",
    ),
    "session.device": case(
        one("sessions", "browser = 'edge'", "os = 'android' AND channel = 'web'"), perhaps="visitor.profile"
    ),
    "session.source": case(one("sessions", "traffic_source = 'email'", "user_id IS NULL")),
    "visitor.sessions": case(
        """UPDATE sessions s SET visitor_id = o.visitor_id FROM sessions o
        WHERE s.id <> o.id AND s.started_at < o.ended_at AND o.started_at < s.started_at""",
        perhaps="visitor.profile visitor.user cart.view",
    ),
    "visitor.profile": case(one("sessions", "device = 'tablet'", f"device = 'mobile' AND {_AGAIN}")),
    "visitor.user": case(
        one("sessions", "user_id = NULL", f"{_AGAIN} AND traffic_source <> 'email' AND events = 1"),
    ),
    "event.moments": case(one("events", "created_at = created_at - INTERVAL 1 MILLISECOND", "sequence = 2")),
    "event.subject": case(one("events", "query = 'tea'", "type = 'page_view'")),
    "event.page": case(one("events", "url = '/'", "type = 'view_product'")),
    "event.on_sale": case(
        one("products", "discontinued_at = TIMESTAMPTZ '2024-06-01 00:00:00Z'", "discontinued_at IS NULL"),
        perhaps="line.on_sale product.moments sku.moments inventory.stock inventory.levels",
    ),
    "cart.view": case(
        one("events", "type = 'page_view', product_id = NULL", f"type = 'view_product' AND {_ONLY_VIEW}")
    ),
    "cart.removal": case(one("events", "type = 'remove_from_cart'", f"type = 'view_product' AND {_LEFT}")),
    "cart.checkout": case(one("events", "type = 'page_view'", "type = 'begin_checkout'")),
    "purchase.order": case(
        one("events", "type = 'purchase', product_id = NULL, query = NULL", f"sequence = 1 AND {_LEFT}"),
        others="cart.checkout",
    ),
    "order.session": case(one("events", "type = 'page_view'", "type = 'purchase'")),
    "order.cart": case(
        one("events", "type = 'view_product'", f"type = 'add_to_cart' AND sequence < 9 AND {_BOUGHT}"),
    ),
    "session.bounces": case("UPDATE sessions SET events = 1 WHERE md5(id) < '4'", others="session.events"),
    "session.carts": case(
        f"""UPDATE events SET type = 'add_to_cart' WHERE type = 'view_product' AND {_LEFT}""",
        others="cart.view",
    ),
    "session.conversion": case(
        "UPDATE events SET type = 'page_view' WHERE type = 'purchase'",
        others="order.session purchase.order session.carts",
        perhaps="session.bounces",
    ),
}
