"""Which database errors mean what, and doing a transaction again when it lost a race."""

from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

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
    retrying = AsyncRetrying(
        retry=retry_if_exception(is_deadlock),
        # Two transactions that met must not meet again, so the whole wait is random, not a quarter of it.
        wait=wait_random_exponential(multiplier=2 * first_wait, max=5.0),
        stop=stop_after_attempt(attempts),
        reraise=True,
    )

    async def transaction() -> T:
        # Tenacity awaits coroutine functions only: what a lambda returns it would hand back unawaited.
        return await work()

    return await retrying(transaction)
