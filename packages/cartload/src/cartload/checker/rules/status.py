"""Invariant 4: an order's status agrees with its times and payments."""

from collections.abc import Iterator
from typing import Final

from cartload.checker.model import RowRule, Rule
from cartload.checker.relations import ITEMS, ORDERS, PAYMENTS
from cartload.checker.rules.structure import rows_of
from cartload.spec.daily_demand import shown_end
from cartload.spec.model import Spec

INVARIANT: Final = 4

_TIMES: Final = ("paid_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at")
_SHAPES: Final = {
    "pending": ("00000",),
    "paid": ("10000",),
    "shipped": ("11000",),
    "delivered": ("11100",),
    "returned": ("11101",),
    "cancelled": ("00010", "10010"),
}
"""Which of the times are set, by status."""
_SHAPE: Final = " || ".join(f"(o.{column} IS NOT NULL)::INTEGER::VARCHAR" for column in _TIMES)
_EXPECTED: Final = " ".join(
    f"WHEN '{status}' THEN {_SHAPE} IN ({', '.join(map(repr, shapes))})" for status, shapes in _SHAPES.items()
)
_LONG_DAYS: Final = 120


def rules() -> Iterator[Rule]:
    """The rules of status."""
    yield from _of_orders()
    yield from _of_charges()
    yield from _of_refunds()
    yield from _of_items()


def _of_orders() -> Iterator[Rule]:
    orders = rows_of("order_details")
    yield RowRule(
        "order.times",
        INVARIANT,
        "Those times are set that the status asks for, and no others.",
        ORDERS,
        f"NOT (CASE o.status {_EXPECTED} END)",
        ("o.status", *(f"o.{column}" for column in _TIMES)),
        expected=orders,
    )
    yield RowRule(
        "order.last_charge",
        INVARIANT,
        "The last charge is captured at paid_at; of unpaid orders open, failed or voided as the status says.",
        ORDERS,
        """coalesce(p.charges, 0) < 1 OR NOT (CASE
          WHEN o.paid_at IS NOT NULL THEN p.last_status = 'captured' AND p.last_updated = o.paid_at
          WHEN o.status = 'pending' THEN p.last_status IN ('pending', 'failed')
          ELSE p.last_status IN ('voided', 'failed') END)""",
        ("o.status", "o.paid_at", "p.charges", "p.last_status", "p.last_updated"),
        expected=orders,
    )
    yield RowRule(
        "order.first_charge",
        INVARIANT,
        "The first charge is made when the order is placed.",
        ORDERS,
        "p.first_created <> o.placed_at",
        ("o.placed_at", "p.first_created"),
        expected=orders,
    )


def _of_charges() -> Iterator[Rule]:
    yield RowRule(
        "payment.attempts",
        INVARIANT,
        "Charges are numbered from 1, all but the last failed; a refund comes after them, at most one.",
        PAYMENTS,
        """d.kind = 'charge' AND d.attempt < p.last_charge AND d.status <> 'failed'
        OR p.captured > 1 OR p.last_charge <> p.charges OR p.refund_attempt <> p.charges + 1
        OR p.refunds > 1""",
        ("d.kind", "d.attempt", "d.status", "p.charges", "p.captured", "p.refunds"),
        expected=rows_of("order_details"),
    )
    yield RowRule(
        "payment.settled",
        INVARIANT,
        "A voided charge ends when its order is cancelled; one that is open has not changed.",
        PAYMENTS,
        """d.status = 'voided' AND (d.updated_at <> o.cancelled_at OR o.cancelled_at IS NULL)
        OR d.status = 'pending' AND d.updated_at <> d.created_at""",
        ("d.status", "d.created_at", "d.updated_at", "o.cancelled_at"),
        applies="d.status IN ('voided', 'pending')",
    )
    yield RowRule(
        "payment.reason",
        INVARIANT,
        "A failed charge has a reason, no other payment has; card payments show a card, no others do.",
        PAYMENTS,
        """(d.failure_reason IS NULL) = (d.status = 'failed')
        OR (d.card_last_four IS NULL) = (d.method = 'card')""",
        ("d.status", "d.failure_reason", "d.method", "d.card_last_four"),
        expected=rows_of("order_details"),
    )


def _of_refunds() -> Iterator[Rule]:
    yield RowRule(
        "refund.amount",
        INVARIANT,
        "A returned order gives back its lines' parts, one cancelled after payment all, others nothing.",
        ORDERS,
        """p.refunded <> CASE WHEN o.status = 'returned' THEN coalesce(l.refund, 0)
          WHEN o.status = 'cancelled' AND o.paid_at IS NOT NULL THEN o.total ELSE 0 END""",
        ("o.status", "p.refunded", "l.refund AS asked_by_lines", "o.total", "o.paid_at"),
        applies="o.status IN ('returned', 'cancelled') OR p.refunds > 0",
        expected=_ended,
    )
    yield RowRule(
        "refund.moment",
        INVARIANT,
        "A refund is captured when it is made, at the cancellation or return.",
        ORDERS,
        """p.refund_status <> 'captured' OR p.refund_created <> p.refund_updated
        OR p.refund_created IS DISTINCT FROM coalesce(o.cancelled_at, o.returned_at)""",
        ("p.refund_status", "p.refund_created", "p.refund_updated", "o.cancelled_at", "o.returned_at"),
        applies="p.refunds > 0",
        expected=_refunded,
    )


def _of_items() -> Iterator[Rule]:
    yield RowRule(
        "order.returned_pieces",
        INVARIANT,
        "Returned orders have a line with pieces that came back, and no others have.",
        ORDERS,
        "(coalesce(l.returned, 0) > 0) <> (o.status = 'returned')",
        ("o.status", "l.returned"),
        expected=rows_of("order_details"),
    )
    yield RowRule(
        "line.returned_quantity",
        INVARIANT,
        "No more pieces of a line come back than were bought.",
        ITEMS,
        "i.returned_quantity < 0 OR i.returned_quantity > i.quantity",
        ("i.quantity", "i.returned_quantity"),
        expected=rows_of("order_item"),
    )


def _ended(spec: Spec) -> float:
    """Orders that are surely returned or cancelled: half of the shares, in windows of some months."""
    return _at_least(spec, (spec.orders.cancel_rate + spec.orders.return_rate) / 2)


def _refunded(spec: Spec) -> float:
    """Those that were surely paid before: where every failed first charge is an order that nobody pays."""
    orders = spec.orders
    cancelled, failing = orders.cancel_rate, orders.payment_failure_rate
    paid_in_vain = max(0.0, cancelled - failing) / 2
    return _at_least(spec, paid_in_vain + (1 - max(cancelled, failing)) * orders.return_rate)


def _at_least(spec: Spec, share: float) -> float:
    """Half of a share of all orders; nothing in windows so short that little comes to its end."""
    days = (shown_end(spec).date() - spec.window.start).days - 1
    return rows_of("order_details")(spec) * share / 2 if days > _LONG_DAYS else 0
