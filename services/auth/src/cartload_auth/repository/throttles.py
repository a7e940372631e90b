"""Attempts per key, counted in the database so that replicas agree.

Each key is a bucket (GCRA) of one number: `free_at`, the time at which it will be full again. An attempt
costs `every` seconds of it, and `burst` attempts fit. An empty bucket refuses and is not charged for that, so
the wait is never longer than `every`: nobody is locked out for good.

The library `limits` is not used here: none of its storages is MySQL, and none charges several buckets or none
in the caller's own transaction.
"""

import math
from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.domain.throttle import Bucket, Rate, Throttled
from cartload_auth.repository.models import throttles


async def charge(connection: AsyncConnection, buckets: Sequence[Bucket], now: float) -> None:
    """Charge one attempt to every bucket, or to none.

    Raises:
        Throttled: one is empty. The caller's transaction must end in a rollback.
    """
    for bucket in _in_order(buckets):
        await _charge_one(connection, bucket, now)


async def check(connection: AsyncConnection, buckets: Sequence[Bucket], now: float) -> None:
    """Charge nothing.

    Raises:
        Throttled: a bucket is empty.
    """
    hashes = [bucket.key_hash for bucket in buckets]
    found = await connection.execute(select(throttles).where(throttles.c.key_hash.in_(hashes)))
    full_at = {row.key_hash: row.free_at for row in found}
    for bucket in buckets:
        free_at = full_at.get(bucket.key_hash, now)
        if free_at > now + (bucket.rate.burst - 1) * bucket.rate.every:
            raise Throttled(_wait(free_at, bucket.rate, now))


async def refund(connection: AsyncConnection, buckets: Sequence[Bucket]) -> None:
    """Give one attempt back to every bucket."""
    for bucket in _in_order(buckets):
        mine = throttles.c.key_hash == bucket.key_hash
        # A row that was cleaned up meanwhile owes nothing. A time in the past counts as now when the next
        # attempt is charged, so nobody saves attempts up.
        paid = {"free_at": throttles.c.free_at - bucket.rate.every}
        await connection.execute(update(throttles).where(mine).values(paid))


async def _charge_one(connection: AsyncConnection, bucket: Bucket, now: float) -> None:
    key, rate = bucket.key_hash, bucket.rate
    # The insert also locks a row that is there, until the transaction ends: cleaning up cannot delete it
    # between this statement and the next one.
    fresh = insert(throttles).values(key_hash=key, free_at=now)
    await connection.execute(fresh.on_duplicate_key_update(key_hash=key))
    mine = throttles.c.key_hash == key
    level = func.greatest(throttles.c.free_at, bindparam("now", now))
    room = level <= now + (rate.burst - 1) * rate.every
    # Condition and charge are one statement: of two attempts at once only one gets the last place.
    taken = await connection.execute(update(throttles).where(mine, room).values(free_at=level + rate.every))
    if taken.rowcount == 0:
        free_at = (await connection.execute(select(throttles.c.free_at).where(mine))).scalar_one()
        raise Throttled(_wait(free_at, rate, now))


def _wait(free_at: float, rate: Rate, now: float) -> int:
    """Whole seconds until a bucket that refused takes an attempt again."""
    return max(1, math.ceil(free_at - (rate.burst - 1) * rate.every - now))


def _in_order(buckets: Sequence[Bucket]) -> list[Bucket]:
    """Always the same order, so that two attempts never wait for each other."""
    return sorted(buckets, key=lambda bucket: bucket.key_hash)
