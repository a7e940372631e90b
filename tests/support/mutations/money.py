"""Invariant 2 broken: one amount off by one."""

from typing import Final

from support.mutations.case import Case, case, first, one, orders

_BOUGHT: Final = "id IN (SELECT product_sku_id FROM order_item)"
_CAPTURED: Final = f"status = 'captured' AND kind = 'charge' AND {orders("status = 'delivered'")}"
_TWO_LINES: Final = """(SELECT order_id, min(i.line_number) AS low, max(i.line_number) AS high
    FROM order_item i JOIN order_details o ON o.id = i.order_id
    WHERE o.discount > 0 AND o.status = 'delivered' AND i.discount > 0
    GROUP BY order_id HAVING count(*) > 1 ORDER BY order_id LIMIT 1)"""

CASES: Final[dict[str, Case]] = {
    "line.unit_price": case(one("products_skus", "price = price + 1", _BOUGHT)),
    "line.total": case(one("order_item", "unit_price = unit_price + 1"), others="line.unit_price"),
    "line.discount": case(
        f"""UPDATE order_item i SET discount = i.discount + CASE WHEN i.line_number = o.low THEN 1 ELSE -1 END
        FROM {_TWO_LINES} o WHERE i.order_id = o.order_id AND i.line_number IN (o.low, o.high)""",
        perhaps="line.tax",
    ),
    "line.tax": case(
        one("order_item", "tax = tax + 1", orders("status = 'delivered'")),
        others="order.tax",
    ),
    "order.subtotal": case(
        one("order_details", "subtotal = subtotal + 1, shipping = shipping - 1", "discount = 0"),
        others="order.shipping",
    ),
    "order.discount": case(
        one("order_details", "discount = discount + 1, shipping = shipping + 1", "discount > 0"),
        others="order.shipping",
        perhaps="line.discount",
    ),
    "order.tax": case(
        one("order_details", "tax = tax + 1, shipping = shipping - 1"), others="order.shipping"
    ),
    "order.total": case(one("order_details", "shipping = shipping + 1"), others="order.shipping"),
    "order.discount_below_subtotal": case(one("order_details", "coupon = NULL", "discount > 0")),
    "order.shipping": case(
        f"SET VARIABLE one = {first('order_details', "status = 'delivered'")}",
        "UPDATE order_details SET shipping = shipping + 1, total = total + 1 WHERE id = getvariable('one')",
        """UPDATE payment_details SET amount = amount + 1 WHERE order_id = getvariable('one')""",
    ),
    "order.currency": case(one("order_details", "currency = 'ZZZ'"), others="charge.amount"),
    "order.collected": case(one("payment_details", "amount = amount + 1", _CAPTURED), others="charge.amount"),
    "charge.amount": case(one("payment_details", "currency = 'ZZZ'")),
}
