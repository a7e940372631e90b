"""Personal tokens: exchanged at auth for a short access token, which is kept at most a minute."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256

import aiohttp
from cachetools import TTLCache

from cartload_gateway.adapters.upstreams import Upstreams
from cartload_kit.errors import BadGateway, Unauthorized, Unavailable

type Exchange = Callable[[str], Awaitable[str]]
"""Gives an access token for a personal token; raises Unauthorized when auth refuses it."""

PREFIX = "clp_"
"""How every personal token begins."""

KEEP_SECONDS = 60
"""So long a revoked token may still be taken."""

REFUSED_SECONDS = 10
"""Shorter, because a token may have been made since, by a client that asked too early."""

_MOST = 10_000
_REFUSAL = "The personal token is not valid."
_AWAY = "Personal tokens cannot be checked now."


class PersonalTokens:
    """Remembers exchanges and refusals by the token's hash. `clock` gives rising seconds.

    A token that is being exchanged is not exchanged twice: whoever brings it meanwhile waits for the answer.
    """

    def __init__(self, exchange: Exchange, *, clock: Callable[[], float]) -> None:
        self._exchange = exchange
        self._good: TTLCache[bytes, str] = TTLCache(_MOST, KEEP_SECONDS, timer=clock)
        self._refused: TTLCache[bytes, bool] = TTLCache(_MOST, REFUSED_SECONDS, timer=clock)
        self._running: dict[bytes, asyncio.Task[str]] = {}

    async def access_token(self, personal_token: str, charge: Callable[[], None]) -> str:
        """The access token to use instead. ``charge`` is called before auth is asked, and may raise.

        Raises:
            Unauthorized: auth does not know the token, or it has ended.
            Unavailable: auth cannot be asked now.
        """
        name = _name(personal_token)
        if (known := self._good.get(name)) is not None:
            return known
        if name in self._refused:
            raise Unauthorized(_REFUSAL)
        if name not in self._running:
            charge()
            self._running[name] = asyncio.create_task(self._ask(name, personal_token))
        # The exchange belongs to all who wait for it, so one who leaves does not end it.
        return await asyncio.shield(self._running[name])

    def forget(self, personal_token: str, access_token: str) -> None:
        """Exchange the personal token again the next time, if it still stands for this access token."""
        name = _name(personal_token)
        if self._good.get(name) == access_token:
            del self._good[name]

    async def _ask(self, name: bytes, personal_token: str) -> str:
        try:
            token = await self._exchange(personal_token)
        except Unauthorized:
            self._refused[name] = True
            raise
        finally:
            del self._running[name]
        self._good[name] = token
        return token


def _name(personal_token: str) -> bytes:
    # The memory of this process holds no token that is good for months, only the short ones.
    return sha256(personal_token.encode(errors="surrogateescape")).digest()


def exchange_at_auth(upstreams: Upstreams) -> Exchange:
    """The exchange that asks the service auth."""

    async def exchange(personal_token: str) -> str:
        try:
            async with await upstreams.request(
                "auth",
                "auth",
                "POST",
                "/internal/tokens/exchange",
                json={"token": personal_token},
                headers={"Content-Type": "application/json"},
            ) as answer:
                if answer.status in (401, 404, 422):
                    raise Unauthorized(_REFUSAL)
                if answer.status != 200:
                    raise Unavailable(_AWAY)
                token: str = (await answer.json())["access_token"]
                return token
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise Unavailable(_AWAY) from error
        except (aiohttp.ClientError, KeyError, TypeError, ValueError) as error:
            raise BadGateway() from error

    return exchange
