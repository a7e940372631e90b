"""bcrypt in a bounded pool."""

import asyncio
from collections.abc import Iterator

import pytest

from cartload_auth.adapters.password_pool import PasswordPool
from cartload_kit.errors import Unavailable

LOWEST_COST = 4
SLOW_COST = 9


@pytest.fixture
def pool() -> Iterator[PasswordPool]:
    pool = PasswordPool(workers=2, queue=8, cost=LOWEST_COST)
    yield pool
    pool.close()


async def test_the_right_password_is_right(pool: PasswordPool) -> None:
    hashed = await pool.hash("correct horse")
    assert hashed.startswith("$2b$04$")
    assert await pool.verify("correct horse", hashed)
    assert not await pool.verify("correct horsE", hashed)


async def test_two_hashes_of_one_password_differ(pool: PasswordPool) -> None:
    assert await pool.hash("correct horse") != await pool.hash("correct horse")


async def test_nobody_has_no_password(pool: PasswordPool) -> None:
    assert not await pool.verify("the hash of nobody", None)


@pytest.mark.parametrize("password", ["x" * 73, "ä" * 40, "x" * 1024, "\x00" * 8, "", "\ud800" * 8])
async def test_what_bcrypt_cannot_read_is_merely_wrong(pool: PasswordPool, password: str) -> None:
    assert not await pool.verify(password, await pool.hash("x" * 72))
    assert not await pool.verify(password, await pool.hash("too long to be right"))


async def test_a_password_of_72_bytes_counts_to_its_last_byte(pool: PasswordPool) -> None:
    hashed = await pool.hash("ä" * 36)
    assert await pool.verify("ä" * 36, hashed)
    assert not await pool.verify("ä" * 35 + "aa", hashed)


async def test_more_than_the_queue_holds_is_refused_at_once() -> None:
    pool = PasswordPool(workers=1, queue=2, cost=SLOW_COST)
    results = await asyncio.gather(*(pool.hash("correct horse") for _ in range(6)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Unavailable)]
    assert len(refused) == 3
    assert all((error.headers or {})["Retry-After"] for error in refused)
    assert await pool.hash("again, now there is room")
    pool.close()


async def test_a_caller_that_gave_up_counts_until_the_thread_is_done() -> None:
    pool = PasswordPool(workers=1, queue=0, cost=SLOW_COST)
    given_up = asyncio.create_task(pool.hash("correct horse"))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    with pytest.raises(Unavailable):
        await pool.hash("correct horse")
    pool.close()
