"""Reading a compact JWT to the letter: no padding, no stray bits, no second spelling of the same token.

PyJWT verifies tokens, but it accepts some bad base64 padding, has no limit on a token's size, and takes the
last of a claim that is there twice. A token's form is judged here before PyJWT, or any key, is asked.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import jwt

from cartload_kit.errors import Problem
from cartload_kit.http import loads

LONGEST_TOKEN = 8 * 1024
"""Characters that a token may have."""

_PART = re.compile(r"[A-Za-z0-9_-]+")


def key_id_of(token: str) -> str | None:
    """Return the ``kid`` that an EdDSA token names; None when it is not such a JWT, in strict base64url.

    Nothing is verified yet. A token with critical extensions (``crit``) is none that we understand.
    """
    if len(token) > LONGEST_TOKEN:
        return None
    decoded = [strict_base64url(part) for part in token.split(".")]
    if len(decoded) != 3 or any(part is None for part in decoded):
        return None
    header = read_object(decoded[0] or b"")
    if header is None or header.get("alg") != "EdDSA" or "crit" in header:
        return None
    key_id = header.get("kid")
    return key_id if isinstance(key_id, str) else None


def strict_base64url(text: str) -> bytes | None:
    """Return the bytes that ``text`` spells; None for padding, foreign characters or bits of no byte."""
    if not _PART.fullmatch(text) or len(text) % 4 == 1:
        return None
    # Python's decoder ignores bits beyond the last byte, which would give one token several spellings.
    decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return decoded if urlsafe_b64encode(decoded).rstrip(b"=") == text.encode() else None


def read_object(text: bytes) -> dict[str, Any] | None:
    """Return the JSON object in ``text``; None for anything else, such as one that has a name twice."""
    try:
        value = loads(text)
    except Problem:
        return None
    return value if isinstance(value, dict) else None


class StrictJWT(jwt.PyJWT):
    """PyJWT that reads claims as `read_object` does."""

    def _decode_payload(self, decoded: dict[str, Any]) -> dict[str, Any]:
        claims = read_object(decoded["payload"])
        if claims is None:
            raise jwt.DecodeError("the claims are no JSON object")
        return claims
