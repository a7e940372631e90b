"""How often something may be tried: the rates, and whom an attempt is charged to."""

import hashlib
from dataclasses import dataclass


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
        # A name may hold what no encoding has, such as half a surrogate pair: it is counted, not an error.
        return hashlib.sha256(self.key.encode(errors="replace")).hexdigest()


class Throttled(Exception):
    """A bucket is empty; `retry_after` whole seconds until it takes one attempt again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after
