"""Which database errors mean what, and doing a transaction again when it lost a race."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from cartload_kit.transient_errors import RETRYABLE_TRANSACTION_ERRORS, error_code

DUPLICATE_KEY = 1062


def is_duplicate_key(error: BaseException) -> bool:
    """Whether a unique key was there already."""
    return error_code(error) == DUPLICATE_KEY


def is_deadlock(error: BaseException) -> bool:
    """Whether the transaction lost to another (deadlock or lock wait timeout) and may simply be repeated."""
    return error_code(error) in RETRYABLE_TRANSACTION_ERRORS


async def retry_on_deadlock[T](
    work: Callable[[], Awaitable[T]], attempts: int = 5, first_wait: float = 0.02
) -> T:
    """Run `work`, a whole transaction, again after a deadlock or lock wait timeout; waits longer each time.

    Raises what `work` raised when the attempts are used up, and every other error at once.
    """
    for attempt in range(1, attempts):
        try:
            return await work()
        except Exception as error:
            if not is_deadlock(error):
                raise
        await asyncio.sleep(first_wait * 2**attempt * random.random())
    return await work()
