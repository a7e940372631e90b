"""Charges and refunds."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload import arrays
from cartload.fixed import I64
from cartload.schema import table
from cartload.tables.lifecycle import CHARGES, RETURNED, Flags
from cartload.tables.sales import Sales

ATTEMPTS: Final = CHARGES + 1
"""Payments an order can have: row number ``order * ATTEMPTS + attempt - 1``."""

_METHODS: Final = arrays.pool(table("payment_details").column("method").values)
_KINDS: Final = arrays.pool(table("payment_details").column("kind").values)
_PAYMENT_STATUSES: Final = arrays.pool(table("payment_details").column("status").values)
_OPEN, _CAPTURED, _FAILED, _VOIDED = range(4)
_CARD: Final = 0
_PROVIDERS: Final = arrays.pool(["acme_pay", "paperplane", "northbank", "klaro", "giftly"])
_CARDS: Final = arrays.pool(["4242", "0000", "1111", "4444", "0005", "8431", "1117", "5556"])
_REASONS: Final = arrays.pool(["insufficient_funds", "declined", "expired", "limit_exceeded", "timeout"])


@dataclass(frozen=True)
class Payments:
    """Charges and refunds: a matrix of orders by attempts, of which some cells are rows."""

    sales: Sales

    @cached_property
    def _charges(self) -> Flags:
        """Which charges the window shows; always the first."""
        return self.sales.life.shown(self.sales.life.charge_created)

    @cached_property
    def _refunded(self) -> Flags:
        life = self.sales.life
        given = life.shown(life.cancelled) & life.shown(life.paid) | (life.status == RETURNED)
        result: Flags = given & (self.sales.refund > 0)
        return result

    @cached_property
    def _cells(self) -> tuple[I64, I64]:
        """Order and attempt (from 0) of each row; a refund stands right after the charges."""
        charges = self._charges.sum(axis=1)
        rows = charges + self._refunded
        order = np.repeat(np.arange(len(rows)), rows)
        return order, np.arange(len(order)) - np.repeat(np.cumsum(rows) - rows, rows)

    @cached_property
    def _is_refund(self) -> Flags:
        order, attempt = self._cells
        result: Flags = attempt == self._charges.sum(axis=1)[order]
        return result

    @cached_property
    def _status(self) -> I64:
        life, (order, attempt) = self.sales.life, self._cells
        place = np.minimum(attempt, CHARGES - 1)
        settled = life.shown(life.charge_settled[order, place])
        ended = np.where(life.charge_fails[order, place], _FAILED, _CAPTURED)
        voided = (life.voided & life.shown(life.cancelled))[order]
        charge = np.where(voided, _VOIDED, np.where(settled, ended, _OPEN))
        return np.where(self._is_refund, _CAPTURED, charge)

    @cached_property
    def _moments(self) -> tuple[I64, I64]:
        """When each row was made, and when it last changed."""
        life, (order, attempt) = self.sales.life, self._cells
        place = np.minimum(attempt, CHARGES - 1)
        event = np.where(life.status[order] == RETURNED, life.returned[order], life.cancelled[order])
        created = np.where(self._is_refund, event, life.charge_created[order, place])
        settled = np.where(self._status == _VOIDED, event, life.charge_settled[order, place])
        fixed = self._is_refund | (self._status == _OPEN)
        return created, np.where(fixed, created, settled)

    def batch(self) -> pa.RecordBatch:
        """The rows of ``payment_details``."""
        sales, world = self.sales, self.sales.world
        orders, (order, attempt) = sales.money.lines.orders, self._cells
        row, card = orders.rows[order], orders.draw("card")
        method, (created, updated) = orders.method[order], self._moments
        amount = np.where(self._is_refund, sales.refund[order], sales.money.total[order])
        number = card.below("card", len(_CARDS))[order]
        return world.batch(
            "payment_details",
            world.ids("payment_details", row * ATTEMPTS + attempt),
            world.ids("order_details", row),
            arrays.integers(1 + attempt, small=True),
            arrays.take(_KINDS, self._is_refund.astype(np.int64)),
            arrays.take(_METHODS, method),
            arrays.take(_PROVIDERS, method),
            arrays.take(_CARDS, number, method == _CARD),
            arrays.integers(amount),
            arrays.constant(world.spec.currency, len(row)),
            arrays.take(_PAYMENT_STATUSES, self._status),
            self._reason(),
            arrays.times(created),
            arrays.times(updated),
        )

    def _reason(self) -> Any:
        """Why a charge failed: of the few that did."""
        (order, attempt), failed = self._cells, self._status == _FAILED
        rows, random = self.sales.money.lines.orders.rows, self.sales.world.random
        reason = np.zeros(len(order), np.int64)
        for number in range(CHARGES):
            hit = np.flatnonzero(failed & (attempt == number))
            draw = random.draw(f"order_details.charge_{number + 1}", rows[order[hit]])
            reason[hit] = draw.below("reason", len(_REASONS))
        return arrays.take(_REASONS, reason, failed)
