"""Invariant 3: nothing happens before its cause, and nothing after the window's end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from cartload.checker.model import RowRule, Rule
from cartload.checker.relations import (
    ADDRESSES,
    ITEMS,
    ORDERS,
    PAYMENTS,
    PRODUCTS,
    ROWS,
    SKUS,
    SUB_CATEGORIES,
    WISHLIST,
)
from cartload.checker.rules.structure import rows_of
from cartload.schema import TABLES, Table
from cartload.spec.daily_demand import shown_end
from cartload.spec.model import Spec

INVARIANT: Final = 3
_ORDER_TIMES: Final = (
    "o.placed_at",
    "o.paid_at",
    "o.shipped_at",
    "o.delivered_at",
    "o.cancelled_at",
    "o.returned_at",
)


def rules(spec: Spec | None) -> Iterator[Rule]:
    """The rules of time; those of the window where the spec is known."""
    if spec is not None:
        yield from _in_window(spec)
    yield from _of_orders()
    yield from _of_lines_and_payments()
    yield from _of_people()
    yield from _of_goods()


def _in_window(spec: Spec) -> Iterator[Rule]:
    end = _moment(shown_end(spec))
    # A window's end is the first moment after it, but what happened at the moment shown is shown.
    later, until = (">=", "the window's end") if spec.as_of is None else (">", "the moment shown")
    start = _moment(datetime.combine(spec.window.start, datetime.min.time(), UTC))
    for table in TABLES:
        moments = [f"t.{column.name}" for column in table.columns if column.type == "timestamp"]
        broken = [f"{moment} {later} {end}" for moment in moments]
        broken += [] if table.catalogue else [f"t.created_at < {start}"]
        yield RowRule(
            f"{table.name}.window",
            INVARIANT,
            f"No moment of {table.name} is after {until}{_before(table)}.",
            ROWS[table.name],
            " OR ".join(broken),
            tuple(moments),
            expected=rows_of(table.name),
        )


def _before(table: Table) -> str:
    return "" if table.catalogue else ", none was made before its start"


def _moment(when: datetime) -> str:
    return f"TIMESTAMPTZ '{when.isoformat()}'"


def _of_orders() -> Iterator[Rule]:
    orders = rows_of("order_details")
    yield RowRule(
        "order.after_sign_up",
        INVARIANT,
        "Customers signed up before they ordered.",
        ORDERS,
        "u.created_at > o.placed_at",
        ("u.created_at AS signed_up_at", "o.placed_at"),
        expected=orders,
    )
    yield RowRule(
        "order.address",
        INVARIANT,
        "An order goes to an address that its customer had when it was placed.",
        ORDERS,
        "a.created_at > o.placed_at OR a.user_id <> o.user_id",
        ("o.user_id", "a.user_id AS address_of", "a.created_at AS address_made_at", "o.placed_at"),
        expected=orders,
    )
    yield RowRule(
        "order.events",
        INVARIANT,
        "Placed, paid, shipped, delivered, returned and cancelled follow each other.",
        ORDERS,
        """o.placed_at > o.paid_at OR o.paid_at > o.shipped_at OR o.shipped_at > o.delivered_at
        OR o.delivered_at > o.returned_at OR o.placed_at > o.cancelled_at OR o.paid_at > o.cancelled_at""",
        _ORDER_TIMES,
        expected=orders,
    )
    yield RowRule(
        "order.updated_at",
        INVARIANT,
        "An order's row was made when it was placed and updated at its latest event.",
        ORDERS,
        f"o.created_at <> o.placed_at OR o.updated_at <> greatest({', '.join(_ORDER_TIMES)})",
        ("o.created_at", "o.updated_at", *_ORDER_TIMES),
        expected=orders,
    )


def _of_lines_and_payments() -> Iterator[Rule]:
    lines, orders = rows_of("order_item"), rows_of("order_details")
    yield RowRule(
        "line.on_sale",
        INVARIANT,
        "What was ordered had been launched and not discontinued.",
        ITEMS,
        "p.launched_at > o.placed_at OR p.discontinued_at < o.placed_at",
        ("p.launched_at", "p.discontinued_at", "o.placed_at"),
        expected=lines,
    )
    yield RowRule(
        "line.moments",
        INVARIANT,
        "A line was made with its order, and updated when pieces of it came back.",
        ITEMS,
        """i.created_at <> o.placed_at
        OR i.updated_at <> CASE WHEN i.returned_quantity > 0 THEN o.returned_at ELSE o.placed_at END""",
        ("i.created_at", "i.updated_at", "i.returned_quantity", "o.placed_at", "o.returned_at"),
        expected=lines,
    )
    yield RowRule(
        "payment.moments",
        INVARIANT,
        "Payments are made after placing and updated after being made.",
        PAYMENTS,
        "d.created_at < o.placed_at OR d.updated_at < d.created_at",
        ("d.attempt", "d.created_at", "d.updated_at", "o.placed_at"),
        expected=orders,
    )
    yield RowRule(
        "refund.after_capture",
        INVARIANT,
        "Nothing is refunded before it was captured.",
        PAYMENTS,
        "d.created_at < o.paid_at OR o.paid_at IS NULL",
        ("d.created_at", "o.paid_at"),
        applies="d.kind = 'refund'",
    )


def _of_people() -> Iterator[Rule]:
    yield RowRule(
        "address.after_sign_up",
        INVARIANT,
        "Addresses are made at sign-up or later, and not updated before they are made.",
        ADDRESSES,
        "a.created_at < u.created_at OR a.updated_at < a.created_at OR u.updated_at < u.created_at",
        ("a.created_at", "a.updated_at", "u.created_at AS signed_up_at", "u.updated_at AS user_updated_at"),
        expected=rows_of("addresses"),
    )
    yield RowRule(
        "wish.moments",
        INVARIANT,
        "Wishes are made after sign-up and launch, removed later, and updated then.",
        WISHLIST,
        """w.created_at < u.created_at OR w.created_at < p.launched_at OR w.removed_at < w.created_at
        OR w.updated_at <> coalesce(w.removed_at, w.created_at)""",
        ("w.created_at", "w.removed_at", "w.updated_at", "u.created_at AS signed_up_at", "p.launched_at"),
        expected=rows_of("wishlist"),
    )


def _of_goods() -> Iterator[Rule]:
    yield RowRule(
        "category.moments",
        INVARIANT,
        "A category is made before its sub-categories.",
        SUB_CATEGORIES,
        "c.created_at > s.created_at OR s.updated_at < s.created_at OR c.updated_at < c.created_at",
        ("c.created_at AS category_made_at", "s.created_at", "s.updated_at"),
        expected=rows_of("sub_categories"),
    )
    yield RowRule(
        "product.moments",
        INVARIANT,
        "A product is made after its sub-category, launched later, ends later, and is updated at the latest.",
        PRODUCTS,
        """s.created_at > p.created_at OR p.created_at > p.launched_at
        OR p.launched_at > p.discontinued_at
        OR p.updated_at <> coalesce(p.discontinued_at, p.launched_at)""",
        ("s.created_at AS sub_category_made_at", "p.created_at", "p.launched_at", "p.discontinued_at"),
        expected=rows_of("products"),
    )
    yield RowRule(
        "sku.moments",
        INVARIANT,
        "A SKU is made with its product or later, and updated when its product is discontinued.",
        SKUS,
        "s.created_at < p.created_at OR s.updated_at <> coalesce(p.discontinued_at, s.created_at)",
        ("s.created_at", "s.updated_at", "p.created_at AS product_made_at", "p.discontinued_at"),
        applies="p.id IS NOT NULL",
        expected=rows_of("products_skus"),
    )
