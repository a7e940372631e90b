"""Invariant 2: money reconciles exactly, for lines, orders, charges and refunds."""

from collections.abc import Iterator
from typing import Final

from cartload.checker.model import RowRule, Rule
from cartload.checker.relations import ITEMS, ORDERS, PAYMENTS, ROWS, RUNNING_ITEMS
from cartload.checker.rules.structure import rows_of
from cartload.spec.model import Spec, ten_thousandths

INVARIANT: Final = 2
_ITEMS: Final = rows_of("order_item")
_ORDERS: Final = rows_of("order_details")

_KEPT: Final = """o.total - CASE o.status WHEN 'returned' THEN l.refund WHEN 'cancelled' THEN o.total
    ELSE 0 END"""


def rules(spec: Spec | None) -> Iterator[Rule]:
    """The rules of money; tax rates, fees and currency as the spec says, where it is known."""
    yield from _of_items()
    yield from _of_orders()
    yield _charges()
    yield _all_together()
    if spec is not None:
        yield from _of_spec(spec)


def _of_items() -> Iterator[Rule]:
    yield RowRule(
        "line.unit_price",
        INVARIANT,
        "A line's unit_price is its SKU's price, at least 1.",
        ITEMS,
        "i.unit_price <> s.price OR i.unit_price < 1",
        ("i.unit_price", "s.price"),
        expected=_ITEMS,
    )
    yield RowRule(
        "line.total",
        INVARIANT,
        "line_total is unit_price x quantity, quantity at least 1.",
        ROWS["order_item"],
        "t.line_total <> t.unit_price * t.quantity OR t.quantity < 1",
        ("t.unit_price", "t.quantity", "t.line_total"),
        expected=_ITEMS,
    )
    yield RowRule(
        "line.discount",
        INVARIANT,
        "An order's discount is spread over its lines by running sums, rounded down.",
        RUNNING_ITEMS,
        """i.discount <> o.discount * i.upto // greatest(o.subtotal, 1)
        - o.discount * (i.upto - i.line_total) // greatest(o.subtotal, 1)""",
        ("i.line_number", "i.line_total", "i.discount", "o.discount AS order_discount", "o.subtotal"),
        expected=_ITEMS,
    )


def _of_orders() -> Iterator[Rule]:
    for column, summed in (
        ("subtotal", "line totals"),
        ("discount", "line discounts"),
        ("tax", "line taxes"),
    ):
        yield RowRule(
            f"order.{column}",
            INVARIANT,
            f"An order's {column} is the sum of its {summed}.",
            ORDERS,
            f"o.{column} <> coalesce(l.{column}, 0)",
            (f"o.{column}", f"l.{column} AS of_lines"),
            expected=_ORDERS,
        )
    yield RowRule(
        "order.total",
        INVARIANT,
        "total is subtotal - discount + tax + shipping, above 0.",
        ROWS["order_details"],
        "t.total <> t.subtotal - t.discount + t.tax + t.shipping OR t.total <= 0",
        ("t.subtotal", "t.discount", "t.tax", "t.shipping", "t.total"),
        expected=_ORDERS,
    )
    yield RowRule(
        "order.discount_below_subtotal",
        INVARIANT,
        "A discount is not negative and below the subtotal; one above 0 has a coupon, no other has.",
        ROWS["order_details"],
        """t.discount < 0 OR t.discount > 0 AND t.discount >= t.subtotal
        OR (t.coupon IS NULL) <> (t.discount = 0)""",
        ("t.subtotal", "t.discount", "t.coupon"),
        expected=_ORDERS,
    )


def _charges() -> Rule:
    return RowRule(
        "charge.amount",
        INVARIANT,
        "Each charge asks for the order's total, in its currency; no payment is of 0 or less.",
        PAYMENTS,
        "d.kind = 'charge' AND d.amount <> o.total OR d.amount <= 0 OR d.currency <> o.currency",
        ("d.kind", "d.amount", "d.currency", "o.total", "o.currency AS order_currency"),
        expected=_ORDERS,
    )


def _all_together() -> Rule:
    return RowRule(
        "order.collected",
        INVARIANT,
        "Captured charges less refunds are what each order leaves, so they are over the whole dataset.",
        ORDERS,
        f"coalesce(p.collected, 0) <> CASE WHEN o.paid_at IS NULL THEN 0 ELSE {_KEPT} END",
        ("o.status", "o.paid_at", "o.total", "l.refund AS asked_by_lines", "p.collected"),
        expected=_ORDERS,
    )


def _of_spec(spec: Spec) -> Iterator[Rule]:
    rates = " ".join(f"WHEN '{code}' THEN {ten_thousandths(rate)}" for code, rate in spec.tax.rates.items())
    rate = f"(CASE a.country {rates} ELSE {ten_thousandths(spec.tax.default)} END)"
    if not spec.tax.rates:
        rate = str(ten_thousandths(spec.tax.default))
    yield RowRule(
        "line.tax",
        INVARIANT,
        "A line's tax is (line_total - discount) x the rate of the order's country, rounded half up.",
        ITEMS,
        f"i.tax <> ((i.line_total - i.discount) * {rate} + 5000) // 10000",
        ("i.line_total", "i.discount", "i.tax", "a.country", f"{rate} AS ten_thousandths"),
        applies="a.id IS NOT NULL",
        expected=_ITEMS,
    )
    free = spec.shipping.free_from
    # In a store the customer carries the goods home, whatever they cost.
    carried = "t.channel = 'store'" + ("" if free is None else f" OR t.subtotal - t.discount >= {free}")
    yield RowRule(
        "order.shipping",
        INVARIANT,
        "Shipping is the spec's fee; free from the spec's amount on, and at the counter of a store.",
        ROWS["order_details"],
        f"t.shipping <> CASE WHEN {carried} THEN 0 ELSE {spec.shipping.fee} END",
        ("t.channel", "t.subtotal", "t.discount", "t.shipping"),
        expected=_ORDERS,
    )
    yield RowRule(
        "order.currency",
        INVARIANT,
        f"Every order is in {spec.currency}.",
        ROWS["order_details"],
        f"t.currency <> '{spec.currency}'",
        ("t.currency",),
        expected=_ORDERS,
    )
