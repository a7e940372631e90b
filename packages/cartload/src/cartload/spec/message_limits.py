"""Which specs can be sent as messages: the rows that a block has of a table travel in one message.

Files and databases have no such limit, so the command and ``cartload.generate`` do not ask.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from cartload._identity import BLOCK
from cartload.schema import BLOCK_TABLES
from cartload.spec import counts, sizes
from cartload.spec.model import DECIMALS, Spec, ten_thousandths
from cartload.spec.parsing import SpecError

LARGEST_BLOCK_BYTES: Final = 8 * 2**20
"""The most bytes of a block's rows of one table: workers and writers plan their memory by it."""


class _Field(NamedTuple):
    """The field that decides a table's rows in a block, and another beside it."""

    path: str
    beside: str | None = None


_ORDERS, _SESSIONS = "orders.per_customer", "clickstream.sessions_per_customer"
_CONVERSION: Final = "clickstream.conversion_rate"
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
        if error["field"] not in found or _is_stricter(error, found[error["field"]]):
            found[error["field"]] = error
    if found:
        raise SpecError([{k: v for k, v in error.items() if k != "most"} for error in found.values()])


def _is_stricter(error: dict[str, Any], other: dict[str, Any]) -> bool:
    is_least = error["field"] == _CONVERSION
    return bool((error["most"] > other["most"]) if is_least else (error["most"] < other["most"]))


def _too_large(spec: Spec) -> Iterator[dict[str, Any]]:
    for table in BLOCK_TABLES:
        if (size := _bytes(spec, table)) > LARGEST_BLOCK_BYTES:
            field, beside = _field(spec, table)
            value, most = _value(spec, field), _most(spec, table, field)
            other = f" beside {beside} = {_value(spec, beside):g}" if beside else ""
            limit = f"a conversion of at least {most:g}" if field == _CONVERSION else f"at most {most:g}"
            yield {
                "field": field,
                "value": value,
                "most": most,
                "message": f"the service can make {limit}{other} and {spec.ids} ids: {BLOCK:,} "
                f"customers would have {size / 1e6:.1f} MB of {table}, and a message holds "
                f"{LARGEST_BLOCK_BYTES / 1e6:.1f} MB; the command has no such limit",
            }


def _bytes(spec: Spec, table: str) -> int:
    # One row more, since a block may round its share of the rows up.
    return (counts.rows_of_block(spec, table) + 1) * sizes.row_bytes(table, spec.ids)


def _field(spec: Spec, table: str) -> _Field:
    """The field that makes a table too large: of sessions the first of three without which it were not."""
    if table not in ("sessions", "events"):
        return _FIELDS[table]
    if spec.clickstream.conversion_rate is not None and _fits(_with(spec, _CONVERSION, None), table):
        return _Field(_CONVERSION, beside=_ORDERS)
    if _fits(_with(_with(spec, _CONVERSION, None), _SESSIONS, 0.1), table):
        return _Field(_SESSIONS, beside=_ORDERS)
    return _Field(_ORDERS, beside=_SESSIONS)


def _fits(spec: Spec, table: str) -> bool:
    return _bytes(spec, table) <= LARGEST_BLOCK_BYTES


def _most(spec: Spec, table: str, field: str) -> float:
    """The largest value of a field, with one decimal, that fits; the least, with four, of a conversion."""
    if field == _CONVERSION:
        steps = range(ten_thousandths(_value(spec, field)), DECIMALS)
        place = bisect_left(steps, True, key=lambda n: _fits(_with(spec, field, n / DECIMALS), table))
        return steps[place] / DECIMALS
    # The number in the message must itself be accepted, so it is found by trying.
    steps = range(int(_value(spec, field) * 10) + 1)
    return (bisect_left(steps, True, key=lambda n: not _fits(_with(spec, field, n / 10), table)) - 1) / 10


def _with(spec: Spec, field: str, value: float | None) -> Spec:
    section, name = field.split(".")
    changed = getattr(spec, section).model_copy(update={name: value})
    return spec.model_copy(update={section: changed})


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
