"""Personal tokens: exchanged at auth for a short access token, which is kept at most a minute."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256

type Exchange = Callable[[str], Awaitable[str]]
"""Gives an access token for a personal token; raises Unauthorized when auth refuses it."""

PREFIX = "clp_"
"""How every personal token begins."""

KEEP_SECONDS = 60


class PersonalTokens:
    """Remembers exchanges by the token's hash; at most `size` of them. `clock` gives rising seconds."""

    def __init__(self, exchange: Exchange, *, clock: Callable[[], float], size: int = 10_000) -> None:
        self._exchange = exchange
        self._clock = clock
        self._size = size
        self._kept: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    async def access_token(self, personal_token: str) -> str:
        """The access token to use instead.

        Raises:
            Unauthorized: auth does not know the token, or it has ended.
            Unavailable: auth cannot be asked now.
        """
        name = sha256(personal_token.encode()).digest()
        until, token = self._kept.get(name, (0.0, ""))
        if self._clock() < until:
            return token
        token = await self._exchange(personal_token)
        self._kept[name] = (self._clock() + KEEP_SECONDS, token)
        self._kept.move_to_end(name)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return token
