"""Opaque tokens: what their owner holds, and the hash that is stored."""

import hashlib
import hmac
import secrets

from cartload_auth.domain.signing_keys import base64url

REFRESH_PREFIX = "clr_"
"""Begins every refresh token."""

PERSONAL_PREFIX = "clp_"
"""Begins every personal token, so that scanners for leaked secrets find them."""

_BYTES = 32


def new_refresh_token() -> str:
    """A refresh token of 256 random bits."""
    return REFRESH_PREFIX + secrets.token_urlsafe(_BYTES)


def successor(secret: bytes, token: str) -> str:
    """The refresh token that follows another one, the same for everybody who has the secret.

    So whoever uses a token within the grace time gets the same next one, without its being stored anywhere.
    """
    return REFRESH_PREFIX + base64url(hmac.digest(secret, token.encode(errors="replace"), hashlib.sha256))


def new_personal_token() -> str:
    """A personal token of 256 random bits."""
    return PERSONAL_PREFIX + secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """SHA-256 as 64 hexadecimal digits: enough for a secret nobody can guess."""
    # No bcrypt and no salt: with 256 random bits nothing can be guessed, and the hash finds the row by index,
    # so no secret is ever compared byte by byte.
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
