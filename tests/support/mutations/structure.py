"""Invariant 1 broken: counts, ids, mandatory values, texts, enumerations, keys, parents."""

from collections.abc import Iterator
from typing import Final

from cartload.schema import CATALOGUE_TABLES, TABLES, Table
from support.mutations.case import NOBODY, UNUSED, Case, case, first, one, orders

_HARMLESS: Final = {
    "categories": "description",
    "sub_categories": "description",
    "products": "summary",
    "products_skus": "stock",
    "distribution_centers": "name",
    "inventory_items": "reorder_level",
    "users": "gender",
    "addresses": "title",
    "order_details": "channel",
    "order_item": "updated_at",
    "payment_details": "provider",
    "wishlist": "updated_at",
    "reviews": "title",
    "sessions": "traffic_source",
    "events": "url",
}
"""Of each table a mandatory column that no other rule asks about where it is NULL."""
_FREE_TEXT: Final = {
    "categories": "description",
    "sub_categories": "description",
    "products": "summary",
    "products_skus": "color",
    "distribution_centers": "name",
    "users": "first_name",
    "addresses": "title",
    "order_details": "coupon",
    "payment_details": "provider",
    "reviews": "title",
    "sessions": "country",
    "events": "url",
}
_COPIES: Final = {
    "categories": "'new' AS slug",
    "sub_categories": "'new' AS slug",
    "products": "'new' AS slug",
    "products_skus": "'new' AS sku",
    "distribution_centers": "'new' AS city",
    "users": "user_name || '98765' AS user_name, user_name || '98765@example.com' AS email",
    "addresses": "false AS is_default",
    "order_details": "'new' AS order_number",
}
"""Tables to which a row can be added, and what must be other in it than in the one it is copied from."""
_OTHER_VALUES: Final = {
    "users": one("users", "gender = 'none'"),
    "order_details": one("order_details", "channel = 'fax'"),
    "payment_details": one("payment_details", "method = 'cash'", "method <> 'card'"),
    "reviews": one("reviews", "status = 'hidden'", "status = 'published'"),
    "sessions": one("sessions", "traffic_source = 'fax'"),
    "events": one("events", "type = 'yawn'", "type = 'page_view'"),
}


def cases() -> Iterator[tuple[str, Case]]:
    for table in TABLES:
        yield from _of_table(table)
    yield from COUNTS.items()
    yield from KEYS.items()
    yield from PARENTS.items()


def _of_table(table: Table) -> Iterator[tuple[str, Case]]:
    name = table.name
    yield f"{name}.mandatory", case(one(name, f"{_HARMLESS[name]} = NULL"), perhaps="purchase.order")
    yield f"{name}.ids", case(f"SET VARIABLE old = (SELECT max(id) FROM {name})", *_renamed(name))
    if name in _FREE_TEXT:
        text = _FREE_TEXT[name]
        change = f"{text} = repeat('x', 999)"
        yield (
            f"{name}.texts",
            case(
                one(name, change, f"{text} IS NOT NULL"),
                perhaps="user.name session.user event.page visitor.profile",
            ),
        )
    if name in _OTHER_VALUES:
        yield f"{name}.values", case(_OTHER_VALUES[name], perhaps="purchase.order")
    if name in _COPIES:
        copied = f"INSERT INTO {name} SELECT * REPLACE ({_COPIES[name]}) FROM {name} WHERE "
        unused = UNUSED if name == "addresses" else "true"
        last = f"id = (SELECT max(id) FROM {name} WHERE {unused})"
        yield (
            f"{name}.id.unique",
            case(copied + last, others=f"{name}.count", perhaps="order.session event.page"),
        )
    if name in (*CATALOGUE_TABLES, "addresses") and name in _COPIES:
        renamed = f"{NOBODY} AS id, {_COPIES[name]}"
        yield (
            f"{name}.count",
            case(
                f"INSERT INTO {name} SELECT * REPLACE ({renamed}) FROM {name} LIMIT 1",
                perhaps="inventory.stock",
            ),
        )


def _renamed(table: str) -> tuple[str, ...]:
    """The last row gets another id, and its children are told."""
    children = [(t.name, column) for t in TABLES for column, parent in t.foreign_keys if parent == table]
    old = "getvariable('old')"
    told = [f"UPDATE {child} SET {column} = 'zzz' WHERE {column} = {old}" for child, column in children]
    return (*told, f"UPDATE {table} SET id = 'zzz' WHERE id = {old}")


