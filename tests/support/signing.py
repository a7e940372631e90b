"""Access tokens of a test's own issuer, signed for real."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUER = AUDIENCE = "cartload"
FAR_FUTURE = 4_000_000_000


class Issuer:
    """An Ed25519 key with its JWK set."""

    def __init__(self, kid: str = "test-key") -> None:
        self.kid = kid
        self._key = Ed25519PrivateKey.generate()

    def jwks(self) -> dict[str, Any]:
        """The public key, as `/.well-known/jwks.json` publishes it."""
        raw = self._key.public_key().public_bytes_raw()
        x = urlsafe_b64encode(raw).rstrip(b"=").decode()
        return {
            "keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.kid, "x": x}]
        }

    def token(self, user: str, role: str = "customer", **changes: object) -> str:
        """An access token; `changes` replace claims, and None leaves one out."""
        user_id = subject(user)
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "iat": 1_700_000_000,
            "exp": FAR_FUTURE,
            "jti": f"jti-{user_id}",
            "typ": "access",
            "role": role,
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, self._key, algorithm="EdDSA", headers={"kid": self.kid})


def subject(user: str) -> str:
    """The id of a test's user: a UUID as it is, any other name as a UUID made of it."""
    try:
        return str(UUID(user))
    except ValueError:
        return str(uuid5(NAMESPACE_OID, user))


def bearer(token: str) -> Mapping[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def body_of(text: bytes) -> Any:
    """The JSON in a body."""
    return json.loads(text)
