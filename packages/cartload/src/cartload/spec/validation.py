"""What single fields cannot say: specs that contradict themselves."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from cartload.spec import counts, session_counts
from cartload.spec.model import Spec, rfc3339

_MOST_SKUS = 1_000_000


class Contradiction(NamedTuple):
    """A field, its value and why it cannot stand beside the others."""

    field: str
    value: Any
    message: str


def contradictions(spec: Spec) -> list[Contradiction]:
    """All contradictions of a resolved spec."""
    return [
        *_catalogue(spec),
        *_baskets(spec),
        *_wishes(spec),
        *_inventory(spec),
        *_clickstream(spec),
        *_as_of(spec),
    ]


def _catalogue(spec: Spec) -> Iterator[Contradiction]:
    products, categories = counts.catalogue_rows(spec, "products"), spec.catalogue.categories
    if products < categories:
        yield Contradiction(
            "catalogue.products", products, f"{products} products cannot fill {categories} categories"
        )
    skus = counts.catalogue_rows(spec, "products_skus")
    if skus > _MOST_SKUS:
        yield Contradiction(
            "catalogue.skus_per_product",
            spec.catalogue.skus_per_product,
            f"makes {skus} SKUs, at most {_MOST_SKUS} are possible",
        )


def _baskets(spec: Spec) -> Iterator[Contradiction]:
    largest = counts.largest_basket(spec)
    on_sale = counts.fewest_on_sale(counts.catalogue_rows(spec, "products"))
    if spec.orders.per_customer > 0 and largest > on_sale:
        yield Contradiction(
            "orders.items",
            spec.orders.items,
            f"the largest basket has {largest} lines, but at times only {on_sale} products are on sale",
        )


def _wishes(spec: Spec) -> Iterator[Contradiction]:
    most, products = counts.most_wishes(spec), counts.catalogue_rows(spec, "products")
    if most > products:
        yield Contradiction(
            "wishlist.per_customer",
            spec.wishlist.per_customer,
            f"a customer may have {most} wishes, but there are only {products} products",
        )


def _inventory(spec: Spec) -> Iterator[Contradiction]:
    centers = counts.distribution_centers(spec)
    if spec.inventory.centers_per_sku > centers:
        yield Contradiction(
            "inventory.centers_per_sku",
            spec.inventory.centers_per_sku,
            f"a SKU cannot lie in {spec.inventory.centers_per_sku:g} of {centers} distribution centres",
        )


def _clickstream(spec: Spec) -> Iterator[Contradiction]:
    clickstream = spec.clickstream
    left = round(1 - clickstream.bounce_rate, 4)
    if clickstream.abandonment_rate > left:
        yield Contradiction(
            "clickstream.abandonment_rate",
            clickstream.abandonment_rate,
            f"must be at most {left:g} beside clickstream.bounce_rate = {clickstream.bounce_rate:g}: "
            "a session has a single event or a cart, not both",
        )
    if clickstream.conversion_rate is not None:
        yield from _conversion(spec, clickstream.conversion_rate)


def _conversion(spec: Spec, conversion: float) -> Iterator[Contradiction]:
    field, sessions = "clickstream.conversion_rate", spec.clickstream.sessions_per_customer
    if sessions == 0:
        yield Contradiction(
            field, conversion, "needs clickstream.sessions_per_customer above 0: there is no session"
        )
        return
    if spec.orders.per_customer == 0:
        yield Contradiction(field, conversion, "needs orders.per_customer above 0: nobody buys")
        return
    most, least = session_counts.highest_conversion(spec), session_counts.lowest_conversion(spec)
    if not least <= conversion <= most:
        yield Contradiction(
            field,
            conversion,
            f"must be {least:g} to {most:g} beside clickstream.sessions_per_customer = {sessions:g} "
            f"and orders.per_customer = {spec.orders.per_customer:g}",
        )


def _as_of(spec: Spec) -> Iterator[Contradiction]:
    if spec.as_of is None:
        return
    opens = datetime.combine(spec.window.start, time(), UTC)
    closes = datetime.combine(spec.window.end, time(), UTC) + timedelta(days=1)
    if not opens <= spec.as_of <= closes:
        yield Contradiction(
            "as_of", rfc3339(spec.as_of), f"must lie in the window, {rfc3339(opens)} to {rfc3339(closes)}"
        )
