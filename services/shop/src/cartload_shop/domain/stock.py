"""Rules of stock: how a change of a SKU is shared out among the centres that have it."""

from collections.abc import Mapping
from typing import Literal

from cartload_shop.domain.shops import EntityId

type ChangeType = Literal["opening", "restock", "purchase", "release", "return", "adjustment"]
"""Why stock changes; the ledger knows no other reason."""

MOST_PIECES = 1_000_000
"""Most pieces of one change."""


class OutOfStock(Exception):
    """There is less of a SKU than is to be taken."""

    def __init__(self, sku_id: EntityId, left: int) -> None:
        super().__init__(f"{left} pieces of {sku_id} are left")
        self.sku_id = sku_id
        self.left = left


def shared_out(quantities: Mapping[EntityId, int], change: int) -> dict[EntityId, int]:
    """How much each centre has after a change, of those whose quantity changes.

    Pieces are taken where most lie, one centre after the other, and put where fewest lie. Raises ValueError
    when all have less than is taken, or when there is no centre.
    """
    if not quantities or sum(quantities.values()) + change < 0:
        raise ValueError(f"{change} pieces cannot be shared out among {dict(quantities)}")
    # By key where quantities are equal, so that the same change always comes out the same.
    if change >= 0:
        fewest = min(quantities, key=lambda centre: (quantities[centre], str(centre)))
        return {fewest: quantities[fewest] + change} if change else {}
    after: dict[EntityId, int] = {}
    left = -change
    for centre in sorted(quantities, key=lambda centre: (-quantities[centre], str(centre))):
        taken = min(left, quantities[centre])
        if taken:
            after[centre] = quantities[centre] - taken
        left -= taken
    return after
