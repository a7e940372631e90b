"""How long to wait between attempts: the one formula for every retry in the services."""

import asyncio
import random
from dataclasses import dataclass

from tenacity import RetryCallState
from tenacity.wait import wait_base

from cartload_kit.concurrency import wait_for_any


@dataclass(frozen=True, slots=True)
class Backoff(wait_base):
    """Waits from `first` to `longest` seconds, doubled after each attempt.

    It is a wait strategy of tenacity too: `AsyncRetrying(wait=Backoff(), …)`.
    """

    first: float = 0.1
    longest: float = 5.0

    def seconds(self, attempt: int) -> float:
        """Return how long to wait after this attempt, counted from 1.

        Up to a quarter is taken off at random, so that replicas which failed together do not return together.
        """
        # 2**16 is far above any sensible ratio; without the bound the float overflows after 1,023 attempts.
        longest: float = min(self.longest, self.first * 2 ** min(attempt - 1, 16))
        return longest * random.uniform(0.75, 1.0)

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return what tenacity asks for."""
        return self.seconds(retry_state.attempt_number)

    async def wait(self, attempt: int, stop: asyncio.Event) -> None:
        """Wait after this attempt, or until `stop` is set."""
        await wait_for_any(stop, timeout=self.seconds(attempt))
