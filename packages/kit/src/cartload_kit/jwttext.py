"""Reading a compact JWT to the letter: no padding, no stray bits, no second spelling of the same token."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_PART = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class TokenParts:
    """A token taken apart; nothing in it is trusted before ``signed_by``."""

    header: dict[str, Any]
    payload: bytes
    signature: bytes
    signed: bytes

    def signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature over header and payload was made with this key."""
        try:
            key.verify(self.signature, self.signed)
        except InvalidSignature:
            return False
        return True


def read_parts(token: str) -> TokenParts | None:
    """The three parts of ``token``; None when it is not a JWT in strict base64url."""
    pieces = token.split(".")
    decoded = [strict_base64url(piece) for piece in pieces]
    if len(decoded) != 3 or any(part is None for part in decoded):
        return None
    header = read_object(decoded[0] or b"")
    if header is None:
        return None
    signed = f"{pieces[0]}.{pieces[1]}".encode()
    return TokenParts(header, decoded[1] or b"", decoded[2] or b"", signed)


def strict_base64url(text: str) -> bytes | None:
    """The bytes that ``text`` spells; None for padding, foreign characters or bits that no byte has."""
    if not _PART.fullmatch(text) or len(text) % 4 == 1:
        return None
    decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return decoded if urlsafe_b64encode(decoded).rstrip(b"=") == text.encode() else None


def read_object(text: bytes) -> dict[str, Any] | None:
    """The JSON object in ``text``; None for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def claims_of(parts: TokenParts) -> dict[str, Any] | None:
    """The claims of a token, when all that we require are there with the right types; else None."""
    claims = read_object(parts.payload)
    if claims is None:
        return None
    texts = all(
        isinstance(claims.get(n), str) and claims[n] for n in ("iss", "aud", "sub", "jti", "typ", "role")
    )
    times = all(type(claims.get(name)) is int and 0 <= claims[name] < 2**40 for name in ("exp", "iat"))
    return claims if texts and times else None
