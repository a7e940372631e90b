"""What customers do: how often they order, and how much an order is worth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST_ORDERS: Final = 10
"""Customers with so many orders or more are counted together."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Counts over the customers of some batches and all of their orders.

    ``orders_per_customer[n]`` of the customers have ``n`` orders, the last of them `MOST_ORDERS` or more.
    ``orders_by_value[i]`` of the orders have a total of at least ``value_bounds[i]`` and less than
    ``value_bounds[i + 1]``, in minor units of the currency.
    """

    orders_per_customer: tuple[int, ...]
    value_bounds: tuple[int, ...]
    orders_by_value: tuple[int, ...]


def profile(batches: Mapping[str, pa.RecordBatch]) -> Profile:
    """The profile of the customers of whole blocks: every order of each has to be there."""
    orders = batches["order_details"]
    counts = pc.value_counts(orders["user_id"]).field("counts").to_numpy()
    silent = batches["users"].num_rows - len(counts)
    times = np.bincount(np.minimum(counts, MOST_ORDERS), minlength=MOST_ORDERS + 1)
    times[0] += silent
    totals = orders["total"].to_numpy()
    bounds = tuple(_bounds(int(totals.min()), int(totals.max()))) if len(totals) else ()
    by_value = np.histogram(totals, bounds)[0] if bounds else ()
    return Profile(tuple(map(int, times)), bounds, tuple(map(int, by_value)))


def _bounds(least: int, most: int) -> Iterator[int]:
    """Of 0, 1, 2, 5, 10, 20, 50, … those from the last up to ``least`` to the first above ``most``."""
    rounds = [0, *(first * 10**power for power in range(19) for first in (1, 2, 5))]
    begin = max(place for place, bound in enumerate(rounds) if bound <= least)
    for bound in rounds[begin:]:
        yield bound
        if bound > most:
            return
