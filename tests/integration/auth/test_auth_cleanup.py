"""What has run out goes, in bounded batches; what counts stays."""

from typing import Any

from sqlalchemy import func, insert, select

from cartload_auth.repository import expired as expired_rows
from cartload_auth.repository.models import (
    known_addresses,
    personal_tokens,
    refresh_tokens,
    sessions,
    throttles,
)
from cartload_auth.tasks.housekeeping import remove_expired
from support.auth_service import Service


async def count(auth: Service, table: Any) -> int:
    async with auth.dependencies.engine.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def test_nothing_in_use_goes(auth: Service) -> None:
    await auth.register()
    token = (await auth.login())["refresh_token"]
    await remove_expired(auth.dependencies)
    assert (await auth.refresh(token)).status_code == 200


async def test_ended_sessions_and_tokens_go(auth: Service) -> None:
    await auth.register()
    token = (await auth.login())["refresh_token"]
    await auth.refresh(token)
    auth.clock.advance(days=31)
    await remove_expired(auth.dependencies)
    assert (await count(auth, sessions), await count(auth, refresh_tokens)) == (0, 0)


async def test_an_ended_personal_token_is_listed_a_while(auth: Service) -> None:
    headers = await auth.signed_up()
    await auth.http.post("/api/auth/tokens", json={"name": "a", "expires_in_days": 1}, headers=headers)
    auth.clock.advance(days=30)
    await remove_expired(auth.dependencies)
    assert await count(auth, personal_tokens) == 1
    auth.clock.advance(days=2)
    await remove_expired(auth.dependencies)
    assert await count(auth, personal_tokens) == 0


async def test_counted_attempts_go_when_they_no_longer_count(auth: Service) -> None:
    body = {"user_name": "nobody", "password": "wrong password"}
    await auth.http.post("/api/auth/login", json=body)
    assert await count(auth, throttles) == 3
    auth.clock.advance(seconds=31)
    await remove_expired(auth.dependencies)
    assert await count(auth, throttles) == 0


async def test_an_address_that_was_not_used_for_long_is_forgotten(auth: Service) -> None:
    await auth.register()
    await auth.login()
    auth.clock.advance(days=89)
    await remove_expired(auth.dependencies)
    assert await count(auth, known_addresses) == 1
    auth.clock.advance(days=2)
    await remove_expired(auth.dependencies)
    assert await count(auth, known_addresses) == 0


async def test_a_batch_is_bounded_and_all_batches_go(auth: Service) -> None:
    rows = [{"key_hash": f"{number:064x}", "free_at": 1.0} for number in range(expired_rows.BATCH + 10)]
    async with auth.dependencies.engine.begin() as connection:
        await connection.execute(insert(throttles), rows)
    async with auth.dependencies.engine.begin() as connection:
        condition = throttles.c.free_at < auth.clock().timestamp()
        assert await expired_rows.remove_batch(connection, throttles, condition) == expired_rows.BATCH
    assert await remove_expired(auth.dependencies) == 10
    assert await count(auth, throttles) == 0
