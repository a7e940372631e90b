"""Signing keys over time, at rest, and the tokens they sign."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cartload_auth.domain import access_tokens
from cartload_auth.domain.config import KEY_OVERLAP, AuthConfig
from cartload_auth.domain.signing_keys import KeyEncryptor, KeyRing, SigningKey, UnreadableKey, new_key
from cartload_auth.settings import AuthSettings
from cartload_kit.errors import Unauthorized
from cartload_kit.tokens import TokenVerifier

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACCOUNT = "0c9f3a52-8a3f-4f0f-9d53-1f6b3a0d2c11"


def ring(*signs_from: datetime) -> tuple[KeyRing, list[SigningKey]]:
    keys = [new_key(number, start, start) for number, start in enumerate(signs_from, 1)]
    return KeyRing(keys, KEY_OVERLAP), keys


def config() -> AuthConfig:
    return AuthSettings.model_validate(
        {
            "port": 1,
            "auth_database_url": "mysql://a:b@c/d",
            "generator_url": "http://g",
            "shop_url": "http://s",
        }
    ).config()


def verifier(keys: KeyRing, now: datetime) -> TokenVerifier:
    async def fetch() -> dict[str, object]:
        return dict(keys.jwks(now))

    return TokenVerifier("", "cartload", "cartload", fetch=fetch, clock=now.timestamp)


def test_an_empty_ring_signs_nothing() -> None:
    with pytest.raises(LookupError):
        KeyRing([], KEY_OVERLAP).signer(NOON)


def test_a_new_key_is_published_before_it_signs() -> None:
    keys, (old, new) = ring(NOON - timedelta(days=1), NOON + 2 * MINUTE)
    assert keys.signer(NOON) is old
    assert {key["kid"] for key in keys.jwks(NOON)["keys"]} == {old.kid, new.kid}
    assert keys.signer(NOON + 2 * MINUTE) is new


def test_an_old_key_stays_published_for_the_life_of_its_last_token() -> None:
    keys, (old, new) = ring(NOON - timedelta(days=1), NOON)
    assert keys.published(NOON + KEY_OVERLAP) == [old, new]
    assert keys.published(NOON + KEY_OVERLAP + MINUTE) == [new]
    assert keys.retired(NOON + KEY_OVERLAP + MINUTE) == [old]


def test_the_published_keys_hold_no_private_part() -> None:
    keys, (key,) = ring(NOON)
    (published,) = keys.jwks(NOON)["keys"]
    assert set(published) == {"kty", "crv", "use", "alg", "kid", "x"}
    assert key.private.private_bytes_raw().hex() not in str(published)


@pytest.mark.parametrize("secret", [None, "sixteen letters!"])
def test_a_key_comes_back_as_it_was_stored(secret: str | None) -> None:
    encryptor, key = KeyEncryptor(secret), new_key(1, NOON, NOON)
    stored = encryptor.encrypt(key.kid, key.private.private_bytes_raw())
    assert encryptor.decrypt(key.kid, stored) == key.private.private_bytes_raw()


def test_an_encrypted_key_is_read_with_its_secret_and_for_its_kid_only() -> None:
    key = new_key(1, NOON, NOON)
    raw = key.private.private_bytes_raw()
    stored = KeyEncryptor("sixteen letters!").encrypt(key.kid, raw)
    assert stored != KeyEncryptor("sixteen letters!").encrypt(key.kid, raw)
    for encryptor, kid in [
        (KeyEncryptor("other letters!!!"), key.kid),
        (KeyEncryptor("sixteen letters!"), "other"),
    ]:
        with pytest.raises(UnreadableKey, match="another CARTLOAD_SIGNING_KEY_SECRET"):
            encryptor.decrypt(kid, stored)
    with pytest.raises(UnreadableKey, match="set CARTLOAD_SIGNING_KEY_SECRET"):
        KeyEncryptor(None).decrypt(key.kid, stored)


async def test_an_access_token_says_who_and_for_how_long() -> None:
    keys, (key,) = ring(NOON)
    token, seconds = access_tokens.issue(key, config(), account_id=ACCOUNT, role="admin", now=NOON)
    identity = await verifier(keys, NOON).verify(token)
    assert (identity.user_id, identity.role, seconds) == (ACCOUNT, "admin", 900)
    assert identity.expires_at == NOON + timedelta(minutes=15)
    assert not access_tokens.is_from_personal_token(identity.token_id)


async def test_an_access_token_ends() -> None:
    keys, (key,) = ring(NOON)
    token, _ = access_tokens.issue(key, config(), account_id=ACCOUNT, role="customer", now=NOON)
    with pytest.raises(Unauthorized):
        await verifier(keys, NOON + 15 * MINUTE).verify(token)


async def test_a_token_of_an_old_key_is_good_while_it_lives_and_a_forged_one_never() -> None:
    keys, (old, new) = ring(NOON - timedelta(days=1), NOON)
    token, _ = access_tokens.issue(old, config(), account_id=ACCOUNT, role="customer", now=NOON - MINUTE)
    assert (await verifier(keys, NOON + MINUTE).verify(token)).user_id == ACCOUNT
    forger = replace(new_key(2, NOON, NOON), kid=new.kid)
    forged, _ = access_tokens.issue(forger, config(), account_id=ACCOUNT, role="admin", now=NOON)
    with pytest.raises(Unauthorized):
        await verifier(keys, NOON).verify(forged)


async def test_a_token_tells_that_it_came_from_a_personal_one() -> None:
    keys, (key,) = ring(NOON)
    token, _ = access_tokens.issue(
        key, config(), account_id=ACCOUNT, role="customer", now=NOON, personal_token_id="some-id"
    )
    assert access_tokens.is_from_personal_token((await verifier(keys, NOON).verify(token)).token_id)
