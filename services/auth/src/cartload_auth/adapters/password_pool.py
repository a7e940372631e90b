"""bcrypt in threads of its own, with a queue that ends."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import bcrypt

from cartload_auth import metrics
from cartload_auth.domain.credentials import MAX_PASSWORD_BYTES
from cartload_kit.errors import Unavailable

_RETRY_AFTER_SECONDS = 2


class PasswordPool:
    """Hashes and verifies passwords on `workers` threads; at most `queue` callers wait for one.

    bcrypt at cost 12 takes a quarter of a second of CPU and lets go of the interpreter meanwhile.
    """

    def __init__(self, *, workers: int, queue: int, cost: int = 12) -> None:
        self._cost = cost
        self._limit = workers + queue
        self._pending = 0
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._nobody = bcrypt.hashpw(b"the hash of nobody", bcrypt.gensalt(cost))

    async def hash(self, password: str) -> str:
        """Return the bcrypt hash of a password that `rules.check_password` accepted.

        Raises:
            Unavailable: too many are waiting already.
        """
        secret = password.encode()
        hashed = await self._run(lambda: bcrypt.hashpw(secret, bcrypt.gensalt(self._cost)))
        return hashed.decode()

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password has this hash; None (an unknown user) takes the same time and is False.

        Raises:
            Unavailable: too many are waiting already.
        """
        secret = password.encode(errors="replace")
        fits = len(secret) <= MAX_PASSWORD_BYTES and b"\x00" not in secret
        known = self._nobody if password_hash is None else password_hash.encode()
        tried = secret if fits else b"too long to be right"
        equal = await self._run(lambda: bcrypt.checkpw(tried, known))
        return equal and fits and password_hash is not None

    def close(self) -> None:
        """Let the running ones end and start no more."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    async def _run[T](self, work: Callable[[], T]) -> T:
        with self._lock:
            if self._pending >= self._limit:
                raise Unavailable("Too many sign-ins at once, try again shortly.", _RETRY_AFTER_SECONDS)
            self._pending += 1
            metrics.PASSWORDS_WAITING.set(self._pending)
        future = self._executor.submit(work)
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future)

    def _done(self, _: Future[Any]) -> None:
        with self._lock:
            self._pending -= 1
            metrics.PASSWORDS_WAITING.set(self._pending)
