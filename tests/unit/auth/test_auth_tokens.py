"""Tokens: what they tell, what follows them, and that keys outlive what they signed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload_auth.domain import access_tokens
from cartload_auth.domain.config import KEY_OVERLAP
from cartload_auth.domain.opaque_tokens import digest, new_personal_token, new_refresh_token, successor
from cartload_auth.domain.signing_keys import KeyRing, new_key
from cartload_auth.domain.throttle import Bucket, Rate
from cartload_auth.settings import AuthSettings
from cartload_kit.tokens import Identity, TokenVerifier

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACCOUNT = "0c9f3a52-8a3f-4f0f-9d53-1f6b3a0d2c11"
KEY = new_key(1, NOON, NOON)
CONFIG = AuthSettings.model_validate(
    {"port": 1, "auth_database_url": "mysql://a:b@c/d", "generator_url": "http://g", "shop_url": "http://s"}
).config()
LONGEST_TOKEN_LIFE = timedelta(minutes=60)


async def issued(
    *, lifetime: timedelta | None = None, session_id: str | None = None, personal_token_id: str | None = None
) -> Identity:
    """The identity in an access token from this source."""
    token, _ = access_tokens.issue(
        KEY,
        CONFIG,
        account_id=ACCOUNT,
        role="customer",
        now=NOON,
        lifetime=lifetime,
        session_id=session_id,
        personal_token_id=personal_token_id,
    )

    async def fetch() -> dict[str, object]:
        return dict(KeyRing([KEY], KEY_OVERLAP).jwks(NOON))

    return await TokenVerifier("", CONFIG.issuer, CONFIG.audience, fetch=fetch, clock=NOON.timestamp).verify(
        token
    )


@pytest.mark.parametrize(
    ("source", "session", "personal"),
    [
        ((ACCOUNT, None), ACCOUNT, False),
        ((None, ACCOUNT), None, True),
        ((None, None), None, False),
    ],
)
async def test_an_access_token_tells_what_it_came_from(
    source: tuple[str | None, str | None], session: str | None, personal: bool
) -> None:
    token_id = (await issued(session_id=source[0], personal_token_id=source[1])).token_id
    assert access_tokens.session_of(token_id) == session
    assert access_tokens.is_from_personal_token(token_id) is personal


async def test_two_access_tokens_of_one_session_are_told_apart() -> None:
    first, second = await issued(session_id=ACCOUNT), await issued(session_id=ACCOUNT)
    assert first.token_id != second.token_id


async def test_a_life_of_its_own_ends_in_whole_seconds() -> None:
    identity = await issued(lifetime=timedelta(seconds=119, milliseconds=999), personal_token_id=ACCOUNT)
    assert identity.expires_at == NOON + timedelta(seconds=119)


def test_no_two_opaque_tokens_are_equal_and_their_kind_shows() -> None:
    refresh = {new_refresh_token() for _ in range(50)}
    personal = {new_personal_token() for _ in range(50)}
    assert len(refresh) == len(personal) == 50
    assert {token[:4] for token in refresh} == {"clr_"}
    assert {token[:4] for token in personal} == {"clp_"}
    assert min(map(len, refresh | personal)) >= 4 + 43  # 256 bits in base64url


def test_a_successor_is_known_to_whoever_has_the_secret_and_the_token_before() -> None:
    token, secret = new_refresh_token(), b"s" * 32
    following = successor(secret, token)
    assert following == successor(secret, token)
    assert following.startswith("clr_")
    others = {
        token,
        successor(b"t" * 32, token),
        successor(secret, token + "x"),
        successor(secret, following),
    }
    assert following not in others
    assert len(others) == 4


@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_whatever_is_presented_as_a_token_or_counted_as_a_name_has_a_hash(one: str, other: str) -> None:
    rate = Rate(1, 1.0)
    for hashed, again in (
        (digest(one), digest(other)),
        (Bucket(one, rate).key_hash, Bucket(other, rate).key_hash),
    ):
        assert len(hashed) == 64
        assert set(hashed) <= set("0123456789abcdef")
        # Text that no encoding has is replaced, so only proper text is sure to be told apart.
        if one.isascii() and other.isascii():
            assert (hashed == again) is (one == other)


@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=6),
    st.integers(0, 400),
    st.floats(0, 1, allow_nan=False),
)
def test_a_key_is_published_for_as_long_as_anything_it_signed_lives(
    starts: list[int], minute: int, life: float
) -> None:
    keys = [
        new_key(number, NOON, NOON + timedelta(minutes=start))
        for number, start in enumerate(sorted(starts), 1)
    ]
    ring, signed_at = KeyRing(keys[::-1], KEY_OVERLAP), NOON + timedelta(minutes=minute)
    signer = ring.signer(signed_at)
    while_it_lives = max(signed_at + life * LONGEST_TOKEN_LIFE, keys[0].signs_from)
    assert signer in ring.published(signed_at)
    assert signer in ring.published(while_it_lives) or signer.signs_from > signed_at
    assert {key.kid for key in ring.published(signed_at)}.isdisjoint(
        key.kid for key in ring.retired(signed_at)
    )
    assert len(ring.published(signed_at)) + len(ring.retired(signed_at)) == len(ring) == len(starts)
    assert ring.newest is keys[-1]
