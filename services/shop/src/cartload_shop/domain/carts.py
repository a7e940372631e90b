"""Rules of carts: what a cart may hold, and what becomes of two that are merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cartload_shop.domain.shops import EntityId

MOST_OF_A_SKU = 99
MOST_LINES = 100
MOST_GUESTS = 100_000
"""Carts of guests in one shop; those that nobody touches are forgotten."""

type Quantities = dict[EntityId, int]
"""Pieces by SKU."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What was not taken over as it was asked for, and why."""

    sku_id: EntityId
    code: Literal["limit", "stock", "gone", "lines"]
    quantity: int
    """How many pieces there are in the cart now."""


def merged(
    own: Quantities, guest: Quantities, available: Mapping[EntityId, int]
) -> tuple[Quantities, list[Notice]]:
    """The cart of an account after that of a guest was put into it, and what was cut off.

    One line a SKU, with the pieces of both, but not more than a cart takes and the shop has. ``available``
    has what can be bought now of each SKU; one that is not in it is not on sale. What the account had before
    stays as it was, and lines come in the order in which they were added.
    """
    result, notices = dict(own), []
    for sku_id, quantity in guest.items():
        wanted = own.get(sku_id, 0) + quantity
        if sku_id not in available:
            notices.append(Notice(sku_id, "gone", own.get(sku_id, 0)))
        elif sku_id not in result and len(result) >= MOST_LINES:
            notices.append(Notice(sku_id, "lines", 0))
        else:
            taken = max(min(wanted, MOST_OF_A_SKU, available[sku_id]), own.get(sku_id, 0))
            if taken:
                result[sku_id] = taken
            if taken < wanted:
                code: Literal["limit", "stock"] = "stock" if available[sku_id] <= MOST_OF_A_SKU else "limit"
                notices.append(Notice(sku_id, code, taken))
    return result, notices
