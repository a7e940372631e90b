"""Exact row counts: how many rows of each table lie before a customer, in integers only."""

from typing import Final

from cartload._identity import BLOCK
from cartload.spec import payment_counts, review_counts, session_counts
from cartload.spec.model import DECIMALS, Spec, scaled, ten_thousandths

EXPECTED: Final = frozenset({"payment_details", "reviews", "sessions", "events"})
"""Tables whose rows follow from what orders are like, so that their number is only expected beforehand."""


def rows_before(spec: Spec, table: str, customers: int) -> int:
    """Rows of a table that belong to the first ``customers`` customers.

    For :data:`EXPECTED` tables it is the expectation.
    """
    match table:
        case "users":
            return customers
        case "addresses":
            return scaled(customers, spec.addresses.per_customer)
        case "order_details":
            return scaled(customers, spec.orders.per_customer)
        case "order_item":
            return scaled(rows_before(spec, "order_details", customers), spec.orders.items)
        case "wishlist":
            return scaled(customers, spec.wishlist.per_customer)
        case "payment_details":
            orders = rows_before(spec, "order_details", customers)
            return orders * payment_counts.payments_per_million_orders(spec) // 1_000_000
        case "reviews":
            items = rows_before(spec, "order_item", customers)
            return items * review_counts.reviews_per_million_items(spec) // 1_000_000
        case "sessions" | "events":
            orders = rows_before(spec, "order_details", customers)
            return session_counts.rows_before(spec, table, customers, orders)
    raise KeyError(table)


def rows_of_block(spec: Spec, table: str) -> int:
    """Rows of a whole block, by which sizes are planned: the expected ones as if the window had no end."""
    if table == "payment_details":
        orders = rows_before(spec, "order_details", BLOCK)
        return orders * payment_counts.most_payments_per_million_orders(spec) // 1_000_000
    if table == "reviews":
        return scaled(rows_before(spec, "order_item", BLOCK), spec.reviews.rate)
    return rows_before(spec, table, BLOCK)


def rows_between(spec: Spec, table: str, first_block: int, customers: int) -> int:
    """Rows of a table in a run of blocks that starts at a block and holds that many customers."""
    start = first_block * BLOCK
    return rows_before(spec, table, start + customers) - rows_before(spec, table, start)


_SESSION_BITS, _EVENT_BITS = 21, 10
SESSIONS_OF_A_BLOCK: Final = 1 << _SESSION_BITS
"""Row numbers of sessions leave room for so many in each block: keys depend on no other block."""
EVENTS_OF_A_SESSION: Final = 1 << _EVENT_BITS
"""Row numbers of events leave room for so many in each session."""


def first_row(spec: Spec, table: str, block: int) -> int:
    """The least row number that a block's rows of a table, or those of a later block, can have."""
    match table:
        case "sessions":
            return block << _SESSION_BITS
        case "events":
            return block << _SESSION_BITS + _EVENT_BITS
    return rows_before(spec, table, block * BLOCK)


def catalogue_rows(spec: Spec, table: str) -> int:
    """Rows of a catalogue table; the spec is resolved."""
    catalogue = spec.catalogue
    products = catalogue.products
    if products is None:
        raise ValueError("the spec is not resolved: catalogue.products is open")
    match table:
        case "categories":
            return catalogue.categories
        case "sub_categories":
            return catalogue.categories * catalogue.sub_categories
        case "products":
            return products
        case "products_skus":
            return scaled(products, catalogue.skus_per_product)
        case "distribution_centers":
            return distribution_centers(spec)
        case "inventory_items":
            return scaled(catalogue_rows(spec, "products_skus"), spec.inventory.centers_per_sku)
    raise KeyError(table)


_FEWEST_CENTERS, _MOST_CENTERS = 3, 10


def distribution_centers(spec: Spec) -> int:
    """How many distribution centres there are: as the spec says, else by the customers' countries."""
    countries = len({locale[-2:] for locale in spec.locales})
    return spec.inventory.centers or min(max(countries, _FEWEST_CENTERS), _MOST_CENTERS)


SPREAD = 8
"""The most that a customer outweighs another where wishes are given out."""
BASKET_SPREAD = 14
"""The most that an order's further lines outweigh the mean."""


def largest_basket(spec: Spec) -> int:
    """No order has more lines than this."""
    extra = ten_thousandths(spec.orders.items) - DECIMALS
    # 2 and the rounded-up product: in Python -(-a // b) is a / b rounded up.
    return 1 if extra == 0 else 2 - (-BASKET_SPREAD * extra // DECIMALS)


def most_wishes(spec: Spec) -> int:
    """No customer has more wishes than this."""
    wishes = ten_thousandths(spec.wishlist.per_customer)
    return 0 if wishes == 0 else -(-SPREAD * (wishes + DECIMALS) // DECIMALS)


def fewest_on_sale(products: int) -> int:
    """At no moment of the window fewer products are on sale: the catalogue's rule of launches and ends."""
    return -(-products // 2)
