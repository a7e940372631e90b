"""The public keys of the issuer: kept, read again now and then, and soon when an unknown key is named."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cartload_kit import metrics
from cartload_kit.describe_error import describe_error
from cartload_kit.errors import Unavailable
from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector
from cartload_kit.strict_jwt import read_object, strict_base64url

FetchKeys = Callable[[], Awaitable[dict[str, Any]]]
"""Reads a JWK set; raises OSError, TimeoutError or ValueError when it cannot."""

# A key that was dropped at once (`rotate-keys --now`) must end soon at every verifier, so the keys are read
# often: one small answer of auth every ten seconds a process costs nothing.
FRESH_SECONDS = 10.0
_LONGEST_STALE_SECONDS = 3600.0
_PAUSE_SECONDS = 10.0
_FIRST_PAUSE_SECONDS = 1.0
_FETCH_SECONDS = 5.0
# An issuer has two or three keys; a wrong URL may answer with anything, and must not fill the memory.
_LONGEST_SET = 64 * 1024
_MOST_KEYS = 32
_log = logging.getLogger(__name__)


def http_fetch(url: str, proxy: Proxy | None = None) -> FetchKeys:
    """Reads the keys at ``url``, of at most 64 KiB, within 5 s."""

    async def fetch() -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, connector=connector(proxy)) as session,
                session.get(url, allow_redirects=False) as answer,
            ):
                if answer.status != 200:
                    raise OSError(f"{url} answered {answer.status}")
                body = await answer.content.read(_LONGEST_SET + 1)
                while not answer.content.at_eof() and len(body) <= _LONGEST_SET:
                    body += await answer.content.read(_LONGEST_SET + 1)
        except aiohttp.ClientError as error:
            raise OSError(f"{url}: {describe_error(error)}") from error
        found = read_object(body) if len(body) <= _LONGEST_SET else None
        if found is None:
            raise ValueError(f"{url} gave no key set")
        return found

    return fetch


class KeySet:
    """The keys by their ``kid``. Reads are never more often than once in ten seconds, one at a time.

    When a read fails the keys known so far serve for up to an hour. ``clock`` gives monotonic seconds.
    """

    def __init__(self, fetch: FetchKeys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._read_at: float | None = None
        self._tried_at: float | None = None

    async def find(self, key_id: str) -> Ed25519PublicKey | None:
        """The key of this id; None when the issuer has none. Raises Unavailable when no keys can be read."""
        if self._should_read(key_id) or (key_id not in self._keys and self._lock.locked()):
            async with self._lock:
                # Asked again: another request may have read the keys while this one waited for the lock.
                if self._should_read(key_id):
                    await self._read()
        if self._age() > _LONGEST_STALE_SECONDS:
            raise Unavailable(
                "The keys that tokens are checked with cannot be read.", retry_after=_FIRST_PAUSE_SECONDS
            )
        return self._keys.get(key_id)

    def _age(self) -> float:
        return float("inf") if self._read_at is None else self._clock() - self._read_at

    def _should_read(self, key_id: str) -> bool:
        if key_id in self._keys and self._age() <= FRESH_SECONDS:
            return False
        pause = _FIRST_PAUSE_SECONDS if self._read_at is None else _PAUSE_SECONDS
        return self._tried_at is None or self._clock() - self._tried_at >= pause

    async def _read(self) -> None:
        # Noted whatever becomes of it: tokens that name unknown keys must not flood the issuer.
        self._tried_at = self._clock()
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                self._keys = keys_of(await self._fetch())
        except (OSError, TimeoutError, ValueError) as error:
            metrics.JWKS_READS.labels("failed").inc()
            _log.warning("cannot read the public keys: %s", describe_error(error))
            return
        metrics.JWKS_READS.labels("read").inc()
        self._read_at = self._clock()


def keys_of(found: dict[str, Any]) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 keys of a JWK set by ``kid``; others are passed over. Raises ValueError when it is none."""
    entries = found.get("keys")
    if not isinstance(entries, list) or len(entries) > _MOST_KEYS:
        raise ValueError("not a JWK set")
    keys = {entry["kid"]: _key(entry) for entry in entries if _is_ours(entry)}
    return {key_id: key for key_id, key in keys.items() if key is not None}


def _is_ours(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return False
    usable = entry.get("use", "sig") == "sig" and entry.get("alg", "EdDSA") in ("EdDSA", "Ed25519")
    return usable and entry.get("kty") == "OKP" and entry.get("crv") == "Ed25519"


def _key(entry: dict[str, Any]) -> Ed25519PublicKey | None:
    material = strict_base64url(entry["x"]) if isinstance(entry.get("x"), str) else None
    if material is None or len(material) != 32:
        return None
    return Ed25519PublicKey.from_public_bytes(material)
