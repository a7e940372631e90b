"""The numbers that accounts and tokens live by."""

from dataclasses import dataclass
from datetime import timedelta

from cartload_auth.domain.throttle import Rate

EXCHANGED_LIFETIME = timedelta(seconds=120)
"""Life of the access token that a personal token is exchanged for: the gateway keeps one for 60 s at most."""

KEY_LEAD = timedelta(seconds=120)
"""How long a new key is published before it signs: longer than any replica or verifier keeps an old set."""

KEY_OVERLAP = timedelta(minutes=65)
"""How long a key stays published once the next one signs: longer than any access token may live."""

MAX_PERSONAL_TOKENS = 100
"""Personal tokens an account may have at a time."""


@dataclass(frozen=True, slots=True)
class AuthConfig:
    """Lifetimes, limits and switches, as the operator set them."""

    issuer: str
    audience: str
    access_lifetime: timedelta
    refresh_lifetime: timedelta
    session_lifetime: timedelta
    grace: timedelta
    key_lifetime: timedelta
    registration_open: bool
    per_address: Rate
    per_account: Rate
    per_pair: Rate
    registrations: Rate
