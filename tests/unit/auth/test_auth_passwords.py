"""bcrypt in threads that callers share by address."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from cartload_auth.adapters.password_pool import PasswordPool
from cartload_kit.errors import Unavailable

LOWEST_COST = 4
SLOW_COST = 9
HERE = "192.0.2.1"


@pytest.fixture
def pool() -> Iterator[PasswordPool]:
    pool = PasswordPool(workers=2, queue=8, queue_address=8, cost=LOWEST_COST)
    yield pool
    pool.close()


async def hash_with(pool: PasswordPool, password: str, address: str = HERE) -> str:
    async with pool.turn(address) as hasher:
        return await hasher.hash(password)


async def verify_with(pool: PasswordPool, password: str, hashed: str | None) -> bool:
    async with pool.turn(HERE) as hasher:
        return await hasher.verify(password, hashed)


async def test_the_right_password_is_right(pool: PasswordPool) -> None:
    hashed = await hash_with(pool, "correct horse")
    assert hashed.startswith("$2b$04$")
    assert await verify_with(pool, "correct horse", hashed)
    assert not await verify_with(pool, "correct horsE", hashed)


async def test_two_hashes_of_one_password_differ(pool: PasswordPool) -> None:
    assert await hash_with(pool, "correct horse") != await hash_with(pool, "correct horse")


async def test_nobody_has_no_password(pool: PasswordPool) -> None:
    assert not await verify_with(pool, "the hash of nobody", None)


@pytest.mark.parametrize("password", ["x" * 73, "ä" * 40, "x" * 1024, "\x00" * 8, "", "\ud800" * 8])
async def test_what_bcrypt_cannot_read_is_merely_wrong(pool: PasswordPool, password: str) -> None:
    assert not await verify_with(pool, password, await hash_with(pool, "x" * 72))
    assert not await verify_with(pool, password, await hash_with(pool, "too long to be right"))


async def test_a_password_of_72_bytes_counts_to_its_last_byte(pool: PasswordPool) -> None:
    hashed = await hash_with(pool, "ä" * 36)
    assert await verify_with(pool, "ä" * 36, hashed)
    assert not await verify_with(pool, "ä" * 35 + "aa", hashed)


async def test_an_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    pool = PasswordPool(workers=1, queue=1, queue_address=1, cost=10)
    hashed = await hash_with(pool, "correct horse")

    async def seconds(password: str, known: str | None) -> float:
        # Processor time: the clock on the wall also tells how busy the machine is.
        began = time.process_time()
        await verify_with(pool, password, known)
        return time.process_time() - began

    unknown = min([await seconds("wrong password", None) for _ in range(3)])
    wrong = min([await seconds("wrong password", hashed) for _ in range(3)])
    too_long = min([await seconds("x" * 500, hashed) for _ in range(3)])
    pool.close()
    assert 0.5 < unknown / wrong < 2
    assert 0.5 < too_long / wrong < 2


async def test_more_than_the_queue_holds_is_refused_at_once() -> None:
    pool = PasswordPool(workers=1, queue=2, queue_address=2, cost=SLOW_COST)
    results = await asyncio.gather(
        *(hash_with(pool, "correct horse") for _ in range(6)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, Unavailable)]
    assert len(refused) == 3
    assert all((error.headers or {})["Retry-After"] for error in refused)
    assert await hash_with(pool, "again, now there is room")
    pool.close()


async def test_who_comes_from_another_address_is_served_before_the_rest_of_a_flood() -> None:
    pool = PasswordPool(workers=2, queue=64, queue_address=40, cost=SLOW_COST)
    done: list[str] = []

    async def sign_in(name: str, address: str) -> None:
        await hash_with(pool, "correct horse", address)
        done.append(name)

    async with asyncio.TaskGroup() as group:
        for _ in range(30):
            group.create_task(sign_in("flood", HERE))
        await asyncio.sleep(0)
        group.create_task(sign_in("visitor", "198.51.100.7"))
    # Two of the flood hold the threads, and a busy machine lets a few more begin before the visitor is heard.
    assert done.index("visitor") < len(done) / 2
    pool.close()


async def test_a_caller_that_gave_up_counts_until_the_thread_is_done() -> None:
    pool = PasswordPool(workers=1, queue=0, queue_address=0, cost=SLOW_COST)
    given_up = asyncio.create_task(hash_with(pool, "correct horse"))
    await asyncio.sleep(0)
    # Twice, as a server does that waits no longer: the thread goes on all the same.
    for _ in range(2):
        given_up.cancel()
        await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await hash_with(pool, "correct horse")
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert await hash_with(pool, "correct horse")
    pool.close()
