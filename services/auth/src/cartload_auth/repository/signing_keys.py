"""Signing keys in the database, where all replicas find the same ones."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.domain.signing_keys import KeyEncryptor, SigningKey
from cartload_auth.repository.models import signing_keys


async def read_all(connection: AsyncConnection, encryptor: KeyEncryptor) -> list[SigningKey]:
    """All keys, oldest first.

    Raises:
        UnreadableKey: one is encrypted with a secret that is not at hand.
    """
    rows = await connection.execute(select(signing_keys).order_by(signing_keys.c.sequence))
    return [
        SigningKey(
            row.sequence,
            row.kid,
            Ed25519PrivateKey.from_private_bytes(encryptor.decrypt(row.kid, row.private_key)),
            row.created_at,
            row.signs_from,
        )
        for row in rows
    ]


async def add(connection: AsyncConnection, key: SigningKey, encryptor: KeyEncryptor) -> None:
    """Insert a key; when another replica was faster, the sequence is taken: a duplicate key error."""
    await connection.execute(
        insert(signing_keys).values(
            sequence=key.sequence,
            kid=key.kid,
            private_key=encryptor.encrypt(key.kid, key.private.private_bytes_raw()),
            created_at=key.created_at,
            signs_from=key.signs_from,
        )
    )


async def last_sequence(connection: AsyncConnection) -> int:
    """The highest sequence that is in use, 0 where there is no key."""
    return (await connection.execute(select(func.max(signing_keys.c.sequence)))).scalar_one() or 0


async def remove_all(connection: AsyncConnection) -> None:
    """Delete every key, also one that cannot be read."""
    await connection.execute(delete(signing_keys))


async def remove(connection: AsyncConnection, keys: Sequence[SigningKey]) -> None:
    """Delete keys."""
    if keys:
        kids = [key.kid for key in keys]
        await connection.execute(delete(signing_keys).where(signing_keys.c.kid.in_(kids)))
