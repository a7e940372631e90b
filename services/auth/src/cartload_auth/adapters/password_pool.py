"""bcrypt in threads of its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import bcrypt

from cartload_auth import metrics
from cartload_auth.adapters.fair_queue import FairQueue
from cartload_auth.domain.credentials import MAX_PASSWORD_BYTES
from cartload_kit.published_limits import Usage

DEFAULT_COST = 12


def hash_password(password: str, cost: int) -> str:
    """Return the bcrypt hash of a password that `credentials.check_password` accepted; takes its time."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


class PasswordPool:
    """Hashes and verifies passwords on `workers` threads, which callers share by address.

    bcrypt at cost 12 takes a quarter of a second of CPU and lets go of the interpreter meanwhile. At most
    `queue` callers wait for a thread, `queue_address` of them from one address.
    """

    def __init__(self, *, workers: int, queue: int, queue_address: int, cost: int = DEFAULT_COST) -> None:
        self._cost = cost
        self._turns = FairQueue(workers, queue, queue_address, metrics.PASSWORDS_WAITING.set)
        metrics.PASSWORDS_LIMIT.set(workers + queue)
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="password")
        # Made with the cost of the others: a constant would take another time to verify when that changes.
        self._nobody = bcrypt.hashpw(b"the hash of nobody", bcrypt.gensalt(cost))

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator["Hasher"]:
        """Wait for a thread, and have it for the length of the block.

        Raises:
            Unavailable: too many are waiting already.
        """
        async with self._turns.turn(address):
            yield Hasher(self._executor, self._cost, self._nobody)

    def usages(self) -> dict[str, Usage]:
        """How far the limits of threads and of those who wait for one are used, by the settings' names."""
        threads, waiting, waiting_of_address = self._turns.usages()
        return {
            "password_workers": threads,
            "password_queue": waiting,
            "password_queue_address": waiting_of_address,
        }

    def close(self) -> None:
        """Let the running ones end and start no more."""
        self._executor.shutdown(wait=True, cancel_futures=True)


class Hasher:
    """One thread of the pool, for whoever has its turn."""

    def __init__(self, executor: ThreadPoolExecutor, cost: int, nobody: bytes) -> None:
        self._executor = executor
        self._cost = cost
        self._nobody = nobody

    async def hash(self, password: str) -> str:
        """Return the bcrypt hash of a password that `credentials.check_password` accepted."""
        return await self._run(lambda: hash_password(password, self._cost))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password has this hash; None (an unknown user) takes the same time and is False."""
        # What is too long for bcrypt, which would raise, or holds a NUL, which no password may, cannot be
        # right. It is compared in another form all the same, so that it takes as long as any other.
        secret = password.encode(errors="replace")
        fits = len(secret) <= MAX_PASSWORD_BYTES and b"\x00" not in secret
        known = self._nobody if password_hash is None else password_hash.encode()
        tried = secret if fits else b"too long to be right"
        equal = await self._run(lambda: bcrypt.checkpw(tried, known))
        return equal and fits and password_hash is not None

    async def _run[T](self, work: Callable[[], T]) -> T:
        future = asyncio.wrap_future(self._executor.submit(work))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            # A thread cannot be stopped: the turn must not end before it does, or more would run than may.
            # Whoever cancels twice, such as a server that stops, waits for it as well.
            while not future.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait({future})
            raise
