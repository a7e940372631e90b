"""Shops that are to be opened or removed: one after the other, each held by a lease meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload.calendar import timeline
from cartload.spec import Spec
from cartload_kit.concurrency import every, run_until_first_ends
from cartload_kit.database import transaction
from cartload_kit.describe_error import describe_error
from cartload_kit.transient_errors import error_code, is_transient
from cartload_shop import metrics
from cartload_shop.domain.names import mint_database, quoted_shop
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import shop_clock, shop_databases, shops
from cartload_shop.repository.living import PLACEHOLDER, tables

POLL_SECONDS = 0.5
REST = timedelta(seconds=10)
"""How long a shop rests after something was away, before it is tried again."""

_NO_SUCH_TABLE = {1049, 1146, 1142, 1044}
"""Without its database; without a table; and without the right to what is not there."""


class DatasetChanged(Exception):
    """The tables that were copied have other numbers of rows than the dataset had."""


type Migrate = Callable[[str], Awaitable[None]]
"""Makes the living tables in a shop's database, given by its name."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A shop that a worker has something to do for."""

    shop: Shop
    left: str | None
    """The database that the try before was to fill, and may have left; None for a shop to be removed."""


@dataclass(frozen=True, slots=True)
class ShopChanges:
    """Opens and removes shops."""

    engine: AsyncEngine
    """To the control database, and for short statements in shops."""

    copying: AsyncEngine
    """For statements that take long."""

    migrate: Migrate
    clock: Callable[[], datetime]
    deferred_rows: int = shop_databases.DEFERRED_ROWS

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. What is cut short is done anew by whoever takes the shop next."""
        await every(POLL_SECONDS, self._turn, stop=stop, jitter=0.2)

    async def _turn(self) -> None:
        try:
            while await self.work_on_one():
                pass
        except (SQLAlchemyError, OSError) as error:
            _log.warning("shops cannot be opened or removed now: %s", describe_error(error))

    async def work_on_one(self) -> bool:
        """Open or remove the shop that has waited longest; False when there is none."""
        lease = str(uuid4())
        async with transaction(self.engine) as connection:
            shop = await shops.claim(connection, lease, self.clock())
            if shop is None:
                return False
            claimed = await self._claimed(connection, shop, lease)
        # Holding ends when the shop is wanted otherwise, or is another worker's: then this work is cancelled.
        await run_until_first_ends(self._change(claimed, lease), self._hold(claimed.shop, lease))
        return True

    async def _claimed(self, connection: AsyncConnection, shop: Shop, lease: str) -> _Claimed:
        if shop.state != "opening":
            return _Claimed(shop, None)
        # A database for each try: one that was frozen and wakes up late has its own, and cannot touch that
        # of a shop which another worker has opened meanwhile.
        fresh = mint_database()
        await shops.rename_database(connection, shop, lease, fresh)
        return _Claimed(replace(shop, database_name=fresh), shop.database_name)

    async def _hold(self, shop: Shop, lease: str) -> None:
        while True:
            await asyncio.sleep(shops.LEASE.total_seconds() / 3)
            async with transaction(self.engine) as connection:
                if not await shops.renew(connection, shop, lease, self.clock()):
                    return

    async def _change(self, claimed: _Claimed, lease: str) -> None:
        shop = claimed.shop
        try:
            if claimed.left is None:
                await self._remove(shop, lease)
            else:
                await shop_databases.drop(self.copying, claimed.left)
                await self._open(shop, lease)
        except (SQLAlchemyError, OSError, DatasetChanged) as error:
            if shop.state == "opening" and not is_transient(error):
                await self._fail(shop, lease, error)
            else:
                _log.warning("shop %s rests: %s", shop.id, describe_error(error))
                async with transaction(self.engine) as connection:
                    await shops.postpone(connection, shop, lease, self.clock() + REST)

    async def _open(self, shop: Shop, lease: str) -> None:
        copied = await shop_databases.copy(self.copying, shop, deferred_rows=self.deferred_rows)
        if copied != shop.counts:
            raise DatasetChanged
        await self.migrate(shop.database_name)
        async with self.copying.begin() as connection:
            await connection.execution_options(schema_translate_map={PLACEHOLDER: shop.database_name})
            await connection.exec_driver_sql(f"USE {quoted_shop(shop.database_name)}")
            await shop_clock.start(connection, tables(shop.ids), self.clock(), ends_at(shop.resolved_spec))
            await shop_databases.begin_ledger(connection)
        values = {"state": "open", "opened_at": self.clock()}
        async with transaction(self.engine) as connection:
            written = await shops.write(connection, shop, lease, values)
        if written:
            metrics.SHOPS_CHANGED.labels("opened").inc()
        else:
            await shop_databases.drop(self.copying, shop.database_name)

    async def _fail(self, shop: Shop, lease: str, error: Exception) -> None:
        _log.error("shop %s cannot be opened: %s", shop.id, describe_error(error), exc_info=error)
        await shop_databases.drop(self.copying, shop.database_name)
        async with transaction(self.engine) as connection:
            await shops.write(connection, shop, lease, {"state": "failed", "error": _reason(error)})
        metrics.SHOPS_CHANGED.labels("failed").inc()

    async def _remove(self, shop: Shop, lease: str) -> None:
        await shop_databases.drop(self.copying, shop.database_name)
        async with transaction(self.engine) as connection:
            await shops.write(connection, shop, lease, {"deleted_at": self.clock()})
        metrics.SHOPS_CHANGED.labels("removed").inc()


def _reason(error: Exception) -> str:
    if isinstance(error, DatasetChanged):
        return "The dataset changed while it was copied: open a shop on it once its job has ended."
    if error_code(error) in _NO_SUCH_TABLE:
        return "The dataset is not there any more."
    return "The tables of the dataset could not be copied; the logs of the shop's worker say why."


def ends_at(spec: Spec) -> datetime:
    """The moment from which a shop goes on: that as of which its dataset is, or the end of its window."""
    last = timeline.last_shown(spec)
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=last + 1)
