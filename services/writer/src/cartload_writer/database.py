"""The writer's own database, for the roles that use the toolkit."""

from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.database import engine, require_migrated
from cartload_writer.clients import MIGRATIONS


async def opened(stack: AsyncExitStack, url: str, **options: Any) -> AsyncEngine:
    """An engine that ends with the stack and keeps parameters out of errors; `options` as the kit's."""
    made = engine(url, **options)
    made.sync_engine.hide_parameters = True
    stack.push_async_callback(made.dispose)
    return made


async def migrated(stack: AsyncExitStack, url: str) -> AsyncEngine:
    """An engine on a database that has the schema of this code. Raises NotMigrated."""
    made = await opened(stack, url)
    await require_migrated(made, MIGRATIONS)
    return made
