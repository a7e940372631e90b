"""Access tokens: every way to be wrong is refused, and the public keys are read no more than needed."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Depends, FastAPI

from cartload_kit.errors import Problem, Unauthorized, Unavailable
from cartload_kit.http import create_app
from cartload_kit.jwks import KeySet, keys_of
from cartload_kit.tokens import CurrentUser, Identity, TokenVerifier, require_identity
from support.counting import counted

NOW = 1_800_000_000
USER = "0c9f3a52-8a3f-4f0f-9d53-1f6b3a0d2c11"
GOOD = {
    "iss": "cartload",
    "aud": "cartload",
    "sub": USER,
    "iat": NOW - 10,
    "exp": NOW + 900,
    "jti": "token-1",
    "typ": "access",
    "role": "customer",
}
KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"2" * 32)


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def public(key: Ed25519PrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    x = encode(key.public_key().public_bytes_raw())
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA"} | more


def token(claims: dict[str, Any] | None = None, *, kid: str = "k1", key: Any = KEY, **more: Any) -> str:
    algorithm = more.pop("algorithm", "EdDSA")
    headers = {"kid": kid, **more}
    return jwt.encode({**GOOD, **(claims or {})}, key, algorithm=algorithm, headers=headers)


def without(claim: str) -> str:
    claims = {name: value for name, value in GOOD.items() if name != claim}
    return jwt.encode(claims, KEY, algorithm="EdDSA", headers={"kid": "k1"})


class Issuer:
    """Publishes keys, and counts how often they are read."""

    def __init__(self) -> None:
        self.keys = [public(KEY, "k1")]
        self.reads = 0
        self.failure: Exception | None = None
        self.now = 0.0

    async def fetch(self) -> dict[str, Any]:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return {"keys": self.keys}

    def clock(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return TokenVerifier("", "cartload", "cartload", fetch=issuer.fetch, clock=lambda: float(NOW))


async def test_a_good_token_says_who_is_asking(verifier: TokenVerifier) -> None:
    identity = await verifier.verify(token())
    expires_at = datetime.fromtimestamp(NOW + 900, UTC)
    assert identity == Identity(USER, "customer", "token-1", expires_at)


@pytest.mark.parametrize("claim", sorted(GOOD))
async def test_every_claim_is_required(verifier: TokenVerifier, claim: str) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(without(claim))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"},
        {"aud": "other"},
        {"aud": ["cartload"]},
        {"typ": "refresh"},
        {"exp": NOW},
        {"exp": NOW - 1},
        {"exp": float(NOW + 900)},
        {"exp": str(NOW + 900)},
        {"exp": True},
        {"exp": 10**30},
        {"exp": 2**40 - 1},
        {"exp": 253_402_300_800},
        {"iat": NOW + 3600},
        {"iat": -1},
        {"iat": True},
        {"nbf": NOW + 3600},
        {"nbf": "soon"},
        {"nbf": None},
        {"nbf": 2**80},
        {"sub": ""},
        {"sub": None},
        {"sub": "user-1"},
        {"sub": USER.upper()},
        {"sub": USER.replace("-", "")},
        {"sub": f"{{{USER}}}"},
        {"sub": f"urn:uuid:{USER}"},
        {"role": 1},
        {"jti": {}},
    ],
)
async def test_every_claim_is_pinned(verifier: TokenVerifier, claims: dict[str, Any]) -> None:
    payload = encode(json.dumps({**GOOD, **claims}).encode())
    header = token().split(".")[0]
    signature = encode(KEY.sign(f"{header}.{payload}".encode()))
    with pytest.raises(Unauthorized) as error:
        await verifier.verify(f"{header}.{payload}.{signature}")
    assert error.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


async def test_a_token_counts_from_the_time_that_it_names(verifier: TokenVerifier) -> None:
    assert (await verifier.verify(token({"nbf": NOW}))).user_id == USER
    assert (await verifier.verify(token({"nbf": NOW + 29}))).user_id == USER


SPOILED: dict[str, Callable[[], str]] = {
    "another key": lambda: token(key=OTHER),
    "an unknown kid": lambda: token(kid="k2"),
    "a kid that is no text": lambda: token().replace(
        token().split(".")[0], encode(b'{"alg":"EdDSA","kid":1}')
    ),
    "no kid": lambda: jwt.encode(GOOD, KEY, algorithm="EdDSA"),
    "a shared secret": lambda: token(key="k" * 32, algorithm="HS256"),
    "no signature": lambda: jwt.encode(GOOD, "", algorithm="none", headers={"kid": "k1"}),
    "critical extensions": lambda: token(crit=["b64"], b64=True),
    "nothing": lambda: "",
    "two parts": lambda: token().rpartition(".")[0],
    "four parts": lambda: token() + ".e30",
    "padding": lambda: token() + "==",
    "white space": lambda: token() + "\n",
    "plain base64": lambda: token().replace("-", "+").replace("_", "/") + "+",
    "letters of elsewhere": lambda: "é" + token(),
    "another payload": lambda: ".".join([token().split(".")[0], encode(b"{}"), token().split(".")[2]]),
    "a payload that is no object": lambda: jwt.PyJWS().encode(b"[1]", KEY, "EdDSA", {"kid": "k1"}),
    "too long": lambda: token({"pad": "x" * 9000}),
}


@pytest.mark.parametrize("name", sorted(SPOILED))
async def test_a_token_that_is_not_to_the_letter_is_refused(verifier: TokenVerifier, name: str) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(SPOILED[name]())


REASONS: dict[str, Callable[[], str]] = {
    "malformed": SPOILED["two parts"],
    "unknown_key": SPOILED["an unknown kid"],
    "signature": SPOILED["another key"],
    "claims": lambda: token({"aud": "other"}),
    "not_yet": lambda: token({"nbf": NOW + 3600}),
    "expired": lambda: token({"exp": NOW}),
}


@pytest.mark.parametrize("reason", sorted(REASONS))
async def test_refusals_are_counted_by_their_reason(verifier: TokenVerifier, reason: str) -> None:
    before = {name: counted("cartload_tokens_refused_total", reason=name) for name in REASONS}
    with pytest.raises(Unauthorized):
        await verifier.verify(REASONS[reason]())
    after = {name: counted("cartload_tokens_refused_total", reason=name) for name in REASONS}
    assert after == before | {reason: before[reason] + 1}


async def test_no_second_spelling_of_a_token_is_taken(verifier: TokenVerifier) -> None:
    good = token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 64 bytes of signature leave 4 unused bits in the last letter.
    for letter in alphabet.replace(good[-1], ""):
        with pytest.raises(Unauthorized):
            await verifier.verify(good[:-1] + letter)


async def test_keys_are_read_once_and_only_once_at_a_time(issuer: Issuer, verifier: TokenVerifier) -> None:
    await asyncio.gather(*(verifier.verify(token()) for _ in range(20)))
    assert issuer.reads == 1


async def test_a_new_key_is_found_and_a_flood_of_unknown_ones_reads_little(issuer: Issuer) -> None:
    keys = KeySet(issuer.fetch, clock=issuer.clock)
    assert await keys.find("k1") is not None
    for number in range(50):
        assert await keys.find(f"unknown-{number}") is None
    assert issuer.reads == 1
    issuer.keys.append(public(OTHER, "k2"))
    issuer.now = 11
    assert await keys.find("k2") is not None
    assert issuer.reads == 2


async def test_a_token_that_was_good_is_asked_for_its_time_and_letters_again(issuer: Issuer) -> None:
    now = float(NOW)
    verifier = TokenVerifier("", "cartload", "cartload", fetch=issuer.fetch, clock=lambda: now)
    good = token()
    assert await verifier.verify(good) == await verifier.verify(good)
    head, claims, _ = good.split(".")
    with pytest.raises(Unauthorized):
        await verifier.verify(".".join((head, claims, token({"role": "admin"}).split(".")[2])))
    now = NOW + 900.0
    with pytest.raises(Unauthorized):
        await verifier.verify(good)


async def test_a_revoked_key_is_gone_after_ten_seconds(issuer: Issuer) -> None:
    keys = KeySet(issuer.fetch, clock=issuer.clock)
    await keys.find("k1")
    issuer.keys = [public(OTHER, "k2")]
    issuer.now = 9
    assert await keys.find("k1") is not None
    issuer.now = 11
    assert await keys.find("k1") is None


@pytest.mark.parametrize("failure", [OSError("away"), TimeoutError(), ValueError("no key set")])
async def test_known_keys_serve_for_an_hour_while_the_issuer_is_away(
    issuer: Issuer, failure: Exception
) -> None:
    keys = KeySet(issuer.fetch, clock=issuer.clock)
    await keys.find("k1")
    issuer.failure = failure
    issuer.now = 3599
    assert await keys.find("k1") is not None
    assert await keys.find("k1") is not None
    assert issuer.reads == 2
    issuer.now = 3700
    with pytest.raises(Unavailable):
        await keys.find("k1")
    issuer.failure = None
    issuer.now = 3711
    assert await keys.find("k1") is not None


async def test_without_any_keys_nobody_is_told_that_the_token_is_wrong(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    issuer.failure = OSError("away")
    with pytest.raises(Unavailable):
        await verifier.verify(token())


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        public(KEY, "k1", kty="RSA"),
        public(KEY, "k1", crv="Ed448"),
        public(KEY, "k1", use="enc"),
        public(KEY, "k1", alg="HS256"),
        public(KEY, "k1", x="AA"),
        public(KEY, "k1", x=1),
        {**public(KEY, "k1"), "kid": 7},
        public(KEY, "k1", x=encode(b"1" * 33)),
    ],
)
def test_keys_of_another_kind_are_passed_over(entry: object) -> None:
    assert set(keys_of({"keys": [entry, public(OTHER, "k2")]})) == {"k2"}


@pytest.mark.parametrize("found", [{}, {"keys": {}}, {"keys": [{}] * 33}])
def test_what_is_no_key_set_is_refused(found: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="JWK"):
        keys_of(found)


def build(verifier: TokenVerifier) -> FastAPI:
    app = create_app("sample", title="Sample")
    app.state.verifier = verifier

    @app.get("/me")
    async def me(user: CurrentUser) -> str:
        return user.user_id

    @app.get("/admin", dependencies=[Depends(require_identity("admin"))])
    async def admin() -> str:
        return "yes"

    return app


@pytest.fixture
async def client(verifier: TokenVerifier) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build(verifier))
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as found:
        yield found


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


async def test_a_route_knows_who_is_asking(client: httpx.AsyncClient) -> None:
    assert (await client.get("/me", headers=bearer(token()))).json() == USER


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer"}, bearer("x"), bearer("")]
)
async def test_without_a_good_token_the_answer_is_401(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.get("/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_role_is_asked_for(client: httpx.AsyncClient) -> None:
    assert (await client.get("/admin", headers=bearer(token()))).status_code == 403
    assert (await client.get("/admin", headers=bearer(token({"role": "admin"})))).status_code == 200
    assert (await client.get("/admin")).status_code == 401


def test_a_problem_is_what_is_raised() -> None:
    assert issubclass(Unauthorized, Problem)
