"""The same shop by a library of single fake values, with the proportions of a default dataset of ours.

Rows are dicts with the tables' columns, as such libraries are used. Nothing is written anywhere.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from cartload.schema import Ids

Row = dict[str, Any]
Makers = dict[str, Callable[[int], Row]]
"""By table: the row with a number."""

CATALOGUE = {
    "categories": 20,
    "sub_categories": 100,
    "products": 1_000,
    "products_skus": 3_000,
    "distribution_centers": 10,
    "inventory_items": 6_000,
}
"""Made once, at the beginning."""
OF_A_HUNDRED = {
    "users": 100,
    "addresses": 140,
    "order_details": 250,
    "order_item": 550,
    "payment_details": 285,
    "wishlist": 120,
    "reviews": 96,
}
"""Rows that a hundred customers of a default dataset have."""


def key(ids: Ids, uuid: Callable[[], str], number: int) -> int | str:
    """A key of a row, or of one that it belongs to."""
    return uuid() if ids == "uuid" else number


def rows(makers: Makers) -> Iterator[Row]:
    """Rows without end."""
    for table, count in CATALOGUE.items():
        for number in range(count):
            yield makers[table](number)
    hundreds = 0
    while True:
        for table, count in OF_A_HUNDRED.items():
            for number in range(hundreds * count, (hundreds + 1) * count):
                yield makers[table](number)
        hundreds += 1


def rate(makers: Makers, seconds: float) -> tuple[float, float]:
    """Rows and cells per second of CPU time, over so many seconds, after a tenth of that to warm up."""
    stream = rows(makers)
    for _ in _until(stream, time.process_time() + seconds / 10):
        pass
    began, made, cells = time.process_time(), 0, 0
    for batch in _until(stream, began + seconds):
        made += len(batch)
        cells += sum(map(len, batch))
    spent = time.process_time() - began
    return made / spent, cells / spent


def _until(stream: Iterator[Row], end: float) -> Iterator[list[Row]]:
    while time.process_time() < end:
        yield [next(stream) for _ in range(1_000)]
