"""What several roles build alike: clients of Kafka, Blob and MySQL, the checks while starting."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_contracts import topics
from cartload_kit.database import engine, require_migrated
from cartload_kit.http import ReadyCheck
from cartload_kit.kafka.producer import Producer
from cartload_kit.kafka.settings import KafkaSettings
from cartload_writer.adapters.blob import BlobStore
from cartload_writer.settings import StorageSettings

MIGRATIONS = Path(__file__).parent / "migrations"

type Checks = dict[str, ReadyCheck]


def starting() -> Checks:
    """Ready checks of a role that has only begun to start: not ready until `begin` puts its own there."""

    async def not_yet() -> bool:
        return False

    return {"started": not_yet}


def begin(checks: Checks, **found: Callable[[], Awaitable[bool | None]]) -> None:
    """From now on the role is ready as these checks say."""
    checks.clear()
    checks.update(found)


async def producer(stack: AsyncExitStack, settings: KafkaSettings, client: str) -> Producer:
    """A producer that keeps messages away which a topic would refuse."""
    return await stack.enter_async_context(Producer(settings.kafka, client, limits=topics.LIMITS))


async def blobs(stack: AsyncExitStack, settings: StorageSettings) -> BlobStore:
    """The container of all datasets' parts."""
    store = BlobStore.connect(settings.blob_account, settings.blob_container)
    return await stack.enter_async_context(store)


async def opened(stack: AsyncExitStack, url: str, **options: Any) -> AsyncEngine:
    """An engine that ends with the stack and keeps parameters out of errors; `options` as the kit's."""
    made = engine(url, **options)
    made.sync_engine.hide_parameters = True
    stack.push_async_callback(made.dispose)
    return made


async def migrated(stack: AsyncExitStack, url: str, **options: Any) -> AsyncEngine:
    """An engine on a database that has the schema of this code. Raises NotMigrated."""
    made = await opened(stack, url, **options)
    await require_migrated(made, MIGRATIONS)
    return made
