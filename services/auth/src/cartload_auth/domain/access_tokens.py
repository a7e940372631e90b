"""Access tokens: signed, short-lived, verified by anyone who has the public keys."""

from datetime import datetime, timedelta
from uuid import uuid4

import jwt

from cartload_auth.domain.config import AuthConfig
from cartload_auth.domain.signing_keys import SigningKey

PERSONAL_JTI = "personal."
"""Begins the jti of a token that came from a personal one."""


def issue(
    key: SigningKey,
    config: AuthConfig,
    *,
    account_id: str,
    role: str,
    now: datetime,
    lifetime: timedelta | None = None,
    personal_token_id: str | None = None,
) -> tuple[str, int]:
    """Sign an access token; returns it and its life in whole seconds."""
    seconds = int((lifetime or config.access_lifetime).total_seconds())
    issued_at = int(now.timestamp())
    source = "" if personal_token_id is None else f"{PERSONAL_JTI}{personal_token_id}."
    claims = {
        "iss": config.issuer,
        "aud": config.audience,
        "sub": account_id,
        "iat": issued_at,
        "exp": issued_at + seconds,
        "jti": f"{source}{uuid4()}",
        "typ": "access",
        "role": role,
    }
    return jwt.encode(claims, key.private, algorithm="EdDSA", headers={"kid": key.kid}), seconds


def is_from_personal_token(token_id: str) -> bool:
    """Whether the access token with this jti was exchanged for a personal token."""
    return token_id.startswith(PERSONAL_JTI)