_GONE: Final = "getvariable('gone')"
_ALONE: Final = "id NOT IN (SELECT user_id FROM order_details) AND id NOT IN (SELECT user_id FROM wishlist)"
_SEVERAL: Final = "order_id IN (SELECT order_id FROM order_item GROUP BY order_id HAVING count(*) > 1)"
_PLAIN: Final = orders("status = 'delivered' AND discount = 0")
_FIRST_OF_SEVERAL: Final = f"{_SEVERAL} AND {_PLAIN} AND line_number = 1"

COUNTS: Final = {
    "inventory_items.count": case(
        f"DELETE FROM inventory_items WHERE id = {first('inventory_items', 'quantity = 0')}"
    ),
    "wishlist.count": case(f"DELETE FROM wishlist WHERE id = {first('wishlist')}"),
    "users.count": case(
        f"SET VARIABLE gone = {first('users', _ALONE)}",
        f"DELETE FROM addresses WHERE user_id = {_GONE}",
        f"DELETE FROM users WHERE id = {_GONE}",
        others="addresses.count",
    ),
    "order_details.count": case(
        f"SET VARIABLE gone = {first('order_details')}",
        f"DELETE FROM order_item WHERE order_id = {_GONE}",
        f"DELETE FROM payment_details WHERE order_id = {_GONE}",
        f"DELETE FROM reviews WHERE order_id = {_GONE}",
        f"DELETE FROM order_details WHERE id = {_GONE}",
        others="order_item.count",
        perhaps="purchase.order",
    ),
    "order_item.count": case(
        f"DELETE FROM order_item WHERE id = {first('order_item', _FIRST_OF_SEVERAL)}",
        others="order.subtotal order.lines",
        perhaps="order.tax order.cart",
    ),
    "order.lines": case(one("order_item", "line_number = 99", f"{_PLAIN} AND line_number = 1")),
}


def _swapped(table: str, column: str) -> str:
    """The first row gets the value of the last."""
    return one(table, f"{column} = (SELECT arg_max({column}, id) FROM {table})")


def _doubled(table: str, condition: str = "true") -> str:
    return one(table, f"id = (SELECT max(id) FROM {table})", condition)


_PAIR: Final = """(SELECT user_id, min(product_id) AS product_id, max(product_id) AS other FROM wishlist w
    JOIN products p ON p.id = w.product_id WHERE p.launched_at < TIMESTAMPTZ '2024-01-01 00:00:00Z'
    GROUP BY user_id HAVING count(*) > 1 ORDER BY user_id LIMIT 1)"""

_TWO_CENTERS: Final = """(SELECT product_sku_id, min(distribution_center_id) AS one,
    max(distribution_center_id) AS other FROM inventory_items
    GROUP BY product_sku_id HAVING count(*) > 1 ORDER BY product_sku_id LIMIT 1)"""

_TWO_REVIEWS: Final = """(SELECT order_id, min(product_id) AS one, max(product_id) AS other FROM reviews
    GROUP BY order_id HAVING count(*) > 1 ORDER BY order_id LIMIT 1)"""

