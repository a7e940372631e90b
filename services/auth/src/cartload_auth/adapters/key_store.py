"""The key ring and the refresh secret of a process, kept equal to the database's."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_auth.domain.config import KEY_LEAD
from cartload_auth.domain.signing_keys import KeyEncryptor, KeyRing, new_key
from cartload_auth.repository import server_secrets, signing_keys
from cartload_kit.database import is_duplicate_key, retry_on_deadlock, transaction

_REFRESH = "refresh"
_SECRET_BYTES = 32


def _new_secret() -> bytes:
    return secrets.token_bytes(_SECRET_BYTES)


class KeyStore:
    """Holds the ring that signs and is published; `refresh` brings it up to date, `rotate` adds a key.

    It also holds the secret that the successors of refresh tokens are derived from.
    """

    def __init__(
        self, engine: AsyncEngine, encryptor: KeyEncryptor, overlap: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._encryptor = encryptor
        self._overlap = overlap
        self._clock = clock
        self._ring = KeyRing([], overlap)
        self._refresh_secret: bytes | None = None

    @property
    def ring(self) -> KeyRing:
        """The keys as last read."""
        return self._ring

    @property
    def refresh_secret(self) -> bytes:
        """What the successor of a refresh token is derived from, together with the token itself.

        Raises:
            LookupError: it was never read.
        """
        if self._refresh_secret is None:
            raise LookupError("there is no refresh secret")
        return self._refresh_secret

    async def refresh(self) -> None:
        """Read the keys again.

        Raises:
            UnreadableKey: a key is encrypted with a secret that this process was not given.
        """
        async with transaction(self._engine) as connection:
            keys = await signing_keys.read_all(connection, self._encryptor)
            self._refresh_secret = await server_secrets.read(connection, _REFRESH, self._encryptor)
        self._ring = KeyRing(keys, self._overlap)

    async def ensure(self, lifetime: timedelta) -> None:
        """Make the first key where there is none, and the next one when the newest is `lifetime` old."""
        await self.refresh()
        if self._refresh_secret is None:
            await self._add_refresh_secret()
        newest = self._ring.newest
        if newest is None:
            await self._add(1, self._clock())
        elif newest.created_at + lifetime <= self._clock():
            await self.rotate()

    async def rotate(self) -> str:
        """Add a key that signs as soon as every replica and verifier can know it; returns its kid."""
        await self.refresh()
        newest = self._ring.newest
        return await self._add(newest.sequence + 1 if newest else 1, self._clock() + KEY_LEAD)

    async def replace(self) -> str:
        """Add a key that signs at once and drop all others: access tokens in use end. Returns the kid.

        The refresh secret is replaced too: whoever read the old one could follow a session from any of its
        used tokens. Sessions go on, since a refresh token in use is known by its hash. Nothing old is read,
        so this is also the way on when the operator's secret is lost.
        """
        kid = await retry_on_deadlock(self._replace)
        await self.refresh()
        return kid

    async def _replace(self) -> str:
        now = self._clock()
        async with transaction(self._engine) as connection:
            key = new_key(await signing_keys.last_sequence(connection) + 1, now, now)
            # All rows, not those published now: a key that is retired, and not deleted yet, is so only by the
            # date at which its successor began to sign. Without that successor it would be published again.
            await signing_keys.remove_all(connection)
            await signing_keys.add(connection, key, self._encryptor)
            await server_secrets.replace(connection, _REFRESH, _new_secret(), self._encryptor, now)
        return key.kid

    async def remove_retired(self) -> int:
        """Delete keys that nothing in use is signed with; returns how many."""
        # By the ring as it was just read: a replica that is behind deletes less, never a key in use.
        retired = self._ring.retired(self._clock())
        if retired:
            async with transaction(self._engine) as connection:
                await signing_keys.remove(connection, retired)
            await self.refresh()
        return len(retired)

    async def _add_refresh_secret(self) -> None:
        async with transaction(self._engine) as connection:
            await server_secrets.add(connection, _REFRESH, _new_secret(), self._encryptor, self._clock())
        await self.refresh()

    async def _add(self, sequence: int, signs_from: datetime) -> str:
        key = new_key(sequence, self._clock(), signs_from)
        try:
            async with transaction(self._engine) as connection:
                await signing_keys.add(connection, key, self._encryptor)
        except IntegrityError as error:
            # Replicas that start or rotate together choose the same number, and the primary key lets one of
            # them win: the others go on with the winner's key, which the reading below brings.
            if not is_duplicate_key(error):
                raise
        await self.refresh()
        newest = self._ring.newest
        return newest.kid if newest else key.kid
