"""The topics of a shop, the types of events on each, and of which changes of rows each type tells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from cartload.events.row_changes import CREATED, UPDATED
from cartload.schema import TABLE_NAMES

type Form = Literal["business", "cdc"]
"""What ``data`` is: the row with more fields beside its own, or Debezium's envelope around the row."""

PREFIX: Final = "ecommerce-"
USER_EVENTS: Final = f"{PREFIX}user-events"
ORDERS: Final = f"{PREFIX}orders"
INVENTORY: Final = f"{PREFIX}inventory"
CLICKSTREAM: Final = f"{PREFIX}clickstream"
PAYMENTS: Final = f"{PREFIX}payments"
CDC: Final = f"{PREFIX}cdc"
"""The topics of rows are called so, a dot, and the table."""


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of events, each of which tells of one change of one row of a table.

    It tells of the changes whose operation is one of ``operations`` and after which columns have values as
    ``where`` says; with a column ``previous`` only of those that change its value. ``key`` is the column
    that holds the record's key. Beside the row, ``data`` has the former value of ``previous``, as
    ``previous_<column>``, the order's ``items``, and what is known of the visitor of a session's event.
    """

    name: str
    topic: str
    table: str
    description: str
    operations: tuple[str, ...] = (CREATED, UPDATED)
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    key: str = "id"
    previous: str | None = None
    items: bool = False
    visitor: bool = False
    form: Form = "business"


VISITOR_COLUMNS: Final = (
    "visitor_id",
    "user_id",
    "channel",
    "device",
    "os",
    "browser",
    "traffic_source",
    "country",
)
"""Columns of its session that an event of the clickstream has beside its own."""


def _click(name: str, description: str) -> EventType:
    return EventType(
        name,
        CLICKSTREAM,
        "events",
        description,
        (CREATED,),
        where=(("type", (name,)),),
        key="visitor_id",
        visitor=True,
    )


_BUSINESS: Final = (
    EventType("user_registered", USER_EVENTS, "users", "A customer signed up.", (CREATED,)),
    EventType("product_created", INVENTORY, "products", "A product was launched.", (CREATED,)),
    EventType("product_deleted", INVENTORY, "products", "A product was discontinued.", (UPDATED,)),
    EventType(
        "stock_changed",
        INVENTORY,
        "products_skus",
        "The pieces in stock of a SKU: at its launch, and when its product was discontinued.",
        previous="stock",
    ),
    EventType("order_created", ORDERS, "order_details", "An order was placed.", (CREATED,), items=True),
    EventType(
        "order_updated",
        ORDERS,
        "order_details",
        "An order was paid, shipped, delivered or returned.",
        (UPDATED,),
        where=(("status", ("paid", "shipped", "delivered", "returned")),),
        previous="status",
    ),
    EventType(
        "order_cancelled",
        ORDERS,
        "order_details",
        "An order was cancelled.",
        (UPDATED,),
        where=(("status", ("cancelled",)),),
        previous="status",
    ),
    _click("page_view", "A visitor saw a page that is not a product's."),
    _click("search", "A visitor searched."),
    _click("view_product", "A visitor saw a product."),
    _click("add_to_cart", "A visitor put a product into the cart."),
    _click("remove_from_cart", "A visitor took a product out of the cart."),
    _click("begin_checkout", "A visitor began to check out."),
    _click("purchase", "A visitor bought what is in the cart."),
    EventType(
        "payment_success",
        PAYMENTS,
        "payment_details",
        "A charge was captured.",
        where=(("kind", ("charge",)), ("status", ("captured",))),
        key="order_id",
    ),
    EventType(
        "payment_failed",
        PAYMENTS,
        "payment_details",
        "A charge failed.",
        where=(("kind", ("charge",)), ("status", ("failed",))),
        key="order_id",
    ),
    EventType(
        "payment_refunded",
        PAYMENTS,
        "payment_details",
        "Money was given back.",
        where=(("kind", ("refund",)), ("status", ("captured",))),
        key="order_id",
    ),
)


def cdc_topic(table: str) -> str:
    """The topic of a table's rows."""
    return f"{CDC}.{table}"


_ROWS: Final = tuple(
    EventType(f"row_{name}", cdc_topic(table), table, f"{told} of {table}.", (operation,), form="cdc")
    for table in TABLE_NAMES
    for name, told, operation in (("created", "A new row", CREATED), ("updated", "A changed row", UPDATED))
)

EVENT_TYPES: Final = (*_BUSINESS, *_ROWS)
"""All types. Events of one moment come in this order, those of one type in the order of row numbers.

Those of the clickstream come in the order of row numbers together: that is the order of a session's steps.
"""
TOPICS: Final = tuple(dict.fromkeys(kind.topic for kind in EVENT_TYPES))
BUSINESS_TOPICS: Final = tuple(dict.fromkeys(kind.topic for kind in _BUSINESS))
"""The topics on which a shop tells what happens."""
ROW_TOPICS: Final = tuple(dict.fromkeys(kind.topic for kind in _ROWS))
"""The topics that have its rows, one for each table."""


class UnknownTopicError(ValueError):
    """A topic that there is none of; the message names it and those that there are."""


def matching(patterns: Iterable[str]) -> tuple[str, ...]:
    """The topics of some names, in which ``*`` stands for any characters. Raises UnknownTopicError."""
    found: set[str] = set()
    for pattern in patterns:
        hits = [topic for topic in TOPICS if fnmatchcase(topic, pattern)]
        if not hits:
            raise UnknownTopicError(f"no topic {pattern}; there are {', '.join(TOPICS)}")
        found.update(hits)
    return tuple(topic for topic in TOPICS if topic in found)


def types_of(topics: Sequence[str]) -> tuple[EventType, ...]:
    """The types of events on some topics."""
    return tuple(kind for kind in EVENT_TYPES if kind.topic in topics)
