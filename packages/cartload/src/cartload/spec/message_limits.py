"""Which specs can be sent as messages: the rows that a block has of a table travel in one message.

Files and databases have no such limit, so the command and ``cartload.generate`` do not ask.
"""

from collections.abc import Iterator
from math import floor
from typing import Any, Final, NamedTuple

from cartload._identity import BLOCK
from cartload.schema import BLOCK_TABLES
from cartload.spec import counts, sizes
from cartload.spec.model import Spec
from cartload.spec.parsing import SpecError

LARGEST_BLOCK_BYTES: Final = 8 * 2**20
"""The most bytes of a block's rows of one table: workers and writers plan their memory by it."""


class _Field(NamedTuple):
    """The field that decides a table's rows in a block, and another beside it."""

    path: str
    beside: str | None = None


_FIELDS: Final = {
    "users": _Field("customers"),
    "addresses": _Field("addresses.per_customer"),
    "order_details": _Field("orders.per_customer"),
    "order_item": _Field("orders.per_customer", beside="orders.items"),
    "payment_details": _Field("orders.per_customer", beside="orders.payment_failure_rate"),
    "wishlist": _Field("wishlist.per_customer"),
    "reviews": _Field("orders.per_customer", beside="reviews.rate"),
}


def require_sendable(spec: Spec) -> None:
    """Accept a resolved spec of which every block fits into messages.

    Raises :class:`SpecError`, which names the field and the most that it may be, when one does not.
    """
    found: dict[str, dict[str, Any]] = {}
    for error in _too_large(spec):
        if error["field"] not in found or error["most"] < found[error["field"]]["most"]:
            found[error["field"]] = error
    if found:
        raise SpecError([{k: v for k, v in error.items() if k != "most"} for error in found.values()])


def _too_large(spec: Spec) -> Iterator[dict[str, Any]]:
    for table in BLOCK_TABLES:
        # One row more, since a block may round its share of the rows up.
        size = (counts.rows_of_block(spec, table) + 1) * sizes.row_bytes(table, spec.ids)
        if size > LARGEST_BLOCK_BYTES:
            field, beside = _FIELDS[table]
            value = _value(spec, field)
            # Rounded down to one decimal: the number in the message must itself be accepted.
            most = floor(value * LARGEST_BLOCK_BYTES / size * 10) / 10
            other = f" beside {beside} = {_value(spec, beside):g}" if beside else ""
            yield {
                "field": field,
                "value": value,
                "most": most,
                "message": f"the service can make at most {most:g}{other} and {spec.ids} ids: {BLOCK:,} "
                f"customers would have {size / 1e6:.1f} MB of {table}, and a message holds "
                f"{LARGEST_BLOCK_BYTES / 1e6:.1f} MB; the command has no such limit",
            }


def most_orders_per_customer(spec: Spec) -> float:
    """The most orders of a customer that can be sent with all other fields as they are."""
    orders = spec.orders.model_copy(update={"per_customer": 50.0})
    errors = _too_large(spec.model_copy(update={"orders": orders}))
    return min((error["most"] for error in errors if error["field"] == "orders.per_customer"), default=50.0)


def _value(spec: Spec, field: str) -> Any:
    value: Any = spec
    for part in field.split("."):
        value = getattr(value, part)
    return value
