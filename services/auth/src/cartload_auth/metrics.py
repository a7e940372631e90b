"""Every metric of this service."""

from prometheus_client import Counter, Gauge

LOGINS = Counter("cartload_auth_logins_total", "Attempts to sign in, by outcome.", ["outcome"])
"""right, wrong or throttled; a rise of wrong ones is somebody guessing."""

REFRESHES = Counter("cartload_auth_refreshes_total", "Uses of refresh tokens, by outcome.", ["outcome"])
"""rotated, grace, plain, ended, refused or reused; a reused one may have been stolen."""

EXCHANGES = Counter("cartload_auth_exchanges_total", "Personal tokens exchanged or refused.", ["outcome"])

PASSWORDS_WAITING = Gauge(
    "cartload_auth_passwords_waiting", "Passwords being hashed or verified, or waiting for it."
)
"""At its limit, sign-ins are answered with 503."""

PASSWORDS_LIMIT = Gauge(
    "cartload_auth_passwords_limit", "Passwords that may be hashed, verified or waiting at a time."
)

REMOVED = Counter("cartload_auth_removed_rows_total", "Expired rows removed, by table.", ["table"])
