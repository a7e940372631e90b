"""What is forgotten in shops after a while: events that were sent, carts of guests who do not come back."""

import asyncio
import logging
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.concurrency import every
from cartload_kit.database import transaction
from cartload_kit.describe_error import describe_error
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import carts, outbox, shops
from cartload_shop.repository.shop_session import shop_session

SECONDS = 60.0
AT_ONCE = 1_000
"""Rows of one transaction, whose locks are not to be held for long."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """Tidies all shops in business now and then."""

    engine: AsyncEngine

    async def run(self, stop: asyncio.Event) -> None:
        """Tidy regularly until `stop` is set."""
        await every(SECONDS, self._turn, stop=stop, jitter=0.2)

    async def _turn(self) -> None:
        try:
            await self.tidy()
        except (SQLAlchemyError, OSError) as error:
            _log.warning("could not tidy: %s", describe_error(error))

    async def tidy(self) -> None:
        """Once."""
        async with transaction(self.engine) as connection:
            open_shops = await shops.living(connection)
        for shop in open_shops:
            try:
                while await self._forget(shop):
                    pass
            except (SQLAlchemyError, OSError) as error:
                _log.warning("could not tidy shop %s: %s", shop.id, describe_error(error))

    async def _forget(self, shop: Shop) -> bool:
        """Forget some; whether there may be more."""
        async with shop_session(self.engine, shop) as session:
            forgotten = (await outbox.prune(session, AT_ONCE), await carts.prune(session, AT_ONCE))
        return max(forgotten) == AT_ONCE
