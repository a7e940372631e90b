"""Access tokens as their issuer signs them, to be changed by whoever wants to forge one."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cartload_kit.tokens import TokenVerifier

NOW = 1_800_000_000
USER = "0c9f3a52-8a3f-4f0f-9d53-1f6b3a0d2c11"
KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
HEADER = {"alg": "EdDSA", "typ": "JWT", "kid": "k1"}
CLAIMS = {
    "iss": "cartload",
    "aud": "cartload",
    "sub": USER,
    "iat": NOW - 10,
    "exp": NOW + 900,
    "jti": "token-1",
    "typ": "access",
    "role": "admin",
}


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def compact(value: object) -> str:
    """The part of a token that says a value."""
    return encode(json.dumps(value).encode())


def jwk(key: Ed25519PrivateKey, **more: str) -> dict[str, str]:
    """The public half of a key, as a JWK."""
    x = encode(key.public_key().public_bytes_raw())
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k1", **more}


def signed(
    header: Mapping[str, Any] = HEADER, key: Ed25519PrivateKey = KEY, *, claims: str = compact(CLAIMS)
) -> str:
    """A token, good where nothing is changed."""
    text = f"{compact(header)}.{claims}"
    return f"{text}.{encode(key.sign(text.encode()))}"


class Issuer:
    """Publishes the key, and counts how often it is asked."""

    def __init__(self) -> None:
        self.reads = 0

    async def fetch(self) -> dict[str, Any]:
        """The key set."""
        self.reads += 1
        return {"keys": [jwk(KEY, use="sig", alg="EdDSA")]}


def verifier_of(issuer: Issuer) -> TokenVerifier:
    """A verifier that asks the issuer, at the time of the tokens."""
    return TokenVerifier("", "cartload", "cartload", fetch=issuer.fetch, clock=lambda: float(NOW))
