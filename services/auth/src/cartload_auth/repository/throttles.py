"""Attempts per key, counted in the database so that replicas agree.

Each key is a bucket (GCRA) of one number: `free_at`, the time at which it will be full again. An attempt
costs `every` seconds of it, and `burst` attempts fit. An empty bucket refuses and is not charged for that, so
the wait is never longer than `every`: nobody is locked out for good.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.models import throttles


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` attempts at once, then one more every `every` seconds."""

    burst: int
    every: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whom an attempt is charged to."""

    key: str
    rate: Rate

    @property
    def key_hash(self) -> str:
        """What the table knows the key by: of one length, and telling nothing."""
        return hashlib.sha256(self.key.encode(errors="replace")).hexdigest()


class Refused(Exception):
    """A bucket is empty; `retry_after` whole seconds until it takes one attempt again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after


async def charge(connection: AsyncConnection, buckets: Sequence[Bucket], now: float) -> None:
    """Charge one attempt to every bucket, or to none.

    Raises:
        Refused: one is empty. The caller's transaction must end in a rollback.
    """
    for bucket in _in_order(buckets):
        await _charge_one(connection, bucket, now)


async def refund(connection: AsyncConnection, buckets: Sequence[Bucket]) -> None:
    """Give one attempt back to every bucket."""
    for bucket in _in_order(buckets):
        mine = throttles.c.key_hash == bucket.key_hash
        paid = {"free_at": throttles.c.free_at - bucket.rate.every}
        await connection.execute(update(throttles).where(mine).values(paid))


async def forget(connection: AsyncConnection, bucket: Bucket) -> None:
    """Fill a bucket, as after a success."""
    await connection.execute(delete(throttles).where(throttles.c.key_hash == bucket.key_hash))


async def _charge_one(connection: AsyncConnection, bucket: Bucket, now: float) -> None:
    key, rate = bucket.key_hash, bucket.rate
    fresh = insert(throttles).values(key_hash=key, free_at=now)
    await connection.execute(fresh.on_duplicate_key_update(key_hash=key))
    mine = throttles.c.key_hash == key
    level = func.greatest(throttles.c.free_at, bindparam("now", now))
    room = level <= now + (rate.burst - 1) * rate.every
    taken = await connection.execute(update(throttles).where(mine, room).values(free_at=level + rate.every))
    if taken.rowcount == 0:
        free_at = (await connection.execute(select(throttles.c.free_at).where(mine))).scalar_one()
        wait = free_at - (rate.burst - 1) * rate.every - now
        raise Refused(max(1, math.ceil(wait)))


def _in_order(buckets: Sequence[Bucket]) -> list[Bucket]:
    """Always the same order, so that two attempts never wait for each other."""
    return sorted(buckets, key=lambda bucket: bucket.key_hash)
