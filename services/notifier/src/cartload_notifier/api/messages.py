"""What a client may say."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cartload_notifier.domain.close_codes import CloseCode, Closed

MAX_BYTES = 16 * 1024
"""Bytes of the largest message; a token has 8 KiB at most."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Authenticate(_Message):
    """Who I am; the first message, and again before the token ends."""

    type: Literal["authenticate"]
    token: str = Field(max_length=8 * 1024)


class Pong(_Message):
    """An answer to a ping; nobody needs it."""

    type: Literal["pong"]


type Inbound = Annotated[Authenticate | Pong, Field(discriminator="type")]
_INBOUND: TypeAdapter[Inbound] = TypeAdapter(Inbound)


def parse(text: str) -> Inbound:
    """Read a message.

    Raises:
        Closed: it is none.
    """
    try:
        return _INBOUND.validate_json(text)
    except ValidationError:
        raise Closed(CloseCode.BAD_MESSAGE, "not a message of this interface") from None


class RateLimiter:
    """`burst` messages at once, then one every `every` seconds. `clock` is monotonic, in seconds.

    One number a connection is all it takes; the storages of the library `limits` are shared dictionaries that
    a thread cleans up, and read the clock of the system.
    """

    def __init__(self, clock: Callable[[], float], *, burst: int = 20, every: float = 1.0) -> None:
        self._clock = clock
        self._slack = (burst - 1) * every
        self._every = every
        self._full_at = clock()

    def count(self) -> None:
        """Note a message.

        Raises:
            Closed: there are too many.
        """
        now = self._clock()
        level = max(self._full_at, now)
        if level > now + self._slack:
            raise Closed(CloseCode.BAD_MESSAGE, "too many messages")
        self._full_at = level + self._every
