"""Invariant 4 broken: a status, a charge or a refund that does not fit."""

from typing import Final

from support.mutations.case import Case, case, one, orders

_DELIVERED: Final = orders("status = 'delivered'")
_CAPTURED: Final = f"kind = 'charge' AND status = 'captured' AND {_DELIVERED}"
_LATER: Final = "updated_at = updated_at + INTERVAL 1 MILLISECOND"

CASES: Final[dict[str, Case]] = {
    "order.times": case(one("order_details", "status = 'shipped'", "status = 'delivered'")),
    "order.last_charge": case(one("payment_details", _LATER, _CAPTURED)),
    "order.first_charge": case(
        one(
            "payment_details",
            "created_at = created_at + INTERVAL 1 MILLISECOND",
            f"{_CAPTURED} AND attempt = 1",
        )
    ),
    "payment.attempts": case(one("payment_details", "attempt = 9", f"{_CAPTURED} AND attempt = 1")),
    "payment.settled": case(one("payment_details", _LATER, "status = 'voided'")),
    "payment.reason": case(one("payment_details", "failure_reason = 'none'", "status = 'captured'")),
    "refund.amount": case(
        one("payment_details", "amount = amount + 1", "kind = 'refund'"), others="order.collected"
    ),
    "refund.moment": case(one("payment_details", _LATER, "kind = 'refund'")),
    "order.returned_pieces": case(one("order_item", "returned_quantity = 1", _DELIVERED)),
    "line.returned_quantity": case(one("order_item", "returned_quantity = -1", _DELIVERED)),
}
