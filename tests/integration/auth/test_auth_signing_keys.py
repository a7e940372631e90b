"""Signing keys in the database: replicas agree, old ones overlap, encrypted ones need their secret."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cartload_auth.adapters.key_store import KeyStore
from cartload_auth.domain.config import KEY_OVERLAP
from cartload_auth.domain.signing_keys import KeyEncryptor, UnreadableKey
from cartload_auth.repository.models import signing_keys
from cartload_auth.tasks import housekeeping
from cartload_auth.tasks.housekeeping import keep_keys
from cartload_kit.jwks import FRESH_SECONDS
from support.auth_service import Service, TestClock, running

JWKS, ME = "/.well-known/jwks.json", "/api/auth/me"
SECRET = "a secret of the operator"


async def kids(auth: Service) -> list[str]:
    answer = await auth.http.get(JWKS)
    assert answer.headers["cache-control"] == "public, max-age=60"
    return [key["kid"] for key in answer.json()["keys"]]


async def stored(auth: Service) -> list[str]:
    async with auth.dependencies.engine.connect() as connection:
        rows = await connection.execute(select(signing_keys.c.private_key))
        return [row.private_key for row in rows]


async def test_the_first_start_makes_the_first_key(auth: Service) -> None:
    assert len(await kids(auth)) == 1


async def test_replicas_that_start_together_agree_on_one_key(auth_database: str) -> None:
    async with running(auth_database) as one, running(auth_database) as two:
        assert await kids(one) == await kids(two)
        headers = await one.signed_up()
        assert (await two.http.get(ME, headers=headers)).status_code == 200


async def test_of_two_first_keys_made_at_once_one_is_kept(auth: Service, auth_database: str) -> None:
    async with auth.dependencies.engine.begin() as connection:
        await connection.execute(signing_keys.delete())
    async with running(auth_database) as other:
        await auth.dependencies.keys._add(1, auth.clock())
        async with auth.dependencies.engine.connect() as connection:
            count = (await connection.execute(select(func.count()).select_from(signing_keys))).scalar_one()
        assert count == 1
        assert await kids(auth) == await kids(other)


async def test_a_rotated_key_is_published_first_and_signs_later(auth: Service) -> None:
    (old,) = await kids(auth)
    before = await auth.signed_up()
    new = await auth.dependencies.keys.rotate()
    assert await kids(auth) == [old, new]
    ring = auth.dependencies.keys.ring
    assert ring.signer(auth.clock()).kid == old
    auth.clock.advance(seconds=120)
    assert ring.signer(auth.clock()).kid == new
    assert (await auth.http.get(ME, headers=before)).status_code == 200
    after = {"Authorization": f"Bearer {(await auth.login())['access_token']}"}
    assert (await auth.http.get(ME, headers=after)).status_code == 200


async def test_another_replica_learns_the_new_key_before_it_signs(auth: Service, auth_database: str) -> None:
    async with running(auth_database, clock=auth.clock) as other:
        new = await auth.dependencies.keys.rotate()
        assert new not in await kids(other)
        await keep_keys(other.dependencies)
        assert new in await kids(other)


async def test_a_key_out_of_use_is_deleted(auth: Service) -> None:
    (old,) = await kids(auth)
    new = await auth.dependencies.keys.rotate()
    auth.clock.advance(hours=1)
    await keep_keys(auth.dependencies)
    assert await kids(auth) == [old, new]
    auth.clock.advance(minutes=8)
    await keep_keys(auth.dependencies)
    assert await kids(auth) == [new]
    assert len(await stored(auth)) == 1


async def test_an_old_key_is_replaced_by_itself(auth: Service) -> None:
    (old,) = await kids(auth)
    auth.clock.advance(days=89)
    await keep_keys(auth.dependencies)
    assert await kids(auth) == [old]
    auth.clock.advance(days=1)
    await keep_keys(auth.dependencies)
    assert len(await kids(auth)) == 2


async def test_replacing_the_keys_ends_the_tokens_in_use(auth: Service) -> None:
    (old,) = await kids(auth)
    new = await auth.dependencies.keys.replace()
    assert await kids(auth) == [new] != [old]
    assert auth.dependencies.keys.ring.signer(auth.clock()).kid == new


async def test_replacing_the_keys_brings_no_retired_key_back(auth: Service) -> None:
    await auth.dependencies.keys.rotate()
    auth.clock.advance(hours=2)
    new = await auth.dependencies.keys.replace()
    assert await kids(auth) == [new]


async def test_replacing_the_keys_is_the_way_on_when_the_secret_is_lost(auth_database: str) -> None:
    clock = TestClock()
    async with running(auth_database, clock, signing_key_secret=SECRET) as auth:
        old = await kids(auth)
        without = KeyStore(auth.dependencies.engine, KeyEncryptor(None), KEY_OVERLAP, clock)
        with pytest.raises(UnreadableKey):
            await without.rotate()
        new = await without.replace()
    async with running(auth_database, clock) as again:
        assert await kids(again) == [new] != old
        await again.signed_up()


def test_what_was_signed_with_a_dropped_key_ends_within_twenty_seconds() -> None:
    slowest_reading = housekeeping.KEYS_EVERY * 1.2
    assert slowest_reading + FRESH_SECONDS < 20


async def test_with_a_secret_the_keys_are_encrypted(auth_database: str) -> None:
    clock = TestClock()
    async with running(auth_database, clock, signing_key_secret=SECRET) as auth:
        assert [key.split(":")[0] for key in await stored(auth)] == ["aes256gcm"]
        headers = await auth.signed_up()
    async with running(auth_database, clock, signing_key_secret=SECRET) as again:
        assert (await again.http.get(ME, headers=headers)).status_code == 200
    with pytest.raises(UnreadableKey):
        async with running(auth_database, clock):
            pass


async def test_a_secret_may_come_later(auth_database: str) -> None:
    clock = TestClock()
    async with running(auth_database, clock) as auth:
        open_kids = await kids(auth)
    async with running(auth_database, clock, signing_key_secret=SECRET) as auth:
        assert await kids(auth) == open_kids
        await auth.dependencies.keys.rotate()
        assert [key.split(":")[0] for key in await stored(auth)] == ["plain", "aes256gcm"]


async def test_a_new_key_signs_two_minutes_later(auth: Service) -> None:
    await auth.dependencies.keys.rotate()
    newest = auth.dependencies.keys.ring.newest
    assert newest is not None
    assert newest.signs_from - auth.clock() == timedelta(seconds=120)
