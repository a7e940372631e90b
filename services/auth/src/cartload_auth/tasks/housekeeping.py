"""What the API does beside answering: keys kept up to date, expired rows removed, deletions finished."""

import asyncio
from collections.abc import Awaitable

from cartload_auth import metrics
from cartload_auth.api import account_deletion
from cartload_auth.api.dependencies import Dependencies
from cartload_auth.repository import expired as expired_rows
from cartload_kit.concurrency import every
from cartload_kit.database import transaction
from cartload_kit.describe_error import describe_error
from cartload_kit.logging import get_logger

KEYS_EVERY = 5.0
"""Seconds between two readings of the keys.

A key that `rotate-keys --now` dropped is published until then, and verifiers keep what was published for ten
seconds more; `config.KEY_LEAD` is far longer than both.
"""

CLEANUP_EVERY = 60.0
"""Seconds between two removals of what has run out."""

DELETIONS_EVERY = 10.0
"""Seconds between two looks for deleted accounts whose datasets are still to be deleted."""

_JITTER = 0.2
_MOST_BATCHES = 20
_log = get_logger(__name__)


async def keep_keys(dependencies: Dependencies) -> None:
    """Read the keys again, replace an old one and drop those out of use."""
    await dependencies.keys.ensure(dependencies.config.key_lifetime)
    await dependencies.keys.remove_retired()


async def remove_expired(dependencies: Dependencies) -> int:
    """Remove what has run out, a bounded number of batches of each table; returns the rows removed."""
    total = 0
    for table, condition in expired_rows.expired(dependencies.clock()):
        for _ in range(_MOST_BATCHES):
            async with transaction(dependencies.engine) as connection:
                removed = await expired_rows.remove_batch(connection, table, condition)
            metrics.REMOVED.labels(table.name).inc(removed)
            total += removed
            if removed < expired_rows.BATCH:
                break
    return total


async def run(dependencies: Dependencies) -> None:
    """Do all of it until cancelled; a failure is logged and tried again at the next turn."""

    async def keys() -> None:
        await _try("reading keys", KEYS_EVERY, keep_keys(dependencies))

    async def expired() -> None:
        await _try("removing what ran out", CLEANUP_EVERY, remove_expired(dependencies))

    async def deletions() -> None:
        work = account_deletion.delete_waiting_data(dependencies)
        await _try("deleting the datasets of deleted accounts", DELETIONS_EVERY, work)

    # Loops of their own: a cleanup that takes long must not keep a key that was dropped in use. The rests
    # vary, so that replicas which started together do not delete the same rows at the same time.
    async with asyncio.TaskGroup() as group:
        group.create_task(every(KEYS_EVERY, keys, jitter=_JITTER, at_once=False))
        group.create_task(every(CLEANUP_EVERY, expired, jitter=_JITTER, at_once=False))
        group.create_task(every(DELETIONS_EVERY, deletions, jitter=_JITTER, at_once=False))


async def _try(what: str, seconds: float, work: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await work
    except Exception as error:  # noqa: BLE001 - a server may be away; the next turn tries again
        _log.warning("%s failed: %s", what, describe_error(error))
