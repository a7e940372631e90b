"""Access tokens: signed, short-lived, verified by anyone who has the public keys."""

from datetime import datetime, timedelta
from uuid import uuid4

import jwt

from cartload_auth.domain.config import AuthConfig
from cartload_auth.domain.signing_keys import SigningKey

_PERSONAL_JTI = "personal."
"""Begins the jti of a token that came from a personal one."""

_SESSION_JTI = "session."
"""Begins the jti of a token that came from a session, whose id follows."""


def issue(
    key: SigningKey,
    config: AuthConfig,
    *,
    account_id: str,
    role: str,
    now: datetime,
    lifetime: timedelta | None = None,
    session_id: str | None = None,
    personal_token_id: str | None = None,
) -> tuple[str, int]:
    """Sign an access token, which tells what it came from; returns it and its life in whole seconds."""
    seconds = int((lifetime or config.access_lifetime).total_seconds())
    issued_at = int(now.timestamp())
    source = "" if session_id is None else f"{_SESSION_JTI}{session_id}."
    if personal_token_id is not None:
        source = f"{_PERSONAL_JTI}{personal_token_id}."
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
    return token_id.startswith(_PERSONAL_JTI)


def session_of(token_id: str) -> str | None:
    """The id of the session that the access token with this jti came from; None where it came from none."""
    if not token_id.startswith(_SESSION_JTI):
        return None
    return token_id.removeprefix(_SESSION_JTI).partition(".")[0]