KEYS: Final = {
    **{
        f"{table}.{column}.unique": case(_swapped(table, column))
        for table, column in (
            ("categories", "slug"),
            ("sub_categories", "slug"),
            ("products", "slug"),
            ("products_skus", "sku"),
            ("order_details", "order_number"),
        )
    },
    "users.user_name.unique": case(_swapped("users", "user_name"), others="user.email", perhaps="user.name"),
    "users.email.unique": case(_swapped("users", "email"), others="user.email"),
    "inventory_items.id.unique": case(_doubled("inventory_items")),
    "inventory_items.product_sku_id+distribution_center_id.unique": case(
        f"""UPDATE inventory_items i SET distribution_center_id = o.one FROM {_TWO_CENTERS} o
        WHERE i.product_sku_id = o.product_sku_id AND i.distribution_center_id = o.other"""
    ),
    "distribution_centers.country+city.unique": case(
        one(
            "distribution_centers",
            """country = (SELECT arg_max(country, id) FROM distribution_centers),
            city = (SELECT arg_max(city, id) FROM distribution_centers)""",
        ),
        perhaps="center.coordinates",
    ),
    "order_item.id.unique": case(_doubled("order_item")),
    "payment_details.id.unique": case(_doubled("payment_details")),
    "wishlist.id.unique": case(_doubled("wishlist")),
    "reviews.id.unique": case(_doubled("reviews")),
    "sessions.id.unique": case(
        _doubled("sessions"),
        others="session.events session.moments events.session_id.parent",
        perhaps="cart.view order.session purchase.order order.cart",
    ),
    "events.id.unique": case(_doubled("events")),
    "events.session_id+sequence.unique": case(one("events", "sequence = 1", "sequence = 2")),
    "reviews.user_id+product_id.unique": case(
        f"""UPDATE reviews r SET product_id = o.one FROM {_TWO_REVIEWS} o
        WHERE r.order_id = o.order_id AND r.product_id = o.other"""
    ),
    "order_item.order_id+line_number.unique": case(
        one("order_item", "line_number = 1", f"{_PLAIN} AND line_number = 2"), perhaps="order.lines"
    ),
    "order_item.order_id+product_sku_id.unique": case(
        f"""UPDATE order_item i SET product_sku_id = o.product_sku_id FROM (
          SELECT order_id, arg_min(product_sku_id, line_number) AS product_sku_id FROM order_item
          WHERE {_PLAIN} GROUP BY order_id HAVING count(*) > 1 ORDER BY order_id LIMIT 1) o
        WHERE i.order_id = o.order_id AND i.line_number = 2""",
        perhaps="line.unit_price order.cart",
    ),
    "payment_details.order_id+attempt.unique": case(
        one("payment_details", "attempt = 1", "kind = 'refund'"), others="payment.attempts"
    ),
    "wishlist.user_id+product_id.unique": case(
        f"""UPDATE wishlist w SET product_id = o.product_id FROM {_PAIR} o
        WHERE w.user_id = o.user_id AND w.product_id = o.other"""
    ),
}

PARENTS: Final = {
    **{
        f"{table}.{column}.parent": case(one(table, f"{column} = {NOBODY}"))
        for table, column in (
            ("sub_categories", "category_id"),
            ("products", "sub_category_id"),
            ("products_skus", "product_id"),
            ("wishlist", "product_id"),
            ("wishlist", "user_id"),
            ("reviews", "order_id"),
            ("order_details", "address_id"),
        )
    },
    "sessions.user_id.parent": case(
        one("sessions", f"user_id = {NOBODY}", "user_id IS NOT NULL"),
        perhaps="visitor.user purchase.order order.session",
    ),
    "events.session_id.parent": case(
        one("events", f"session_id = {NOBODY}"), others="session.events", perhaps="session.moments"
    ),
    "events.product_id.parent": case(one("events", f"product_id = {NOBODY}", "product_id IS NOT NULL")),
    "order_item.product_sku_id.parent": case(
        one("order_item", f"product_sku_id = {NOBODY}"), perhaps="order.cart"
    ),
    "reviews.user_id.parent": case(one("reviews", f"user_id = {NOBODY}"), others="review.bought"),
    "reviews.product_id.parent": case(one("reviews", f"product_id = {NOBODY}"), others="review.bought"),
    "inventory_items.distribution_center_id.parent": case(
        one("inventory_items", f"distribution_center_id = {NOBODY}")
    ),
    "inventory_items.product_sku_id.parent": case(
        one("inventory_items", f"product_sku_id = {NOBODY}", "quantity = 0")
    ),
    "addresses.user_id.parent": case(one("addresses", f"user_id = {NOBODY}", f"NOT is_default AND {UNUSED}")),
    "order_details.user_id.parent": case(
        one("order_details", f"user_id = {NOBODY}"),
        others="order.address",
        perhaps="review.bought order.session purchase.order",
    ),
    "order_item.order_id.parent": case(
        one("order_item", f"order_id = {NOBODY}", f"{_PLAIN} AND line_number = 1"),
        others="order.subtotal order.lines",
        perhaps="order.tax order.cart",
    ),
    "payment_details.order_id.parent": case(
        one("payment_details", f"order_id = {NOBODY}", f"kind = 'charge' AND attempt = 1 AND {_PLAIN}"),
        perhaps="order.last_charge order.collected payment.attempts order.first_charge",
    ),
}
