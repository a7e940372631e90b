"""Secrets in the database, where all replicas find the same ones."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.domain.signing_keys import KeyEncryptor
from cartload_auth.repository.models import server_secrets


async def read(connection: AsyncConnection, name: str, encryptor: KeyEncryptor) -> bytes | None:
    """The secret of this name, where there is one.

    Raises:
        UnreadableKey: it is encrypted with a secret that is not at hand.
    """
    query = select(server_secrets.c.secret).where(server_secrets.c.name == name)
    stored = (await connection.execute(query)).scalar_one_or_none()
    return None if stored is None else encryptor.decrypt(name, stored)


async def replace(
    connection: AsyncConnection, name: str, secret: bytes, encryptor: KeyEncryptor, now: datetime
) -> None:
    """Store a secret in place of the one that may be there."""
    values = {"secret": encryptor.encrypt(name, secret), "created_at": now}
    await connection.execute(
        insert(server_secrets).values(name=name, **values).on_duplicate_key_update(values)
    )


async def add(
    connection: AsyncConnection, name: str, secret: bytes, encryptor: KeyEncryptor, now: datetime
) -> None:
    """Store a secret, unless another replica was faster: then that one stays."""
    values = {"name": name, "secret": encryptor.encrypt(name, secret), "created_at": now}
    await connection.execute(insert(server_secrets).values(values).on_duplicate_key_update(name=name))
